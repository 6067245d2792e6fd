"""Regions that match regions of several colours: the matched region is warped onto them, its paint with it.

Where one warp brings the lines around a region to agree, it carries the whole pattern; else all of them vote.
Shapes: H W plate size, R regions of all references used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..shot.drawing import SegmentedDrawing
from .affine_fit import fit_affine
from .carry import CarriedPaint, distance_change, sample_paints
from .encoded import EncodedReference
from .region_warp import PaintedRegions, PlacedRegion, RegionWarp, place_regions
from .temporal import MatchedDrawing
from .votes import Votes

AGREE_PX = 0.3  # lines agree when they are this near each other on average over a region, in work pixels
WHOLE_PX = 0.3  # how much farther they may be from each other in a region that moves as a whole

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Placed = tuple[EncodedReference, PlacedRegion]


def mixed_rows(
    votes: Votes, own: MatchedDrawing, references: Sequence[EncodedReference], chance: Floats
) -> NDArray[np.intp]:
    """Return which kept regions of a matched drawing match regions of several colours, or such as are no flat paint.

    chance: (kept, R) that the regions match those of the references.
    """
    painterly = np.concatenate([reference.painterly for reference in references])
    return np.flatnonzero(votes.is_divided[own.kept] | (chance @ painterly > 0.5))


def place_matches(
    drawing: SegmentedDrawing, own: MatchedDrawing, references: Sequence[EncodedReference], rows: NDArray[np.intp],
    chance: Floats,
) -> list[Placed]:
    """Say where some kept regions lie in the regions that match them best, bent and as a whole.

    references: those of `own.found`, in its order. chance: (rows, R) that the regions match theirs.
    """
    ends = np.cumsum([reference.side.count for reference in references])
    of_reference: dict[int, list[RegionWarp]] = {}
    for row, best in zip(rows.tolist(), chance.argmax(1).tolist() if rows.size else [], strict=True):
        position = int(np.searchsorted(ends, best, side="right"))
        reference = references[position]
        label = best - int(ends[position]) + reference.side.count + 1
        painted = PaintedRegions(reference.side.labels_under_ink, reference.framing, reference.index)
        warp = RegionWarp(row + 1, int(own.kept[row]) + 1, painted, label)
        of_reference.setdefault(position, []).append(warp)
    return [
        (references[position], _with_whole(placed, drawing.distance, references[position], own.framing.scale))
        for position, warps in of_reference.items()
        for placed in place_regions(drawing.labels_under_ink, own.side.labels_under_ink, own.framing, warps)
    ]


def _with_whole(
    placed: PlacedRegion, distance: NDArray[np.uint8], reference: EncodedReference, scale: float
) -> PlacedRegion:
    """The region with its places if it moves as a whole; distance: (H, W) of the target's pixels to its lines."""
    near = distance[placed.window]
    return replace(placed, whole=fit_affine(placed.places[0], placed.inside, near, reference.distance, scale))


def carry_whole(
    carried: CarriedPaint, placed: Sequence[Placed], *, distance: NDArray[np.uint8], scale: float,
    flow: tuple[EncodedReference, Floats] | None,
) -> None:
    """Let one warp carry the whole pattern of a region, where it brings the lines to agree; changes `carried`.

    distance: (H, W) of the target's pixels to its lines, as `line_distance` gives it. scale: work pixels a plate pixel.
    flow: the nearest reference and places (H, W, 2) in it, a warp like the others; None where flow is not known.
    """
    for reference, region in placed:
        near = distance[region.window]
        ways = [(reference, *offered) for offered in region.offered]
        if flow is not None:
            by_flow = flow[1][region.window]
            fit = fit_affine(by_flow, region.inside, near, flow[0].distance, scale)
            ways = [(flow[0], by_flow, False), *ways, *([] if fit is None else [(flow[0], fit, True)])]
        errors = [
            _mean_disagreement(near, known, places, region.inside) * scale - WHOLE_PX * is_whole
            for known, places, is_whole in ways
        ]
        best = int(np.argmin(errors))
        known, places, _ = ways[best]
        if errors[best] <= AGREE_PX:
            carried.take(region.window, region.inside, sample_paints(known.paints, places))


def carry_anew(
    carried: CarriedPaint | None, drawing: SegmentedDrawing, own: MatchedDrawing, rows: NDArray[np.intp],
    placed: Sequence[Placed],
) -> CarriedPaint | None:
    """Return the painter's pixels where the neighbours have turned the match of some kept regions (rows)."""
    if carried is None:
        return None
    anew = carried.without(np.isin(drawing.labels_under_ink, own.kept[rows] + 1))
    carry_whole(anew, placed, distance=drawing.distance, scale=own.framing.scale, flow=None)
    return anew


def _mean_disagreement(
    distance: NDArray[np.uint8], reference: EncodedReference, places: Floats, inside: NDArray[np.bool_]
) -> float:
    """How far the distances to lines differ between a region's pixels and their places, on average, in plate pixels."""
    return float(distance_change(distance, reference.distance, places)[inside].mean()) / 10
