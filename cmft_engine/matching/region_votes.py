"""What the region network says of a drawing's colours, from the cues of every reference.

Shapes: n regions of a drawing, T of them that the network is asked about, R of all references, K palette colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from .assignment import cycle_of, join_chances, split_chances
from .encoded import EncodedDrawing, EncodedReference
from .network.region_network import RegionNetwork, score_pairs
from .region_flow import flow_agreement, refine_flow_from_matches
from .region_inputs import Motion, pair_features

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PairCues:
    """What is known of a drawing and a reference before the region network is asked.

    motions: flow there and back. pixel_mass: (T, m) match weight at 1/2, in work pixels. attention_mass: (1, T, m, 2)
    match weight at 1/8 as a share of either region.
    """

    motions: tuple[Motion, Motion]
    pixel_mass: NDArray[np.float64]
    attention_mass: torch.Tensor


@dataclass(frozen=True)
class RegionVotes:
    """What the region network says: the fields of `Votes` of these names; regions it was not asked about have zeros."""

    color: Floats
    before: Floats
    mixture: Floats
    known: Floats
    cycle: Floats
    flow_agreement: Floats


def vote_on_regions(
    network: RegionNetwork, target: EncodedDrawing, references: Sequence[EncodedReference], cues: Sequence[PairCues]
) -> tuple[RegionVotes, Floats]:
    """Return what the region network says, and the chance (T, R) of every pair of regions it was asked about.

    references: with their cues; R counts the regions of one reference after another.
    """
    area, areas = target.side.descriptors.area, [reference.side.descriptors.area for reference in references]
    if not target.kept.size:
        none = np.zeros((0, sum(map(len, areas))), np.float32)
        return _no_votes(target, references[0].shares.shape[1]), none
    scored, pairs = [], []
    for reference, known in zip(references, cues, strict=True):
        pair = pair_features(target.side, reference.side, known.motions, known.pixel_mass)
        scored.append(score_pairs(network, target.tensors, reference.drawing.tensors, pair, known.attention_mass))
        pairs.append(pair)
    shares = painted_shares(references)
    before, chance = (join_chances([rounds[i] for rounds in scored], area, areas) for i in (0, 1))
    color = chance[:, :-1] @ shares
    match = torch.cat([last[:, :-1] for _, last in scored], 1).cpu().numpy()
    votes = RegionVotes(
        color=color,
        before=before[:, :-1] @ shares,
        mixture=chance[:, :-1] @ (1 - shares.max(1)),
        known=1 - chance[:, -1],
        cycle=cycle_of(match, color, shares),
        flow_agreement=flow_agreement(chance[:, : len(areas[0])], pairs[0]),
    )
    return _for_all_regions(votes, target), chance[:, :-1]


def painted_shares(references: Sequence[EncodedReference]) -> Floats:
    """Palette shares (R, K) of the regions of these references, one reference after another."""
    return np.concatenate([reference.kept_shares for reference in references])


def _for_all_regions(votes: RegionVotes, target: EncodedDrawing) -> RegionVotes:
    """Votes on the kept regions spread to all regions (n, …) of the drawing, zeros elsewhere."""
    return RegionVotes(*(
        _spread(of_kept, target)
        for of_kept in (votes.color, votes.before, votes.mixture, votes.known, votes.cycle, votes.flow_agreement)
    ))


def _spread(of_kept: Floats, target: EncodedDrawing) -> Floats:
    out = np.zeros((len(target.area), *of_kept.shape[1:]), np.float32)
    out[target.kept] = of_kept
    return out


def _no_votes(target: EncodedDrawing, n_colors: int) -> RegionVotes:
    n = len(target.area)
    colors, flat = np.zeros((n, n_colors), np.float32), np.zeros(n, np.float32)
    return RegionVotes(colors, colors, flat, flat, flat, flat)


def with_refined_flow(
    target: EncodedDrawing, references: Sequence[EncodedReference], cues: Sequence[PairCues], chance: Floats
) -> list[PairCues]:
    """Return the cues with flow found anew from the matches; chance: (T, R) as from `vote_on_regions`."""
    alone = split_chances(chance, [reference.side.count for reference in references])
    return [
        replace(known, motions=refine_flow_from_matches(target.side, reference.side, of_it, known.motions))
        for reference, of_it, known in zip(references, alone, cues, strict=True)
    ]
