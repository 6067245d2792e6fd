"""What is carried to every pixel of a plate: palette indices by flow and by the pixel network, and its picture.

Shapes: H W plate size, h w work size, N cells at 1/8.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from .attention_mass import candidate_places
from .encoded import EncodedReference
from .framing import Framing
from .network.network import Match
from .region_inputs import Motion, RegionSide, look_up
from .region_warp import spread, to_plate

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Size = tuple[int, int]


def carry_by_flow(motion: Motion, reference: EncodedReference, framing: Framing, size: Size) -> Labels:
    """Palette index (H, W) that flow carries to each plate pixel, sampled at the reference's full size."""
    places = to_plate(np.dstack([motion.flow_x, motion.flow_y]), reference.framing)
    return look_up(reference.index, _to_plate_size(places, framing, size))


def carry_by_match(
    found: Match, side: RegionSide, references: Sequence[EncodedReference], framing: Framing, size: Size
) -> Labels:
    """Palette index (H, W) of the best match of each plate pixel's half cell; outside repeats the border."""
    picture = _best_of_half_cells(found, side, references)
    rows, columns = (
        np.clip(((np.arange(n) + 0.5 - start) * framing.scale / 2).astype(np.intp), 0, limit - 1)
        for n, start, limit in zip(size, (framing.y, framing.x), picture.shape, strict=True)
    )
    return picture[np.ix_(rows, columns)]


def _best_of_half_cells(found: Match, side: RegionSide, references: Sequence[EncodedReference]) -> Labels:
    """Palette index of the best match of each half cell: (h/2, w/2)."""
    near = candidate_places(found, [reference.side for reference in references])
    best = found.weights[1][0].argmax(-1).cpu().numpy()  # (N, 16)
    owner, x, y = (np.take_along_axis(a, best, axis=1) for a in (near.owner, near.x, near.y))
    out = np.zeros(best.shape, np.int32)
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
