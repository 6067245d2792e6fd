import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.baselines import region_match_with_flow
from benchmarks.quality import __main__ as quality
from benchmarks.quality import against_rules, methods
from benchmarks.quality.examine import SECTIONS, Outcome, Plan, examine, methods_needed, score_methods
from benchmarks.quality.methods import OURS, OURS_ALONE, RULES_AND_FLOW, RULES_CHAINED, Gallery, available_methods
from benchmarks.quality.report import report
from benchmarks.quality.results import COLUMNS, render_table
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import result

ALL_METHODS = tuple(available_methods())


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


def test_every_method_is_scored_on_every_pair():
    """All rows but ours run on a small clip; the ceiling pours the right colours."""
    names = [name for name in available_methods() if name not in (OURS, OURS_ALONE)]
    results = score_methods("toon", Gallery(face_clip(0, 1, 5).pairs()), names)
    assert len(results) == 2 * len(names)
    assert {r.score.region for r in results if r.method == "oracle"} == {1.0}
    text = report(Outcome(results=results), Plan((1, 5, 9), tuple(names)))
    assert "## toon: 1 clips" in text
    assert re.search(r"\| flow warp \| \*?\*?\d+\.\d", text)


def test_the_rules_may_go_from_drawing_to_drawing():
    """Chained, they colour what lies between and start each drawing from the one before it."""
    clip = face_clip(0, 1, 5)
    chained = available_methods()[RULES_CHAINED](clip.pairs(), {3: face_clip(3).lines[3]})
    alone = available_methods()[RULES_AND_FLOW](clip.pairs(), {})
    assert np.array_equal(chained[0], alone[0]) and len(chained) == 2
    second = region_match_with_flow(clip.lines[1], chained[0], face_clip(3).lines[3])
    assert np.array_equal(chained[1], region_match_with_flow(face_clip(3).lines[3], second, clip.lines[5]))


def test_the_better_of_the_rules_is_the_bar():
    """Ours is compared with the rules that are better there, and beats itself by nothing."""
    results = [result(OURS, 0.9), result(OURS_ALONE, 0.95), result(RULES_AND_FLOW, 0.7), result(RULES_CHAINED, 0.8)]
    text = render_table(results) + against_rules.render_against_rules(results)
    assert "; behind in mIoU % at gap 1." in text  # which none has
    assert "10.0 % against 20.0 % of region matching + flow, direct or from drawing to drawing, ratio 0.50" in text


def test_seconds_are_of_every_drawing_coloured(engine, monkeypatch):
    """A method that colours the drawings between shares its time out among them too."""
    monkeypatch.setattr(methods, "cpu_seconds", iter([0.0, 6.0, 6.0, 8.0]).__next__)
    gallery = Gallery(face_clip(0, 1, 5).pairs(), {3: face_clip(3).lines[3]})
    for name in (OURS, "copy"):
        gallery.pictures(name)
    assert gallery.seconds == {OURS: 2.0, "copy": 1.0}


def test_a_method_runs_once_a_clip(engine):
    """Whoever asks again gets the same picture, and the confidence plate costs no second run."""
    gallery = Gallery(face_clip(0, 1, 5).pairs())
    first = gallery.pictures(OURS)
    assert gallery.pictures(OURS) is first
    assert [plate.shape for plate in gallery.confidence()] == [(96, 96), (96, 96)]
    assert len(engine.shots) == 1
    assert gallery.has(OURS)
    assert not gallery.has("flow")


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


@pytest.mark.parametrize(("option", "what"), [("--methods", "method"), ("--sections", "section")])
def test_an_unknown_name_is_refused(capsys, option, what):
    """The command line names what there is."""
    with pytest.raises(SystemExit):
        quality.main([option, "magic"])
    assert f"unknown {what} 'magic'" in capsys.readouterr().err


def test_results_are_plain_json(tmp_path):
    """Every field of a score lies beside clip, gap and method, in the file as in memory."""
    row = result(OURS, 0.8).to_dict()
    assert row["foreground"] == 0.8
    assert not any(isinstance(value, (dict, np.generic)) for value in row.values())
    outcome = Outcome(results=[result(OURS, 0.8), result(RULES_AND_FLOW, 0.7)])
    options = SimpleNamespace(out=tmp_path / "page.md", json=tmp_path / "rows.json")
    quality._write(outcome, Plan((1,), ALL_METHODS), options)
    rows = json.loads(options.json.read_text(encoding="utf-8"))
    assert rows["results"][0]["foreground"] == 0.8
    assert options.out.read_text(encoding="utf-8").startswith("# Quality")
