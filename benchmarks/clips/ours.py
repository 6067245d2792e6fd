"""The engine as a user runs it: files in, `colorize`, files out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from benchmarks.clips.clips import Pair, over_white
from cmft_engine.image.plate import Plate, read_plate, write_plate

REFERENCE_FRAME = 0
NONE: Mapping[int, np.ndarray] = {}


@dataclass(frozen=True)
class Painted:
    """A reference: its line plate and its painting, both uint8 RGB (H, W, 3)."""

    line: np.ndarray
    painting: np.ndarray


@dataclass(frozen=True)
class Colored:
    """What the engine wrote for one frame: uint8 RGB (H, W, 3), and its confidence plate, float32 (H, W) in [0, 1]."""

    picture: np.ndarray
    confidence: np.ndarray


def ours(
    pairs: Sequence[Pair], between: Mapping[int, np.ndarray] = NONE, *, temporal_radius: int | None = None
) -> list[Colored]:
    """Return the engine's colouring of each pair's target.

    All pairs must share their reference and differ in gap; they are one shot, coloured in one call. between: the line
    plates of the shot's other drawings by gap, coloured too. temporal_radius: as in the engine's settings; its default
    if None.
    """
    reference = Painted(pairs[0].reference_line, pairs[0].reference_gt)
    targets = {pair.gap: pair.target_line for pair in pairs} | dict(between)
    colored = color_shot({REFERENCE_FRAME: reference}, targets, temporal_radius=temporal_radius)
    return [colored[pair.gap] for pair in pairs]


def color_shot(
    references: Mapping[int, Painted], targets: Mapping[int, np.ndarray], *, temporal_radius: int | None = None
) -> dict[int, Colored]:
    """Return the engine's colouring of the target line plates by frame, from all references."""
    settings = cmft_engine.Settings()
    if temporal_radius is not None:
        settings = settings.replace(temporal_radius=temporal_radius)
    with TemporaryDirectory(prefix="cmft-benchmark-") as name:
        folder = Path(name)
        shot = write_shot(references, targets, folder)
        cmft_engine.colorize(shot, str(folder / "colored" / "frame.####.exr"), settings=settings)
        return {frame: _read(folder / "colored" / f"frame.{frame:04d}.exr") for frame in sorted(targets)}


def write_shot(
    references: Mapping[int, Painted], targets: Mapping[int, np.ndarray], folder: Path
) -> cmft_engine.Shot:
    """Write line plates and paintings as PNG files and return them as a shot of the targets, all by frame."""
    lines = {frame: reference.line for frame, reference in references.items()} | dict(targets)
    for frame, line in lines.items():
        write_rgb8(line, folder / "lines" / f"line.{frame:04d}.png")
    paintings = {frame: folder / f"painted.{frame:04d}.png" for frame in references}
    for frame, path in paintings.items():
        write_rgb8(references[frame].painting, path)
    return cmft_engine.Shot.open(
        str(folder / "lines" / "line.####.png"),
        reference=[f"{path}@{frame}" for frame, path in paintings.items()],
        frames=sorted(targets),
    )


def _read(path: Path) -> Colored:
    plate = read_plate(path)
    return Colored(over_white(plate), plate.pixels[..., plate.channels.index("confidence.Y")].astype(np.float32))


def write_rgb8(picture: np.ndarray, path: Path) -> None:
    """Write uint8 RGB (H, W, 3) without changing a value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)
