import numpy as np
import pytest

from benchmarks.clips.long import LONG_SETS, load_long_set
from benchmarks.clips.sets import load_set
from benchmarks.clips.stored import DATA
from cmft_engine.protocol.errors import InputError
from tests.training.synthetic.drawn.small_art import clipart_folder


def test_puppets_have_as_many_drawings_as_wanted():
    """Few or many, each with its truth, and nothing lies between."""
    for n_drawings in (4, 12):
        clip = next(load_long_set("puppets", n_drawings, size=48))
        assert sorted(clip.lines) == list(range(n_drawings)) and not clip.between
        assert all(clip.truth(i).shape == (48, 48, 3) for i in clip.lines)


def test_stored_clips_have_what_there_is():
    """Ten drawings, or the first ones of them, with the truth of those that no pair scores."""
    stored = next(load_set("toon", DATA, size=64))
    assert sorted(next(load_long_set("toon", 24, size=64)).lines) == list(range(10))
    clip = next(load_long_set("toon", 4, size=64))
    assert sorted(clip.lines) == [0, 1, 2, 3] and not clip.between
    assert np.array_equal(clip.lines[2], stored.between[2]) and np.array_equal(clip.truth(2), stored.truths[2])


def test_drawn_art(tmp_path):
    """It comes from the prepared folder."""
    clip = next(load_long_set("clipart-anti-aliased", 4, size=48, drawn=clipart_folder(tmp_path)))
    assert sorted(clip.truths) == [0, 1, 2, 3]


@pytest.mark.parametrize(("name", "sentence"), [
    ("oil", "no set 'oil' of long clips; there are: toon, shaded"), ("heads-soft", "no set 'heads-soft'"),
    ("inhabitants-film", "no set 'inhabitants-film'"), ("heads", "heads: needs --drawn FOLDER"),
])
def test_what_cannot_be_drawn_is_said_at_once(name, sentence):
    """Before a clip is asked for."""
    with pytest.raises(InputError, match=sentence):
        load_long_set(name, 4, size=48)


def test_no_set_is_shaded_over_a_clip():
    """Soft light and gradients are fitted to all drawings at once, so that no long clip has them."""
    assert {"toon", "shaded", "puppets", "puppets-shaded", "heads", "avatars-jpeg"} <= set(LONG_SETS)
    assert not [name for name in LONG_SETS if name.endswith(("soft", "gradient", "painted", "film"))]
