"""Glitch inhabitants: frames of painted animation, lines at the borders of colours, which stand in for parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawing import Clip, Drawing
from cmft_training.synthetic.drawn.clusters import Labels, Rgba, enlarged
from cmft_training.synthetic.drawn.figure import WIDTHS, Framing, Rng, Time
from cmft_training.synthetic.drawn.outlines import Box
from cmft_training.synthetic.drawn.plates import OVERSAMPLING, RGB, BorderPen, color_groups, drawing_of, everywhere
from cmft_training.synthetic.drawn.split import Split, names_of

FOLDER = "inhabitants"
TABLE = "runs.json"
_FRAME_PX = 512  # frames are cut at this size, enlarged at most
_ENLARGED = 2.0  # so many times


@dataclass(frozen=True)
class Run:
    """One action of one figure. frames: numbers of the frames that are kept, in order; a hole holds the one before."""

    folder: Path
    name: str
    frames: NDArray[np.int64]
    colors: list[RGB]

    def shown(self, number: float) -> int:
        """Return which frame is shown at a frame number; past an end the run goes back."""
        first, last = int(self.frames[0]), int(self.frames[-1])
        length = last - first + 1
        place = round(number - first) % max(2 * length - 2, 1)
        place = min(place, 2 * length - 2 - place) if length > 1 else 0
        return int(self.frames[np.searchsorted(self.frames, first + place, side="right") - 1])

    def picture(self, number: float) -> Rgba:
        """Return the frame that is shown at a frame number as it was painted, of the size of its labels."""
        return read_frame(self.folder / f"{self.shown(number):04d}.webp")

    def label(self, number: float) -> Labels:
        """Return the labels (H, W) of the frame shown at a frame number."""
        path = self.folder / f"{self.shown(number):04d}.png"
        label = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if label is None or label.ndim != 2:
            raise InputError(f"{path}: not a prepared frame; prepare the drawn families again")
        return np.asarray(label, np.uint8)


def read_frame(path: Path) -> Rgba:
    """Return a frame as RGBA, uint8 (H, W, 4), enlarged for smooth borders. Raises InputError for a damaged one."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        raise InputError(f"{path.name}: not a picture with alpha; get glitch_inhabitants.tar.xz and prepare it again")
    factor = min(_ENLARGED, _FRAME_PX / max(picture.shape[:2]))
    weighted = picture.astype(np.float32)
    weighted[..., :3] *= weighted[..., 3:] / 255.0
    size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
    weighted = np.clip(cv2.resize(weighted, size, interpolation=cv2.INTER_CUBIC), 0.0, 255.0)
    weighted[..., :3] *= 255.0 / np.maximum(weighted[..., 3:], 1.0)
    bgra = np.clip(np.rint(weighted), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(bgra[..., [2, 1, 0, 3]])


class Inhabitants:
    """The runs of one split's figures."""

    def __init__(self, folder: Path, split: Split) -> None:
        """Raise InputError when the folder lacks its table or has no figure of this split."""
        self._folder = folder / FOLDER
        names = set(names_of("inhabitants", split))
        self._runs = [run for figure, run in _read_table(self._folder) if figure in names]
        if not self._runs:
            raise InputError(f"{self._folder}: no {split} figure in it; prepare the drawn families again")

    def figure(self, rng: Rng) -> PaintedFigure:
        """Return a random figure somewhere in one of its runs."""
        run = self._runs[int(rng.integers(len(self._runs)))]
        start = float(rng.uniform(run.frames[0], run.frames[-1]))
        pen = BorderPen(float(rng.choice(WIDTHS)), everywhere)
        return PaintedFigure(run, start, pen, Framing.random(rng), rng)


def _read_table(folder: Path) -> list[tuple[str, Run]]:
    """Return the runs of a prepared folder with the figure of each."""
    path = folder / TABLE
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return [
            (entry["figure"], Run(folder / name, name, np.array(entry["frames"], np.int64), _colors(entry["color"])))
            for name, entry in sorted(table.items())
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no table of runs ({error}); prepare the drawn families again") from error


def _colors(rows: list[list[int]]) -> list[RGB]:
    return [(r, g, b) for r, g, b in rows]


@dataclass(frozen=True)
class PaintedFigure:
    """A run from a frame number on; parts are the run's colours."""

    run: Run
    start: float
    pen: BorderPen
    framing: Framing
    rng: Rng

    @property
    def name(self) -> str:
        """See `Figure`."""
        return f"inhabitants/{self.run.name}"

    def clip(self, times: Sequence[Time], *, size: int) -> Clip:
        """See `Figure`."""
        near = [None if time is None else self.run.label(self.start + time) for time in times]
        box = _box([label for label in near if label is not None])
        drawings = [self._view(size) if label is None else self._drawn(label, box, size) for label in near]
        group, color = color_groups(self.run.colors)
        return Clip(tuple(drawings), group, color, self.name)

    def paintings(self, times: Sequence[float], *, size: int) -> list[NDArray[np.float32]]:
        """Return its frames as painted: premultiplied display RGBA (S, S, 4) in [0, 1], placed as in `clip`."""
        box = _box([self.run.label(self.start + time) for time in times])
        placing = self.framing.placing(box, size * OVERSAMPLING)
        scale, (x, y) = placing.scale / OVERSAMPLING, (offset / OVERSAMPLING for offset in placing.offset)
        matrix = np.array([[scale, 0, x + (scale - 1) / 2], [0, scale, y + (scale - 1) / 2]])
        placed = []
        for time in times:
            picture = self.run.picture(self.start + time).astype(np.float32) / 255
            picture[..., :3] *= picture[..., 3:]
            placed.append(np.asarray(cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_AREA), np.float32))
        return placed

    def _view(self, size: int) -> Drawing:
        label = self.run.label(float(self.rng.uniform(self.run.frames[0], self.run.frames[-1])))
        return self._drawn(label, _box([label]), size)

    def _drawn(self, label: Labels, box: Box, size: int) -> Drawing:
        placing = self.framing.placing(box, size * OVERSAMPLING)
        height, width = (max(1, round(side * placing.scale)) for side in label.shape)
        grown = enlarged(label, width, height)
        plan = np.zeros((size * OVERSAMPLING, size * OVERSAMPLING), np.uint16)
        x, y = (round(value) for value in placing.offset)
        top, left = max(0, y), max(0, x)
        bottom, right = min(len(plan), y + height), min(len(plan), x + width)
        if top < bottom and left < right:
            plan[top:bottom, left:right] = grown[top - y : bottom - y, left - x : right - x]
        return drawing_of(plan, self.pen)


def _box(labels: Sequence[Labels]) -> Box:
    """Return the box around what is not ground in any of these frames of one run."""
    shown = np.logical_or.reduce([label > 0 for label in labels]) if labels else np.ones((1, 1), np.bool_)
    if not shown.any():
        shown = np.ones_like(shown)
    rows, columns = np.nonzero(shown.any(1))[0], np.nonzero(shown.any(0))[0]
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
