"""A stored clip on disk, as the validation sets hold it."""

from pathlib import Path

import numpy as np
import pytest

from cmft_engine.image.plate import Plate, write_plate
from tests.benchmarks.small_drawings import draw_face


def write(picture: np.ndarray, path: Path) -> None:
    """Write an 8-bit picture as a plate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)


@pytest.fixture
def folder(tmp_path):
    """A set of one clip of three drawings."""
    for number in (0, 1, 5):
        line, painting = draw_face(number, 0)
        write(line, tmp_path / "toon" / "face" / "line" / f"{number:04d}.png")
        write(painting, tmp_path / "toon" / "face" / "gt" / f"{number:04d}.png")
    return tmp_path
