
import numpy as np
import pytest

from benchmarks.clips.stored import letterbox, read_clips
from cmft_engine.protocol.errors import PlateError, ShotError


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
