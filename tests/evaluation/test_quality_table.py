import re

import numpy as np
import pytest

from benchmarks import quality, table
from benchmarks.methods import OURS, available_methods
from cmft_engine.evaluation.clips import ValidationClip
from cmft_engine.evaluation.metrics import Score
from tests.evaluation.small_drawings import draw_face


def result(method: str, foreground: float, gap: int = 1) -> table.Result:
    figures = Score(20.0, 0.9, foreground, 0.5, float("nan"), 1.0, 6)
    return table.Result("toon", "face", gap, method, 0.25, figures)


@pytest.fixture
def clip():
    drawings = {number: draw_face(number, 0) for number in (0, 1, 5)}
    return ValidationClip("face", {n: d[0] for n, d in drawings.items()}, {n: d[1] for n, d in drawings.items()})


def test_the_best_of_each_cell_is_bold_and_the_ceiling_never():
    """The oracle knows the answer, so that it wins nothing."""
    text = table.render_table([result(OURS, 0.8), result("flow", 0.7), result("oracle", 1.0)])
    rows = {line.split(" | ")[0]: line for line in text.splitlines() if line.startswith("| ")}
    assert "**80.0**" in rows["| ours"]
    assert "| 70.0 |" in rows["| flow warp"]
    assert "**" not in rows[next(name for name in rows if "ceiling" in name)]


def test_the_verdict_names_what_is_lost():
    """A lost column is named with its gap; a metric that nothing has is not ours to claim."""
    text = table.render_table([result(OURS, 0.8), result(OURS, 0.6, gap=5), result("flow", 0.7, gap=5)])
    assert "behind in fg ΔE≤2 % at gap 5, mIoU % at gap 1, mIoU % at gap 5." in text


def test_means_leave_out_what_could_not_be_counted():
    """A NaN of one clip does not spoil the set, and prints as a dash when it is all there is."""
    text = table.render_table([result("flow", float("nan")), result("flow", 0.5)])
    assert "**50.0**" in text
    assert "| – |" in text


def test_every_method_is_scored_on_every_pair(clip):
    """All rows but ours run on a small clip; the ceiling pours the right colours."""
    names = [name for name in available_methods() if name != OURS]
    results = quality.score_clip("toon", clip, (1, 5, 9), names)
    assert len(results) == 2 * len(names)
    assert {r.score.region for r in results if r.method == "oracle"} == {1.0}
    text = quality.report(results)
    assert "## toon: 1 clips" in text
    assert re.search(r"\| flow warp \| \*?\*?\d+\.\d", text)


def test_an_unknown_method_is_refused(capsys):
    """The command line names the methods that there are."""
    with pytest.raises(SystemExit):
        quality.main(["--methods", "magic"])
    assert "unknown method 'magic'" in capsys.readouterr().err


def test_results_are_plain_json():
    """Every field of a score lies beside clip, gap and method."""
    row = result(OURS, 0.8).to_dict()
    assert row["foreground"] == 0.8
    assert not any(isinstance(value, (dict, np.generic)) for value in row.values())
