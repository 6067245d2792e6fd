from benchmarks.methods.registry import OURS, RULES_AND_FLOW
from benchmarks.quality import against_rules
from tests.benchmarks.made_up import result

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
