from benchmarks.speed.floor import Floor, measure_floor
from benchmarks.speed.material import write_material


def test_the_floor_counts_what_a_frame_needs(tmp_path):
    """The counted arithmetic holds the attention at 1/8, and the plain networks colour every region alike."""
    write_material("96x64", tmp_path)
    floor = measure_floor(tmp_path, "cpu")
    assert floor.gflop > 1 and floor.rate > 0 and Floor(20.0, 100.0, 9.0, 2.5, regions=4, differing=1).seconds == 0.2
    assert floor.regions > 0 and floor.differing == 0
    assert floor.naive_seconds > 0 and floor.naive_gb > 0
