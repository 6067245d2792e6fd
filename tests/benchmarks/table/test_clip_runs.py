import sys

import numpy as np
import pytest

from benchmarks.baselines.program import Program
from benchmarks.methods.method import Choices, Colored, UncoloredShot
from benchmarks.methods.registry import PLAIN
from benchmarks.table.clip_runs import FIRST, PREV, run_clip, stride, stride_targets
from benchmarks.table.outcome import Outcome, Shown, measure
from tests.benchmarks.fake_engine import face_clip

CLIP = face_clip(0, 1, 2, 5, 9)
FAILING = Program("broken", f"{sys.executable} -c 'raise SystemExit(4)' {{target_line}} {{out}}")


def asked(name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return (reference line, reference painting, targets) of every call that the modes make of a system."""
    calls = []

    def color(shot: UncoloredShot) -> dict[int, Colored]:
        (reference,) = shot.references.values()
        calls.append((reference.line, reference.painting, len(shot.targets)))
        return {frame: Colored(np.full_like(line, len(calls))) for frame, line in shot.targets.items()}

    monkeypatch.setattr("benchmarks.table.clip_runs.load_method", lambda name, choices: color)
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
