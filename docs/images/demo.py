"""Make demo.png from a coloured example shot: `python docs/images/demo.py demo`, after `cmft demo`."""

import sys
from pathlib import Path

import cv2
import numpy as np

from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.outputs import display_picture

ROOT = Path(__file__).resolve().parents[2]
SHOT = ROOT / "examples" / "shot"
FRAMES = (1004, 1008, 1012, 1016, 1020, 1024)
HEIGHT = 216  # px of a small picture
GAP = 8


def picture(path: Path, height: int) -> np.ndarray:
    """Return a plate over white at this height, display RGB (height, W, 3)."""
    rgb = display_picture(read_plate(path))
    width = round(rgb.shape[1] * height / rgb.shape[0])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def row(pictures: list[np.ndarray]) -> np.ndarray:
    """Return pictures of one height side by side, white between."""
    white = np.ones((pictures[0].shape[0], GAP, 3), np.float32)
    return np.hstack([part for shown in pictures for part in (shown, white)][:-1])


def demo_picture(coloured: Path) -> np.ndarray:
    """Return the painted drawing large on the left, line art and coloured drawings in pairs on the right."""
    suffix = next(coloured.glob(f"*{FRAMES[0]}.*")).suffix
    tall = [picture(SHOT / "ref.1001.png", 2 * HEIGHT + GAP)]
    rows = [row([picture(SHOT / f"line.{frame}.png", HEIGHT) for frame in FRAMES[::2]]),
            row([picture(next(coloured.glob(f"*{frame}{suffix}")), HEIGHT) for frame in FRAMES[::2]])]
    white = np.ones((GAP, rows[0].shape[1], 3), np.float32)
    return row([*tall, np.vstack([rows[0], white, rows[1]])])


if __name__ == "__main__":
    write_plate(Plate.from_pixels(demo_picture(Path(sys.argv[1]))), Path(__file__).with_name("demo.png"))
