import numpy as np
import pytest

from benchmarks.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from benchmarks.metrics.score import wrong_pixels
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
