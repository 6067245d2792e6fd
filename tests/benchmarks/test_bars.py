import math

import pytest

from benchmarks.quality import against_rules, uninked
from benchmarks.quality.bars import Bar, percent, plain, render_bars, within, wrong_ratio
from benchmarks.quality.methods import OURS, RULES_AND_FLOW
from tests.benchmarks.made_up import result


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


RESULTS = [
    result(OURS, 0.98, region=0.95, gap=1, clip="one"),
    result(RULES_AND_FLOW, 0.90, region=0.90, gap=1, clip="one"),
    result(OURS, 0.90, region=0.80, gap=1, clip="two"),
    result(RULES_AND_FLOW, 0.90, region=0.85, gap=1, clip="two"),
    result(OURS, 0.70, region=0.80, gap=5, clip="two"),
    result(RULES_AND_FLOW, 0.75, region=0.80, gap=5, clip="two"),
]


def test_ours_against_the_rules_names_ratio_gap_and_clip():
    """The means give the ratios, gap by gap; every clip that is behind is named with both figures."""
    lines = against_rules.render_against_rules(RESULTS).splitlines()
    assert "gap 1 / 5: 6.0 / 30.0 % against 10.0 / 25.0 %" in lines[0]
    assert "ratio 0.600 / 1.200 (at most 0.40: missed at gap 1, 5)" in lines[0]
    assert "12.5 / 20.0 % against 12.5 / 20.0 %" in lines[1]
    assert lines[2].endswith("on 1 of 3 clips × gaps: two gap 5 70.00 < 75.00.")
    assert lines[3].endswith("on 1 of 3 clips × gaps: two gap 1 80.00 < 85.00.")


def test_the_bars_of_a_set_are_met_only_at_every_gap():
    """One gap that misses spoils the bar; the aim is at gap 1 alone."""
    better = [result(OURS, 1.0, region=1.0, gap=gap) for gap in (1, 5)]
    rules = [result(RULES_AND_FLOW, 0.9, region=0.9, gap=gap) for gap in (1, 5)]
    assert all(bar.met for bar in against_rules.bars("toon", better + rules))
    worse = [result(OURS, 1.0, region=1.0), result(OURS, 0.95, region=1.0, gap=5)]
    met = {bar.what: bar.met for bar in against_rules.bars("toon", worse + rules)}
    assert met["wrong foreground pixels"] is False
    assert met["wrong regions"] is met["right foreground pixels at gap 1"] is True


def test_without_the_rules_there_is_no_comparison():
    """A run of ours alone promises nothing."""
    assert against_rules.bars("toon", [result(OURS, 0.9)]) == []
    assert against_rules.render_against_rules([result(OURS, 0.9)]) == ""


def test_uninked_sets_say_above_or_below():
    """Each rival has its own verdict; as good is not above; other sets are left out."""
    rows = [result(OURS, 0.9), result("flow", 0.8), result("oracle", 0.95)]
    assert uninked.render(rows) == ""
    shaded = [result(r.method, r.score.foreground, set_name="shaded") for r in rows]
    assert "| shaded | 1 | 90.0 | 80.0: ours above | 95.0: ours below |" in uninked.render(shaded)
    (bar,) = uninked.bars(shaded)
    assert (bar.met, bar.reached) == (False, "not above oracle at gap 1")
    even = [result(method, 0.9, set_name="shaded") for method in (OURS, "flow", "oracle")]
    assert uninked.bars(even)[0].met is False
    first = [result(OURS, 0.9, set_name="shaded"), *(result(m, 0.8, set_name="shaded") for m in ("flow", "oracle"))]
    assert uninked.bars(first)[0].met is True
