"""Regions of a drawing: which pixels belong together because lines enclose them.

Knows no colours and no files; line art in, label arrays out. Labels count from 1, 0 is ink.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.lineart.gaps import split_at_gaps
from cmft_engine.lineart.lineart import LineArt
from cmft_engine.lineart.region_stats import RegionStats, measure_regions

Labels = NDArray[np.int32]

_GOLDEN_RATIO = 0.6180339887498949
_NEAR_PX = 10
_CLOSED_COLOR = (255, 255, 255)


@dataclass(frozen=True)
class Regions:
    """The regions of one drawing.

    labels: int32 (H, W), 0 = ink, else 1..count. closed: bool (H, W), the pixels along which a gap was closed; they
    belong to a region like any other paintable pixel.
    """

    labels: Labels
    count: int
    closed: NDArray[np.bool_]


def label_regions(line_art: LineArt, *, gap_px: int = 6, min_region_px: int = 3) -> Regions:
    """Return the areas that main and trace lines enclose, 4-connected.

    gap_px: breaks in lines up to this wide are closed, 0 closes none. min_region_px: a smaller region joins the
    nearest region of at least that size, across ink if need be; when there is none, small regions stay.
    """
    free = (~line_art.ink).view(np.uint8)
    labels: Labels = cv2.connectedComponents(free, connectivity=4, ltype=cv2.CV_32S)[1]
    if gap_px > 0:
        labels = split_at_gaps(labels, gap_px=gap_px)
    labels, count = compact(_merge_small(labels, min_region_px))
    return Regions(labels, count, _closure(labels))


def compact(labels: Labels) -> tuple[Labels, int]:
    """Return the labels renumbered to 1..count in their old order, 0 staying 0, and the count."""
    used = np.bincount(labels.ravel(), minlength=1) > 0
    used[0] = False
    numbers = np.cumsum(used, dtype=np.int32)
    count = int(numbers[-1])
    if count == used.size - 1:
        return labels, count
    numbers[0] = 0
    return numbers[labels], count


def grow_under_ink(labels: Labels) -> Labels:
    """Return labels (H, W) in which ink pixels, trace lines too, have the label of the nearest region pixel.

    Distances are Euclidean within 2 %; a tie goes to the pixel that OpenCV's two-pass scan meets first, always the
    same for the same drawing. A drawing of nothing but ink becomes one region, label 1.
    """
    if not labels.any():
        return np.ones_like(labels)
    return _nearest(labels, labels > 0)


def region_features(regions: Regions, *, labels_under_ink: Labels | None = None) -> RegionStats:
    """Return size, place, shape and neighbours of each region; labels_under_ink: if they are known already."""
    under_ink = grow_under_ink(regions.labels) if labels_under_ink is None else labels_under_ink
    return measure_regions(regions.labels, under_ink, regions.count)


def rainbow(regions: Regions) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) with a distinct color for each label, ink black and closed gaps white."""
    number = np.arange(1, regions.count + 1)
    hsv = np.zeros((1, regions.count + 1, 3), np.uint8)
    hsv[0, 1:, 0] = (number * _GOLDEN_RATIO % 1.0) * 180
    hsv[0, 1:, 1] = 130 + number % 3 * 50
    hsv[0, 1:, 2] = 255 - number // 3 % 3 * 40
    picture = np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0], np.uint8)[regions.labels]
    picture[regions.closed] = _CLOSED_COLOR
    return picture


def _nearest(labels: Labels, known: NDArray[np.bool_]) -> Labels:
    """Return labels where pixels outside `known` have the label of the nearest known pixel; one must be known."""
    unknown = ~known
    seeds = cv2.distanceTransformWithLabels(unknown.view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    labels_under_ink = labels.copy()
    labels_under_ink[unknown] = labels[known][seeds[unknown] - 1]
    return labels_under_ink


def _merge_small(labels: Labels, min_region_px: int) -> Labels:
    """Return labels in which regions under min_region_px have the label that most of their pixels are nearest to."""
    area = np.bincount(labels.ravel(), minlength=1)
    area[0] = 0
    is_large = area >= min_region_px
    is_small = (area > 0) & ~is_large
    if not is_small.any() or not is_large.any():
        return labels
    pixels = np.flatnonzero(is_small[labels])
    small = labels.ravel()[pixels].astype(np.int64)
    near = _nearest_large(labels, is_large, pixels)
    pairs, votes = np.unique(small * area.size + near, return_counts=True)
    order = np.lexsort((-(pairs % area.size), votes))  # the last write wins: most votes, then the lower label
    merged = labels.copy()
    target = np.zeros(area.size, np.int32)
    target[pairs[order] // area.size] = pairs[order] % area.size
    merged.ravel()[pixels] = target[small]
    return merged


def _nearest_large(labels: Labels, is_large: NDArray[np.bool_], pixels: NDArray[np.intp]) -> Labels:
    """Return the label of the nearest pixel of a large region for each pixel, given and returned as (N,).

    Most specks lie close by a region, so a few rings around them are tried before the whole picture is measured.
    """
    offsets = np.mgrid[-_NEAR_PX : _NEAR_PX + 1, -_NEAR_PX : _NEAR_PX + 1].reshape(2, -1)
    distance = np.hypot(*offsets)
    order = np.argsort(distance, kind="stable")
    down, right = offsets[:, order[distance[order] <= _NEAR_PX]]
    padded = cv2.copyMakeBorder(labels, *(_NEAR_PX,) * 4, cv2.BORDER_CONSTANT, value=0)
    rows, columns = np.divmod(pixels, labels.shape[1])
    around = padded[rows[:, None] + down + _NEAR_PX, columns[:, None] + right + _NEAR_PX]
    is_found = is_large[around]
    if not is_found.any(axis=1).all():
        return _nearest(labels, is_large[labels]).ravel()[pixels]
    nearest: Labels = around[np.arange(pixels.size), is_found.argmax(axis=1)]
    return nearest


def _closure(labels: Labels) -> NDArray[np.bool_]:
    """Pixels whose right or lower neighbour is another region: there a gap was closed."""
    closed = np.zeros(labels.shape, np.bool_)
    for here, there, mark in (
        (labels[:, :-1], labels[:, 1:], closed[:, :-1]),
        (labels[:-1], labels[1:], closed[:-1]),
    ):
        mark |= (here != there) & (here > 0) & (there > 0)
    return closed
