import re

from benchmarks.methods.registry import OURS, OURS_ALONE
from benchmarks.quality.examine import Outcome, Plan, examine, score_methods
from benchmarks.quality.gallery import Gallery, available_methods
from benchmarks.quality.report import report
from tests.benchmarks.fake_engine import face_clip

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
