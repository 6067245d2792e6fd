from dataclasses import replace

from benchmarks.methods.registry import OURS, OURS_ALONE, RULES_AND_FLOW, RULES_CHAINED
from benchmarks.quality import against_rules
from benchmarks.quality.set_table import COLUMNS, render_table
from tests.benchmarks.made_up import result


def test_the_best_of_each_cell_is_bold_and_the_ceiling_never():
    """The oracle knows the answer, so that it wins nothing."""
    text = render_table([result(OURS, 0.8), result("flow", 0.7), result("oracle", 1.0)])
    rows = {line.split(" | ")[0]: line for line in text.splitlines() if line.startswith("| ")}
    assert "**80.0**" in rows["| ours"]
    assert "| 70.0 |" in rows["| flow warp"]
    assert "**" not in rows[next(name for name in rows if "ceiling" in name)]


def test_the_verdict_names_what_is_lost():
    """A lost column is named with its gap; a metric that nothing has is not ours to claim."""
    results = [result(OURS, 0.8), result(OURS, 0.6, gap=5), result("flow", 0.7, gap=5)]
    assert "behind in fg ΔE≤2 % at gap 5, mIoU % at gap 1, mIoU % at gap 5." in render_table(results)
    few = render_table(results, told_by="drawing", columns=COLUMNS[2:4])
    assert "Ours leads or ties in 3 of 4 columns; behind in fg ΔE≤2 % at drawing 5." in few
    assert "PSNR" not in few


def test_means_leave_out_what_could_not_be_counted():
    """A NaN of one clip does not spoil the set, and prints as a dash when it is all there is."""
    text = render_table([result("flow", float("nan")), result("flow", 0.5)])
    assert "**50.0**" in text
    assert "| – |" in text


def test_the_better_of_the_rules_is_the_bar():
    """Ours is compared with the rules that are better there, and beats itself by nothing."""
    results = [result(OURS, 0.9), result(OURS_ALONE, 0.95), result(RULES_AND_FLOW, 0.7), result(RULES_CHAINED, 0.8)]
    text = render_table(results) + against_rules.render_against_rules(results)
    assert "; behind in mIoU % at gap 1." in text  # which none has
    assert "10.0 % against 20.0 % of region matching + flow, direct or from drawing to drawing, ratio 0.50" in text


def test_refused_clips_are_counted_in_the_row():
    """A clip that is refused at two gaps counts once; a method that refuses nothing has 0."""
    rows = [replace(result(OURS, 0.0, gap=gap, clip="one"), refused=True) for gap in (1, 5)]
    text = render_table([*rows, result(OURS, 0.5, clip="two"), result("flow", 0.5)])
    assert "| clips refused |" in text.splitlines()[0]
    assert [line.split(" | ")[-1] for line in text.splitlines()[2:4]] == ["1 |", "0 |"]
