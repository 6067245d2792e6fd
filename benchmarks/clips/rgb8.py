"""Pictures of the benchmarks as files: uint8 RGB, read and written without changing a value."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.pipeline.compose import display_picture


def read_rgb8(path: Path) -> np.ndarray:
    """Return a picture as it is seen over white paper, uint8 RGB (H, W, 3)."""
    return over_white(read_plate(path))


def over_white(plate: Plate) -> np.ndarray:
    """Return a plate as it is seen over white paper, uint8 RGB (H, W, 3); an 8-bit file's values come back exact."""
    return np.asarray(np.round(display_picture(plate) * 255).astype(np.uint8))


def write_rgb8(picture: np.ndarray, path: Path) -> None:
    """Write uint8 RGB (H, W, 3) without changing a value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)
