"""Samples that the region network sees again: drawing one takes far longer than learning from it.

What the line encoder saw is kept as it was when the sample was new. The oldest samples make room for new ones. All is
part of a run's state, so that a resumed run replays the same.
"""

from __future__ import annotations

from collections import deque
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import MASS_FEATURES, PAIR_FEATURES, RegionTensors
from cmft_engine.matching.network.region_pool import POOLED
from cmft_training.data.region_batch import RegionBatch, collate_regions

BATCHES_FIRST = 8  # as many batches' samples are gathered before the first is replayed
CHOICE = 12  # as many batches' samples are looked through for pairs of like size
RELATION = 4  # numbers of two regions of one drawing

Packed = tuple[int, int, Tensor]  # target regions, reference regions, all numbers as float16


def pack_sample(batch: RegionBatch) -> Packed:
    """Return a batch of one pair, without gradients, as one vector on the CPU."""
    sides = [getattr(side, name) for side in (batch.target, batch.reference)
             for name in ("node", "raster", "pooled", "relation")]  # fmt: skip
    tensors = [*sides, batch.pair, batch.attention_mass, batch.same, batch.same_color, batch.weight]
    flat = torch.cat([tensor.detach().flatten().half() for tensor in tensors]).cpu()
    return batch.pair.shape[1], batch.pair.shape[2], flat


def unpack_sample(packed: Packed, device: torch.device) -> RegionBatch:
    """Undo `pack_sample`, all as float32 but what is true or false."""
    n, m, flat = packed
    shapes = _shapes(n, m)
    pieces = flat.to(device).float().split([prod(shape) for shape in shapes])
    values = [piece.view(1, *shape) for piece, shape in zip(pieces, shapes, strict=True)]
    real = [torch.ones(1, count, dtype=torch.bool, device=device) for count in (n, m)]
    target = RegionTensors(values[0], values[1], values[2], values[3], real[0])
    reference = RegionTensors(values[4], values[5], values[6], values[7], real[1])
    pair, attention_mass, same, same_color, weight = values[8:]
    return RegionBatch(target, reference, pair, attention_mass, same > 0, same_color > 0, weight)


def _shapes(n: int, m: int) -> list[tuple[int, ...]]:
    sides = [shape for count in (n, m) for shape in (
        (count, NODE_FEATURES), (count, RASTER * RASTER), (count, POOLED), (count, count, RELATION))]  # fmt: skip
    return [*sides, (n, m, PAIR_FEATURES), (n, m, MASS_FEATURES), (n, m), (n, m), (n,)]


class Replay:
    """The latest samples of one process, and batches of them."""

    def __init__(self, size: int, batch: int) -> None:
        """size: how many samples are kept. batch: how many are shown at once."""
        self._kept: deque[Packed] = deque(maxlen=size)
        self._batch = batch

    def add(self, sample: RegionBatch) -> None:
        """Keep a batch of one pair."""
        self._kept.append(pack_sample(sample))

    @property
    def is_ready(self) -> bool:
        """Whether there are enough samples for a mixed batch."""
        full = self._kept.maxlen or 0
        return len(self._kept) >= min(BATCHES_FIRST * self._batch, full)

    def draw(self, rng: np.random.Generator, device: torch.device) -> RegionBatch:
        """Return a batch of samples of like size, so that little of it is padding."""
        some = rng.integers(len(self._kept), size=CHOICE * self._batch)
        order = sorted(some.tolist(), key=lambda i: (self._kept[i][0] * self._kept[i][1], i))
        first = int(rng.integers(len(order) - self._batch + 1))
        chosen = order[first : first + self._batch]
        return collate_regions([unpack_sample(self._kept[i], device) for i in chosen])

    def state(self) -> dict[str, Any]:
        """Return what is kept as two tensors: numbers of regions (samples, 2) and all vectors behind each other."""
        empty = torch.empty(0, dtype=torch.float16)
        return {
            "regions": torch.tensor([packed[:2] for packed in self._kept], dtype=torch.int64).view(-1, 2),
            "values": torch.cat([empty, *(packed[2] for packed in self._kept)]),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take up a saved state; of more samples than are kept here, the latest."""
        counts = [(n, m) for n, m in state["regions"].tolist()]
        lengths = [sum(prod(shape) for shape in _shapes(n, m)) for n, m in counts]
        pieces = state["values"].split(lengths) if lengths else ()
        self._kept.clear()
        self._kept.extend((n, m, piece.clone()) for (n, m), piece in zip(counts, pieces, strict=True))
