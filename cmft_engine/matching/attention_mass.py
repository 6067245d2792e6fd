"""What the pixel network's match at 1/2 says: where each target cell looked, and what regions sent each other.

Shapes: N target cells at 1/8, k candidate cells of each, n target regions, m reference regions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .network.network import Match
from .region_inputs import RegionSide

MASS_CELLS = 64  # target cells whose weights are summed at once, within the processor's cache


@dataclass(frozen=True)
class Candidates:
    """The reference pixels that each target cell looked at, k candidates of 16 half cells: (N, k * 16) each.

    owner: which reference. x, y: where in its work picture.
    """

    owner: NDArray[np.intp]
    x: NDArray[np.intp]
    y: NDArray[np.intp]


def candidate_places(found: Match, sides: Sequence[RegionSide]) -> Candidates:
    """Return where the match at 1/2 looked in the work pictures of all references."""
    index = found.index[0].cpu().numpy()  # (N, k) coarse reference cells
    places = [cell_places(side.ink.shape) for side in sides]
    starts = np.concatenate([[0], np.cumsum([len(p[0]) for p in places])])
    owner = np.searchsorted(starts, index, side="right") - 1
    y, x = (np.concatenate([p[axis] for p in places])[index].reshape(len(index), -1) for axis in (0, 1))
    return Candidates(np.repeat(owner, 16, axis=1), x, y)


def pixel_attention_mass(
    found: Match, target: RegionSide, references: Sequence[RegionSide]
) -> list[NDArray[np.float64]]:
    """Match weight that target regions sent to the regions of each reference: (n, m) each, in work pixels."""
    near = candidate_places(found, references)
    weights = found.weights[1][0].cpu().numpy()  # (N, 16, k * 16)
    y, x = cell_places(target.ink.shape)
    region = target.labels_under_ink[y, x].astype(np.int64)  # (N, 16), from 1
    mass: list[NDArray[np.float64]] = []
    for position, side in enumerate(references):
        height, width = side.ink.shape
        here = side.labels_under_ink[near.y.clip(max=height - 1), near.x.clip(max=width - 1)]
        label = np.where(near.owner == position, here, 0)
        total = np.zeros((target.count + 1) * (side.count + 1))
        for start in range(0, len(region), MASS_CELLS):
            rows = slice(start, start + MASS_CELLS)
            flat = region[rows, :, None] * (side.count + 1) + label[rows, None]
            total += np.bincount(flat.ravel(), weights[rows].ravel(), len(total))
        table = 4.0 * total.reshape(target.count + 1, -1)[1:, 1:]  # a half cell is 4 work pixels
        mass.append(np.asarray(table, np.float64))
    return mass


def cell_places(size: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the work pixel (y, x) at the middle of the 16 half cells of every coarse cell: (N, 16) each."""
    height, width = size[0] // 8, size[1] // 8
    row, column = np.divmod(np.arange(height * width), width)
    child_row, child_column = np.divmod(np.arange(16), 4)
    y = row[:, None] * 8 + child_row[None] * 2 + 1
    return y, column[:, None] * 8 + child_column[None] * 2 + 1
