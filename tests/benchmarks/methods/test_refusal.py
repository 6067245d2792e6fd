import numpy as np
import pytest

from benchmarks.methods.method import Colored, UncoloredShot
from benchmarks.methods.refusal import blank_paper, color_or_none
from cmft_engine.protocol.errors import Cancelled, CmftError, InputError, WeightsError

SHOT = UncoloredShot({}, {})


def raising(error):
    def color(shot):
        raise error

    return color


def test_a_method_that_says_no_gives_nothing_and_why_is_logged(caplog):
    """Every error that the engine raises on purpose is a refusal; a colouring passes through."""
    for error in (CmftError("no paint"), InputError("no paint")):
        assert color_or_none(raising(error), SHOT) is None
    assert caplog.text.count("refused, counted as all wrong: no paint") == 2
    made = {1: Colored(np.zeros((2, 2, 3), np.uint8))}
    assert color_or_none(lambda shot: made, SHOT) is made


@pytest.mark.parametrize("error", [WeightsError("gone"), Cancelled("stop"), ZeroDivisionError()])
def test_what_is_wrong_with_the_run_is_no_refusal(error):
    """Missing weights, a user who stops and a bug end the run instead of a row of zeros."""
    with pytest.raises(type(error)):
        color_or_none(raising(error), SHOT)


def test_blank_paper_is_white_and_unsure():
    """It has the size of the line plate."""
    blank = blank_paper(np.zeros((4, 6, 3), np.uint8))
    assert blank.picture.shape == (4, 6, 3) and (blank.picture == 255).all()
    assert blank.confidence.shape == (4, 6) and (blank.confidence == 0).all()
