import re

from benchmarks.methods.registry import FLOW, OURS, OURS_ALONE, RULES_AND_FLOW
from benchmarks.quality.examine import Outcome, Plan, examine, score_methods
from benchmarks.quality.gallery import Gallery, available_methods
from benchmarks.quality.report import report
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import result

ALL_METHODS = tuple(available_methods())


def test_every_method_is_scored_on_every_pair():
    """All rows but ours run on a small clip; the ceiling pours the right colours."""
    names = [name for name in available_methods() if name not in (OURS, OURS_ALONE)]
    results = score_methods("toon", Gallery(face_clip(0, 1, 5).pairs()), names)
    assert len(results) == 2 * len(names)
    assert {r.score.region for r in results if r.method == "oracle"} == {1.0}
    text = report(Outcome(results=results), Plan((1, 5, 9), tuple(names)))
    assert "## toon: 1 clips" in text
    assert re.search(r"\| flow warp \| \*?\*?\d+\.\d", text)


def test_a_run_of_everything_has_every_section(engine):
    """One clip examined with all sections gives a page with all of them, and bars for each."""
    plan = Plan((1, 5, 9), ALL_METHODS, sheet=True)
    outcome = examine("shaded", face_clip(0, 1, 5, 9), plan, is_redrawn=False)
    text = report(outcome, plan)
    for heading in ("Bars", "shaded: 1 clips", "References on both sides", "Shading without ink", "Confidence",
                    "Failures", "Leak test"):
        assert f"## {heading}" in text
    assert "Robustness" not in text
    assert len(outcome.worst) == 1


def test_drawn_sets_have_bars_of_their_own():
    """They are held against the flow warp, the others against the rules, and what is said of all leaves them out."""
    methods = (OURS, RULES_AND_FLOW, FLOW)
    names = ("toon", "shaded", "heads-soft")
    rows = [result(method, 0.9, set_name=name) for name in names for method in methods]
    text = report(Outcome(results=rows), Plan((1,), methods))
    assert "## Drawn sets" in text and "## heads-soft: 1 clips" in text
    rows_of_bars = [line.split(" | ") for line in text.splitlines() if line.endswith(" | **missed** |")]
    where = {(cells[0].removeprefix("| "), cells[2]) for cells in rows_of_bars}
    assert ("heads-soft", "≤ 0.90 of the flow warp's at gap 1") in where
    assert ("toon", "≤ 0.40 of the rules' at gap 1") in where
    assert ("all but drawn sets", "≤ 0.40 of the rules' at gap 1") in where
    assert not any(place == "heads-soft" and "of the rules'" in goal for place, goal in where)
    assert not any(place == "toon" and "of the flow" in goal for place, goal in where)
    assert "## Drawn sets" not in report(Outcome(results=rows[:6]), Plan((1,), methods))
