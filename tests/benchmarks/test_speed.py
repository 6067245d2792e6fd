"""The speed benchmark draws shots of any size and says what it measured."""

from dataclasses import replace

import pytest

from benchmarks.clips.clips import read_rgb8
from benchmarks.speed import bf16 as speed_bf16
from benchmarks.speed.__main__ import Size, render
from benchmarks.speed.floor import Floor, measure_floor
from benchmarks.speed.material import write_material
from benchmarks.speed.methods import Measurement, Task, measure_here, with_cpu_seconds
from benchmarks.speed.profile import REST, STEPS, page, profile

OURS = Measurement("ours", 3.0, 0.4, 5.0, 9.8, 0.7, {"read": 0.2, "match": 0.4}, 0.8)
FLOW = Measurement("flow", 0.2, 0.2, 0.4, 0.4, 0.2, cpu_seconds=0.1)


def test_speed_is_printed_beside_peers_floor_and_goal():
    """A peer's row says how many times as long ours takes, ours whether the goal is met, the floor how far it is."""
    floor = Floor(20.0, 100.0, 9.0, 2.5, regions=400, differing=1)
    text = render([Size("512x512", (OURS, FLOW), floor, (("2 references", OURS),))], "cpu")
    assert "| 512x512 | flow warp | 0.20 | 0.20 | 0.10 | 8.0 times as long | 0.20 GB |  |" in text
    assert "| 512x512 | ours | 3.00 | 0.40 | 0.80 | – | 0.70 GB | ≤ 0.2 s: **missed** |" in text
    assert "| 20.0 | 100 | 0.20 | 2.0 times the floor | 9.0 | 2.5 GB | 1 of 400, 0.25 % |" in text
    assert "| 512x512 | 0.20 | 0.40 |" in text and "| 512x512 | 2 references | 3.00 |" in text


def test_a_frames_processor_time_is_what_the_whole_costs_more_than_the_first():
    """Seven frames cost 9.8 s and the first alone 5, so each of the other six costs 0.8."""
    told = with_cpu_seconds(replace(OURS, cpu_seconds=0), replace(OURS, cpu_total=5.0), 7)
    assert told.cpu_seconds == pytest.approx(0.8)


@pytest.mark.usefixtures("any_weights")
def test_all_of_a_run_is_counted(tmp_path):
    """Processor and wall time of a run hold its first frame, and an engine's run tells its stages."""
    write_material("96x64", tmp_path)
    for method in ("ours", "flow"):
        done = measure_here(Task(method, str(tmp_path), frames=(1, 5)))
        assert 0 < done.first < done.total and done.cpu_total > 0 and done.seconds > 0
        assert ("match" in done.stages) == (method == "ours")


def test_material_is_a_shot_of_the_asked_size(tmp_path):
    """Puppets side by side fill an oblong plate: paintings of four drawings, line plates of eight."""
    write_material("80x36", tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [*(f"line.{n:04d}.png" for n in (0, 1, 5, 9, 10, 11, 15, 19)),
                     *(f"painted.{n:04d}.png" for n in (0, 1, 5, 9))]
    assert {read_rgb8(tmp_path / name).shape for name in names} == {(36, 80, 3)}


def test_the_floor_counts_what_a_frame_needs(tmp_path):
    """The counted arithmetic holds the attention at 1/8, and the plain networks colour every region alike."""
    write_material("96x64", tmp_path)
    floor = measure_floor(tmp_path, "cpu")
    assert floor.gflop > 1 and floor.rate > 0 and Floor(20.0, 100.0, 9.0, 2.5, regions=4, differing=1).seconds == 0.2
    assert floor.regions > 0 and floor.differing == 0
    assert floor.naive_seconds > 0 and floor.naive_gb > 0


def test_the_profile_adds_up(tmp_path):
    """Every step is found under its name and none counts another's time, so the rest is small."""
    steps = profile("96x64", tmp_path)
    assert list(steps) == [*STEPS, REST]
    assert all(seconds > 0 for name, seconds in steps.items() if name != "second look where the flow is lost")
    assert steps[REST] < sum(steps.values()) / 2
    text = page({"96x64": dict.fromkeys(steps, 0.25)})
    assert f"| {REST} | 0.250 |" in text and f"| all | {len(steps) / 4:.3f} |" in text


def test_bf16_is_measured_beside_fp32(tmp_path):
    """Every mode colours the same regions, takes time for both parts, and is told with what it changes."""
    found = speed_bf16.outcomes("96x64", tmp_path)
    assert {len(one.color) for one in found.values()} == {len(found["fp32"].color)}
    assert all(one.lines > 0 and one.match > 0 for one in found.values())
    changed = {**found, "fp32": replace(found["fp32"], color=found["line encoder in bf16"].color + 1)}
    n = len(found["fp32"].color)
    assert f"| {n} of {n} |" in speed_bf16.page(changed).splitlines()[3]
    assert "0 of" in speed_bf16.page(found).splitlines()[2]
