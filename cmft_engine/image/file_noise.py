"""Noise that a lossy file leaves in a painting: whether it is there, whether JPEG made it, and how that blurs hue.

JPEG keeps lightness for each pixel and hue for blocks of sixteen, so that beside a line a paint keeps its lightness
and looks greyer (ITU-T T.81, and the usual 4:2:0 sampling). Shapes: H W.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .color_space import over_white
from .paint_map import paint_areas
from .palette import Painting, Palette
from .strips import strips

NOISE_LEVELS = 12  # neighbours that differ by at most so many of 255 levels, but differ, are noise or a soft brush
NOISY_SHARE = 0.05  # with more such pixels away from ink than this share, colours are not exact
GRADED_SHARE = 0.25  # with more of it in no colour that fills some pixels, a painting is a gradient or a texture
BLOCK_PX, QUIET_PX = 8, 4  # JPEG's blocks; where noise begins, so many pixels before it are equal
BLOCK_SHARE, LEAST_BEGINNINGS = 0.27, 100  # of the places where noise begins, how many lie at one phase of the blocks
BLUR_PX = 8  # so far from a line hue is blurred
HUE_WEIGHT = 1 / 3  # of a difference in hue there, beside one in lightness
SAME_LIGHTNESS = 2.0  # of paints, in units of Lab's L
MINOR_SHARE = 0.7  # of the pixels of an entry that lie where another one that is alike is the main one
FAR_SHARE = 0.1  # an entry is blurred hue when farther from lines it has a smaller share, beside what it is blurred of

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FileNoise:
    """What its file did to a painting.

    near: CIE76 distance within which a pixel shows a paint; 0 where colours are exact. beside: bool (H, W), where JPEG
    has blurred hue; None where it has not.
    """

    near: float = 0.0
    beside: Mask | None = None


def away(labels: Labels, side: int = 3) -> Mask:
    """Return the pixels (H, W) with no ink, which has label 0, in a square of so many pixels around them."""
    return np.asarray(cv2.erode((labels > 0).astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def is_clean(painting: Painting, exact: Palette) -> bool:
    """Say whether a painting is flats in exact colours: neither noisy, nor graded."""
    return not is_noisy(painting, exact.space) and not is_graded(painting, exact)


def is_noisy(painting: Painting, space: str) -> bool:
    """Say whether colours vary a little where a clean painting has one."""
    bare = away(painting.labels)
    little = 0
    for rows in strips(bare.shape):
        below = slice(rows.start, rows.stop + 1)  # each row beside the next, that of the next strip too
        seen = np.rint(over_white(painting.pixels[below], space) * 255).astype(np.int16)
        there = bare[below]
        n = rows.stop - rows.start
        for pixels, free in ((seen[:n], there[:n]), (seen.transpose(1, 0, 2), there.T)):
            differs = np.abs(np.diff(pixels, axis=1)).max(2)
            little += int(((differs > 0) & (differs <= NOISE_LEVELS) & free[:, 1:] & free[:, :-1]).sum())
    return little > NOISY_SHARE * max(int(bare.sum()), 1)


def is_graded(painting: Painting, exact: Palette) -> bool:
    """Say whether much of a painting is in none of its exact colours, as a gradient that has one for each pixel."""
    bare = away(painting.labels)
    none = sum(int((exact.index_of(painting.pixels[rows])[bare[rows]] < 0).sum()) for rows in strips(bare.shape))
    return none > GRADED_SHARE * int(bare.sum())


def was_jpeg(painting: Painting, space: str) -> bool:
    """Say whether noise begins at one phase of JPEG's blocks, in whatever file the painting is now; not if scaled."""
    begins = np.zeros(BLOCK_PX, np.int64)
    for rows in strips(painting.labels.shape):
        seen = np.rint(over_white(painting.pixels[rows], space) * 255).astype(np.int16)
        differs = np.abs(np.diff(seen, axis=1)).max(2, initial=0)
        if differs.shape[1] <= QUIET_PX:
            return False
        quiet = np.lib.stride_tricks.sliding_window_view(differs == 0, QUIET_PX, axis=1)[:, :-1].all(2)
        later = differs[:, QUIET_PX:]
        begins += np.bincount(np.nonzero(quiet & (later > 0) & (later <= NOISE_LEVELS))[1] % BLOCK_PX,
                              minlength=BLOCK_PX)
    return int(begins.sum()) >= LEAST_BEGINNINGS and int(begins.max()) > BLOCK_SHARE * int(begins.sum())


def blurred_hue(painting: Painting, space: str) -> Mask | None:
    """Return the pixels (H, W) whose hue JPEG has blurred; None where the painting was no JPEG."""
    return beside_lines(painting.labels) if was_jpeg(painting, space) else None


def beside_lines(labels: Labels) -> Mask:
    """Return the pixels (H, W) near enough to lines, which have label 0, for JPEG to blur their hue."""
    return np.asarray(cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 5) <= BLUR_PX)


def hue_noise(entries: Floats, paintings: Sequence[tuple[Labels, Labels, Mask | None]], reach: float) -> Mask:
    """Return which looks (n, 4), Lab and alpha, are what JPEG has made of another one.

    paintings: of each, the look that its pixels show (H, W), its labels (H, W), and where hue is blurred (H, W), None
    for one that was no JPEG. reach: CIE76 distance to the other look.
    """
    n = len(entries)
    far, tables = np.zeros(n, np.int64), []
    for shown, labels, beside in paintings:
        bare = labels > 0
        tables.append(paint_areas(labels[bare], shown[bare], int(labels.max(initial=0)) + 1, n))
        far += np.bincount(shown[bare if beside is None else bare & ~beside], minlength=n)
    table = np.concatenate(tables)
    return blurred_entries(entries, table.sum(0), far, reach) | minor_entries(entries, table, reach)


def minor_entries(entries: Floats, table: NDArray[np.int64], reach: float) -> Mask:
    """Return which looks (n, 4), Lab and alpha, are noise of hue: as light as another one, and minor wherever they are.

    table: (r, n) pixels of each region that show each; a look is minor where most of the region shows one that is
    alike. reach: CIE76 distance to the other one.
    """
    alike = _alike_in_light(entries, reach)
    np.fill_diagonal(alike, False)
    beside_alike = (table * alike[table.argmax(1)]).sum(0)
    return np.asarray(beside_alike >= MINOR_SHARE * table.sum(0))


def _alike_in_light(entries: Floats, reach: float) -> Mask:
    apart = entries[:, None] - entries[None]
    return np.asarray((np.sqrt((apart**2).sum(-1)) <= reach) & (np.abs(apart[..., 0]) <= SAME_LIGHTNESS))


def blurred_entries(entries: Floats, area: NDArray[np.int64], far: NDArray[np.int64], reach: float) -> Mask:
    """Return which looks (n, 4), Lab and alpha, are another one with its hue blurred: as light, and seen beside lines.

    area, far: (n,) pixels that show each, and those of them away from lines. reach: CIE76 distance to the other one.
    """
    share = far / np.maximum(area, 1)
    alike = _alike_in_light(entries, reach)
    smaller = area[:, None] < area[None]
    return np.asarray((alike & smaller & (share[:, None] < FAR_SHARE * share[None])).any(1))


def seen_distance(apart: Floats, beside: Mask, reach: float) -> Floats:
    """Return how far pixels look from an entry, by their differences (H, W, 4) in Lab and alpha.

    beside: where hue counts HUE_WEIGHT, unless all in all they are farther than `reach`.
    """
    full = np.sqrt((apart**2).sum(-1))
    blurred = np.sqrt((apart**2 * np.array([1, HUE_WEIGHT**2, HUE_WEIGHT**2, 1], np.float32)).sum(-1))
    return np.asarray(np.where(beside & (full <= reach), blurred, full), np.float32)


def with_quiet_hue(off: Floats, beside: Mask) -> Floats:
    """Return differences (H, W, 4) in display RGB and alpha whose hue counts HUE_WEIGHT beside lines (H, W)."""
    rgb = off[..., :3]
    light = cv2.transform(np.ascontiguousarray(rgb), np.array([[0.299, 0.587, 0.114]], np.float32))[..., None]
    weight = np.where(beside, np.float32(HUE_WEIGHT), np.float32(1))[..., None]
    return np.dstack([light + (rgb - light) * weight, off[..., 3]])
