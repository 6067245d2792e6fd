"""Measure regions: size, place, shape and neighbours of each, as arrays by label.

Counts pixels only; knows no colours. Regions are measured through their horizontal runs, which are far fewer than
their pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RegionStats:
    """One entry a region, label 1 first; all lengths in pixels, x to the right, y down, a pixel's middle is whole.

    area: int64 (N,). centroid: (N, 2) x, y. bbox: int64 (N, 4) x0, y0, x1, y1, the last two exclusive.
    mu20, mu11, mu02: (N,) central second moments, sums over the pixels. touches_border: bool (N, 4) left, top, right,
    bottom. pairs: int64 (E, 2), labels of neighbours once the regions are grown under the ink, the lower first,
    sorted. border: int64 (E,), pixel edges that the two share.
    """

    area: NDArray[np.int64]
    centroid: Floats
    bbox: NDArray[np.int64]
    mu20: Floats
    mu11: Floats
    mu02: Floats
    touches_border: NDArray[np.bool_]
    pairs: NDArray[np.int64]
    border: NDArray[np.int64]


@dataclass(frozen=True)
class _Runs:
    """Horizontal runs of labelled pixels, row by row: label - 1, row, first column, length, each (R,)."""

    region: NDArray[np.int64]
    y: NDArray[np.int64]
    x: NDArray[np.int64]
    length: NDArray[np.int64]


def measure_regions(labels: Labels, labels_under_ink: Labels, count: int) -> RegionStats:
    """Return the measures of labels 1..count, each of which has a pixel; `labels_under_ink` is for the neighbours."""
    runs = _runs(labels)
    area = np.bincount(runs.region, runs.length, count)
    x_sum, y_sum, xx_sum, xy_sum, yy_sum = _moments(runs, count)
    x, y = x_sum / area, y_sum / area
    bbox = _boxes(runs, count)
    height, width = labels.shape
    touches = np.stack([bbox[:, 0] == 0, bbox[:, 1] == 0, bbox[:, 2] == width, bbox[:, 3] == height], axis=1)
    pairs, border = adjacency(labels_under_ink)
    return RegionStats(
        area=area.astype(np.int64),
        centroid=np.stack([x, y], axis=1),
        bbox=bbox,
        mu20=np.maximum(xx_sum - x * x_sum, 0),
        mu11=xy_sum - x * y_sum,
        mu02=np.maximum(yy_sum - y * y_sum, 0),
        touches_border=touches,
        pairs=pairs,
        border=border,
    )


def adjacency(labels: Labels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs (E, 2) of labels that touch along pixel edges, lower first, and the edges of each (E,)."""
    keys = []
    span = int(labels.max(initial=0)) + 1
    for here, there in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        differs = here != there
        one, other = here[differs].astype(np.int64), there[differs].astype(np.int64)
        keys.append(np.minimum(one, other) * span + np.maximum(one, other))
    pairs, border = np.unique(np.concatenate(keys), return_counts=True)
    return np.stack(np.divmod(pairs, span), axis=1), border.astype(np.int64)


def _runs(labels: Labels) -> _Runs:
    height, width = labels.shape
    starts_run = np.ones((height, width), np.bool_)
    starts_run[:, 1:] = labels[:, 1:] != labels[:, :-1]
    starts = np.flatnonzero(starts_run)
    length = np.diff(starts, append=labels.size)
    region = labels.ravel()[starts].astype(np.int64) - 1
    y, x = np.divmod(starts, max(width, 1))
    kept = region >= 0
    return _Runs(region[kept], y[kept], x[kept], length[kept])


def _moments(runs: _Runs, count: int) -> tuple[Floats, ...]:
    """Return the sums of x, y, x², x·y and y² over each region's pixels, each (N,)."""
    first, last = runs.x, runs.x + runs.length - 1
    x_sum = (first + last) * runs.length / 2
    xx_sum = (_squares(last) - _squares(first - 1)) / 6
    weights = (x_sum, runs.y * runs.length, xx_sum, x_sum * runs.y, runs.y**2 * runs.length)
    return tuple(np.bincount(runs.region, weight, count).astype(np.float64) for weight in weights)


def _squares(n: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return six times the sum of the squares up to n."""
    return n * (n + 1) * (2 * n + 1)


def _boxes(runs: _Runs, count: int) -> NDArray[np.int64]:
    boxes = np.zeros((count, 4), np.int64)
    boxes[:, :2] = np.iinfo(np.int64).max
    np.minimum.at(boxes[:, 0], runs.region, runs.x)
    np.minimum.at(boxes[:, 1], runs.region, runs.y)
    np.maximum.at(boxes[:, 2], runs.region, runs.x + runs.length)
    np.maximum.at(boxes[:, 3], runs.region, runs.y + 1)
    return boxes
