"""Regions that match regions of several colours: the matched region is warped onto them, its paint with it.

Shapes: H W plate size, R regions of all references used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..shot.drawing import SegmentedDrawing
from .encoded import EncodedReference
from .region_warp import PaintedRegions, RegionWarp, warp_regions
from .temporal import MatchedDrawing
from .votes import Votes

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


def mixed_rows(votes: Votes, own: MatchedDrawing) -> NDArray[np.intp]:
    """Return which kept regions of a matched drawing match regions of several colours."""
    return np.flatnonzero(votes.is_divided[own.kept])


def warp_matches(
    drawing: SegmentedDrawing, own: MatchedDrawing, references: Sequence[EncodedReference], rows: NDArray[np.intp],
    chance: Floats,
) -> Labels:
    """Warp the best match of some kept regions onto each; palette indices as from `warp_regions`.

    references: those of `own.found`, in its order. chance: (rows, R) that the regions match theirs.
    """
    ends = np.cumsum([reference.side.count for reference in references])
    warps = []
    for row, best in zip(rows.tolist(), chance.argmax(1).tolist() if rows.size else [], strict=True):
        position = int(np.searchsorted(ends, best, side="right"))
        reference = references[position]
        label = best - int(ends[position]) + reference.side.count + 1
        painted = PaintedRegions(reference.side.labels_under_ink, reference.framing, reference.index)
        warps.append(RegionWarp(row + 1, int(own.kept[row]) + 1, painted, label))
    return warp_regions(drawing.labels_under_ink, own.side.labels_under_ink, own.framing, warps)
