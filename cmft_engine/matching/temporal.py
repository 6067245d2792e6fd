"""What the drawings around one say of it: the regions they match, each as it was found by itself.

Shapes: n regions of a drawing, m of one around it, R of all references that a drawing was matched with, r of one of
them, K palette colours; all of them regions that the region network was asked about.
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
from .network.region_network import SENT, RegionNetwork, RegionTensors, score_pairs
from .region_inputs import Motion, RegionSide, find_motions, pair_features

SAY = 4.0  # how much the log of a match's chance grows if all drawings around are sure of it

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)  # told apart by identity
class Witness:
    """A drawing that was matched by itself, for the drawings around it to ask.

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


class Around:
    """Asks drawings about each other; keeps the motions between those asked last, for both ask."""

    def __init__(self, regions: RegionNetwork, device: torch.device, *, around: int) -> None:
        """regions: the region network, on that device. around: as in the settings, so that enough motions are kept."""
        self.regions, self.device = regions, device
        self._between = lru_cache(maxsize=around * (around + 3))(find_between)

    @torch.inference_mode()
    def ask(self, own: Witness, around: Sequence[Witness], *, places: int) -> tuple[Floats, Floats]:
        """Return what those around say of own's regions: of each colour (n, K), of its references' regions (n, R).

        Both are mean chances. places: how many drawings could have been asked, so that few say less.
        """
        said = np.zeros_like(own.chance)
        found = {at: np.zeros_like(chance) for at, chance in own.found.items()}
        for other in around:
            same = self._same_part(own, other) / np.float32(places)
            said += same @ other.chance
            for at in found.keys() & other.found.keys():
                found[at] += same @ other.found[at]
        return said, np.concatenate([*found.values()], 1)

    def _same_part(self, target: Witness, other: Witness) -> Floats:
        """Chance (n, m) that the kept regions of two line drawings show the same part.

        Told by flow and regions alone: drawings so near move little, and cells take most of the time.
        """
        n, m = target.kept.size, other.kept.size
        if not (n and m):
            return np.zeros((n, m), np.float32)
        pair = pair_features(target.side, other.side, self._motions(target, other))
        _, logits = score_pairs(
            self.regions, target.tensors, other.tensors, pair, torch.zeros(1, n, m, SENT, device=self.device)
        )
        return join_chances([logits], target.side.descriptors.area, [other.side.descriptors.area])[:, :-1]

    def _motions(self, target: Witness, other: Witness) -> tuple[Motion, Motion]:
        """As from `find_motions`; two drawings ask each other, and what served one serves the other turned round."""
        first, second = sorted((target, other), key=id)
        there, back = self._between(first, second)
        return (there, back) if first is target else (back, there)


def find_between(one: Witness, other: Witness) -> tuple[Motion, Motion]:
    """Return the motions between two drawings, as from `find_motions`."""
    return find_motions(one.side, other.side)


def weigh_in(found: Floats, said: Floats) -> Floats:
    """Return the chances (n, R) of matches once the drawings around were heard: found * exp(SAY * said).

    found: (n, R) by the drawing itself; rows keep their sums. said: (n, R) as from `Around.ask`.
    """
    heard = found * np.exp(np.float32(SAY) * said)
    whole: Floats = heard * (found.sum(1, keepdims=True) / np.maximum(heard.sum(1, keepdims=True), 1e-9))
    return whole
