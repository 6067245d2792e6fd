"""What is carried to every pixel of a plate: palette indices by flow and by the pixel network, and its picture.

Shapes: H W plate size, h w work size, N cells at 1/8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from .attention_mass import candidate_places
from .carry import CarriedPaint, overwrite, sample_paints, still_pixels
from .encoded import EncodedReference
from .framing import Framing
from .network.network import Match
from .region_inputs import Indices, Motion, RegionSide
from .region_warp import spread, to_plate

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Size = tuple[int, int]


def flow_places(motion: Motion, reference: EncodedReference, framing: Framing, size: Size) -> Floats:
    """Where flow says that each plate pixel lies in the reference's plate: float32 (H, W, 2), x and y."""
    places = to_plate(np.dstack([motion.flow_x, motion.flow_y]), reference.framing)
    return _to_plate_size(places, framing, size)


def carry_paints(
    ink: NDArray[np.bool_], references: Sequence[EncodedReference], places: Sequence[Floats], framing: Framing
) -> CarriedPaint:
    """Return the painter's pixels carried to a target by flow; where nothing moved, his own of that place.

    ink: bool (H, W) of the target. places: (H, W, 2) in each reference, nearest in time first. framing: of the target;
    outside of its picture nothing is known of motion, and there is none.
    """
    carried = sample_paints(references[0].paints, _still_outside(places[0], framing))
    if carried.own is None and any(reference.paints.own is not None for reference in references):
        carried = replace(carried, own=np.zeros(ink.shape, np.bool_), pixels=np.zeros((*ink.shape, 4), np.float32))
    still = np.zeros(ink.shape, np.bool_)
    for reference, there in zip(references, places, strict=True):
        if reference.segmented.size == ink.shape:
            more = still_pixels(ink, reference.segmented.ink, _still_outside(there, framing)) & ~still
            overwrite(carried, (slice(None), slice(None)), more, reference.own_paints)
            still |= more
    return CarriedPaint(carried, still, np.zeros(ink.shape, np.bool_))


def _still_outside(places: Floats, framing: Framing) -> Floats:
    """Places (H, W, 2) that are a pixel's own where it lies outside of the work picture."""
    height, width = places.shape[:2]
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    columns = (x < framing.x) | (x >= framing.x + framing.width / framing.scale)
    rows = (y < framing.y) | (y >= framing.y + framing.height / framing.scale)
    if not (columns.any() or rows.any()):
        return places
    known = places.copy()
    known[rows, :, 0], known[rows, :, 1] = x, y[rows, None]
    known[:, columns, 0], known[:, columns, 1] = x[columns], y[:, None]
    return known


def carry_by_match(
    found: Match, side: RegionSide, references: Sequence[EncodedReference], framing: Framing, size: Size
) -> Indices:
    """Palette index (H, W) of the best match of each plate pixel's half cell; outside repeats the border."""
    picture = _best_of_half_cells(found, side, references)
    rows, columns = (
        np.clip(((np.arange(n) + 0.5 - start) * framing.scale / 2).astype(np.intp), 0, limit - 1)
        for n, start, limit in zip(size, (framing.y, framing.x), picture.shape, strict=True)
    )
    return picture[np.ix_(rows, columns)]


def _best_of_half_cells(found: Match, side: RegionSide, references: Sequence[EncodedReference]) -> Indices:
    """Palette index of the best match of each half cell: (h/2, w/2)."""
    near = candidate_places(found, [reference.side for reference in references])
    best = found.weights[1][0].argmax(-1).cpu().numpy()  # (N, 16)
    owner, x, y = (np.take_along_axis(a, best, axis=1) for a in (near.owner, near.x, near.y))
    out = np.zeros(best.shape, references[0].index.dtype)
    for position, reference in enumerate(references):
        mine = owner == position
        rows = reference.framing.rows(reference.index.shape[0])
        columns = reference.framing.columns(reference.index.shape[1])
        out[mine] = reference.index[rows[y[mine]], columns[x[mine]]]
    height, width = side.ink.shape[0] // 8, side.ink.shape[1] // 8
    return out.reshape(height, width, 4, 4).transpose(0, 2, 1, 3).reshape(height * 4, width * 4)


def painted_rgb(rgb: torch.Tensor, framing: Framing, size: Size) -> Floats:
    """The decoder's picture (1, 3, h, w) at plate size: display RGB (H, W, 3) in [0, 1]."""
    work = np.ascontiguousarray(rgb[0].float().cpu().numpy().transpose(1, 2, 0))
    return _to_plate_size(work, framing, size).clip(0, 1)


def _to_plate_size(picture: Floats, framing: Framing, size: Size) -> Floats:
    """Spread work-size values (h, w, C) to plate pixels (H, W, C), linear between; outside repeats the border."""
    box, window = ((slice(0, height), slice(0, width)) for height, width in (picture.shape[:2], size))
    return spread(picture, framing, box, window)
