from pathlib import Path

import numpy as np
import pytest

from benchmarks.clips.stored import letterbox, read_clips
from cmft_engine.image.plate import Plate, write_plate
from cmft_engine.protocol.errors import PlateError, ShotError
from tests.benchmarks.small_drawings import draw_face


def write(picture: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)


@pytest.fixture
def folder(tmp_path):
    for number in (0, 1, 5):
        line, painting = draw_face(number, 0)
        write(line, tmp_path / "toon" / "face" / "line" / f"{number:04d}.png")
        write(painting, tmp_path / "toon" / "face" / "gt" / f"{number:04d}.png")
    return tmp_path


def test_a_painting_without_its_line_is_named(folder):
    """The message names the clip and the drawing."""
    (folder / "toon" / "face" / "line" / "0005.png").unlink()
    with pytest.raises(PlateError, match="face: drawing 5 has a line or a painting, but not both"):
        list(read_clips(folder / "toon", size=96))


def test_an_empty_set_says_what_a_clip_is(tmp_path):
    """A wrong folder is no silent zero."""
    with pytest.raises(ShotError, match=r"no clip in it; a clip is a folder with line/NNNN\.png"):
        list(read_clips(tmp_path, size=96))


def test_letterboxing_keeps_the_shape_of_the_drawing():
    """A wide picture lies in the middle of a white square, scaled and not stretched."""
    square = letterbox(np.zeros((20, 40, 3), np.uint8), 80)
    assert square.shape == (80, 80, 3)
    assert (square[20:60] == 0).all()
    assert (square[:20] == 255).all()
