"""Make demo.png from the coloured example shot: `python docs/images/demo.py demo`, after `cmft demo`."""

import sys
from pathlib import Path

import cv2
import numpy as np

from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.pipeline.compose import display_picture

ROOT = Path(__file__).resolve().parents[2]
SHOT = ROOT / "examples" / "shot"
FRAMES = (1006, 1013, 1020)  # evenly spread, not chosen by how they turned out
HEIGHT = 252  # px of a small picture
GAP = 8


def shrink(rgb: np.ndarray, height: int) -> np.ndarray:
    """Return a picture (H, W, 3) at this height."""
    width = round(rgb.shape[1] * height / rgb.shape[0])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def join(pictures: list[np.ndarray], axis: int) -> np.ndarray:
    """Return pictures of one height (axis 1) or width (axis 0) in a line, white between."""
    size = list(pictures[0].shape)
    size[axis] = GAP
    white = np.ones(size, np.float32)
    return np.concatenate([part for picture in pictures for part in (picture, white)][:-1], axis)


def demo_picture(coloured: Path) -> np.ndarray:
    """Return the painted drawing large on the left, line art over coloured drawings on the right, without margins."""
    files = [SHOT / "ref.1001.png", *(SHOT / f"line.{frame}.png" for frame in FRAMES),
             *(next(coloured.glob(f"*.{frame}.*")) for frame in FRAMES)]
    pictures = [display_picture(read_plate(file)) for file in files]
    drawn = np.flatnonzero(np.any([(picture < 1).any((0, 2)) for picture in pictures], axis=0))
    painted, *small = [picture[:, drawn[0]:drawn[-1] + 1] for picture in pictures]
    rows = [join([shrink(picture, HEIGHT) for picture in part], 1) for part in (small[:3], small[3:])]
    return join([shrink(painted, 2 * HEIGHT + GAP), join(rows, 0)], 1)


if __name__ == "__main__":
    write_plate(Plate.from_pixels(demo_picture(Path(sys.argv[1]))), Path(__file__).with_name("demo.png"))
