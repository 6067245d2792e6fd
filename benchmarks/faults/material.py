"""The small shot that every fault meets: eight frames of two boxes that move, painted at the first."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cmft_engine.image.plate import Plate, write_plate

FRAMES = 8
SIDE = 96
PAINTS = ((0.8, 0.2, 0.2), (0.2, 0.4, 0.8))
BOXES = ((20, 18, 34, 26), (26, 52, 40, 28))  # x, y, width, height at frame 1


def draw_shot(folder: Path) -> None:
    """Write line.0001.png to line.0008.png and ref.png."""
    for frame in range(1, FRAMES + 1):
        lines = np.ones((SIDE, SIDE, 3), np.float32)
        painted = lines.copy()
        for number, (x, y, width, height) in enumerate(BOXES):
            left, top = x + (2 * frame if number else -frame), y + frame % 3
            for picture, inside in ((lines, (1.0, 1.0, 1.0)), (painted, PAINTS[number])):
                picture[top:top + height, left:left + width] = 0
                picture[top + 2:top + height - 2, left + 2:left + width - 2] = inside
        write_plate(Plate.from_pixels(lines), folder / f"line.{frame:04d}.png")
        if frame == 1:
            write_plate(Plate.from_pixels(painted), folder / "ref.png")


def command(out: str, *more: str) -> tuple[str, ...]:
    """Return the arguments that colour the shot into a folder."""
    return ("colorize", "line.####.png", "--reference", "ref.png@1", "--out", f"{out}/c.####.exr", "--device", "cpu",
            "--work-size", "128", "--events", *more)
