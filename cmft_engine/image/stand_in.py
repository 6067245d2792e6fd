"""Colours that stand for palette entries in flats mode, so that no match depends on what the colours are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .strips import strips

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@lru_cache(maxsize=1)
def stand_in_colors(count: int = 256) -> Floats:
    """Fixed display colours (count, 3) that stand for palette entries in flats mode.

    The network then never sees the real colours, and a changed palette cannot change a match. White comes first,
    for it stands for what the picture's corner shows.
    """
    rng = np.random.default_rng(11)
    pool = rng.uniform(0, 1, (4096, 3)).astype(np.float32)
    chosen = [np.ones(3, np.float32)]
    distance = np.full(len(pool), np.inf, np.float32)
    for _ in range(count - 1):
        distance = np.minimum(distance, np.abs(pool - chosen[-1]).sum(1))
        chosen.append(pool[distance.argmax()])
    return np.stack(chosen)


def stand_in(indices: Sequence[Labels]) -> list[Floats]:
    """Paint index maps (H, W) with stand-in colours, numbered by first appearance: display RGB (H, W, 3) each."""
    rank = np.full(max((int(index.max(initial=0)) for index in indices), default=0) + 1, -1, np.intp)
    for part in (index[rows] for index in indices for rows in strips(index.shape)):
        if (rank[np.flatnonzero(np.bincount(part.ravel()))] < 0).any():
            values, first = np.unique(part, return_index=True)
            fresh = [value for value in values[np.argsort(first)] if rank[value] < 0]
            rank[fresh] = np.arange(len(fresh)) + (rank >= 0).sum()
    colors = stand_in_colors()
    numbered = colors[rank % len(colors)]
    return [numbered[index] for index in indices]
