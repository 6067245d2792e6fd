"""Validation clips: stored drawings read from a folder, and puppets drawn on the fly from seeds that training skips.

Colours nothing and scores nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from cmft_engine.image.plate import Plate, read_plate
from cmft_engine.protocol.errors import PlateError, ShotError
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.puppets import Style, random_puppet_clip

from ..metrics.pictures import flats_under_ink

GAPS = (1, 5, 9)  # how many drawings lie between reference and target, in every table
PUPPET_STYLES: dict[str, Style] = {"puppets": "inked", "puppets-shaded": "shaded"}
PUPPET_SEED = 20_261_123  # first word of every validation seed; training never starts a seed with it
PUPPET_CLIPS = 16
PUPPET_PEN_SIZE = 256  # puppets take the width of the pen in px at this size


@dataclass(frozen=True)
class Pair:
    """A reference drawing and one to be coloured from it, `gap` drawings later; all uint8 RGB (H, W, 3)."""

    clip: str
    gap: int
    reference_line: np.ndarray
    reference_gt: np.ndarray
    target_line: np.ndarray
    target_gt: np.ndarray
    reference_part: np.ndarray | None = None  # uint16 (H, W) which part each pixel shows, where that is known
    target_part: np.ndarray | None = None

    def reference_flats(self) -> np.ndarray:
        """Return the reference painting with its paint continued under the ink."""
        return flats_under_ink(self.reference_gt, self.reference_line)


@dataclass(frozen=True)
class ValidationClip:
    """Drawings of one clip by number; the lowest number is the reference. All uint8 RGB (H, W, 3).

    parts: uint16 (H, W) by number, which part each pixel shows, 0 = paper; empty where the files do not say. between:
    line plates of further drawings of the shot by number, which nobody painted and nothing scores.
    """

    name: str
    lines: Mapping[int, np.ndarray]
    paintings: Mapping[int, np.ndarray]
    parts: Mapping[int, np.ndarray] = field(default_factory=dict)
    between: Mapping[int, np.ndarray] = field(default_factory=dict)

    def pairs(self, gaps: Sequence[int] = GAPS) -> list[Pair]:
        """Return the reference with each stored target, gaps ascending; a gap without a drawing is left out."""
        first = min(self.lines)
        return [
            Pair(
                clip=self.name,
                gap=gap,
                reference_line=self.lines[first],
                reference_gt=self.paintings[first],
                target_line=self.lines[first + gap],
                target_gt=self.paintings[first + gap],
                reference_part=self.parts.get(first),
                target_part=self.parts.get(first + gap),
            )
            for gap in sorted(gaps)
            if first + gap in self.lines
        ]

    def between_by_gap(self) -> dict[int, np.ndarray]:
        """Return the line plates between by how many drawings after the reference they stand."""
        first = min(self.lines)
        return {number - first: line for number, line in self.between.items()}


def read_clips(folder: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the clips of `folder`/<clip>/{line,gt,between}/NNNN.png by name, letterboxed to `size` px.

    Raises ShotError when the folder holds no clip, PlateError when a line or a painting has no partner.
    """
    homes = sorted(path.parent for path in folder.glob("*/line") if path.is_dir())
    if not homes:
        raise ShotError(f"{folder}: no clip in it; a clip is a folder with line/NNNN.png and gt/NNNN.png")
    for home in homes:
        yield _read_clip(home, size)


def _read_clip(home: Path, size: int) -> ValidationClip:
    lines, paintings = _numbered(home / "line"), _numbered(home / "gt")
    alone = sorted(lines.keys() ^ paintings.keys())
    if alone:
        raise PlateError(
            f"{home}: drawing {alone[0]} has a line or a painting, but not both; add the other file",
            path=home,
            frame=alone[0],
        )
    return ValidationClip(
        name=home.name,
        lines={number: letterbox(read_rgb8(path), size) for number, path in lines.items()},
        paintings={number: letterbox(read_rgb8(path), size) for number, path in paintings.items()},
        between={number: letterbox(read_rgb8(path), size) for number, path in _numbered(home / "between").items()},
    )


def _numbered(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in sorted(folder.glob("*.png")) if path.stem.isdigit()}


def read_rgb8(path: Path) -> np.ndarray:
    """Return a picture as the file's own values over white paper, uint8 RGB (H, W, 3)."""
    return over_white(read_plate(path))


def over_white(plate: Plate) -> np.ndarray:
    """Return a plate's own values over white paper, uint8 RGB (H, W, 3)."""
    rgb, alpha = plate.rgb(), plate.alpha()
    if alpha is not None:
        rgb = rgb * alpha[..., None] + (1 - alpha[..., None])
    return np.asarray(np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8))


def letterbox(picture: np.ndarray, size: int) -> np.ndarray:
    """Return uint8 RGB (size, size, 3): the picture scaled to fit and centred on white."""
    height, width = picture.shape[:2]
    if (height, width) == (size, size):
        return picture
    scale = size / max(height, width)
    fitted = max(1, round(width * scale)), max(1, round(height * scale))
    picture = cv2.resize(picture, fitted, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (size - fitted[1]) // 2, (size - fitted[0]) // 2
    canvas = np.full((size, size, 3), 255, np.uint8)
    canvas[top : top + fitted[1], left : left + fitted[0]] = picture
    return canvas


def draw_puppet_clip(
    number: int,
    *,
    style: Style,
    size: int,
    line_px: float | None = None,
    kept: Sequence[int] = (0, *GAPS),
) -> ValidationClip:
    """Return validation puppet `number`, the same on every machine, `size` px square.

    line_px: how wide the pen is, in px, instead of the clip's own; motion and colours stay the same.
    kept: which drawings are painted, of 0 to the last of GAPS; the others lie between.
    """
    clip = _puppet(number, style, size, None)
    if line_px is not None:
        clip = replace(_puppet(number, style, size, line_px * PUPPET_PEN_SIZE / size), color=clip.color)
    lines = {i: np.repeat(drawing.line[..., None], 3, axis=2) for i, drawing in enumerate(clip.drawings)}
    return ValidationClip(
        name=f"{number:02d}-{clip.name}",
        lines={i: lines[i] for i in kept},
        paintings={i: clip.painted(i) for i in kept},
        parts={i: clip.drawings[i].part for i in kept},
        between={i: line for i, line in lines.items() if i not in kept},
    )


def _puppet(number: int, style: Style, size: int, line_width: float | None) -> Clip:
    rng = np.random.default_rng([PUPPET_SEED, number])
    return random_puppet_clip(rng, size=size, n_drawings=max(GAPS) + 1, style=style, line_width=line_width)


def load_set(name: str, data: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the clips of a set: drawn for `puppets` and `puppets-shaded`, else read from `data`/<name>."""
    if name in PUPPET_STYLES:
        for number in range(PUPPET_CLIPS):
            yield draw_puppet_clip(number, style=PUPPET_STYLES[name], size=size)
    else:
        yield from read_clips(data / name, size=size)
