import numpy as np

from benchmarks.clips.rgb8 import read_rgb8
from cmft_engine.image.plate import Plate, write_plate


def test_transparent_paintings_lie_on_white(tmp_path):
    """Alpha 0 reads as white paper, whatever its colour."""
    pixels = np.zeros((2, 2, 4), np.float32)
    pixels[0] = (1, 0, 0, 1)
    write_plate(Plate.from_pixels(pixels), tmp_path / "a.png")
    picture = read_rgb8(tmp_path / "a.png")
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert picture[1, 1].tolist() == [255, 255, 255]
