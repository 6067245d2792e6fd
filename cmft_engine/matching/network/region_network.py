"""Correlation matching between whole regions: the second vote beside the pixels'.

Regions of the target look at regions of one reference. Each knows its shape and place (`image.descriptors`) and
what the line encoder sees in it (`region_pool`), exchanges messages with its own drawing's regions and with the
other drawing's, and every pair brings what the pixels say about it: overlap by flow, overlap in place, and the match
weight that the pixel network sent there. After every round the matches found so far say how the neighbours moved,
and pairs are judged by how well they move along.
Shapes: B batch, T target regions, R reference regions, F node features, P pair features, H heads, D width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..descriptors import NODE_FEATURES, RASTER
from .region_pool import POOLED

PAIR_FEATURES = 19
MASS_FEATURES = 2  # match weight at 1/8 as a share of either region
WIDTH = 128
HEADS = 4
LAYERS = 4
PAIR_WIDTH = 64
ALONG = 5  # features of how well a pair moves along with its neighbours


@dataclass(frozen=True)
class RegionTensors:
    """Regions of one drawing.

    node: (B, n, NODE_FEATURES), the first two the place; raster: (B, n, RASTER**2), pooled: (B, n, POOLED);
    relation: (B, n, n, 4) offset, distance and touching share of pairs within the drawing; real: bool (B, n), False
    for padding.
    """

    node: Tensor
    raster: Tensor
    pooled: Tensor
    relation: Tensor
    real: Tensor


class RegionAttention(nn.Module):
    """Pre-norm attention from one set of regions to another, with a bias for every pair and head."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_query, self.norm_key = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        """Let x (B, n, D) read y (B, m, D); bias: (B, H, n, m), very low where y is padding."""
        heads = x.shape[-1] // HEADS
        q = self.q(self.norm_query(x)).unflatten(-1, (HEADS, heads)).transpose(1, 2)  # (B, H, n, D/H)
        kv = self.kv(self.norm_key(y)).unflatten(-1, (2, HEADS, heads)).permute(2, 0, 3, 1, 4)
        weight = (q @ kv[0].transpose(-1, -2) / heads**0.5 + bias).softmax(-1)
        x = x + self.out((weight @ kv[1]).transpose(1, 2).flatten(2))
        mixed: Tensor = x + self.mlp(x)
        return mixed


class RegionNetwork(nn.Module):
    """Scores every target region against every reference region and against "not in the reference"."""

    def __init__(self, *, width: int = WIDTH, layers: int = LAYERS) -> None:
        """width: features of a region, a multiple of HEADS. layers: rounds of messages, two or more."""
        super().__init__()
        self.width, self.layers = width, layers
        self.node = nn.Sequential(nn.Linear(NODE_FEATURES, width), nn.GELU(), nn.Linear(width, width))
        self.raster = nn.Sequential(nn.Linear(RASTER * RASTER, width), nn.GELU(), nn.Linear(width, width))
        self.pooled = nn.Sequential(
            nn.LayerNorm(POOLED), nn.Linear(POOLED, width), nn.GELU(), nn.Linear(width, width)
        )
        self.relation = nn.Sequential(nn.Linear(4, 32), nn.GELU(), nn.Linear(32, (HEADS + 1) * layers))
        self.pair = nn.Sequential(
            nn.Linear(PAIR_FEATURES + MASS_FEATURES, PAIR_WIDTH), nn.GELU(),
            nn.Linear(PAIR_WIDTH, PAIR_WIDTH), nn.GELU(),
        )
        self.pair_bias = nn.Linear(PAIR_WIDTH, HEADS * layers)
        self.pair_score = nn.Linear(PAIR_WIDTH, layers)
        self.along = nn.Sequential(nn.Linear(ALONG, 24), nn.GELU(), nn.Linear(24, HEADS + 1))
        self.within = nn.ModuleList(RegionAttention(width) for _ in range(layers))
        self.across = nn.ModuleList(RegionAttention(width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.match_target, self.match_reference = nn.Linear(width, width), nn.Linear(width, width)
        self.null = nn.Linear(width, 1)

    @classmethod
    def fitting(cls, tensors: Mapping[str, Tensor]) -> RegionNetwork:
        """Return a new network of the size of which these tensors are, as far as they tell; else of the usual one."""
        width, layers = WIDTH, LAYERS
        if (norm := tensors.get("norm.weight")) is not None and norm.ndim == 1 and len(norm) and not len(norm) % HEADS:
            width = len(norm)
        if (score := tensors.get("pair_score.weight")) is not None and score.ndim == 2 and len(score) > 1:
            layers = len(score)
        return cls(width=width, layers=layers)

    def forward(self, target: RegionTensors, reference: RegionTensors, pair: Tensor, attention_mass: Tensor) -> Tensor:
        """Logits (B, T, R + 1); the last column is "not in the reference".

        pair: (B, T, R, PAIR_FEATURES); attention_mass: (B, T, R, MASS_FEATURES).
        """
        return self.rounds(target, reference, pair, attention_mass)[-1]

    def rounds(
        self, target: RegionTensors, reference: RegionTensors, pair: Tensor, attention_mass: Tensor
    ) -> list[Tensor]:
        """The logits after every round of messages; training looks at all of them."""
        x, y = self._embed(target), self._embed(reference)
        within_x, within_y = self._within(target), self._within(reference)
        hidden = self.pair(torch.cat([pair, attention_mass], -1))  # (B, T, R, PAIR_WIDTH)
        cross = self.pair_bias(hidden).unflatten(-1, (self.layers, HEADS)).permute(3, 0, 4, 1, 2)  # (L, B, H, T, R)
        score = self.pair_score(hidden)  # (B, T, R, L)
        hide_x, hide_y = _hidden(target.real), _hidden(reference.real)
        along = torch.zeros_like(cross[0]), torch.zeros_like(score[..., 0])
        logits: list[Tensor] = []
        for level in range(self.layers):
            x = self.within[level](x, x, within_x[level, :, :HEADS] + hide_x)
            y = self.within[level](y, y, within_y[level, :, :HEADS] + hide_y)
            bias = cross[level] + along[0]
            x, y = (
                self.across[level](x, y, bias + hide_y),
                self.across[level](y, x, bias.transpose(-1, -2) + hide_x),
            )
            match = self.match_target(self.norm(x)) @ self.match_reference(self.norm(y)).transpose(-1, -2)
            found = match / self.width**0.5 + score[..., level] + along[1] + hide_y[:, 0]
            logits.append(torch.cat([found, self.null(self.norm(x))], -1))
            if level + 1 < self.layers and found.shape[-1]:
                along = self._move_along(logits[-1], target, reference, within_x[level, :, HEADS] + hide_x[:, 0])
        return logits

    def _embed(self, side: RegionTensors) -> Tensor:
        embedded: Tensor = self.node(side.node) + self.raster(side.raster) + self.pooled(side.pooled)
        return embedded

    def _within(self, side: RegionTensors) -> Tensor:
        """Bias of pairs within a drawing, for every layer (L, B, H + 1, n, n); the last weighs neighbours' motion."""
        bias: Tensor = self.relation(side.relation).unflatten(-1, (self.layers, HEADS + 1))
        return bias.permute(3, 0, 4, 1, 2)

    def _move_along(
        self, logits: Tensor, target: RegionTensors, reference: RegionTensors, near: Tensor
    ) -> tuple[Tensor, Tensor]:
        """How well each pair goes with where the neighbours went: bias (B, H, T, R) and score (B, T, R).

        near: (B, T, T) how much a region listens to another, before the softmax.
        """
        place, there = target.node[..., :2], reference.node[..., :2]  # (B, T, 2), (B, R, 2)
        chance = logits.softmax(-1)
        known = 1 - chance[..., -1:]  # (B, T, 1)
        moved = chance[..., :-1] @ there / known.clamp_min(1e-3) - place
        sure = chance[..., :-1].amax(-1).clamp_min(1e-4).log()  # (B, T)
        own = torch.eye(place.shape[1], device=place.device) * -1e4
        weight = (near + sure[:, None] + own).softmax(-1)
        wanted = place + weight @ moved  # (B, T, 2) where the neighbours would have it
        offset = (there[:, None] - wanted[:, :, None]).clamp(-3, 3)  # (B, T, R, 2)
        distance = offset.square().sum(-1, keepdim=True).add(1e-6).sqrt()
        heard = (weight * sure.exp()[:, None]).sum(-1)[:, :, None, None].expand_as(distance)
        found = self.along(torch.cat([offset, distance, torch.exp(-4 * distance), heard], -1))
        return found[..., :HEADS].permute(0, 3, 1, 2), found[..., HEADS]


def score_pairs(
    network: RegionNetwork, target: RegionTensors, other: RegionTensors, pair: NDArray[np.float32], weight: Tensor
) -> tuple[Tensor, Tensor]:
    """Logits (n, m + 1) of two drawings' regions, one round early and at last.

    pair: (n, m, PAIR_FEATURES); weight: (1, n, m, MASS_FEATURES), on the network's device.
    """
    rounds = network.rounds(target, other, torch.from_numpy(pair)[None].to(weight.device), weight)
    return rounds[-2][0], rounds[-1][0]


def _hidden(real: Tensor) -> Tensor:
    """Additive mask (B, 1, 1, n): -1e4 on padding."""
    return (~real).to(torch.float32)[:, None, None] * -1e4
