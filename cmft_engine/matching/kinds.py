"""How a region was coloured: in one paint, divided among several, or carried in the painter's own pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap

KINDS = ("flat", "divided", "carried")
DIVIDING_PX, DIVIDING_SHARE = 6, 0.005  # a further paint with less of a region than either does not divide it
CARRIED_SHARE = 0.5  # a region that shows more of the painter's own pixels than this is carried


def region_kinds(paints: PaintMap, labels: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """Return the number in KINDS of each region (count,); labels: (H, W), 0 for what belongs to none."""
    entries = int(paints.first.max(initial=0)) + 1
    inside = (labels > 0) & (paints.first >= 0)
    code = (labels[inside] - 1) * entries + paints.first[inside]
    table = np.bincount(code, minlength=count * entries).reshape(count, entries)
    area = np.maximum(table.sum(1), 1)
    divides = table >= np.maximum(DIVIDING_PX, DIVIDING_SHARE * area)[:, None]
    kinds = (divides.sum(1) > 1).astype(np.intp)
    if paints.own is not None:
        own = np.bincount(labels[paints.own & (labels > 0)] - 1, minlength=count)
        kinds[own > CARRIED_SHARE * area] = KINDS.index("carried")
    return np.asarray(kinds)
