import math
from dataclasses import replace

import pytest

from benchmarks.methods.registry import FLOW, OURS, REGIONS
from benchmarks.quality.against_flow import bars, render_against_flow
from tests.benchmarks.made_up import result


def rows(mine, theirs, *, set_name="heads-jpeg", rival=FLOW):
    """Return rows of ours and of a rival with these foreground figures at gap 1, 5, 9; PSNR is alike."""
    return [
        result(method, figure, gap=gap, set_name=set_name)
        for method, figures in ((OURS, mine), (rival, theirs))
        for gap, figure in zip((1, 5, 9), figures, strict=True)
    ]


@pytest.mark.parametrize(
    ("mine", "met"),
    [((0.91, 0.85, 0.85), True), ((0.90, 0.85, 0.85), False), ((0.91, 0.85, 0.84), False)],
)
def test_a_drawn_set_is_met_only_at_every_gap(mine, met):
    """0.9 of the flow warp's wrong pixels at gap 1 and 0.75 later: of 10, 20, 20 % at most 9, 15, 15 %."""
    wrong = bars(rows(mine, (0.9, 0.8, 0.8)))[0]
    assert wrong.goal == "≤ 0.90 / 0.75 / 0.75 of the flow warp's at gap 1 / 5 / 9"
    assert wrong.met is met


def test_the_line_has_the_figures_and_the_verdict():
    """Ratio, both wrong shares, and what is met or missed."""
    first, lead, *_ = render_against_flow(rows((0.91, 0.80, 0.85), (0.9, 0.8, 0.8))).splitlines()
    assert first.endswith("0.900 / 1.000 / 0.750 (9.00 / 20.00 / 15.00 % against 10.00 / 20.00 / 20.00 %), missed.")
    assert lead == (
        "- Bar of foreground pixels, above flow warp at gap 1 / 5 / 9: 91.0 / 80.0 / 85.0 against 90.0 / 80.0 / 80.0 %,"
        " missed."
    )


def test_every_set_has_to_lead_the_better_of_flow_warp_and_rules():
    """The lead is asked of all sets; a tie is no lead, and the rules count where they are better than the warp."""
    found = bars(rows((0.95, 0.95, 0.95), (0.9, 0.9, 0.9), set_name="toon"))
    assert [(bar.what, bar.met) for bar in found] == [("foreground pixels", True), ("PSNR", False)]
    rules = [row for row in rows((0, 0, 0), (0.9, 0.96, 0.9), set_name="toon", rival=REGIONS) if row.method == REGIONS]
    (lead, _) = bars([*rows((0.95, 0.95, 0.95), (0.9, 0.9, 0.9), set_name="toon"), *rules])
    assert lead.goal == "above flow warp and rules at gap 1 / 5 / 9"
    assert lead.reached == "95.0 / 95.0 / 95.0 against 90.0 / 96.0 / 90.0 %" and not lead.met


def test_where_nothing_is_left_to_gain_a_tie_is_met():
    """Both have every pixel right: met. Both have the same pixels wrong: missed."""
    for share, met in ((1.0, True), (0.99, False)):
        lead = bars(rows((share,) * 3, (share,) * 3, set_name="toon"))[0]
        assert (lead.what, lead.met) == ("foreground pixels", met)


def test_a_figure_that_only_a_rival_has_is_a_lost_lead():
    """Neither has a mean IoU: no bar. Only the rival has: missed. Only ours has: met."""
    mine, theirs = result(OURS, 0.9, set_name="toon"), result(FLOW, 0.8, set_name="toon")
    for of_mine, of_theirs, expected in ((math.nan, math.nan, []), (math.nan, 0.1, [False]), (0.1, math.nan, [True])):
        both = [
            replace(row, score=replace(row.score, mean_iou=value))
            for row, value in ((mine, of_mine), (theirs, of_theirs))
        ]
        assert [bar.met for bar in bars(both) if bar.what == "mIoU"] == expected


def test_without_the_flow_warp_there_is_no_comparison():
    """A run without it promises nothing."""
    assert bars([result(OURS, 0.9)]) == []
    assert render_against_flow([result(OURS, 0.9)]) == ""
