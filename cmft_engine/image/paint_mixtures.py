"""Which two paints a soft pixel is mixed of, among those that lie around it, and how far off that is. Arrays alone."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .color_space import over_white
from .paint_map import PaintMap
from .palette import Palette
from .strips import strips

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

MIXTURE_TOLERANCE = 0.03  # how far a mixture may be from the line between its two paints, in values of the file
REACH_PX = 2  # the paints that a pixel may be a mixture of lie this near


def around(pure: Labels, at: tuple[NDArray[np.intp], ...]) -> Labels:
    """The paints within REACH_PX of places: (N, (2 * REACH_PX + 1)²), -1 where there is none."""
    padded = np.pad(pure, REACH_PX, constant_values=-1)
    steps = range(2 * REACH_PX + 1)
    return np.stack([padded[at[0] + dy, at[1] + dx] for dy in steps for dx in steps], 1)


def mixtures(
    pixels: Floats, alone: tuple[Labels, Labels], near: Labels, values: Floats
) -> tuple[Labels, Labels, Floats]:
    """The two paints (N,) that pixels (N, 4) are mixed of, the larger share first, and the smaller share.

    alone: the entry that looks most like each pixel, and the paint beside it. Only the paints `near` it (N, n) are
    tried; what is no mixture of two is its nearest entry alone.
    """
    nearest, beside = alone
    second, share, error = _best_partner(pixels, beside, near, values)
    first, share_first, error_first = _best_partner(pixels, second, near, values)
    better = error_first < error
    first, error = np.where(better, first, beside), np.where(better, error_first, error)
    share = np.where(better, 1 - share_first, share).astype(np.float32)
    swap = share > 0.5
    first, second, share = (
        np.where(swap, a, b) for a, b in ((second, first), (first, second), (1 - share, share))
    )
    wrong = error > MIXTURE_TOLERANCE**2
    first = np.where(wrong, nearest, first).astype(np.int32)
    pure = wrong | (share < 1 / 255)
    return first, np.where(pure, first, second).astype(np.int32), np.where(pure, 0, share).astype(np.float32)


def _best_partner(
    pixels: Floats, given: Labels, near: Labels, values: Floats
) -> tuple[Labels, Floats, Floats]:
    """The paint that best explains pixels (N, 4) as mixtures with a given one, its share, and the squared error."""
    best = np.full(len(pixels), np.inf, np.float32)
    partner, share = given.copy(), np.zeros(len(pixels), np.float32)
    start = values[given]
    for candidate in near.T:
        valid = (candidate >= 0) & (candidate != given)
        toward = values[candidate] - start
        t = np.clip(((pixels - start) * toward).sum(1) / np.maximum((toward**2).sum(1), 1e-12), 0, 1)
        error = ((pixels - start - t[:, None] * toward) ** 2).sum(1)
        wins = valid & (error < best)
        best[wins], partner[wins], share[wins] = error[wins], candidate[wins], t[wins]
    return partner, share, best


def from_nearest(picture: NDArray[Scalar], holes: Mask) -> NDArray[Scalar]:
    """Return a picture (H, W, ...) in which each pixel of a hole is that of the nearest pixel outside."""
    y, x = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    filled = np.empty_like(picture)
    for rows in strips(holes.shape):
        filled[rows] = picture[y[rows], x[rows]]
    return filled


def off_paints(pixels: Floats, bare: Mask, found: PaintMap, palette: Palette) -> Floats:
    """How far straight RGBA (H, W, 4) is from the paints found, in display RGB and alpha (H, W, 4); 0 under ink."""
    share, values = found.share[..., None], palette.values
    mixed = np.asarray(values[found.first] * (1 - share) + values[found.second] * share, np.float32)
    off = np.dstack([
        over_white(pixels, palette.space) - over_white(mixed, palette.space),
        np.clip(pixels[..., 3], 0, 1) - np.clip(mixed[..., 3], 0, 1),
    ])
    off[~bare] = 0
    return off
