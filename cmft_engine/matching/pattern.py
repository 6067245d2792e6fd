"""A region painted like another one: its pattern stretched from box to box. Arrays alone.

Shapes: H W of the target's picture, h w of the source's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.paint_map import PaintMap

Mask = NDArray[np.bool_]


def painted_like(paints: PaintMap, inside: Mask, source: PaintMap, like: Mask) -> PaintMap:
    """Return the paints (H, W) with those of a region of another picture laid into a region.

    inside: bool (H, W), the region; like: bool (h, w), the other one. Each pixel takes the one at the same place of the
    other region's box, or the nearest of that region. An empty region gives, or takes, nothing.
    """
    rows, columns = np.nonzero(inside)
    if not len(rows) or not like.any():
        return paints
    from_rows, from_columns = _places(rows, columns, like)
    first, second, share = paints.first.copy(), paints.second.copy(), paints.share.copy()
    first[rows, columns] = source.first[from_rows, from_columns]
    second[rows, columns] = source.second[from_rows, from_columns]
    share[rows, columns] = source.share[from_rows, from_columns]
    own, pixels = paints.own, paints.pixels
    if source.own is not None and source.pixels is not None:
        own = np.zeros(first.shape, np.bool_) if own is None else own.copy()
        pixels = np.zeros((*first.shape, 4), np.float32) if pixels is None else pixels.copy()
        own[rows, columns] = source.own[from_rows, from_columns]
        pixels[rows, columns] = source.pixels[from_rows, from_columns]
    elif own is not None:
        own = own & ~inside
    return replace(paints, first=first, second=second, share=share, own=own, pixels=pixels)


def _places(rows: NDArray[np.intp], columns: NDArray[np.intp], like: Mask) -> tuple[NDArray[np.intp], ...]:
    """Rows and columns of the other picture (N,) for pixels of a region (N,)."""
    other_rows, other_columns = np.nonzero(like)
    top, left = other_rows.min(), other_columns.min()
    part = like[top:other_rows.max() + 1, left:other_columns.max() + 1]
    nearest = ndimage.distance_transform_edt(~part, return_distances=False, return_indices=True)
    at = [_scaled(places, size) for places, size in zip((rows, columns), part.shape, strict=True)]
    return nearest[0][at[0], at[1]] + top, nearest[1][at[0], at[1]] + left


def _scaled(places: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Places within their own extent, stretched to `size` pixels."""
    extent = int(places.max() - places.min()) + 1
    return np.asarray(np.minimum((places - places.min()) * size // extent, size - 1), np.intp)
