"""Which paints the pixels of a picture show: one, or a mixture of two. Arrays alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

HARD_STEP, HARD_SHARE = 0.06, 0.25  # a border is hard where pixels differ by more, and others beside them by less
BINOMIAL = (1, 2, 1)  # weights of a pixel and its neighbours along an axis, for soft borders


@dataclass(frozen=True)
class PaintMap:
    """The paints of pixels: palette entries int32 (H, W), and the share of the second, float32 in [0, 0.5].

    Where there is one paint alone, second equals first and the share is 0. own: bool (H, W), pixels that their paints
    do not explain, a gradient's or a stroke's thinner than a pixel; pixels: straight RGBA (H, W, 4) in the palette's
    space to be shown there. Both are None where there are none. exact: bool (H, W), where the painter's pixels and
    those around show one paint to the bit; None where that is not known.
    """

    first: Labels
    second: Labels
    share: Floats
    own: NDArray[np.bool_] | None = None
    pixels: Floats | None = None
    exact: NDArray[np.bool_] | None = None

    @property
    def is_soft(self) -> bool:
        """Whether anything but whole paints is shown."""
        return self.own is not None or bool(self.share.any())

    @cached_property
    def soft_borders(self) -> NDArray[np.bool_]:
        """Pixels (H, W) that are mixed or lie beside one, of a map that is not written to any more.

        A hard border stays hard: there the nearest pixel is taken when a map is looked up between pixels.
        """
        return np.asarray(cv2.dilate((self.share > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)

    @cached_property
    def hard_borders(self) -> NDArray[np.bool_]:
        """The painter's own pixels (H, W) at a step from one to the next, of a map that is not written to any more.

        Between such pixels nothing is mixed when a map is looked up; a step over several pixels is soft.
        """
        hard = np.zeros(self.first.shape, np.bool_)
        if self.pixels is None:
            return hard
        for axis in (0, 1):
            steps = np.abs(np.diff(np.moveaxis(self.pixels, axis, 0), axis=0)).max(2, initial=0)
            beside = np.pad(steps, ((1, 1), (0, 0)))
            is_hard = (steps > HARD_STEP) & (np.maximum(beside[:-2], beside[2:]) < HARD_SHARE * steps)
            hard |= np.moveaxis(np.pad(is_hard, ((1, 0), (0, 0))) | np.pad(is_hard, ((0, 1), (0, 0))), 0, axis)
        return hard

    @classmethod
    def pure(cls, index: Labels) -> PaintMap:
        """Return the map of pixels that each show one paint, int32 (H, W)."""
        return cls(index, index, np.zeros(index.shape, np.float32))

    def rows(self, rows: slice) -> PaintMap:
        """Return the map of some rows alone; views."""
        own = None if self.own is None else self.own[rows]
        pixels = None if self.pixels is None else self.pixels[rows]
        return PaintMap(self.first[rows], self.second[rows], self.share[rows], own, pixels)

    def as_painted(self) -> PaintMap:
        """Return the map with the painter's own pixels, where these are known: what no paint has evened out.

        Where a paint shows what he painted to the bit, it stays.
        """
        if self.pixels is None:
            return self
        return replace(self, own=np.ones(self.first.shape, np.bool_) if self.exact is None else ~self.exact)

    def with_exact(self, values: Floats) -> PaintMap:
        """Return the map that knows where its paints show the painter's pixels to the bit; values: (K, 4) of paints."""
        if self.pixels is None:
            return self
        same = (self.share == 0) & (self.pixels == values[self.first]).all(2)
        entry = np.where(same, self.first + 1, 0).astype(np.uint16)
        square = np.ones((3, 3), np.uint8)
        return replace(self, exact=(entry > 0) & (cv2.erode(entry, square) == cv2.dilate(entry, square)))

    def poured(self, inside: NDArray[np.bool_], entry: int | Labels) -> PaintMap:
        """Return the map with one palette entry alone inside (H, W), or one of each pixel, int32 (H, W)."""
        poured = np.asarray(entry, np.int32)
        first, second = (np.where(inside, poured, entries) for entries in (self.first, self.second))
        own = None if self.own is None else self.own & ~inside
        return PaintMap(first, second, np.where(inside, np.float32(0), self.share), own, self.pixels)

    def swapped(self, inside: NDArray[np.bool_], old: int, new: int) -> PaintMap:
        """Return the map with one palette entry in the place of another inside (H, W), in mixtures too."""
        first, second = (np.where(inside & (one == old), np.int32(new), one) for one in (self.first, self.second))
        return replace(self, first=first, second=second, share=np.where(first == second, np.float32(0), self.share))

    def with_edges(self, edges: str, bare: NDArray[np.bool_]) -> PaintMap:
        """Return the map with its borders as the setting `edges` wants them; the painter's own pixels stay.

        bare: bool (H, W), where no line lies: softness is made there alone. "painted": as they are. "hard": of a
        mixture the larger paint, where it is the painter's own pixel too. "soft": pixels beside another paint are
        mixtures too, by how much of it lies around.
        """
        if edges == "hard":
            own = None if self.own is None else self.own & (self.share == 0)
            return replace(self, second=self.first, share=np.zeros_like(self.share), own=own)
        if edges == "soft":
            made = bare if self.own is None else bare & ~self.own
            at = np.nonzero(_beside_another(self.first) & made & (self.share == 0))
            second, share = _softened(self.first, at)
            seconds, shares = self.second.copy(), self.share.copy()
            seconds[at], shares[at] = second, share
            return replace(self, second=seconds, share=shares)
        return self


def paint_areas(labels: Labels, paints: Labels, count: int, n: int) -> NDArray[np.int64]:
    """Return how many pixels of each region show each paint (count, n); labels and paints of the pixels: (N,)."""
    return np.bincount(labels.astype(np.int64) * n + paints, minlength=count * n).reshape(count, n)


def _beside_another(first: Labels) -> NDArray[np.bool_]:
    """Pixels (H, W) one of whose four neighbours shows another paint."""
    beside = np.zeros(first.shape, np.bool_)
    for here, there in (((slice(1, None),), (slice(None, -1),)), ((slice(None), slice(1, None)), (slice(None),
                                                                                            slice(None, -1)))):
        differs = first[here] != first[there]
        beside[here] |= differs
        beside[there] |= differs
    return beside


def _softened(first: Labels, at: tuple[NDArray[np.intp], ...]) -> tuple[Labels, Floats]:
    """The other paint (N,) that weighs most in the surroundings of places, and its share beside the place's own."""
    padded = np.pad(first, 1, mode="edge")
    around = np.stack([padded[at[0] + dy, at[1] + dx] for dy in range(3) for dx in range(3)], 1)
    weight = np.outer(BINOMIAL, BINOMIAL).ravel().astype(np.float32)
    own = first[at]
    same = around[:, None] == around[:, :, None]  # (N, 9, 9)
    total = (same * weight).sum(2)
    mine = (weight * (around == own[:, None])).sum(1)
    rest = np.where(around == own[:, None], 0, total)
    best = rest.argmax(1)
    rows = np.arange(len(own))
    other = rest[rows, best]
    share = np.minimum(other / np.maximum(mine + other, 1e-6), 0.5)
    return np.where(share > 0, around[rows, best], own).astype(np.int32), share.astype(np.float32)
