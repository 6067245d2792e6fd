import numpy as np
import pytest

from benchmarks.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from benchmarks.baselines.flow import flow_to_reference
from benchmarks.baselines.region_features import describe_regions, label_closed_regions
from benchmarks.metrics.metrics import wrong_pixels
from tests.benchmarks.small_drawings import EYE, HAIR, MOUTH, PAPER, SKIN, draw_face

METHODS = [copy_reference, flow_warp, region_match, region_match_with_flow]
REGION_METHODS = [region_match, region_match_with_flow]
LINE, PAINTING = draw_face()


@pytest.mark.parametrize("method", METHODS)
def test_the_reference_colours_itself(method):
    """Target = reference gives back the painting, but for the cheek that no ink encloses."""
    wrong = wrong_pixels(method(LINE, PAINTING, LINE), PAINTING, line=LINE)
    wrong[50:65, 25:40] = False
    assert not wrong.any()


@pytest.mark.parametrize("method", REGION_METHODS)
def test_moved_parts_keep_their_colours(method):
    """Every part of a moved face takes the reference's colour."""
    line, _ = draw_face(8, 4)
    colored = method(LINE, PAINTING, line)
    assert tuple(colored[2, 2]) == PAPER
    assert tuple(colored[16, 54]) == HAIR
    assert tuple(colored[56, 52]) == SKIN
    assert tuple(colored[46, 40]) == tuple(colored[46, 61]) == EYE
    assert tuple(colored[66, 55]) == MOUTH


@pytest.mark.parametrize("method", REGION_METHODS)
def test_permuted_palette_permutes_the_result(method):
    """Colours are carried, never judged: swapping channels in the reference swaps them in the result."""
    line, _ = draw_face(8, 4)
    swapped = method(LINE, PAINTING[..., ::-1].copy(), line)
    assert np.array_equal(swapped, method(LINE, PAINTING, line)[..., ::-1])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0, 255])
def test_empty_drawings_are_coloured_too(method, value):
    """All ink or all paper on either side gives a picture of the right size, and no warning."""
    empty = np.full_like(LINE, value)
    for lines in ((empty, LINE), (LINE, empty), (empty, empty)):
        assert method(lines[0], PAINTING, lines[1]).shape == LINE.shape


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(1, 1), (20, 7), (48, 96)])
def test_any_size_works(method, shape):
    """Tiny and oblong drawings pass through every method."""
    line, painting = LINE[: shape[0], : shape[1]].copy(), PAINTING[: shape[0], : shape[1]].copy()
    assert method(line, painting, line).shape == (*shape, 3)


def test_flow_points_from_the_target_to_the_reference():
    """A face moved by (6, 3) px is found 6 px to the left and 3 px up."""
    line, _ = draw_face(6, 3)
    flow = flow_to_reference(LINE, line)
    outline = flow[70:76, 50:58].reshape(-1, 2).mean(axis=0)
    assert outline == pytest.approx((-6, -3), abs=1)


def test_a_leak_is_closed_and_a_wide_door_is_not():
    """Two rooms joined by a passage of 4 px are two regions, by one of 12 px they are one."""
    for passage, regions in ((4, 3), (12, 2)):
        line = np.full((64, 96, 3), 255, np.uint8)
        line[8:56, 8:88] = 0
        line[10:54, 10:86] = 255
        line[10:54, 46:50] = 0
        line[30 : 30 + passage, 46:50] = 255
        labels, count = label_closed_regions(line)
        assert len(np.unique(labels[labels > 0])) == count - 1 == regions


def test_region_features_measure_what_they_say():
    """Centre, area and touched sides of a plain rectangle are exact."""
    line = np.zeros((40, 60, 3), np.uint8)
    line[5:15, 20:50] = 255
    features = describe_regions(line)
    assert len(features) == 1
    assert features.area[0] == 300
    assert tuple(features.center[0]) == (34.5, 9.5)
    assert not features.touches.any()
