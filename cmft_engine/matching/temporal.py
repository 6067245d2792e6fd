"""Temporal votes: what the neighbouring frames say of a drawing, each as it was matched by itself.

Shapes: n regions of a drawing, m of a neighbouring one, R of all references that a drawing was matched with, r of one
of them, K palette colours; all of them regions that the region network was asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from .assignment import join_chances
from .framing import Framing
from .network.region_network import MASS_FEATURES, RegionNetwork, RegionTensors, score_pairs
from .region_inputs import Motion, RegionSide, find_motions, pair_features
from .shot_graph import Links

NEIGHBOR_GAIN = 4.0  # how much the log of a match's chance grows if all neighbouring frames are sure of it

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)  # told apart by identity
class MatchedDrawing:
    """A drawing that was matched by itself, as the neighbouring frames see it.

    side, tensors: its regions (n) at the work size, framed by `framing`; kept: their rows among all of the drawing's.
    chance: (n, K) of each colour in them. found: by the number of a reference, nearest in time first, (n, r) chance
    that its regions match that reference's.
    """

    side: RegionSide
    framing: Framing
    kept: NDArray[np.intp]
    tensors: RegionTensors
    chance: Floats
    found: Mapping[int, Floats]


class NeighborVoter:
    """Collects the votes of drawings on each other; keeps the last motions between two, for both need them."""

    def __init__(self, regions: RegionNetwork, device: torch.device, *, temporal_radius: int) -> None:
        """regions: the region network, on that device. temporal_radius: as in the settings, to keep enough motions."""
        self.regions, self.device = regions, device
        kept = temporal_radius * (temporal_radius + 3)
        self._between = lru_cache(maxsize=kept)(find_between)
        # votes and links ask for the same
        self.region_correspondence = lru_cache(maxsize=4 * kept)(lambda own, other: self._correspond(own, other))

    @torch.inference_mode()
    def collect_votes(
        self, own: MatchedDrawing, neighbors: Sequence[MatchedDrawing], *, n_neighbors: int
    ) -> tuple[Floats, Floats]:
        """Return what the neighbours say of own's regions: of each colour (n, K), of its references' regions (n, R).

        Both are mean chances. n_neighbors: how many there could have been, so that few count less.
        """
        neighbor_votes = np.zeros_like(own.chance)
        found = {at: np.zeros_like(chance) for at, chance in own.found.items()}
        for other in neighbors:
            same = self.region_correspondence(own, other) / np.float32(n_neighbors)
            neighbor_votes += same @ other.chance
            for at in found.keys() & other.found.keys():
                found[at] += same @ other.found[at]
        return neighbor_votes, np.concatenate([*found.values()], 1)

    @torch.inference_mode()
    def links(self, own: MatchedDrawing, before: MatchedDrawing) -> Links:
        """Return which regions of a drawing and of the one before show the same part, both ways."""
        there, back = self.region_correspondence(own, before), self.region_correspondence(before, own)
        return Links.of(there, back, own.kept, before.kept)

    def _correspond(self, target: MatchedDrawing, other: MatchedDrawing) -> Floats:
        """Return the chance (n, m) that the kept regions of two line drawings show the same part.

        Told by flow and regions alone: drawings so near move little, and cells take most of the time.
        """
        n, m = target.kept.size, other.kept.size
        if not (n and m):
            return np.zeros((n, m), np.float32)
        pair = pair_features(target.side, other.side, self._motions(target, other))
        _, logits = score_pairs(
            self.regions, target.tensors, other.tensors, pair, torch.zeros(1, n, m, MASS_FEATURES, device=self.device)
        )
        return join_chances([logits], target.side.descriptors.area, [other.side.descriptors.area])[:, :-1]

    def _motions(self, target: MatchedDrawing, other: MatchedDrawing) -> tuple[Motion, Motion]:
        """As from `find_motions`; two drawings vote on each other, and the motions of one serve the other turned."""
        first, second = sorted((target, other), key=id)
        there, back = self._between(first, second)
        return (there, back) if first is target else (back, there)


def find_between(one: MatchedDrawing, other: MatchedDrawing) -> tuple[Motion, Motion]:
    """Return the motions between two drawings, as from `find_motions`."""
    return find_motions(one.side, other.side)


def reweight_matches(found: Floats, neighbor_votes: Floats) -> Floats:
    """Return the chances (n, R) of matches with the neighbours' votes: found * exp(NEIGHBOR_GAIN * neighbor_votes).

    found: (n, R) by the drawing itself; rows keep their sums. neighbor_votes: (n, R) from `collect_votes`.
    """
    gained = found * np.exp(np.float32(NEIGHBOR_GAIN) * neighbor_votes)
    whole: Floats = gained * (found.sum(1, keepdims=True) / np.maximum(gained.sum(1, keepdims=True), 1e-9))
    return whole
