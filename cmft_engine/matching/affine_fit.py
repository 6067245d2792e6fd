"""The affine motion that lays one region's lines onto those of a reference: parts of cut-out figures, flat limbs.

Where a part moves as a whole, six numbers that all of its outline decides are more exact than flow, which knows
nothing between lines. Gauss-Newton on capped distances to lines with robust weights, as in Baker and Matthews,
"Lucas-Kanade 20 Years On" (IJCV 2004). Shapes: h w a window of the target, H W plate size of the reference.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BESIDE_PX = 10.0  # pixels so near a line decide, in work pixels
MOST_SAMPLES, LEAST_SAMPLES = 1000, 20
STARTS, STEPS = 3, 5  # of the fit to the places given, and to the lines
OUTLIER_PX, LINE_OUTLIER_PX = 2.0, 1.5  # places and lines that are so far off count half, in work pixels
DAMPING = 1e-2
MARGIN_PX = 24  # how far beyond the places given the reference is looked at, in plate pixels
MOST_PX = 6.0  # a distance that is off by more counts as this when fits are compared

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Distance = NDArray[np.uint8]


def fit_affine(places: Floats, inside: NDArray[np.bool_], near: Distance, far: Distance, scale: float) -> Floats | None:
    """Return places (h, w, 2) that an affine map gives inside, those given elsewhere; None where lines are too few.

    places: x and y in the reference from which to begin. inside: bool (h, w), a region of the target. near: (h, w) of
    the target's pixels to its lines, far: (H, W) of the reference's, both as `line_distance` gives them. scale: work
    pixels a plate pixel.
    """
    y, x = np.nonzero(inside & (near <= 10 * BESIDE_PX / scale))
    if len(x) < LEAST_SAMPLES:
        return None
    step = len(x) // MOST_SAMPLES + 1
    y, x = y[::step], x[::step]
    center, size = np.array([x.mean(), y.mean()]), max(float(x.std()), float(y.std()), 1.0)
    at = _terms(x, y, center, size)
    motion = _follow(at, places[y, x].astype(np.float64), OUTLIER_PX / scale)
    lines = _Lines.around(far, places[y, x])
    motion = _refine(at, motion, near[y, x].astype(np.float32), lines, LINE_OUTLIER_PX / scale)
    rows, columns = np.nonzero(inside)
    fitted = places.copy()
    fitted[rows, columns] = _terms(columns, rows, center, size) @ motion
    return fitted


class _Lines:
    """The distances to a reference's lines in a box of it, in tenths of a pixel, and how they change."""

    def __init__(self, distance: Distance, corner: tuple[int, int]) -> None:
        self._corner = np.array(corner, np.float32)
        self._distance = distance.astype(np.float32)
        self._slopes = [cv2.Sobel(self._distance, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1))]

    @classmethod
    def around(cls, distance: Distance, places: Floats) -> _Lines:
        """The lines around places (n, 2), x and y."""
        ends = []
        for values, limit in ((places[:, 0], distance.shape[1]), (places[:, 1], distance.shape[0])):
            start = int(np.clip(np.floor(values.min()) - MARGIN_PX, 0, limit - 1))
            ends.append((start, int(np.clip(np.ceil(values.max()) + MARGIN_PX, start, limit - 1)) + 1))
        (left, right), (top, bottom) = ends
        return cls(distance[top:bottom, left:right], (left, top))

    def distances(self, places: Doubles) -> Floats:
        """Distances (n,) at places (n, 2)."""
        return self._look_up(self._distance, places)

    def slopes(self, places: Doubles) -> Floats:
        """How distances change with x and y (n, 2) at places (n, 2)."""
        return np.stack([self._look_up(slope, places) for slope in self._slopes], 1)

    def _look_up(self, values: Floats, places: Doubles) -> Floats:
        moved = (places - self._corner).astype(np.float32)[None]
        return np.asarray(cv2.remap(values, moved, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0])


def _terms(x: NDArray[np.intp], y: NDArray[np.intp], center: Doubles, size: float) -> Doubles:
    """What an affine map multiplies (n, 3): pixels about a centre, in units of a size, and 1."""
    return np.stack([(x - center[0]) / size, (y - center[1]) / size, np.ones(len(x))], 1)


def _follow(at: Doubles, places: Doubles, outlier: float) -> Doubles:
    """The motion (3, 2) that gives places (n, 2) best, far ones counting little."""
    weight, motion = np.ones(len(at)), np.zeros((3, 2))
    for _ in range(STARTS):
        weighted = at * weight[:, None]
        motion[:] = np.linalg.solve(weighted.T @ at + 1e-6 * np.eye(3), weighted.T @ places)
        weight = _weights(np.linalg.norm(places - at @ motion, axis=1), outlier)
    return motion


def _refine(at: Doubles, motion: Doubles, near: Floats, lines: _Lines, outlier: float) -> Doubles:
    """The motion (3, 2) that brings distances to lines to agree best, of all that the steps from one lead through."""
    best, least = motion, np.inf
    for step in range(STEPS + 1):
        places = at @ motion
        off = lines.distances(places) - near
        error = float(np.minimum(np.abs(off), 10 * MOST_PX).mean())
        if error < least:
            best, least = motion, error
        if step < STEPS:
            slopes = lines.slopes(places)
            change = np.hstack([at * slopes[:, :1], at * slopes[:, 1:]])
            weighted = change * _weights(off, 10 * outlier)[:, None]
            normal = weighted.T @ change
            damped = normal + (DAMPING * np.trace(normal) / 6 + 1e-6) * np.eye(6)
            motion = motion - np.linalg.solve(damped, weighted.T @ off).reshape(2, 3).T
    return best


def _weights(off: NDArray[np.floating], outlier: float) -> Doubles:
    """Cauchy's weights (n,): 1 where nothing is off, a half at an outlier's distance."""
    return np.asarray(1 / (1 + (off / outlier) ** 2), np.float64)
