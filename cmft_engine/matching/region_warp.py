"""Carry the reference's palette indices into regions whose matched regions are painted in several colours.

Each such region is laid over the reference region that it matched best, at the work size; the indices are sampled at
the reference's full size. Shapes: H W plate size, h w work size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.look_up import look_up
from .alignment import REACH_PX, Box, align_regions
from .framing import Framing
from .region_inputs import Indices

STARTS = 2  # of `align_regions`, each with an answer of its own

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
Corner = tuple[int, int]  # y, x


@dataclass(frozen=True)
class PaintedRegions:
    """Regions of a drawing at the work size, int32 (h, w), where they lie in the plate, and its index (H, W).

    The index is one from `as_index`.
    """

    labels_under_ink: Labels
    framing: Framing
    index: Indices


@dataclass(frozen=True)
class RegionWarp:
    """A target region and the reference region it matched: labels at the work size, plate: the target's label there."""

    target: int
    plate: int
    reference: PaintedRegions
    label: int


@dataclass(frozen=True)
class PlacedRegion:
    """Where a target region's pixels lie in the reference, by each start of `align_regions`.

    window: a box of the target's plate; inside: bool (rows, columns), the region's pixels in it; places: float32
    (rows, columns, 2) each, x and y in the reference's plate. warp: what was placed. whole: places likewise, by the
    affine motion that begins with the first answer; None where it was not asked for, or lines are too few.
    """

    warp: RegionWarp
    window: Box
    inside: Mask
    places: tuple[Floats, ...]
    whole: Floats | None = None

    @property
    def voting(self) -> tuple[Floats, ...]:
        """The places of the STARTS whose paints vote: the affine motion is one of them, where there is one."""
        return self.places if self.whole is None else (self.whole, *self.places[1:])

    @property
    def offered(self) -> tuple[tuple[Floats, bool], ...]:
        """All places, and whether the region moves as a whole there."""
        bent = tuple((places, False) for places in self.places)
        return bent if self.whole is None else (*bent, (self.whole, True))


def place_regions(
    labels_under_ink: Labels, work: Labels, framing: Framing, warps: Sequence[RegionWarp]
) -> list[PlacedRegion]:
    """Say where target regions lie in the regions that they matched; those without a pixel in the plate are left out.

    labels_under_ink: labels (H, W) of the target; work: its labels (h, w) at the work size, framed by `framing`.
    """
    placed = []
    boxes: dict[int, list[Box | None]] = {}
    for warp in warps:
        here, corner = _alone(work, warp.target, boxes)
        there, (y, x) = _alone(warp.reference.labels_under_ink, warp.label, boxes)
        near, answers = align_regions(here, there)
        box = _moved(near, corner)
        window, inside = _tight(labels_under_ink, warp.plate, _window(box, framing, labels_under_ink.shape))
        if not inside.size:
            continue
        moved = np.array([x, y], np.float32)
        places = (to_plate(answer + moved, warp.reference.framing) for answer in answers)
        placed.append(PlacedRegion(warp, window, inside, tuple(spread(at, framing, box, window) for at in places)))
    return placed


def warp_regions(placed: Sequence[PlacedRegion], size: tuple[int, ...]) -> Indices:
    """Return index maps (STARTS, H, W), -1 outside of the regions placed; (0, H, W) when there is none."""
    if not placed:
        return np.zeros((0, *size), np.int32)
    warped = np.full((STARTS, *size), -1, placed[0].warp.reference.index.dtype)
    for region in placed:
        for index, places in zip(warped, region.voting, strict=True):
            index[region.window][region.inside] = look_up(region.warp.reference.index, places)[region.inside]
    return warped


def _alone(labels: Labels, label: int, boxes: dict[int, list[Box | None]]) -> tuple[Mask, Corner]:
    """One region of labels (h, w) with as much around it as `align_regions` looks at, and the corner of that.

    boxes: of all regions, for every labels that were asked about before, by their `id`.
    """
    if id(labels) not in boxes:
        boxes[id(labels)] = ndimage.find_objects(labels)
    box = boxes[id(labels)][label - 1]
    assert box is not None
    rows, columns = (
        slice(max(0, along.start - REACH_PX), along.stop + REACH_PX)
        for along in box
    )
    return labels[rows, columns] == label, (rows.start, columns.start)


def _moved(box: Box, by: Corner) -> Box:
    rows, columns = (slice(along.start + n, along.stop + n) for along, n in zip(box, by, strict=True))
    return rows, columns


def _tight(labels: Labels, label: int, window: Box) -> tuple[Box, Mask]:
    """The least box around what a window of labels (H, W) shows of a region, and the region in it; empty if nothing."""
    mask = labels[window] == label
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return window, mask[:0, :0]
    tight = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return _moved(tight, (window[0].start, window[1].start)), mask[tight]


def to_plate(places: Floats, framing: Framing) -> Floats:
    """Turn places (..., ..., 2), x and y in a work picture framed by `framing`, into places in its plate."""
    corner = np.array([framing.x, framing.y], np.float32)
    return np.asarray((places + 0.5) / np.float32(framing.scale) + corner - 0.5, np.float32)


def _window(box: Box, framing: Framing, size: tuple[int, ...]) -> Box:
    """The plate pixels under a box of the work picture."""
    rows, columns = (
        slice(
            int(np.clip(np.floor(start + along.start / framing.scale), 0, limit)),
            int(np.clip(np.ceil(start + along.stop / framing.scale), 0, limit)),
        )
        for along, start, limit in zip(box, (framing.y, framing.x), size, strict=True)
    )
    return rows, columns


def spread(values: Floats, framing: Framing, box: Box, window: Box) -> Floats:
    """Spread values (rows, columns, C) of a box of the work picture to the plate pixels of a window.

    Linear between; outside repeats the border.
    """
    scale = framing.scale
    (top, left), (y, x) = ([along.start for along in b] for b in (box, window))
    to_work = np.array([
        [scale, 0, (x + 0.5 - framing.x) * scale - 0.5 - left], [0, scale, (y + 0.5 - framing.y) * scale - 0.5 - top]
    ])  # fmt: skip
    size = window[1].stop - x, window[0].stop - y
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(values, to_work, size, flags=how, borderMode=cv2.BORDER_REPLICATE), np.float32)
