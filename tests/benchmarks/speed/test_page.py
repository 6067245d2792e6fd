from benchmarks.speed.floor import Floor
from benchmarks.speed.measurement import Measurement
from benchmarks.speed.page import Size, render

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
