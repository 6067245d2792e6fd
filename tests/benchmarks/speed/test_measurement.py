from dataclasses import replace

import pytest

from benchmarks.speed.material import write_material
from benchmarks.speed.measurement import Measurement, Task, measure_here, with_cpu_seconds

OURS = Measurement("ours", 3.0, 0.4, 5.0, 9.8, 0.7, {"read": 0.2, "match": 0.4}, 0.8)


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
