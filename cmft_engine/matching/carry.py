"""The painter's own pixels, carried to a target: mixtures at soft borders, and all of them where nothing moved.

Shapes: H W plate size of the target.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..image.look_up import look_up
from ..image.paint_map import PaintMap
from ..image.strips import strips

STILL_PX = 41  # nothing has moved where all lines in a window so wide are equal
STILL_FLOW_PX = 1.5  # and where flow says so too, to this many plate pixels

SHARPEN = 1.4  # a border that is looked up between pixels is so much steeper than the blend of its four neighbours
BLOCK_PX = 100_000  # so many places are looked up at once, to bound memory

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class CarriedPaint:
    """The painter's pixels brought to a target, and which of them are taken as they are: bool (H, W).

    Taken are those where nothing has moved, regions whose pattern one warp carries whole, and painterly regions, for
    which `carry_painterly` chooses a place a pixel; the other pixels came by flow. free: bool (H, W), such
    as are taken whatever colours their region may have, for no flat paint explains it.
    """

    paints: PaintMap
    taken: Mask
    free: Mask

    def rows(self, rows: slice) -> CarriedPaint:
        """Return what was carried to some rows; views."""
        return CarriedPaint(self.paints.rows(rows), self.taken[rows], self.free[rows])

    def take(self, window: tuple[slice, slice], inside: Mask, paints: PaintMap) -> None:
        """Take other pixels inside a region in a window (rows, columns), but where nothing has moved."""
        fresh = inside & ~self.taken[window]
        overwrite(self.paints, window, fresh, paints)
        self.taken[window][fresh] = True

    def without(self, region: Mask) -> CarriedPaint:
        """Return a copy in which nothing of a region (H, W) is taken."""
        p = self.paints
        own = None if p.own is None else p.own.copy()
        pixels = None if p.pixels is None else p.pixels.copy()
        paints = PaintMap(p.first.copy(), p.second.copy(), p.share.copy(), own, pixels)
        return CarriedPaint(paints, self.taken & (self.free | ~region), self.free)


def overwrite(paints: PaintMap, window: tuple[slice, slice], inside: Mask, new: PaintMap) -> None:
    """Put other pixels into a map, those inside of a window; new: of the window. Own pixels need a place to go to."""
    for old, fresh in ((paints.first, new.first), (paints.second, new.second), (paints.share, new.share)):
        np.copyto(old[window], fresh, where=inside)
    if paints.own is not None and paints.pixels is not None:
        np.copyto(paints.own[window], False if new.own is None else new.own, where=inside)
        if new.pixels is not None:
            np.copyto(paints.pixels[window], new.pixels, where=inside[..., None])


def distance_change(distance: NDArray[np.uint8], other: NDArray[np.uint8], places: Floats | None) -> NDArray[np.uint8]:
    """Return how far distances to lines (h, w) and those at places (h, w, 2) in another drawing differ, in tenths.

    places: x and y; None for pixels' own places in a drawing of the same size.
    """
    there = other
    if places is not None:
        there = np.asarray(cv2.remap(other, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    return np.asarray(cv2.absdiff(np.ascontiguousarray(there), np.ascontiguousarray(distance)))


def still_pixels(ink_target: Mask, ink_reference: Mask, places: Floats) -> Mask:
    """Return where a reference of the same size shows the same lines at the same place: bool (H, W).

    places: float32 (H, W, 2), x and y in the reference that flow names.
    """
    differs = (ink_target != ink_reference).astype(np.uint8)
    same = cv2.dilate(differs, np.ones((STILL_PX, 1), np.uint8))
    same = cv2.dilate(same, np.ones((1, STILL_PX), np.uint8)) == 0
    if not same.any():
        return np.asarray(same)
    height, width = ink_target.shape
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    for rows in strips(same.shape):
        for moved in (np.abs(places[rows, :, 0] - x), np.abs(places[rows, :, 1] - y[rows])):
            same[rows] &= moved <= STILL_FLOW_PX
    return np.asarray(same)


def sample_paints(paints: PaintMap, places: Floats) -> PaintMap:
    """Return the paints at places (H, W, 2), x and y, between four pixels: the two that weigh most there.

    The border repeats.
    """
    size = places.shape[:2]
    has_own = paints.own is not None and paints.pixels is not None
    found = PaintMap(
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.float32),
        np.empty(size, np.bool_) if has_own else None, np.empty((*size, 4), np.float32) if has_own else None,
    )
    for rows in strips(size):
        sampled = _sample_rows(paints, places[rows])
        for old, fresh in ((found.first, sampled.first), (found.second, sampled.second), (found.share, sampled.share)):
            old[rows] = fresh
        if found.own is not None and found.pixels is not None:
            found.own[rows], found.pixels[rows] = sampled.own, sampled.pixels
    return found


def _sample_rows(paints: PaintMap, places: Floats) -> PaintMap:
    """As `sample_paints`, of some rows of places."""
    height, width = paints.first.shape
    x = np.clip(places[..., 0], 0, width - 1)
    y = np.clip(places[..., 1], 0, height - 1)
    within = np.dstack([x, y]).astype(np.float32)
    first = look_up(paints.first, within)
    own, pixels = _own_pixels(paints, within)
    out = PaintMap(first, first.copy(), np.zeros(first.shape, np.float32), own, pixels)
    at = np.nonzero(look_up(paints.soft_borders, within))
    if not len(at[0]):
        return out
    for block in np.array_split(np.stack(at), len(at[0]) // BLOCK_PX + 1, axis=1):
        part = block[0], block[1]
        out.first[part], out.second[part], out.share[part] = _two_heaviest(*_taps(paints, x[part], y[part]))
    return out


def _own_pixels(paints: PaintMap, places: Floats) -> tuple[Mask | None, Floats | None]:
    """The painter's own pixels at places, linear between but at hard borders; None where no pixel is shown so."""
    if paints.own is None or paints.pixels is None:
        return None, None
    remapped = cv2.remap(paints.pixels, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    pixels = np.asarray(remapped, np.float32)
    hard = np.nonzero(look_up(paints.hard_borders, places))
    column, row = np.rint(places[hard]).astype(np.intp).T
    pixels[hard] = paints.pixels[row, column]
    return look_up(paints.own, places), pixels


def _taps(paints: PaintMap, x: Floats, y: Floats) -> tuple[Labels, Floats]:
    """Entries and weights (N, 8): of each of four pixels around a place both paints."""
    height, width = paints.first.shape
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    entries, weights = [], []
    for dy in (0, 1):
        for dx in (0, 1):
            row, column = np.minimum(top + dy, height - 1), np.minimum(left + dx, width - 1)
            weight = np.abs(1 - dx - (x - left)) * np.abs(1 - dy - (y - top))
            share = paints.share[row, column]
            entries += [paints.first[row, column], paints.second[row, column]]
            weights += [weight * (1 - share), weight * share]
    return np.stack(entries, 1), np.stack(weights, 1).astype(np.float32)


def _two_heaviest(entries: Labels, weights: Floats) -> tuple[Labels, Labels, Floats]:
    """The two entries (N,) that weigh most in all, and the share of the second between them."""
    total = (weights[:, None] * (entries[:, None] == entries[:, :, None])).sum(2)  # (N, 8) of the entry of each tap
    rows = np.arange(len(entries))
    best = total.argmax(1)
    first = entries[rows, best]
    heaviest = total[rows, best]
    rest = np.where(entries == first[:, None], 0, total)
    other = rest.argmax(1)
    left = rest[rows, other]
    share = np.clip(0.5 - SHARPEN * (0.5 - left / np.maximum(heaviest + left, 1e-6)), 0, 0.5)
    pure = share < 1 / 255
    second = np.where(pure, first, entries[rows, other])
    return first, second, np.where(pure, 0, share).astype(np.float32)
