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

from ..image.alignment import Box, lay_over
from ..image.framing import Framing
from .region_inputs import look_up

WAYS = 2  # answers of `lay_over`

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Painted:
    """Regions of a drawing at the work size, int32 (h, w), where they lie in the plate, and its index (H, W)."""

    grown: Labels
    framing: Framing
    index: Labels


@dataclass(frozen=True)
class Laid:
    """A target region and the reference region it matched: labels at the work size, plate: the target's label there."""

    target: int
    plate: int
    reference: Painted
    label: int


def carry_regions(grown: Labels, work: Labels, framing: Framing, laid: Sequence[Laid]) -> Labels:
    """Return index maps (WAYS, H, W), -1 outside of the regions named; in each they are laid over in another way.

    (0, H, W) when none is named.
    grown: labels (H, W) of the target; work: its labels (h, w) at the work size, framed by `framing`.
    """
    ways = np.full((WAYS if laid else 0, *grown.shape), -1, np.int32)
    for region in laid:
        box, answers = lay_over(work == region.target, region.reference.grown == region.label)
        window = _window(box, framing, grown.shape)
        inside = grown[window] == region.plate
        for way, places in zip(ways, answers, strict=True):
            plate = spread(to_plate(places, region.reference.framing), framing, box, window)
            found = look_up(region.reference.index, plate)
            way[window][inside] = found[inside]
    return ways


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
