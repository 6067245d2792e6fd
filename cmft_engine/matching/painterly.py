"""Regions that no flat paint explains: each pixel gets the painter's own, from where the lines around agree best.

A scene has parts that stand still and parts that move, and neither gradients nor textures say which is which. So every
pixel chooses among places: its own, where flow leads, where its region's match is warped to, and where either leads if
the region moves as a whole.
Shapes: H W plate size of the target, n regions of the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.look_up import look_up
from ..image.paint_map import PaintMap
from ..image.reduced import enlarged, reduced, reduction
from ..shot.drawing import SegmentedDrawing
from .affine_fit import fit_affine
from .carry import CarriedPaint, distance_change, overwrite, sample_paints
from .encoded import EncodedReference
from .flow import flow_between
from .mixed_regions import Placed, carry_whole
from .pixel_votes import carry_paints
from .temporal import MatchedDrawing

BESIDE_PX = 1.5  # region pixels this near a line are its border
STILL_BORDER = 0.7  # a region stands still when this share of its border has a line at the same place,
STILL_LINE_PX = 0.7  # to this many pixels
EDGE_WEIGHT = 3.0  # a pixel at the plate's edge counts as so much border that stands still
AROUND_PX = 6.0  # lines are compared in surroundings of this spread, in work pixels
REDUCED_PX = 3.0  # a spread of several times this is taken at reduced size
PREFERENCE_PX = 0.3  # how much worse lines may agree at a pixel's own place in scenery, in plate pixels
FRINGE_PX, MOVED_PX = 3.0, 0.3  # so near a line that has moved by more than this, a pixel may show its soft border
SCENERY_SHARE, SCENERY_STILL = 0.1, 0.3  # a region with more of the plate, and more still border, is scenery
MOST_PX = 6.0  # lines that disagree by more count as this, so that a new line does not outweigh which regions match
WHOLE_PX = 1.0  # how much worse lines may agree in a region that moves as a whole, in plate pixels
MISMATCH_PX = 4.0  # what a place in a region that does not match costs, in plate pixels of disagreement
LEAST_CHANCE = 0.3  # a match counts as sure from this chance on, or from that of the best
FLOW_SIZE = 640  # longest side at which plain flow is searched

PLATE = (slice(None), slice(None))

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Mismatch:
    """What it costs to carry a pixel from a region of a reference into one of the target, in plate pixels."""

    def __init__(
        self, rows: tuple[int, NDArray[np.intp]], columns: tuple[int, NDArray[np.intp]], chance: Floats
    ) -> None:
        """rows, columns: how many regions the target and the reference have, and which of them were matched.

        chance: (rows, columns) that these match.
        """
        sure = np.maximum(chance.max(1, initial=0), LEAST_CHANCE)[:, None]
        costs = np.zeros((len(rows[1]) + 1, len(columns[1]) + 1), np.float32)
        costs[:-1, :-1] = MISMATCH_PX * (1 - np.minimum(chance / sure, 1))
        self._costs = costs.ravel()
        self._row, self._column = costs.shape[1] * self._numbers(*rows), self._numbers(*columns)

    @staticmethod
    def _numbers(count: int, matched: NDArray[np.intp]) -> NDArray[np.int32]:
        """The row or column of each label; the last, which costs nothing, of those that were not matched."""
        numbers = np.full(count + 1, len(matched), np.int32)
        numbers[matched + 1] = np.arange(len(matched))
        return numbers

    def costs(self, labels: NDArray[np.int32], there: NDArray[np.int32]) -> Floats:
        """Return the costs (h, w) of pixels with these labels in the target and there."""
        return np.take(self._costs, np.take(self._row, labels) + np.take(self._column, there))


@dataclass(frozen=True)
class Way:
    """A reference and the places (H, W, 2), x and y, from which it gives a target's pixels; None: their own places.

    mismatch: what it costs to carry between regions that do not match; None where that is not known.
    preference: how much worse its lines may agree in regions that are no scenery, in plate pixels.
    """

    reference: EncodedReference
    places: Floats | None
    mismatch: Mismatch | None = None
    preference: float = 0.0


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


def carry_pixels(
    drawing: SegmentedDrawing, matched: MatchedDrawing, ways: Sequence[tuple[EncodedReference, Floats]],
    placed: Sequence[Placed], chance: Floats,
) -> CarriedPaint:
    """Return the painter's own pixels carried to a target, in flat, divided and painterly regions.

    ways: the references and the places (H, W, 2) in each that flow says, nearest in time first. placed: regions that
    were warped. chance: (kept, R) that the matched drawing's regions match those of the references.
    """
    references, framing = [reference for reference, _ in ways], matched.framing
    carried = carry_paints(drawing.ink, references, [places for _, places in ways], framing)
    painterly = painterly_regions(drawing.count, matched.kept, references, chance)
    flat, own = split_placed(placed, painterly)
    carry_whole(carried, flat, distance=drawing.distance, scale=framing.scale, flow=ways[0])
    ends = np.cumsum([reference.side.count for reference in references])[:-1]
    mismatches = [
        Mismatch((drawing.count, matched.kept), (reference.segmented.count, reference.drawing.kept), part)
        for reference, part in zip(references, np.split(chance, ends, axis=1), strict=True)
    ]
    told = [Way(*way, mismatch) for way, mismatch in zip(ways, mismatches, strict=True)]
    carry_painterly(carried, drawing, painterly, told, own, scale=framing.scale)
    return carried


def carry_painterly(
    carried: CarriedPaint, drawing: SegmentedDrawing, regions: Mask, ways: Sequence[Way], placed: Sequence[Placed], *,
    scale: float,
) -> None:
    """Take the painter's own pixels in painterly regions (n,); changes `carried`.

    ways: for the whole plate, at least one. placed: of those of the regions that were warped. scale: work pixels a
    plate pixel.
    """
    labels, distance = drawing.labels_under_ink, drawing.distance
    inside = regions[labels - 1]
    if not inside.any():
        return
    costs = {id(way.reference): way.mismatch for way in ways}
    same_size = [one for one in _references(ways) if one.segmented.size == drawing.size]
    still = {id(one): _still_shares(drawing, one.distance) for one in same_size}
    whole = _RegionMeans(drawing, list(still.values()))
    spread, choice = AROUND_PX / scale, _Choice(drawing.size, _references(ways))
    flows = [Way(one, flow_between(distance, one.distance, longest=FLOW_SIZE), costs[id(one)]) for one in same_size]
    fits = _as_whole(ways, drawing, regions, scale)
    for way in (*(Way(one, None, costs[id(one)]) for one in same_size), *flows, *ways, *fits):
        error = whole.added(_disagreement(distance, way.reference, way.places, spread))
        error = error + _mismatch(way.mismatch, labels, way.reference, way.places) - way.preference * ~whole.is_scenery
        if way.places is None:
            error = error - PREFERENCE_PX * whole.is_scenery
            error = np.where(_stands_still(still[id(way.reference)], drawing, way.reference), -np.inf, error)
        choice.offer(PLATE, inside, way.reference, way.places, error)
    for reference, region in placed:
        is_scenery = whole.is_scenery[region.window][region.inside].any()
        for places, is_whole in region.offered:
            error = _disagreement(distance[region.window], reference, places, spread)
            error = error + _mismatch(costs[id(reference)], labels[region.window], reference, places)
            if not is_scenery:
                error = error + error[region.inside].mean() - WHOLE_PX * is_whole
            choice.offer(region.window, region.inside, reference, places, error)
    carried.taken[inside] = True
    carried.free[inside] = True
    choice.carry(carried.paints, inside)


def _as_whole(ways: Sequence[Way], drawing: SegmentedDrawing, regions: Mask, scale: float) -> list[Way]:
    """The ways on which each of some regions (n,) moves as a whole, as far as its lines say how."""
    labels = drawing.labels_under_ink
    boxes = [(box, labels[box] == number) for number, box in enumerate(ndimage.find_objects(labels), 1)
             if box is not None and regions[number - 1]]
    fits = []
    for way in ways:
        if way.places is None:
            continue
        places = way.places.copy()
        for box, inside in boxes:
            fit = fit_affine(way.places[box], inside, drawing.distance[box], way.reference.distance, scale)
            if fit is not None:
                places[box][inside] = fit[inside]
        fits.append(replace(way, places=places, preference=WHOLE_PX))
    return fits


class _Choice:
    """The best place of each pixel among those offered so far, and the reference that it lies in."""

    def __init__(self, size: tuple[int, int], references: Sequence[EncodedReference]) -> None:
        """references: all that places may lie in."""
        self._references, self._number = references, {id(one): number for number, one in enumerate(references)}
        self._error = np.full(size, np.inf, np.float32)
        self._places = np.zeros((*size, 2), np.float32)
        self._source = np.full(size, -1, np.int16)  # twice the number of the reference, and 1 if the place is its own

    def offer(
        self, window: tuple[slice, slice], inside: Mask, reference: EncodedReference, places: Floats | None,
        error: Floats
    ) -> None:
        """Offer places (h, w, 2) to the pixels inside of a window (h, w); None: their own. error: what they cost."""
        better = inside & (error < self._error[window])
        self._error[window][better] = error[better]
        self._source[window][better] = 2 * self._number[id(reference)] + (places is None)
        if places is not None:
            self._places[window][better] = places[better]

    def carry(self, paints: PaintMap, inside: Mask) -> None:
        """Put the painter's pixels of the chosen places into a map (H, W), inside."""
        for number, reference in enumerate(self._references):
            shown = reference.own_paints
            for is_own in (False, True):
                chosen = inside & (self._source == 2 * number + is_own)
                if chosen.any():
                    overwrite(paints, PLATE, chosen, shown if is_own else sample_paints(shown, self._places))


def _mismatch(
    mismatch: Mismatch | None, labels: NDArray[np.int32], reference: EncodedReference, places: Floats | None
) -> Floats | float:
    """What it costs to carry pixels with labels (h, w) from places (h, w, 2), by which regions match."""
    if mismatch is None:
        return 0.0
    there = reference.segmented.labels_under_ink
    if places is not None:
        there = look_up(there, places)
    return mismatch.costs(labels, there)


class _RegionMeans:
    """Adds to what lines around a pixel say what they say of its whole region, so that a region is carried in one way.

    Not so in scenery, a large region that stands still in part: something may move before it.
    """

    def __init__(self, drawing: SegmentedDrawing, still: Sequence[Floats]) -> None:
        """still: how much of the border of each region (n,) stands still, for each reference of the target's size."""
        self._labels = drawing.labels_under_ink
        self._area = np.bincount(self._labels.ravel(), minlength=drawing.count + 1)
        stands = np.append(0, np.max(still, axis=0)) if still else np.zeros(drawing.count + 1)
        self._scenery = (self._area > SCENERY_SHARE * self._labels.size) & (stands >= SCENERY_STILL)
        self.is_scenery: Mask = self._scenery[self._labels]

    def added(self, error: Floats) -> Floats:
        """Return errors (H, W) with their mean over each region added."""
        total = np.bincount(self._labels.ravel(), error.ravel(), len(self._area))
        mean = np.where(self._scenery, 0, total / np.maximum(self._area, 1))
        return error + mean.astype(np.float32)[self._labels]


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
    differs = np.minimum(distance_change(distance, reference.distance, places), np.uint8(10 * MOST_PX))
    by = reduction(spread, REDUCED_PX)
    blurred = cv2.GaussianBlur(reduced(differs.astype(np.float32), by), (0, 0), spread / by) / 10
    return enlarged(np.asarray(blurred, np.float32), differs.shape)


def _stands_still(here: Floats, drawing: SegmentedDrawing, reference: EncodedReference) -> Mask:
    """Pixels (H, W) whose region stands still in the target, and at whose place the reference shows such a one too.

    here: `_still_shares` of the target's regions (n,).
    """
    distance = drawing.distance
    there = _still_shares(reference.segmented, distance)
    beside = np.minimum(distance, reference.distance) <= 10 * FRINGE_PX
    moved = beside & (cv2.absdiff(distance, reference.distance) > 10 * MOVED_PX)
    return np.asarray(
        (here >= STILL_BORDER)[drawing.labels_under_ink - 1]
        & (there >= STILL_BORDER)[reference.segmented.labels_under_ink - 1]
        & ~moved
    )


def _still_shares(drawing: SegmentedDrawing, other: NDArray[np.uint8]) -> Floats:
    """How much of the border of each region (n,) has a line at the same place in the other drawing.

    other: its distances to lines, as from `line_distance`.
    """
    own = drawing.distance
    beside = (drawing.labels > 0) & (own <= 10 * BESIDE_PX)
    at_edge = np.zeros_like(beside)
    at_edge[[0, -1]] = at_edge[:, [0, -1]] = True
    at_edge &= drawing.labels > 0
    bins = drawing.count + 1
    edge = EDGE_WEIGHT * np.bincount(drawing.labels[at_edge], minlength=bins)
    still = np.bincount(drawing.labels[beside], cv2.absdiff(own, other)[beside] <= 10 * STILL_LINE_PX, bins)
    border = np.bincount(drawing.labels[beside], minlength=bins)
    return np.asarray(((still + edge) / np.maximum(border + edge, 1))[1:], np.float32)
