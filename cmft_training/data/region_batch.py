"""What the region network reads in batches, and its losses: the right part, the right colour.

Shapes: B pairs, T target regions, R reference regions, padded to the largest of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from cmft_engine.matching.network.region_network import RegionNetwork, RegionTensors
from cmft_engine.matching.region_inputs import FLOW_COLUMNS

ROUNDS = (0.1, 0.15, 0.25, 0.5)  # weight of the logits after each round of messages; more share the first one's
WORST = 12.0  # a region's loss counts up to here: parts that are told wrong by the material must not lead
IMPOSSIBLE = -1e4


@dataclass(frozen=True)
class RegionBatch:
    """Pairs of drawings and the truth about them.

    pair: (B, T, R, PAIR_FEATURES). attention_mass: (B, T, R, MASS_FEATURES). same, same_color: bool (B, T, R), one
    part, one colour. weight: (B, T) how much a region counts, 0 for padding and for regions without pixels.
    """

    target: RegionTensors
    reference: RegionTensors
    pair: Tensor
    attention_mass: Tensor
    same: Tensor
    same_color: Tensor
    weight: Tensor

    def to(self, device: torch.device | str) -> RegionBatch:
        """Return the same on a device."""
        target, reference = (
            RegionTensors(*(getattr(side, entry.name).to(device) for entry in fields(side)))
            for side in (self.target, self.reference)
        )
        rest = (getattr(self, entry.name).to(device) for entry in fields(self)[2:])
        return RegionBatch(target, reference, *rest)


def collate_regions(items: Sequence[RegionBatch]) -> RegionBatch:
    """Pad batches of one pair to the largest and stack them, as float32."""
    target, reference = (_stack_sides([getattr(item, side) for item in items]) for side in ("target", "reference"))
    n, m = target.real.shape[1], reference.real.shape[1]
    return RegionBatch(
        target,
        reference,
        _pad([item.pair[0] for item in items], n, m, items[0].pair.shape[-1]),
        _pad([item.attention_mass[0] for item in items], n, m, items[0].attention_mass.shape[-1]),
        _pad([item.same[0] for item in items], n, m) > 0,
        _pad([item.same_color[0] for item in items], n, m) > 0,
        _pad([item.weight[0] for item in items], n),
    )


def _stack_sides(sides: list[RegionTensors]) -> RegionTensors:
    n = max(side.real.shape[1] for side in sides)
    return RegionTensors(
        _pad([side.node[0] for side in sides], n, sides[0].node.shape[-1]),
        _pad([side.raster[0] for side in sides], n, sides[0].raster.shape[-1]),
        _pad([side.pooled[0] for side in sides], n, sides[0].pooled.shape[-1]),
        _pad([side.relation[0] for side in sides], n, n, sides[0].relation.shape[-1]),
        _pad([side.real[0] for side in sides], n) > 0,
    )


def _pad(tensors: list[Tensor], *shape: int) -> Tensor:
    """Return tensors of at most this shape as (B, *shape), zeros behind them."""
    padded = torch.zeros(len(tensors), *shape, device=tensors[0].device)
    for row, tensor in zip(padded, tensors, strict=True):
        row[tuple(slice(0, length) for length in tensor.shape)] = tensor
    return padded


def withhold(batch: RegionBatch, rng: np.random.Generator, share: float) -> RegionBatch:
    """Take, each with this chance, the cues of flow and the match weight at 1/8 away: none is leaned on alone."""
    without_flow, without_weight = rng.random(2) < share
    if without_flow:
        pair = batch.pair.clone()
        pair[..., FLOW_COLUMNS] = 0
        batch = replace(batch, pair=pair)
    return replace(batch, attention_mass=torch.zeros_like(batch.attention_mass)) if without_weight else batch


def region_terms(regions: RegionNetwork, batch: RegionBatch, *, is_bf16: bool = False) -> dict[str, Tensor]:
    """Match the regions; return the loss "region" and, without gradient, the shares "color" and "part".

    The loss is how unlikely the right part is, or "not in the reference" where no region shows it, plus how unlikely
    a region of the right colour is among those of the reference; summed over the rounds by `ROUNDS`.
    color, part: share of target regions whose likeliest reference region has their colour, shows their part.
    is_bf16: whether the region network computes in bf16; the loss is float32.
    """
    with torch.autocast(batch.pair.device.type, torch.bfloat16, enabled=is_bf16):
        found = regions.rounds(batch.target, batch.reference, batch.pair, batch.attention_mass)
    rounds = [logits.float() for logits in found]
    early = len(rounds) - len(ROUNDS) + 1
    shares = [*[ROUNDS[0] / early] * early, *ROUNDS[1:]]
    losses = [share * _round_loss(logits, batch) for share, logits in zip(shares, rounds, strict=True)]
    color, part = shares_right(rounds[-1].detach(), batch)
    return {"region": torch.stack(losses).sum(), "color": color, "part": part}


def shares_right(logits: Tensor, batch: RegionBatch) -> tuple[Tensor, Tensor]:
    """Return the share of regions, over all pairs, whose best reference region has their colour, and their part."""
    best = logits[..., :-1].argmax(-1, keepdim=True)
    counted = (batch.weight > 0).float()
    color, part = (
        (truth.gather(-1, best)[..., 0] * counted).sum() / counted.sum().clamp_min(1)
        for truth in (batch.same_color, batch.same)
    )
    return color, part


def _round_loss(logits: Tensor, batch: RegionBatch) -> Tensor:
    """Loss of the logits (B, T, R + 1) after one round: the mean over pairs of their regions' weighted mean."""
    chance = logits.log_softmax(-1)
    part = -torch.where(batch.same.any(-1), _log_chance(chance[..., :-1], batch.same), chance[..., -1])
    color = -_log_chance(logits[..., :-1].log_softmax(-1), batch.same_color) * batch.same_color.any(-1)
    each = part.clamp_max(WORST) + color.clamp_max(WORST)
    return ((each * batch.weight).sum(-1) / batch.weight.sum(-1).clamp_min(1e-6)).mean()


def _log_chance(log_chance: Tensor, right: Tensor) -> Tensor:
    """Log of the chance (B, T) that falls on right columns, very low without any."""
    return log_chance.masked_fill(~right, IMPOSSIBLE).logsumexp(-1)
