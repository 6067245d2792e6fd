"""Files of encoded figures, called shards: what the region network reads of their pairs, as fp16.

A shard is a NumPy archive of flat arrays, named by its first figure, its figures and its pairs. Every drawing's
regions stand in it once, whichever pairs it belongs to.
Shapes: D drawings of n regions each, P pairs of T target and R reference regions.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import MASS_FEATURES, PAIR_FEATURES, RegionTensors
from cmft_engine.matching.network.region_pool import POOLED
from cmft_engine.protocol.errors import InputError
from cmft_training.data.encode_figures import EncodedPair
from cmft_training.data.region_batch import RegionBatch

CUES = PAIR_FEATURES + MASS_FEATURES
SIDE = ("node", "raster", "pooled", "relation")
_NAME = re.compile(r"shard_(\d{8})_(\d+)_(\d+)\.npz")

Halves = NDArray[np.float16]
Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class ShardName:
    """A shard's file, its first figure, and how many figures and pairs it holds."""

    path: Path
    first: int
    figures: int
    pairs: int


def list_shards(folder: Path) -> list[ShardName]:
    """Return the shards of a folder, the oldest first; there are none where there is no folder."""
    found = ((path, _NAME.fullmatch(path.name)) for path in folder.glob("shard_*.npz"))
    names = [ShardName(path, int(name[1]), int(name[2]), int(name[3])) for path, name in found if name]
    return sorted(names, key=lambda shard: shard.first)


def write_shard(folder: Path, figures: list[list[EncodedPair]], *, first: int) -> ShardName:
    """Write figures as one shard, never half written; first: the number of the first of them."""
    pairs = sum(map(len, figures))
    path = folder / f"shard_{first:08d}_{len(figures)}_{pairs}.npz"
    temporary = folder / f".{path.name}.tmp"
    with temporary.open("wb") as file:
        np.savez_compressed(file, **_pack(figures))  # type: ignore[arg-type]
    os.replace(temporary, path)
    return ShardName(path, first, len(figures), pairs)


def _pack(figures: list[list[EncodedPair]]) -> Arrays:
    """Return the arrays of a shard: `counts` (D,), `rows` (P, 3) target, reference and kind, and values one after
    another: `sides` and `weight` of the drawings, `cues` and `truth` of the pairs."""
    drawings: dict[tuple[int, int], tuple[int, RegionTensors]] = {}
    weights: dict[int, Tensor] = {}
    rows, cues, truth = [], [], []
    for number, pairs in enumerate(figures):
        for pair in pairs:
            read = pair.read
            sides = (pair.target, read.target), (pair.reference, read.reference)
            at = [drawings.setdefault((number, key), (len(drawings), side))[0] for key, side in sides]
            weights[at[0]] = read.weight[0]
            rows.append((*at, pair.kind))
            planes = torch.cat([read.pair, read.attention_mass], -1)[0].movedim(-1, 0)  # of one cue: they shrink well
            cues.append(_halves(planes))
            truth.append(np.packbits(torch.stack([read.same[0], read.same_color[0]]).numpy()))
    regions = [side for _, side in drawings.values()]
    counts = [side.node.shape[1] for side in regions]
    blank = [torch.zeros(count) for count in counts]  # drawings that are no target
    return {
        "counts": np.array(counts, np.int32),
        "rows": np.array(rows, np.int32).reshape(-1, 3),
        "sides": np.concatenate([_halves(getattr(side, name)) for side in regions for name in SIDE]),
        "weight": np.concatenate([_halves(weights.get(at, blank[at])) for at in range(len(regions))]),
        "cues": np.concatenate(cues),
        "truth": np.concatenate(truth),
    }


def _halves(tensor: Tensor) -> Halves:
    limit = torch.finfo(torch.float16).max
    return np.asarray(tensor.detach().clamp(-limit, limit).half().numpy().ravel(), np.float16)


class Shard:
    """A shard in memory. rows: (P, 3) drawings of target and reference, and the pair's kind."""

    def __init__(self, path: Path) -> None:
        """Read a shard. Raises InputError when it is damaged, FileNotFoundError when it is gone."""
        try:
            with path.open("rb") as file, np.load(file) as data:
                self._arrays: Arrays = {name: data[name] for name in ("sides", "weight", "cues", "truth")}
                self._counts, self.rows = data["counts"].astype(int), data["rows"].astype(int)
        except FileNotFoundError:
            raise
        except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise InputError(f"{path}: cannot be read ({error}); remove it, the others are enough") from error

    def sizes(self) -> NDArray[np.intp]:
        """Return how many pairs of regions each pair of drawings has: (P,)."""
        return np.asarray(self._counts[self.rows[:, 0]] * self._counts[self.rows[:, 1]], np.intp)

    def pair(self, at: int) -> RegionBatch:
        """Return a pair as a batch of one, fp16 but for what is true or false."""
        target, reference = (int(row) for row in self.rows[at, :2])
        n, m = int(self._counts[target]), int(self._counts[reference])
        _, starts, bits = self._starts
        cues = self._halves("cues", int(starts[at]), CUES * n * m).view(1, CUES, n, m).movedim(1, -1)
        packed = self._arrays["truth"][bits[at] : bits[at + 1]]
        truth = np.unpackbits(np.asarray(packed, np.uint8), count=2 * n * m).reshape(2, 1, n, m).astype(bool)
        first = int(self._counts[:target].sum())
        return RegionBatch(
            self._side(target), self._side(reference), cues[..., :PAIR_FEATURES], cues[..., PAIR_FEATURES:],
            torch.from_numpy(truth[0]), torch.from_numpy(truth[1]), self._halves("weight", first, n)[None],
        )  # fmt: skip

    @cached_property
    def _starts(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Where each drawing's values, and each pair's cues and truth begin, and where the last ones end."""
        sides = [sum(map(prod, _shapes(int(count)))) for count in self._counts]
        sizes = self.sizes()
        lengths = sides, CUES * sizes, -(-2 * sizes // 8)
        sides_at, cues_at, truth_at = (np.concatenate([[0], np.cumsum(length)]).astype(np.intp) for length in lengths)
        return sides_at, cues_at, truth_at

    def _side(self, at: int) -> RegionTensors:
        count, start = int(self._counts[at]), int(self._starts[0][at])
        shapes = _shapes(count)
        flat = self._halves("sides", start, sum(map(prod, shapes)))
        node, raster, pooled, relation = (
            piece.view(1, *shape) for piece, shape in zip(flat.split([*map(prod, shapes)]), shapes, strict=True)
        )
        return RegionTensors(node, raster, pooled, relation, torch.ones(1, count, dtype=torch.bool))

    def _halves(self, name: str, start: int, count: int) -> Tensor:
        return torch.from_numpy(np.asarray(self._arrays[name][start : start + count], np.float16))


def _shapes(n: int) -> list[tuple[int, ...]]:
    """Shapes of what `SIDE` names, for n regions."""
    return [(n, NODE_FEATURES), (n, RASTER * RASTER), (n, POOLED), (n, n, 4)]
