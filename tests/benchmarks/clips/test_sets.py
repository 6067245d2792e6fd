
import numpy as np
import pytest

from benchmarks.clips.sets import load_set
from cmft_engine.protocol.errors import InputError
from tests.benchmarks.clips.conftest import write
from tests.benchmarks.small_drawings import draw_face
from tests.training.synthetic.drawn.small_art import clipart_folder


def test_stored_drawings_come_back_bit_by_bit(folder):
    """What a clip's files hold is what is scored, in pairs by gap; a gap without a drawing is left out."""
    (clip,) = load_set("toon", folder, size=96)
    pairs = clip.pairs((1, 5, 9))
    assert [pair.gap for pair in pairs] == [1, 5]
    assert np.array_equal(pairs[1].target_gt, draw_face(5, 0)[1])
    assert np.array_equal(pairs[1].reference_line, draw_face()[0])
    write(draw_face(3, 0)[0], folder / "toon" / "face" / "between" / "0003.png")
    (clip,) = load_set("toon", folder, size=96)
    assert list(clip.between) == [3] and np.array_equal(clip.between_by_gap()[3], draw_face(3, 0)[0])


def test_a_drawn_set_is_drawn_from_its_folder(tmp_path):
    """Without the folder the message names the option and what makes the folder."""
    clipart_folder(tmp_path)
    assert next(load_set("clipart-soft", tmp_path, size=48, drawn=tmp_path)).name.startswith("00-")
    with pytest.raises(InputError, match=r"clipart-soft: needs --drawn FOLDER, made by python -m .*prepare"):
        next(load_set("clipart-soft", tmp_path, size=48))
