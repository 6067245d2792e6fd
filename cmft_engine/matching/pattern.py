"""What is painted inside a region, changed by hand: as another region is painted, or one area of it. Arrays alone.

Shapes: H W of the target's picture, h w of the source's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.paint_map import PaintMap
from .alignment import align_regions

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


def painted_like(paints: PaintMap, inside: Mask, source: PaintMap, like: Mask, bare: Mask | None = None) -> PaintMap:
    """Return the paints (H, W) with those of a region of another picture laid into a region.

    inside: bool (H, W), the region; like: bool (h, w), the other one. Each pixel takes the one where it lies when the
    regions are laid over each other (`align_regions`, stretched to the same spread), or the nearest of that region. An
    empty region gives, or takes, nothing. bare: bool (h, w), where no ink lies; what a painting has under its ink is
    not taken, unless the whole region lies there.
    """
    rows, columns = np.nonzero(inside)
    if not len(rows) or not like.any():
        return paints
    seen = like if bare is None or not (like & bare).any() else like & bare
    from_rows, from_columns = _places(inside, rows, columns, like, seen)
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


def area_of(paints: PaintMap, inside: Mask, points: Sequence[tuple[float, float]], bare: Mask | None = None) -> Mask:
    """Return the pixels (H, W) of a region that points, x and y in px, mean: inside an outline, or around one point.

    Around a point it is the connected pixels (four neighbours) that show the same paint most; none where the point is
    not of the region. bare: bool (H, W), where no ink lies; a point on ink means the nearest pixel of the region there.
    """
    if len(points) > 1:
        outline = np.rint(np.asarray(points, np.float64)).astype(np.int32)
        return np.asarray(cv2.fillPoly(np.zeros(inside.shape, np.uint8), [outline], 1).astype(np.bool_) & inside)
    column, row = (int(np.floor(place)) for place in points[0])
    if not (0 <= row < inside.shape[0] and 0 <= column < inside.shape[1] and inside[row, column]):
        return np.zeros(inside.shape, np.bool_)
    if bare is not None and not bare[row, column] and (inside & bare).any():
        rows, columns = np.nonzero(inside & bare)
        nearest = int(np.argmin((rows - row) ** 2 + (columns - column) ** 2))
        row, column = int(rows[nearest]), int(columns[nearest])
    parts, _ = ndimage.label(inside & (paints.first == paints.first[row, column]))
    return np.asarray(parts == parts[row, column])


def _places(inside: Mask, rows: Places, columns: Places, like: Mask, seen: Mask) -> tuple[Places, Places]:
    """Rows and columns of the other picture (N,) for pixels of a region (N,), all of them seen."""
    box, (_, stretched) = align_regions(inside, like)
    found = np.rint(stretched[rows - box[0].start, columns - box[1].start]).astype(np.intp)
    other_rows, other_columns = np.nonzero(seen)
    top, left = int(other_rows.min()), int(other_columns.min())
    part = seen[top:int(other_rows.max()) + 1, left:int(other_columns.max()) + 1]
    nearest = ndimage.distance_transform_edt(~part, return_distances=False, return_indices=True)
    at = np.clip(found[:, 1] - top, 0, part.shape[0] - 1), np.clip(found[:, 0] - left, 0, part.shape[1] - 1)
    return nearest[0][at] + top, nearest[1][at] + left
