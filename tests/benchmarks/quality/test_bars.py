import math

import pytest

from benchmarks.quality.bars import Bar, percent, plain, render_bars, within, wrong_ratio


@pytest.mark.parametrize(
    ("ours", "rival", "ratio"),
    [(0.98, 0.95, 0.4), (1.0, 0.9, 0.0), (1.0, 1.0, 0.0), (0.9, 1.0, math.inf), (0.9, 0.9, 1.0)],
)
def test_wrong_against_wrong(ours, rival, ratio):
    """Two against five wrong is 0.4; nothing wrong is 0 against anything, something against nothing has no end."""
    assert wrong_ratio(ours, rival) == pytest.approx(ratio)


def test_what_could_not_be_counted_meets_no_bar():
    """NaN on either side stays NaN, prints as a dash and is not within any limit."""
    for ratio in (wrong_ratio(math.nan, 0.5), wrong_ratio(0.5, math.nan)):
        assert plain(ratio) == "–"
        assert not within(ratio, 1e9)
    assert percent(math.nan) == "–"
    assert plain(math.inf) == "∞"


def test_rounding_costs_no_bar():
    """One of 47 against two of 47 is half, whatever the arithmetic makes of it; more is more."""
    assert within(wrong_ratio(46 / 47, 45 / 47), 0.5)
    assert not within(0.501, 0.5)


def test_bars_say_what_is_met():
    """Both verdicts are printed and counted."""
    text = render_bars([Bar("toon", "a", "≤ 1", "2", False), Bar("toon", "b", "≤ 1", "0", True)])
    assert "1 of 2 are met." in text
    assert "| toon | a | ≤ 1 | 2 | **missed** |" in text
    assert "| toon | b | ≤ 1 | 0 | met |" in text
