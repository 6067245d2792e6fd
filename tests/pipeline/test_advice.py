"""Which frame to paint next is advised where that is worth the work."""

import pytest

from cmft_engine import Settings, Shot, colorize_iter
from cmft_engine.pipeline.advice import WORTH_PAINTING, advice_of
from tests.drawings import figure, write_shot


@pytest.mark.parametrize("found", [None, (1012, WORTH_PAINTING - 0.01)])
def test_no_advice(found):
    """Where nothing is in doubt, or a painting would settle little of it."""
    assert advice_of(found) is None


def test_advice():
    """What to do, and why."""
    advice = advice_of((1012, 0.426))
    assert advice.short == "paint frame 1012 next"
    assert advice.text == "paint frame 1012 next: as a second reference it would settle about 43 % of the doubt"


@pytest.mark.parametrize(("below", "is_told"), [(0.0, False), (1.0, True)])
def test_who_has_nothing_to_check_gets_no_advice(tmp_path, below, is_told):
    """A run advises a frame only where it lists a region, as the review window does."""
    write_shot(tmp_path, {1: figure(), 2: figure(3)}, reference=1)
    shot = Shot.open(str(tmp_path / "lines.####.png"), reference=f"{tmp_path}/ref.png@1")
    events = list(colorize_iter(shot, str(tmp_path / "c.####.png"), settings=Settings(confidence_below=below)))
    assert any("paint frame 2 next" in getattr(event, "text", "") for event in events) == is_told
    assert bool(events[-1].unsure) == is_told
