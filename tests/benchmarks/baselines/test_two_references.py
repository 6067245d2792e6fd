import numpy as np

from benchmarks.baselines import region_match_all, region_match_with_flow
from benchmarks.metrics.score import wrong_pixels
from tests.benchmarks.small_drawings import EYE, MOUTH, draw_face

LINE, PAINTING = draw_face()
TARGET, TRUTH = draw_face(8, 4)


def test_one_reference_is_plain_region_matching():
    """With one reference nothing is chosen."""
    one = region_match_all([(LINE, PAINTING)], TARGET)
    assert np.array_equal(one, region_match_with_flow(LINE, PAINTING, TARGET))


def test_each_region_believes_the_reference_that_fits():
    """A face of other colours far away changes nothing beside the very drawing, in either order."""
    far = draw_face(20, 10)[0], PAINTING[..., ::-1].copy()
    for references in ([far, (TARGET, TRUTH)], [(TARGET, TRUTH), far]):
        colored = region_match_all(references, TARGET)
        assert tuple(colored[46, 40]) == EYE
        assert tuple(colored[66, 55]) == MOUTH
        assert wrong_pixels(colored, TRUTH, line=TARGET).sum() < 60  # the cheek without a line


def test_references_without_regions_give_the_first_ones_paint():
    """All ink: the flats of the first reference under the target's ink."""
    black = np.zeros_like(LINE)
    assert region_match_all([(black, black)], TARGET).shape == TARGET.shape
    colored = region_match_all([(black, black), (LINE, PAINTING)], TARGET)
    assert np.array_equal(colored, region_match_with_flow(LINE, PAINTING, TARGET))
