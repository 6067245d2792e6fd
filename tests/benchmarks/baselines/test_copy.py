from benchmarks.baselines import copy_reference
from tests.benchmarks.small_drawings import draw_face


def test_a_copy_is_a_picture_of_its_own():
    """It equals the reference painting and shares no memory with it, whatever the lines are."""
    line, painting = draw_face()
    copied = copy_reference(line, painting, draw_face(8, 4)[0])
    assert (copied == painting).all()
    copied[:] = 0
    assert painting.any()
