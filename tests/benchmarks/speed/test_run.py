import json
from dataclasses import asdict, replace

import pytest

from benchmarks.methods.registry import OURS
from benchmarks.speed import run
from benchmarks.speed.floor import Floor
from benchmarks.speed.material import TARGETS, UNPAINTED
from benchmarks.speed.measurement import Measurement, Task
from benchmarks.speed.page import Size

FLOOR = Floor(20.0, 100.0, 9.0, 2.5, regions=400, differing=1)
MEASURED = Measurement(OURS, 3.0, 0.4, 5.0, 9.8, 0.7)


def test_growth_is_measured_with_more_references_and_more_frames():
    """One, two and four references on the targets that no painting shows; three, five and seven frames with one."""
    task = Task(OURS, "folder")
    growing = dict(run._growing(task))
    assert [(len(one.references), one.frames) for one in growing.values()][:3] == [
        (n, UNPAINTED) for n in (1, 2, 4)
    ]
    assert {what: one for what, one in growing.items() if "frames" in what} == {
        f"{n} frames": replace(task, frames=TARGETS[:n]) for n in (3, 5, 7)
    }


def test_a_child_s_task_comes_back_from_json(capsys, monkeypatch):
    """Frames and references are what the parent wrote, and the last line it prints is the measurement."""
    asked = []
    monkeypatch.setattr(run, "measure_here", lambda task: (asked.append(task), MEASURED)[1])
    task = Task(OURS, "folder", frames=(1, 5), references=(0, 1))
    run.main(["--child", json.dumps(asdict(task))])
    assert asked == [task]
    assert Measurement(**json.loads(capsys.readouterr().out.splitlines()[-1])) == MEASURED


@pytest.mark.parametrize(("gb", "is_kept"), [(4.0, True), (4.1, False)])
def test_a_broken_promise_of_memory_ends_with_a_sentence(monkeypatch, tmp_path, gb, is_kept):
    """The page is written all the same; at the promise itself it is kept, and without one anything is."""
    rows = (replace(MEASURED, peak_gb=gb),)
    monkeypatch.setattr(run, "measure_size", lambda size, device, *, grows: Size(size, rows, FLOOR))
    command = ["--sizes", "512x512,1920x1080", "--out", str(tmp_path / "speed.md")]
    if is_kept:
        run.main(command)
    else:
        with pytest.raises(SystemExit, match=r"peak memory is above what was promised at 1920x1080$"):
            run.main(command)
    assert f"| {gb:.2f} GB |" in (tmp_path / "speed.md").read_text(encoding="utf-8")
