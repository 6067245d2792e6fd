"""Divide drawn areas where a line has a gap: two rooms joined by a narrow passage become two regions.

Works on label arrays alone; what ink is and what a label is called afterwards is decided elsewhere.

A passage counts as a gap when it is at most `gap_px` wide and at most half as wide as the smaller of the two rooms
it joins. Areas without a room, such as thin stripes and tapering hair, are therefore never cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]
Depth = NDArray[np.uint8]


@dataclass(frozen=True)
class _Rooms:
    """places: flat index of one pixel of each room. levels: core labels (H, W) and each core's room, -1 for none."""

    places: NDArray[np.intp]
    levels: list[tuple[Labels, NDArray[np.intp]]]


def split_at_gaps(labels: Labels, *, gap_px: int) -> Labels:
    """Return labels (H, W) in which every area of several rooms is divided; 0 = ink stays.

    labels: 4-connected areas numbered from 1. The frame of the image counts as a line, so a line that ends just
    before it is closed too. Divided areas get new numbers above the old ones, their own old number disappears.
    """
    padded = cv2.copyMakeBorder(labels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = _depth(padded)
    rooms = _find_rooms(depth, gap_px)
    owners = padded.ravel()[rooms.places]
    first = int(labels.max(initial=0)) + 1
    divided = np.bincount(owners, minlength=first) > 1
    if not divided.any():
        return labels
    numbers = np.where(divided[owners], first + np.arange(owners.size), 0).astype(np.int32)
    inside = divided[padded]
    padded[inside] = 0
    for cores, of_core in rooms.levels:
        padded += np.append(numbers, np.int32(0))[of_core][cores]
    _flood(padded, depth, np.flatnonzero(inside & (padded == 0)))
    return np.ascontiguousarray(padded[1:-1, 1:-1])


def _depth(labels: Labels) -> Depth:
    """Distance to the nearest ink in half pixels, rounded up, at most 255."""
    distance = cv2.distanceTransform((labels > 0).view(np.uint8), cv2.DIST_L2, 5)
    depth: Depth = cv2.convertScaleAbs(distance, alpha=2, beta=0.4999)
    return depth


def _widths(gap_px: int) -> list[int]:
    """Passage widths to look at, widest first: every one of the narrow, a few of the wide."""
    widths = [gap_px]
    while widths[-1] > 1:
        last = widths[-1]
        widths.append(last - 1 if last <= 4 else max(4, last * 2 // 3))
    return widths


def _find_rooms(depth: Depth, gap_px: int) -> _Rooms:
    """Find the rooms behind passages of each width; behind a wide one, a room is not looked at for narrower ones.

    A passage `width` wide is at most width + 1 half pixels deep; a room for it is twice as deep at least.
    """
    places = np.zeros(0, np.intp)
    levels = []
    for width in _widths(gap_px):
        n, cores = cv2.connectedComponents(_cores(depth, width), connectivity=4, ltype=cv2.CV_32S)
        flat = cores.ravel()
        ring = np.flatnonzero(cv2.inRange(depth, 2 * width + 2, 2 * width + 4).view(np.bool_))  # no room is without
        place = np.full(n, -1, np.intp)
        place[flat[ring]] = ring
        place[flat[places]] = -1
        new = np.flatnonzero(place >= 0)
        if new.size:
            of_core = np.full(n, -1, np.intp)
            of_core[new] = places.size + np.arange(new.size)
            levels.append((cores, of_core))
            places = np.concatenate([places, place[new]])
    return _Rooms(places, levels)


def _cores(depth: Depth, width: int) -> Depth:
    """Mask of the pixels that lie deeper than a passage of that width, those that touch by a corner joined.

    Without the joints, a stripe of even width would fall apart at every step of its aliased outline.
    """
    deep = cv2.inRange(depth, width + 2, 255)
    joined: Depth = cv2.dilate(deep, np.ones((1, 3), np.uint8)) & cv2.dilate(deep, np.ones((3, 1), np.uint8))
    return joined


def _flood(labels: Labels, depth: Depth, todo: NDArray[np.intp]) -> None:
    """Grow `labels` (changed in place) into the pixels `todo` (flat indices), deepest first.

    The narrowest part of a passage is reached last, so the labels meet there. Each pixel takes the highest label
    among its four neighbours; the outermost rows and columns must not be in `todo`.
    """
    flat, width = labels.ravel(), labels.shape[1]
    beside = np.array([[-1], [1], [-width], [width]])
    levels = depth.ravel()[todo]
    todo = todo[np.argsort(levels, kind="stable")]
    ends = np.cumsum(np.bincount(levels, minlength=1))
    is_open = np.zeros(flat.size, np.bool_)
    for start, end in zip(ends[-2::-1], ends[:0:-1], strict=True):
        front = todo[start:end]
        is_open[front] = True
        while front.size:
            found = flat[front + beside].max(axis=0)
            front = front[found > 0]
            flat[front] = found[found > 0]
            near = (front + beside).ravel()
            front = np.unique(near[is_open[near] & (flat[near] == 0)])
