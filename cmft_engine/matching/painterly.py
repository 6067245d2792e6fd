"""Regions that no flat paint explains: each pixel gets the painter's own, from where the lines around agree best.

A scene has parts that stand still and parts that move, and neither gradients nor textures say which is which. So every
pixel chooses among places: its own, where flow leads, and where its region's match is warped to.
Shapes: H W plate size of the target, n regions of the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..shot.drawing import SegmentedDrawing
from .carry import CarriedPaint, line_distance, overwrite, sample_paints
from .encoded import EncodedReference
from .flow import flow_between
from .mixed_regions import Placed

BESIDE_PX = 1.5  # region pixels this near a line are its border
STILL_BORDER = 0.8  # a region stands still when this share of its border has a line at the same place
EDGE_WEIGHT = 3.0  # a pixel at the plate's edge counts as so much border that stands still
AROUND_PX = 6.0  # lines are compared in surroundings of this spread, in work pixels
PREFERENCE_PX = 0.3  # how much worse lines may agree at the pixel's own place, in plate pixels
FRINGE_PX = 3.0  # so far beside a line that has gone a pixel may show its soft border
FLOW_SIZE = 640  # longest side at which plain flow is searched

import os
REGION = float(os.environ.get('REGION', '1'))
PREF = float(os.environ.get('PREF', '0'))

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Way:
    """A reference and the places (H, W, 2), x and y, from which it gives a target's pixels; None: their own places."""

    reference: EncodedReference
    places: Floats | None

    def paints(self) -> PaintMap:
        """Return the paints that the reference has at these places, of size (H, W)."""
        return self.reference.paints if self.places is None else sample_paints(self.reference.paints, self.places)


def painterly_regions(
    count: int, kept: NDArray[np.intp], references: Sequence[EncodedReference], chance: Floats
) -> Mask:
    """Return which regions (n,) of a target match such as no flat paint explains.

    kept: rows of those that were matched; chance: (kept, R) that they match the references' regions. What matches
    nothing is as most of the references is.
    """
    usual = float(np.mean([reference.own_share for reference in references]))
    found = np.full(count, usual > 0.5)
    own = np.concatenate([reference.painterly for reference in references])
    found[kept] = chance @ own + (1 - chance.sum(1)) * usual > 0.5
    return found


def carry_painterly(
    carried: CarriedPaint, drawing: SegmentedDrawing, regions: Mask, ways: Sequence[Way], placed: Sequence[Placed], *,
    scale: float,
) -> None:
    """Take the painter's own pixels in painterly regions (n,); changes `carried`.

    ways: for the whole plate, at least one. placed: of those of the regions that were warped. scale: work pixels a
    plate pixel.
    """
    inside = regions[drawing.labels_under_ink - 1]
    if not inside.any():
        return
    distance, spread = line_distance(drawing.ink), AROUND_PX / scale
    same_size = [one for one in _references(ways) if one.segmented.size == drawing.size]
    ways = [*(Way(one, None) for one in same_size), *(Way(one, flow_between(
        distance, one.distance, longest=FLOW_SIZE)) for one in same_size), *ways]
    best = np.full(drawing.size, np.inf, np.float32)
    area = np.maximum(np.bincount(drawing.labels_under_ink.ravel(), minlength=drawing.count + 1), 1)
    for way in ways:
        error = _disagreement(distance, way.reference, way.places, spread)
        whole = np.bincount(drawing.labels_under_ink.ravel(), error.ravel(), drawing.count + 1) / area
        if REGION: error = error + np.float32(REGION) * whole.astype(np.float32)[drawing.labels_under_ink]
        if way.places is None:
            error = np.where(_stands_still(drawing, distance, way.reference), -np.inf, error - PREF)
        better = inside & (error < best)
        best[better] = error[better]
        overwrite(carried.paints, (slice(None), slice(None)), better, way.paints())
    carried.taken[inside] = True
    carried.free[inside] = True
    for reference, region in placed:
        here = distance[region.window]
        for places in region.places:
            error = _disagreement(here, reference, places, spread)
            if REGION: error = error + np.float32(REGION) * error[region.inside].mean()
            better = region.inside & (error < best[region.window])
            best[region.window][better] = error[better]
            overwrite(carried.paints, region.window, better, sample_paints(reference.paints, places))


def split_placed(placed: Sequence[Placed], painterly: Mask) -> tuple[list[Placed], list[Placed]]:
    """Return the warped regions that are not painterly (n,), and those that are."""
    is_own = [bool(painterly[region.warp.plate - 1]) for _, region in placed]
    flat, own = ([one for one, is_of in zip(placed, is_own, strict=True) if is_of == want] for want in (False, True))
    return flat, own


def _references(ways: Sequence[Way]) -> list[EncodedReference]:
    return list({id(way.reference): way.reference for way in ways}.values())


def _disagreement(
    distance: NDArray[np.uint8], reference: EncodedReference, places: Floats | None, spread: float
) -> Floats:
    """How far distances to lines differ around each pixel of a picture (h, w) and its place, in plate pixels."""
    there = reference.distance
    if places is not None:
        there = np.asarray(cv2.remap(there, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    differs = cv2.absdiff(np.ascontiguousarray(there), np.ascontiguousarray(distance))
    return np.asarray(cv2.GaussianBlur(differs.astype(np.float32), (0, 0), spread) / 10, np.float32)


def _stands_still(drawing: SegmentedDrawing, distance: NDArray[np.uint8], reference: EncodedReference) -> Mask:
    """Pixels (H, W) whose region stands still in the target, and at whose place the reference shows such a one too."""
    here = _still_shares(drawing, distance, reference.distance)
    there = _still_shares(reference.segmented, reference.distance, distance)
    gone = (reference.distance <= 10 * FRINGE_PX) & (distance > reference.distance + 10)
    return np.asarray(
        (here >= STILL_BORDER)[drawing.labels_under_ink - 1]
        & (there >= STILL_BORDER)[reference.segmented.labels_under_ink - 1]
        & ~gone
    )


def _still_shares(drawing: SegmentedDrawing, own: NDArray[np.uint8], other: NDArray[np.uint8]) -> Floats:
    """How much of the border of each region (n,) has a line at the same place in the other drawing.

    own, other: distances to lines, as from `line_distance`.
    """
    beside = (drawing.labels > 0) & (own <= 10 * BESIDE_PX)
    at_edge = np.zeros_like(beside)
    at_edge[[0, -1]] = at_edge[:, [0, -1]] = True
    at_edge &= drawing.labels > 0
    bins = drawing.count + 1
    edge = EDGE_WEIGHT * np.bincount(drawing.labels[at_edge], minlength=bins)
    still = np.bincount(drawing.labels[beside], other[beside] <= 10 * BESIDE_PX, bins)
    border = np.bincount(drawing.labels[beside], minlength=bins)
    return np.asarray(((still + edge) / np.maximum(border + edge, 1))[1:], np.float32)
