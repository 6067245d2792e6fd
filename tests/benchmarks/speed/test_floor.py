import pytest

from benchmarks.speed import floor as floor_module
from benchmarks.speed.floor import Floor, measure_floor
from benchmarks.speed.material import write_material


@pytest.mark.usefixtures("few_targets")
def test_the_floor_counts_what_a_frame_needs(tmp_path, monkeypatch):
    """The counted arithmetic holds the attention at 1/8, and the plain networks colour every region alike."""
    monkeypatch.setattr(floor_module, "RATE_SIDE", 256)
    write_material("96x64", tmp_path)
    floor = measure_floor(tmp_path, "cpu")
    assert floor.gflop > 1 and floor.rate > 0
    assert floor.regions > 0 and floor.differing == 0
    assert floor.naive_seconds > 0 and floor.naive_gb > 0


def test_the_floor_s_seconds_are_arithmetic_at_the_measured_rate():
    """20 GFLOP at 100 GFLOP/s take a fifth of a second."""
    assert Floor(20.0, 100.0, 9.0, 2.5, regions=4, differing=1).seconds == 0.2
