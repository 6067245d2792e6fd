"""Which frame to paint next is advised where that is worth the work."""

import pytest

from cmft_engine.pipeline.advice import WORTH_PAINTING, advice_of


@pytest.mark.parametrize("found", [None, (1012, WORTH_PAINTING - 0.01)])
def test_no_advice(found):
    """Where nothing is in doubt, or a painting would settle little of it."""
    assert advice_of(found) is None


def test_advice():
    """What to do, and why."""
    advice = advice_of((1012, 0.426))
    assert advice.short == "paint frame 1012 next"
    assert advice.text == "paint frame 1012 next: as a second reference it would settle about 43 % of the doubt"
