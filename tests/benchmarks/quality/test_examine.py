import re

import pytest

from benchmarks.methods.registry import OURS
from benchmarks.quality.examine import SECTIONS, Plan, examine, methods_needed
from benchmarks.quality.gallery import available_methods
from benchmarks.quality.report import report
from tests.benchmarks.fake_engine import face_clip

ALL_METHODS = tuple(available_methods())


@pytest.mark.parametrize(
    ("section", "n_shots"),
    [("table", 1), ("two-sided", 1), ("uninked", 1), ("confidence", 1), ("failures", 1), ("leak", 2)],
)
def test_a_section_alone_costs_only_what_it_needs(engine, section, n_shots):
    """One section measures nothing for the others and prints no other's heading."""
    plan = Plan((1, 5), (OURS, "flow", "oracle"), (section,))
    text = report(examine("shaded", face_clip(0, 1, 5), plan, is_redrawn=True), plan)
    assert len(engine.shots) == n_shots
    assert len(re.findall(r"^## (?!Bars)", text, re.MULTILINE)) == 1


def test_only_what_a_section_prints_is_scored():
    """The un-inked section needs two rivals, and on un-inked sets only; the table needs all."""
    assert methods_needed("toon", Plan((1,), ALL_METHODS, ("uninked",))) == []
    assert methods_needed("shaded", Plan((1,), ALL_METHODS, ("uninked",))) == [OURS, "flow", "oracle"]
    assert methods_needed("toon", Plan((1,), ALL_METHODS, SECTIONS)) == list(ALL_METHODS)
    assert methods_needed("toon", Plan((1,), ALL_METHODS, ("leak",), sheet=True)) == [OURS]


def test_a_clip_without_the_asked_gaps_adds_nothing(engine):
    """No pair, no measurement, no error."""
    outcome = examine("toon", face_clip(0, 1), Plan((5,), ALL_METHODS), is_redrawn=True)
    assert all(not measurements for measurements in vars(outcome).values())
    assert not engine.shots


def test_drawn_sets_are_in_the_tables_alone(engine):
    """All methods are scored there; nothing else is measured, whatever the plan asks for."""
    plan = Plan((1, 5), (OURS, "copy", "flow"))
    outcome = examine("heads-jpeg", face_clip(0, 1, 5, 9), plan, is_redrawn=True)
    assert {row.method for row in outcome.results} == {OURS, "copy", "flow"}
    assert [name for name, measurements in vars(outcome).items() if measurements] == ["results"]
    assert "## heads-jpeg: 1 clips" in report(outcome, plan)
