"""The affine motion of a region: found from its lines, through what covers them, and not where there are too few."""

import cv2
import numpy as np
import pytest

from cmft_engine.lineart.line_distance import line_distance
from cmft_engine.matching.affine_fit import fit_affine

SIDE = 200
CORNERS = np.array([[60, 50], [140, 40], [155, 110], [110, 160], [50, 130]], np.float64)


def drawn(corners, *, zoom=1):
    """Return the ink and the inside of a closed outline, zoomed."""
    size = (SIDE * zoom, SIDE * zoom)
    points = np.rint(zoom * corners * 16).astype(np.int32)
    ink, filled = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    cv2.polylines(ink, [points], True, 1, thickness=2 * zoom, lineType=cv2.LINE_8, shift=4)
    cv2.fillPoly(filled, [points], 1, shift=4)
    return ink > 0, (filled > 0) & (ink == 0)


def own_places(size):
    """Return every pixel's own place (H, W, 2)."""
    return np.dstack(np.meshgrid(*(np.arange(n, dtype=np.float32) for n in size[::-1])))


TURN = np.array([[1.03, 0.08], [-0.1, 0.95]])


def moved(points):
    """Return where points of the target lie in the reference."""
    return (points - 100) @ TURN.T + 100 + [4.0, -3.0]


@pytest.mark.parametrize("zoom", [1, 3])
def test_a_part_that_turns(zoom):
    """From the places of a part that stands still, its turn, stretch and shift are found to a third of a work pixel."""
    ink, inside = drawn(CORNERS, zoom=zoom)
    far, _ = drawn(moved(CORNERS), zoom=zoom)
    start = own_places(ink.shape)
    fit = fit_affine(start, inside, line_distance(ink), line_distance(far), 1 / zoom)
    assert fit is not None
    true = zoom * moved(start[inside].astype(np.float64) / zoom)
    assert np.linalg.norm(fit[inside] - true, axis=1).mean() < zoom / 3
    assert np.array_equal(fit[~inside], start[~inside])


def test_what_covers_a_part():
    """Another line that crosses the part in the reference alone does not pull it along."""
    ink, inside = drawn(CORNERS)
    far, _ = drawn(moved(CORNERS))
    cv2.line(covered := far.astype(np.uint8), (20, 90), (180, 120), 1, 3)
    fit = fit_affine(own_places(ink.shape), inside, line_distance(ink), line_distance(covered > 0), 1.0)
    assert fit is not None
    true = moved(own_places(ink.shape)[inside].astype(np.float64))
    assert np.linalg.norm(fit[inside] - true, axis=1).mean() < 1


def test_flow_that_is_lost_in_part():
    """Places that are wild in a fifth of the part, as flow's may be, do not decide where the fit begins."""
    ink, inside = drawn(CORNERS)
    far, _ = drawn(moved(CORNERS))
    start = moved(own_places(ink.shape).reshape(-1, 2)).reshape(*ink.shape, 2).astype(np.float32)
    start[:, ::5] += 60
    fit = fit_affine(start, inside, line_distance(ink), line_distance(far), 1.0)
    assert fit is not None
    true = moved(own_places(ink.shape)[inside].astype(np.float64))
    assert np.linalg.norm(fit[inside] - true, axis=1).mean() < 0.5


def test_too_few_lines():
    """Without lines around a region, or with a region of a few pixels, there is no fit."""
    ink, inside = drawn(CORNERS)
    nothing = np.zeros_like(ink)
    places = own_places(ink.shape)
    assert fit_affine(places, inside, line_distance(nothing), line_distance(ink), 1.0) is None
    nothing[100, 100:110] = True
    assert fit_affine(places, nothing, line_distance(ink), line_distance(ink), 1.0) is None


def test_places_outside_of_the_reference():
    """Places that lie beyond the reference's edge are fitted without an error, and stay finite."""
    ink, inside = drawn(CORNERS)
    far, _ = drawn(CORNERS)
    fit = fit_affine(own_places(ink.shape) + 500, inside, line_distance(ink), line_distance(far), 1.0)
    assert fit is not None and np.isfinite(fit).all()
