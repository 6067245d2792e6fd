"""How a stroke lies on the lines of a drawing, and what it does to its regions.

Shapes: H W plate size, p points x, y in px.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ..matching.stroke_carry import Doubles, Lines
from ..protocol.corrections import Point
from ..shot.line_edits import LineEdit, land_px, nearest_ink
from .wishes import regions_under

LEAST_PX = 12  # that a piece of a region has; less is a speck beside a line
BESIDE_PX = 4.0  # how far to either side of a stroke regions are compared

Labels = NDArray[np.int32]


def under(labels: Labels, points: Doubles) -> list[int]:
    """Return the regions of labels (H, W) that a stroke (p, 2) passes."""
    return list(regions_under(labels, _places(points)))


def parted(labels: Labels, points: Doubles) -> int:
    """Return the area of the smaller piece into which a stroke (p, 2) parts a region of labels (H, W); 0: parts none.
    """
    stroke = LineEdit(_places(points), True).drawn((labels.shape[0], labels.shape[1]))
    found = 0
    for region in np.unique(labels[stroke]):
        if region:
            whole = labels == region
            before, after = _pieces(whole), _pieces(whole & ~stroke)
            if len(after) > len(before):
                found = max(found, after[1])
    return found


def sides_differ(labels: Labels, points: Doubles) -> bool:
    """Say whether other regions lie on the one side of a stroke (p, 2) than on the other, along most of it."""
    height, width = labels.shape
    along = np.concatenate([np.linspace(a, b, max(2, int(np.hypot(*(b - a)))), endpoint=False)
                            for a, b in pairwise(points)])
    step = np.gradient(along, axis=0) if len(along) > 1 else np.array([[1.0, 0.0]])
    across = np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.linalg.norm(step, axis=1), 1e-6)[:, None]
    sides = []
    for sign in (-BESIDE_PX, BESIDE_PX):
        x, y = np.clip(np.floor(along + sign * across), 0, (width - 1, height - 1)).astype(int).T
        sides.append(labels[y, x])
    known = (sides[0] > 0) & (sides[1] > 0)
    return bool(known.any()) and float((sides[0] != sides[1])[known].mean()) > 0.5


def each_px(points: Doubles) -> Doubles:
    """Return a line of points (p, 2) with one in every px of it."""
    parts = [np.linspace(a, b, max(1, int(np.ceil(np.linalg.norm(b - a)))), endpoint=False)
             for a, b in pairwise(points)]
    return np.vstack([*parts, points[-1:]])


def between_lines(points: Doubles, lines: Lines) -> Doubles | None:
    """Return the part of a line, a point in every px, that has its ends on lines; None where there is none."""
    columns, rows = np.floor(points).astype(int).T
    off = lines.distance[rows, columns] / 10
    reach = land_px(lines.ink.shape[0])
    kept = []
    for along in (off, off[::-1]):
        is_near = along <= reach
        is_met = np.flatnonzero(is_near if is_near[0] else along == 0)
        kept.append(0 if is_near[0] else int(is_met[0]) if is_met.size else None)
    first, last = kept
    if first is None or last is None or len(points) - last - first < 2:
        return None
    return points[first:len(points) - last]


def across_lines(points: Doubles, regions: Labels) -> Doubles | None:
    """Return the part of a line, a point in every px, that leads from one region to another, with a little of both."""
    columns, rows = np.floor(points).astype(int).T
    labels = regions[rows, columns]
    inside = np.flatnonzero(labels)
    if not inside.size or (labels[inside] == labels[inside[0]]).all():
        return None
    first, last, more = int(inside[0]), int(inside[-1]), int(2 * land_px(regions.shape[0]))
    leaves = first + int((labels[first:] != labels[first]).argmax())
    enters = last - int((labels[last::-1] != labels[last]).argmax())
    return points[max(first, leaves - more):min(last, enters + more) + 1]


def onto_lines(points: Doubles, lines: Lines) -> Doubles | None:
    """Return points (p, 2) moved so that both ends lie on lines; None where an end is too far from any."""
    reach = land_px(lines.ink.shape[0])
    ends = [nearest_ink(lines.ink, (float(x), float(y)), reach) for x, y in (points[0], points[-1])]
    if ends[0] is None or ends[1] is None:
        return None
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    share = (way / max(way[-1], 1e-6))[:, None]
    moved = (1 - share) * (np.array(ends[0]) - points[0]) + share * (np.array(ends[1]) - points[-1])
    return np.asarray(points + moved, np.float64)


def _pieces(mask: NDArray[np.bool_]) -> list[int]:
    """Areas of the pieces of a mask (H, W) that are more than specks, the largest first."""
    area = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    return sorted((int(n) for n in area if n >= LEAST_PX), reverse=True)


def _places(points: Doubles) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in points)
