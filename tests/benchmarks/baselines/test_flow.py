import pytest

from benchmarks.baselines.flow import flow_to_reference
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()


def test_flow_points_from_the_target_to_the_reference():
    """A face moved by (6, 3) px is found 6 px to the left and 3 px up."""
    line, _ = draw_face(6, 3)
    flow = flow_to_reference(LINE, line)
    outline = flow[70:76, 50:58].reshape(-1, 2).mean(axis=0)
    assert outline == pytest.approx((-6, -3), abs=1)
