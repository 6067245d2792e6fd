import json
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from benchmarks.baselines.vgg import Vgg19
from benchmarks.clips.clips import read_rgb8
from benchmarks.clips.ours import Painted
from benchmarks.clips.program import Program
from benchmarks.metrics.flicker import Flicker
from benchmarks.metrics.metrics import Score
from benchmarks.table import __main__ as table
from benchmarks.table import systems
from benchmarks.table.clip_runs import FIRST, PREV, ClipRun, ModeRun, run_clip, stride, stride_targets
from benchmarks.table.page import Facts, render_page
from benchmarks.table.rows import FlickerRow, Outcome, Row, Shown, figures, measure, read_outcome
from benchmarks.table.sheet import CAPTION_PX, COLUMNS, TILE_PX, Exhibit, draw_sheet
from benchmarks.table.systems import OURS, PLAIN, SEEDS, TITLES, Choices, make_system
from benchmarks.table.vgg_file import load_vgg
from cmft_engine.protocol.errors import InputError, WeightsError
from tests.benchmarks.fake_engine import face_clip

CLIP = face_clip(0, 1, 2, 5, 9)
BUDGET = {"minutes": 12.0, "pairs": 9, "steps": 7}
FACTS = Facts("python -m benchmarks.table", "It looked at 1 clip.", 96, {PLAIN: BUDGET})
FAILING = Program("broken", f"{sys.executable} -c 'raise SystemExit(4)' {{target_line}} {{out}}")


def row(system: str, psnr: float, *, mode: str = FIRST, region: float = 0.5, clicks: int = 3) -> Row:
    figures_of = Score(psnr, psnr / 100, 0.5, region, float("nan"), 1.0, 6)
    return Row("toon", "face", system, mode, 1, 0.25, clicks, figures_of)


def asked(name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return (reference line, reference painting, targets) of every call that the modes make of a system."""
    calls = []

    def color(reference: Painted, targets: list[np.ndarray]) -> list[np.ndarray]:
        calls.append((reference.line, reference.painting, len(targets)))
        return [np.full_like(target, len(calls)) for target in targets]

    monkeypatch.setattr("benchmarks.table.clip_runs.make_system", lambda name, choices: color)
    run = run_clip(name, Choices(), CLIP, (1, 4))
    assert [mode.mode for mode in run.modes] == [FIRST, PREV, stride(1), stride(4)]
    assert run.peak_gb > 0.01
    return calls


def test_the_modes_differ_in_what_they_are_shown(monkeypatch):
    """first: the first painting once for all; prev: the own result of the drawing before; stride k: true paintings."""
    calls = asked("any", monkeypatch)
    first, prev, strides = calls[0], calls[1:5], calls[5:]
    assert first[2] == 4
    assert first[1] is CLIP.paintings[0]
    assert prev[0][1] is CLIP.paintings[0]
    assert [int(painting[0, 0, 0]) for _, painting, _ in prev[1:]] == [2, 3, 4]
    assert [line is CLIP.lines[n] for (line, _, _), n in zip(prev, (0, 1, 2, 5), strict=True)] == [True] * 4
    shown = [next(n for n, p in CLIP.paintings.items() if p is painting) for _, painting, _ in strides]
    assert shown == [0, 1, 1, 5]


def test_stride_pairs_are_spread_over_the_clip():
    """At most three, the first and the last among them, and none where the drawing before is not known."""
    assert stride_targets(face_clip(*range(10)), 1) == [1, 5, 9]
    assert stride_targets(face_clip(0, 1, 5, 9), 4) == [5, 9]
    assert stride_targets(face_clip(0, 1), 4) == []


def test_what_the_user_can_mend_is_a_failure_and_no_crash(tmp_path):
    """A failing program and missing weights are told in the run; the outcome names the system."""
    run = run_clip("broken", Choices(programs=(FAILING,)), CLIP, (1,))
    assert "broken: ended with status 4" in run.failure
    assert "no such baseline weights" in run_clip(PLAIN, Choices(weights=tmp_path), CLIP, ()).failure
    outcome = Outcome()
    measure(Shown("toon", CLIP), "broken", run, outcome)
    assert outcome.failures == {"broken": run.failure}
    assert not outcome.rows


def test_the_truth_scores_full_marks():
    """Scored at the gaps of every table, flicker over all drawings; a perfect run needs no click."""
    pictures = {n: CLIP.paintings[n] for n in (1, 2, 5, 9)}
    run = ClipRun((ModeRun(FIRST, pictures, dict.fromkeys(pictures, 0), 0.5),), 1.5)
    outcome = Outcome()
    measure(Shown("toon", CLIP), "painter", run, outcome)
    assert [r.drawing for r in outcome.rows] == [1, 5, 9]
    found = figures(outcome, "painter", FIRST)
    assert found is not None
    assert (found.foreground, found.region, found.palette_exact, found.clicks, found.flicker) == (1, 1, 1, 0, 0)
    assert (found.seconds, found.peak_gb) == (0.5, 1.5)
    assert outcome.flicker[0].flicker.tracked >= 12
    assert figures(outcome, "painter", PREV) is None


def full_outcome() -> Outcome:
    """Return one row a system in two modes, ours ahead in all but the clicks."""
    names = list(TITLES)
    rows = [
        row(n, 30.0 if n == OURS else 20.0 + i, mode=mode, clicks=1 + (n == OURS))
        for mode in (FIRST, stride(4))
        for i, n in enumerate(names[:9])
    ]
    rows += [row(n, 10.0) for n in names[9:]]
    return Outcome(rows, [FlickerRow("toon", "face", OURS, FIRST, Flicker(50, 2))], {OURS: 0.5})


def test_the_page_holds_every_system_and_says_where_ours_is_behind():
    """A line a system with its title, the best in bold, a table a mode, and the verdict."""
    page = render_page(full_outcome(), list(TITLES), Choices(), FACTS)
    for title in TITLES.values():
        assert f"\n| {title} |" in page
    assert "## first\n" in page and "## stride 4\n" in page and "## prev\n" not in page
    assert "| ours | **30.0** | **0.300** | **50.0** | **50.0** | **100.0** | **4.0** | 2.0 |" in page
    assert "Ours leads or ties in 6 of 7 quality columns; behind in clicks." in page
    assert "| plain CMFT | 12 | 9 | 7 |" in page
    assert "too little to learn from" not in page


def test_a_budget_below_the_default_is_called_too_little():
    """Rows of a short training are not left to speak for their systems."""
    facts = replace(FACTS, budgets={PLAIN: {**BUDGET, "minutes": 11.9}})
    assert "too little to learn from" in render_page(Outcome([row(PLAIN, 20.0)]), [PLAIN], Choices(), facts)


def test_the_paper_s_order_is_held_against_what_was_found():
    """As in the paper when it is, else the steps that are broken by name; nothing when a system is missing."""
    values = dict(zip(SEEDS.values(), (19.3, 23.51, 23.52, 24.7), strict=True))
    page = render_page(Outcome([row(n, v) for n, v in values.items()]), list(values), Choices(), FACTS)
    order = "Deep Image Analogy 19.3 < Pix2Pix 23.5 < TCVC 23.5 < CMFT 24.7"
    assert f"- first, PSNR: {order}; as in the paper." in page
    values[systems.ANALOGY] = 24.0
    page = render_page(Outcome([row(n, v) for n, v in values.items()]), list(values), Choices(), FACTS)
    assert "other than in the paper: Deep Image Analogy is above Pix2Pix, Deep Image Analogy is above TCVC." in page
    assert "paper's order" not in render_page(Outcome([row(OURS, 1.0)]), [OURS], Choices(), FACTS)


def test_what_failed_is_named_on_the_page():
    """The reason stands there instead of a line of figures."""
    page = render_page(Outcome([row(OURS, 1.0)], failures={"broken": "no licence"}), [OURS], Choices(), FACTS)
    assert "## Not measured\n\n- broken: no licence\n" in page
    assert "\n| broken |" not in page


def test_programs_that_are_not_there_are_no_rows(monkeypatch, tmp_path):
    """EbSynth by its variable, VGG and further programs by their options."""
    monkeypatch.delenv("EBSYNTH", raising=False)
    assert not {"ebsynth", "analogy-vgg"} & set(Choices().names())
    path = tmp_path / "ebsynth"
    path.touch()
    monkeypatch.setenv("EBSYNTH", str(path))
    assert {"ebsynth", "analogy-vgg", "broken"} <= set(Choices(vgg=path, programs=(FAILING,)).names())


def test_systems_are_made_from_their_names():
    """Copying copies, and a name that there is not ends with those that there are."""
    reference = Painted(CLIP.lines[0], CLIP.paintings[0])
    (copied,) = make_system("copy", Choices())(reference, [CLIP.lines[1]])
    assert np.array_equal(copied, CLIP.paintings[0])
    with pytest.raises(InputError, match="no system 'magic'; there are: ours"):
        make_system("magic", Choices())


def test_puppets_have_every_drawing_and_stored_clips_theirs():
    """Ten drawings against four; clips are spread over the set."""
    plan = table.Plan((), ("puppets",), 1, (1,), 64, Choices())
    (puppet,) = table.load_clips("puppets", plan)
    assert sorted(puppet.lines) == list(range(10))
    (stored,) = table.load_clips("shaded", plan)
    assert sorted(stored.lines) == [0, 1, 5, 9]
    assert table.spread(10, 3) == [0, 3, 6]
    assert table.spread(2, 5) == [0, 1]


def test_the_sheet_has_a_tile_for_every_picture():
    """Three given and six made are two rows of eight tiles below a caption; nothing at all is a sentence."""
    picture = CLIP.paintings[0]
    made = {f"system {i}": picture for i in range(6)}
    drawn = draw_sheet([Exhibit("toon face", picture, picture, picture, made)])
    assert drawn.shape[0] == CAPTION_PX + 2 * (CAPTION_PX + TILE_PX)
    assert drawn.shape[1] > COLUMNS * TILE_PX
    assert draw_sheet([]).shape[0] == CAPTION_PX


def test_vgg_is_read_from_a_user_s_file(tmp_path):
    """What lies beyond conv5_1 is left out; a file that is none, or another network, is refused with a remedy."""
    network = Vgg19()
    path = tmp_path / "vgg19.pth"
    torch.save({**network.state_dict(), "classifier.0.weight": torch.zeros(1)}, path)
    assert torch.equal(load_vgg(path).features[0].weight, network.features[0].weight)
    save_file(network.state_dict(), tmp_path / "vgg19.safetensors")
    assert load_vgg(tmp_path / "vgg19.safetensors").features[28].weight.shape == (512, 512, 3, 3)
    save_file({"features.0.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="lacks layers of VGG-19"):
        load_vgg(tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="cannot be read as weights"):
        load_vgg(tmp_path / "none.pth")


def test_the_command_writes_page_figures_and_sheet(tmp_path):
    """One that copies and one that fails: the first is measured, the second is named, and the status is 0."""
    out, figures_path, sheet = tmp_path / "table.md", tmp_path / "table.json", tmp_path / "sheet.png"
    program = f"broken={FAILING.template}"
    command = ["--clips", "1", "--sets", "puppets", "--size", "96", "--systems", "copy,broken", "--program", program]
    assert table.main([*command, "--out", str(out), "--json", str(figures_path), "--sheet", str(sheet)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "| copy of the reference |" in page
    assert "- broken: ended with status 4" in page
    assert "](sheet.png)" in page
    rows = json.loads(figures_path.read_text(encoding="utf-8"))
    assert {r["system"] for r in rows["rows"]} == {"copy"}
    assert len(rows["rows"]) == 3 + 3 + 3 + 3
    assert not any(math.isinf(r["psnr"]) for r in rows["rows"])
    assert read_rgb8(sheet).shape[0] == 2 * (2 * CAPTION_PX + TILE_PX)


def test_an_earlier_run_joins_the_page(tmp_path):
    """Its systems stand beside those run now, figure by figure as they were; a run on other clips is refused."""
    path = tmp_path / "earlier.json"
    written = full_outcome()
    path.write_text(json.dumps(written.to_dict()), encoding="utf-8")
    earlier = read_outcome(path)
    assert str(figures(earlier, OURS, FIRST)) == str(figures(written, OURS, FIRST))  # a NaN equals no NaN
    now = Outcome([row(OURS, 40.0)])
    now.add(earlier)
    assert [r.score.psnr for r in now.rows if r.system == OURS] == [40.0]
    assert now.systems() == written.systems()
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="no figures of an earlier run"):
        read_outcome(path)
    run = table.Table(table.Plan((), ("puppets",), 1, (), 64, Choices()))
    run.outcome.rows.append(row(PLAIN, 20.0, mode=PREV))
    with pytest.raises(InputError, match="coloured other drawings"):
        run.take_over(Outcome([row(OURS, 20.0)]))


def test_the_command_refuses_what_there_is_not(capsys):
    """Unknown systems and sets, and command lines without their places, end with a sentence and status 2."""
    for arguments, word in (
        (["--systems", "magic"], "no system 'magic'"),
        (["--sets", "magic"], "no set 'magic'"),
        (["--program", "x=y"], "lacks {target_line}"),
    ):
        assert table.main(arguments) == 2
        assert word in capsys.readouterr().err
