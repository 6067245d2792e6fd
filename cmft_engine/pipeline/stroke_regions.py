"""What a stroke does to the regions of a drawing. Shapes: H W plate size, p points x, y in px."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..protocol.corrections import Point
from ..shot.line_edits import LineEdit
from .wishes import regions_under

LEAST_PX = 12  # that a piece of a region has; less is a speck beside a line
BESIDE_PX = 4.0  # how far to either side of a stroke regions are compared

Labels = NDArray[np.int32]
Doubles = NDArray[np.float64]


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
                            for a, b in zip(points[:-1], points[1:], strict=True)])
    step = np.gradient(along, axis=0) if len(along) > 1 else np.array([[1.0, 0.0]])
    across = np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.linalg.norm(step, axis=1), 1e-6)[:, None]
    sides = []
    for sign in (-BESIDE_PX, BESIDE_PX):
        x, y = np.clip(np.floor(along + sign * across), 0, (width - 1, height - 1)).astype(int).T
        sides.append(labels[y, x])
    known = (sides[0] > 0) & (sides[1] > 0)
    return bool(known.any()) and float((sides[0] != sides[1])[known].mean()) > 0.5


def _pieces(mask: NDArray[np.bool_]) -> list[int]:
    """Areas of the pieces of a mask (H, W) that are more than specks, the largest first."""
    area = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    return sorted((int(n) for n in area if n >= LEAST_PX), reverse=True)


def _places(points: Doubles) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in points)
