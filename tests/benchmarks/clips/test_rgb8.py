from dataclasses import replace

import numpy as np

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from cmft_engine.image.color_space import convert
from cmft_engine.image.plate import Plate, read_plate, write_plate


def test_transparent_paintings_lie_on_white(tmp_path):
    """Alpha 0 reads as white paper, whatever its colour."""
    pixels = np.zeros((2, 2, 4), np.float32)
    pixels[0] = (1, 0, 0, 1)
    write_plate(Plate.from_pixels(pixels), tmp_path / "a.png")
    picture = read_rgb8(tmp_path / "a.png")
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert picture[1, 1].tolist() == [255, 255, 255]


def test_linear_plates_come_back_to_the_values_of_an_8_bit_painting(tmp_path):
    """All 256 values of a channel are what they were after a scene-linear EXR."""
    picture = np.zeros((1, 256, 3), np.uint8)
    picture[0, :, 1] = np.arange(256)
    write_rgb8(picture, tmp_path / "a.png")
    plate = read_plate(tmp_path / "a.png")
    linear = replace(plate, pixels=convert(plate.rgb(), plate.space, "lin_rec709"), space="lin_rec709",
                     bit_depth="float")
    write_plate(linear, tmp_path / "a.exr")
    assert np.array_equal(read_rgb8(tmp_path / "a.exr"), picture)
