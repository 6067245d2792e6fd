"""The engine as a user runs it: files in, `colorize`, files out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from cmft_engine.evaluation.clips import Pair, read_rgb8
from cmft_engine.image.plate import Plate, write_plate

REFERENCE_FRAME = 0


def ours(pairs: Sequence[Pair]) -> list[np.ndarray]:
    """Return the engine's colouring of each pair's target, uint8 RGB (H, W, 3).

    All pairs must share their reference and differ in gap; they are one shot, coloured in one call.
    """
    with TemporaryDirectory(prefix="cmft-benchmark-") as name:
        folder = Path(name)
        shot = write_shot(pairs, folder)
        cmft_engine.colorize(shot, str(folder / "colored" / "frame.####.png"))
        return [read_rgb8(folder / "colored" / f"frame.{pair.gap:04d}.png") for pair in pairs]


def write_shot(pairs: Sequence[Pair], folder: Path) -> cmft_engine.Shot:
    """Write the pairs' line plates and their reference as PNG files and return them as a shot of the targets."""
    first = pairs[0]
    lines = {REFERENCE_FRAME: first.reference_line} | {pair.gap: pair.target_line for pair in pairs}
    for frame, line in lines.items():
        write_rgb8(line, folder / "lines" / f"line.{frame:04d}.png")
    painting = folder / "painted.png"
    write_rgb8(first.reference_gt, painting)
    return cmft_engine.Shot.open(
        str(folder / "lines" / "line.####.png"),
        reference=f"{painting}@{REFERENCE_FRAME}",
        frames=[pair.gap for pair in pairs],
    )


def write_rgb8(picture: np.ndarray, path: Path) -> None:
    """Write uint8 RGB (H, W, 3) without changing a value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)
