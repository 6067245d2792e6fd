import numpy as np
import pytest

from benchmarks.metrics.clicks import clicks_to_fix
from tests.benchmarks.small_drawings import EYE, HAIR, SKIN, draw_face, rooms

LINE, PAINTING = draw_face()


def test_the_truth_needs_no_click():
    """Nothing is wrong in the painting itself, and nothing in what no viewer tells from it."""
    assert clicks_to_fix(PAINTING, PAINTING, line=LINE) == 0
    assert clicks_to_fix(np.where(PAINTING < 255, PAINTING + 1, PAINTING), PAINTING, line=LINE) == 0


def test_every_wrong_room_is_a_click():
    """Three rooms, one and two of them wrong; a room that is wrong in many colours is one click."""
    line, truth = rooms(HAIR, SKIN, EYE)
    assert clicks_to_fix(rooms(SKIN, SKIN, EYE)[1], truth, line=line) == 1
    assert clicks_to_fix(rooms(SKIN, SKIN, HAIR)[1], truth, line=line) == 2
    noisy = truth.copy()
    noisy[2:22, 2:22] = np.random.default_rng(0).integers(0, 255, (20, 20, 3))
    assert clicks_to_fix(noisy, truth, line=line) == 1


def test_what_is_painted_in_two_colours_may_need_two_clicks():
    """Areas are told apart by the truth's colour even where no line parts them."""
    line, truth = rooms(HAIR, SKIN)
    truth[2:22, 2:12] = EYE
    wrong = truth.copy()
    wrong[2:22, 2:22] = SKIN
    assert clicks_to_fix(wrong, truth, line=line) == 2


@pytest.mark.parametrize(("pixels", "clicks"), [(9, 0), (10, 1)])
def test_specks_are_not_clicked(pixels, clicks):
    """Fewer than ten wrong pixels are left alone, and so is less than a hundredth of a large area."""
    line, truth = rooms(HAIR)
    wrong = truth.copy()
    wrong[5, 2 : 2 + pixels] = SKIN
    assert clicks_to_fix(wrong, truth, line=line) == clicks
    large = np.full((40, 40, 3), 255, np.uint8)
    speck = large.copy()
    speck[0, :15] = 0
    assert clicks_to_fix(speck, large, line=large) == 0
