"""Where a corrected region lies in a drawing that may have been redrawn since: by a point inside, and by its shape.

Shapes: H W plate size, n regions, boxes x0, y0, x1, y1 with x1 and y1 outside.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..protocol.corrections import SHAPE_SIDE, Anchor, Point

LIKE_ENOUGH = 0.5  # of a region at the point itself; of one elsewhere LIKE_ELSEWHERE
LIKE_ELSEWHERE = 0.7
MOST_GROWN = 4  # times in area, in either direction; what has grown more looks like nothing
NEAR = 0.5  # how far the middle of a region may have moved, in diagonals of its box

Labels = NDArray[np.int32]
Box = tuple[int, int, int, int]


def anchor_of(labels: Labels, region: int) -> Anchor:
    """Return what a region of a label map (H, W) looks like; region: its label, which must be there."""
    rows, columns = np.nonzero(labels == region)
    x0, y0, x1, y1 = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return Anchor((x0, y0, x1, y1), len(rows), shape_of(labels[y0:y1, x0:x1] == region))


def shape_of(mask: NDArray[np.bool_]) -> str:
    """Return the shape of a mask (h, w) that fills its box, as `Anchor.shape` has it."""
    small = cv2.resize(mask.astype(np.float32), (SHAPE_SIDE, SHAPE_SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(small > 0.5).tobytes().hex()


def region_at(labels: Labels, x: float, y: float, anchor: Anchor | None = None) -> int | None:
    """Return the label of the region that a point and an anchor mean, None where there is none.

    labels: (H, W), 0 for none; those under ink may be given. Without an anchor it is the region at the point. With one
    that region must look like it, else the region near by that looks most like it is taken.
    """
    here = _at(labels, x, y)
    if anchor is None or not labels.size:
        return here
    if here is not None and likeness(labels, here, anchor) >= LIKE_ENOUGH:
        return here
    near = {one: likeness(labels, one, anchor) for one in _near(labels, anchor)}
    best = max(near, key=near.__getitem__, default=None)
    return best if best is not None and near[best] >= LIKE_ELSEWHERE else None


def moved(points: Sequence[Point], box: Box, other: Box) -> tuple[Point, ...]:
    """Return points of one box where they lie in another one, which may have moved and grown."""
    scale = [(other[i + 2] - other[i]) / max(box[i + 2] - box[i], 1) for i in (0, 1)]
    return tuple(((x - box[0]) * scale[0] + other[0], (y - box[1]) * scale[1] + other[1]) for x, y in points)


def likeness(labels: Labels, region: int, anchor: Anchor) -> float:
    """Return how much a region looks like an anchor, in [0, 1]: by shape, area and the size of its box."""
    found = anchor_of(labels, region)
    ratio = min(found.area, anchor.area) / max(found.area, anchor.area, 1)
    sizes = [[box[2] - box[0], box[3] - box[1]] for box in (found.box, anchor.box)]
    box = float(np.prod([min(a, b) / max(a, b) for a, b in zip(*sizes, strict=True)]))
    mine, other = (np.unpackbits(np.frombuffer(bytes.fromhex(one.shape), np.uint8)) for one in (found, anchor))
    union = int((mine | other).sum())
    overlap = int((mine & other).sum()) / union if union else 1.0
    return float((ratio * box * overlap**2) ** 0.25)


def _at(labels: Labels, x: float, y: float) -> int | None:
    row, column = int(np.floor(y)), int(np.floor(x))
    if not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]):
        return None
    return int(labels[row, column]) or None


def _near(labels: Labels, anchor: Anchor) -> list[int]:
    """Regions whose pixels lie where the anchor's did, or not farther from there than they may have moved."""
    x0, y0, x1, y1 = anchor.box
    reach = int(NEAR * np.hypot(x1 - x0, y1 - y0)) + 1
    part = labels[max(0, y0 - reach):max(0, y1 + reach), max(0, x0 - reach):max(0, x1 + reach)]
    area = np.bincount(labels.ravel())
    return [int(one) for one in np.unique(part)
            if one > 0 and anchor.area / MOST_GROWN <= area[one] <= anchor.area * MOST_GROWN]
