"""Carry a person's stroke from one drawing to another by the lines around it, without the networks.

An affine motion is fitted to the lines near the stroke from several starts; the one with which these lines agree best
counts, and only where they agree well. Shapes: H W plate size, h w the window around the stroke, p points of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lineart.line_distance import line_distance
from ..shot.line_edits import plate_scale
from .affine_fit import fit_affine
from .flow import flow_between

# lengths are as they stand in a plate that `plate_scale` does not enlarge, and grow with the plate
REACH_PX = (40.0, 110.0)  # how far around a stroke lines are fitted: as far as it is long, but within these
END_PX, HALF_PX = 24.0, 10.0  # how far around its ends alone they are then; where a line counts half in judging a fit
SEARCH_PX = 90.0  # how far a window is looked for without any start
MOST_OFF_PX = 1.6  # by which distances to lines near either end may differ on average
AS_GOOD, APART_PX = (1.25, 0.1), 5.0  # a fit about as good so far away makes the best one unsure
CAPPED_PX = 8.0  # a distance that is off by more counts as this
BESIDE_PX = 6.0  # pixels so near a line are compared
NEW_SHARE = 0.5  # how much lines count that are in the other drawing alone
GROWTH = (0.6, 1.7)  # by which lines near a stroke may shrink and grow from one drawing to another
FLOW_SIZE = 720  # px at which flow is searched

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """The lines of a drawing: ink bool (H, W)."""

    ink: Mask

    @cached_property
    def distance(self) -> NDArray[np.uint8]:
        """Distance (H, W) to them, as `line_distance` has it."""
        return line_distance(self.ink)

    @property
    def scale(self) -> float:
        """How much longer lengths are here than this file has them."""
        return plate_scale(self.ink.shape[0])


class Carried(NamedTuple):
    """Where a stroke is in another drawing: points (p, 2), x and y in px, by how many px the lines are off, and the
    motion (3, 2) that (x, y, 1) is multiplied with."""

    points: Doubles
    off_px: float
    motion: Doubles

    def is_at(self, other: Carried, scale: float) -> bool:
        """Say whether another has a stroke in about the same place."""
        return float(np.linalg.norm(self.points - other.points, axis=1).max()) <= APART_PX * scale


def carry_stroke(points: Doubles, near: Lines, far: Lines, starts: Sequence[Doubles]) -> Carried | None:
    """Return where a stroke of one drawing is in another; None where the lines around it are not found there, or fit
    in several places.

    points: (p, 2) x and y in px of `near`. starts: motions (3, 2) to begin from.
    """
    window = _Window.around(points, near)
    found = [Carried(with_one(points) @ motion, off / near.scale, motion)
             for start in starts for motion, off in window.fits(start, near, far)]
    best = min(found, key=lambda one: one.off_px, default=None)
    if best is None or best.off_px > MOST_OFF_PX:
        return None
    as_good = (one for one in found if one.off_px <= best.off_px * AS_GOOD[0] + AS_GOOD[1])
    return best if all(one.is_at(best, near.scale) for one in as_good) else None


def search_starts(points: Doubles, near: Lines, far: Lines) -> list[Doubles]:
    """Return motions (3, 2) from which `carry_stroke` may begin: none, that of flow, and to where it looks alike."""
    window = _Window.around(points, near)
    return [shift((0.0, 0.0)), shift(window.flow(near, far)), shift(window.likest(near, far))]


@dataclass(frozen=True)
class _Window:
    """The pixels around a stroke: a box of its drawing, those near the stroke and near its ends (h, w), and how much
    they count in judging either end (2, h, w)."""

    left: int
    top: int
    inside: Mask
    beside_ends: Mask
    weight: Floats

    @classmethod
    def around(cls, points: Doubles, near: Lines) -> _Window:
        height, width = near.ink.shape
        long = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
        reach = np.clip(long, *REACH_PX) * near.scale
        left, top = (int(np.clip(np.floor(points[:, i].min() - reach), 0, limit - 1))
                     for i, limit in ((0, width), (1, height)))
        right, bottom = (int(np.clip(np.ceil(points[:, i].max() + reach), start + 1, limit))
                         for i, start, limit in ((0, left, width), (1, top, height)))
        line = np.ones((bottom - top, right - left), np.uint8)
        cv2.polylines(line, [np.round(points - (left, top)).astype(np.int32)[:, None]], isClosed=False, color=0)
        y, x = np.mgrid[top:bottom, left:right]
        away = np.stack([np.hypot(x - end[0], y - end[1]) for end in points[[0, -1]]]).astype(np.float32)
        weight = (1 / (1 + (away / (HALF_PX * near.scale)) ** 4)).astype(np.float32)
        return cls(left, top, cv2.distanceTransform(line, cv2.DIST_L2, 5) <= reach,
                   away.min(0) <= END_PX * near.scale, weight)

    def crop(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = self.inside.shape
        return picture[self.top:self.top + height, self.left:self.left + width]

    def places_of(self, motion: Doubles) -> Floats:
        """Where the window's pixels (h, w, 2) are by an affine motion (3, 2), as `fit_affine` counts."""
        height, width = self.inside.shape
        x, y = np.meshgrid(np.arange(width) + self.left + 0.5, np.arange(height) + self.top + 0.5)
        there = with_one(np.stack([x, y], -1).reshape(-1, 2)) @ motion - 0.5
        return there.reshape(height, width, 2).astype(np.float32)

    def flow(self, near: Lines, far: Lines) -> tuple[float, float]:
        """How far flow moves most of the lines near the stroke's ends, x and y."""
        height, width = self.inside.shape
        places = flow_between(near.distance, far.distance, longest=FLOW_SIZE)[self.top:self.top + height,
                                                                              self.left:self.left + width]
        moved = (places - self.places_of(shift((0.0, 0.0))))[
            self.beside_ends & (self.crop(near.distance) <= 10 * BESIDE_PX * near.scale)]
        x, y = np.median(moved, 0) if len(moved) else (0.0, 0.0)
        return float(x), float(y)

    def likest(self, near: Lines, far: Lines) -> tuple[float, float]:
        """How far the place lies where the window's lines look most alike, x and y."""
        scale, reach = near.scale, round(SEARCH_PX)
        size = tuple(max(1, round(n / scale)) for n in near.ink.shape[::-1])
        small = [cv2.resize(np.minimum(one.distance, round(10 * CAPPED_PX * scale)), size,
                            interpolation=cv2.INTER_AREA) for one in (near, far)]
        left, top = round(self.left / scale), round(self.top / scale)
        height, width = (max(2, round(n / scale)) for n in self.inside.shape)
        part = small[0][top:top + height, left:left + width]
        around = cv2.copyMakeBorder(small[1], *(reach,) * 4, cv2.BORDER_REPLICATE)
        found = cv2.matchTemplate(around[top:top + height + 2 * reach, left:left + width + 2 * reach], part,
                                  cv2.TM_SQDIFF)
        y, x = np.unravel_index(int(found.argmin()), found.shape)
        return (int(x) - reach) * scale, (int(y) - reach) * scale

    def fits(self, start: Doubles, near: Lines, far: Lines) -> Iterator[tuple[Doubles, float]]:
        """Yield the affine motions (3, 2) found from a start, each with by how many px lines are off at the worse end.
        """
        near_px, places = self.crop(near.distance), self.places_of(start)
        for inside in (self.inside, self.beside_ends):
            fitted = fit_affine(places, inside, near_px, far.distance, 1 / near.scale)
            if fitted is None:
                return
            rows, columns = np.nonzero(inside)
            at = with_one(np.stack([columns + self.left, rows + self.top], 1) + 0.5)
            motion: Doubles = np.linalg.lstsq(at, fitted[rows, columns] + 0.5, rcond=None)[0].astype(np.float64)
            growth = np.linalg.svd(motion[:2], compute_uv=False)
            if not GROWTH[0] <= growth[1] <= growth[0] <= GROWTH[1] or np.linalg.det(motion[:2]) < 0:
                return
            places = self.places_of(motion)
            yield motion, max(self._off(places, near_px, far, weight) for weight in self.weight)

    def _off(self, places: Floats, near_px: NDArray[np.uint8], far: Lines, weight: Floats) -> float:
        """By how many px lines are off where they are taken to be, with weights (h, w)."""
        there = np.asarray(cv2.remap(far.distance, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        beside, capped = 10 * BESIDE_PX * far.scale, CAPPED_PX * far.scale
        off = np.minimum(np.abs(near_px.astype(np.float32) - there) / 10, capped) * weight
        total = 0.0
        for share, among in ((1.0, near_px <= beside), (NEW_SHARE, there <= beside)):
            total += share * (float(off[among].sum() / weight[among].sum()) if among.any() else capped)
        return total


def shift(by: Sequence[float] | Doubles) -> Doubles:
    """Return the motion (3, 2) that moves all by so many px, x and y."""
    return np.array([[1, 0], [0, 1], [by[0], by[1]]], np.float64)


def then(first: Doubles, second: Doubles) -> Doubles:
    """Return the motion (3, 2) that two motions make, one after the other."""
    return np.hstack([first, [[0], [0], [1]]]) @ second


def with_one(points: NDArray[np.generic]) -> Doubles:
    """Return points (p, 3) with 1 behind x and y."""
    return np.hstack([points, np.ones((len(points), 1))]).astype(np.float64)
