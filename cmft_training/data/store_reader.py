"""Batches of mixed pairs from a store's shards, pass after pass, each pass in another order; a place can be kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cmft_engine.protocol.errors import InputError
from cmft_training.data.region_batch import RegionBatch, collate_regions
from cmft_training.data.shards import Shard, list_shards

SHARDS_AT_ONCE = 4  # are in memory, and their pairs are mixed
CHOICE = 12  # as many batches' pairs are looked through for pairs of like size

log = logging.getLogger(__name__)

Rng = np.random.Generator
Place = tuple[int, int]  # shard in memory, pair of it


@dataclass(frozen=True)
class Position:
    """Where a reader is: which pass, the names of its shards in order, the group of shards, batches of it taken."""

    number: int
    names: tuple[str, ...]
    group: int
    taken: int


class StoreReader:
    """Reads batches without end. The same position of the same shards goes on with the same batches."""

    def __init__(self, folder: Path, *, seed: int, batch: int) -> None:
        """batch: pairs. Raises InputError when the folder holds no shard."""
        self._folder, self._seed, self._batch = folder, seed, batch
        self._shards: list[Shard] = []
        self._batches: list[list[Place]] = []
        self._position = self._pass(0)
        self._open_group()

    def take(self) -> RegionBatch:
        """Return the next batch, as float32; the last ones of a group of shards may have fewer pairs."""
        while self._position.taken >= len(self._batches):
            self._next_group()
        places = self._batches[self._position.taken]
        self._position = replace(self._position, taken=self._position.taken + 1)
        return collate_regions([self._shards[shard].pair(at) for shard, at in places])

    def state(self) -> dict[str, Any]:
        """Return the position as plain values."""
        return {**asdict(self._position), "names": list(self._position.names)}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a position; shards that are gone by now are passed over."""
        self._position = Position(**{**state, "names": tuple(state["names"])})
        self._open_group()

    def _pass(self, number: int) -> Position:
        names = [shard.path.name for shard in list_shards(self._folder)]
        if not names:
            raise InputError(f"{self._folder}: no shard in it; draw some with python -m cmft_training.store")
        order = np.random.default_rng([self._seed, number]).permutation(len(names))
        return Position(number, tuple(names[i] for i in order), 0, 0)

    def _next_group(self) -> None:
        here = self._position
        is_over = (here.group + 1) * SHARDS_AT_ONCE >= len(here.names)
        self._position = self._pass(here.number + 1) if is_over else replace(here, group=here.group + 1, taken=0)
        self._open_group()

    def _open_group(self) -> None:
        here = self._position
        start = here.group * SHARDS_AT_ONCE
        self._shards = []
        for name in here.names[start : start + SHARDS_AT_ONCE]:
            try:
                self._shards.append(Shard(self._folder / name))
            except FileNotFoundError:
                log.info("%s is gone; the store had no more room for it", name)
        rng = np.random.default_rng([self._seed, here.number, here.group])
        self._batches = _mixed_batches(rng, self._shards, self._batch)


def _mixed_batches(rng: Rng, shards: Sequence[Shard], batch: int) -> list[list[Place]]:
    """Return batches of places in random order, each of pairs of like size, so that little of it is padding."""
    sizes = [shard.sizes() for shard in shards]
    places = [(shard, at) for shard, size in enumerate(sizes) for at in range(len(size))]
    mixed = [places[i] for i in rng.permutation(len(places))]
    batches: list[list[Place]] = []
    for start in range(0, len(mixed), CHOICE * batch):
        some = sorted(mixed[start : start + CHOICE * batch], key=lambda place: (sizes[place[0]][place[1]], place))
        batches += [some[at : at + batch] for at in range(0, len(some), batch)]
    return [batches[i] for i in rng.permutation(len(batches))]
