"""Correlation matching between whole regions: the second vote beside the pixels'.

Regions of the target look at regions of one reference. Each knows its shape and place (`image.descriptors`),
exchanges messages with its own drawing's regions and with the other drawing's, and every pair brings what the
pixels say about it: overlap by flow, overlap in place, and the match weight that the pixel network sent there.
Shapes: B batch, T target regions, R reference regions, F node features, P pair features, H heads, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..image.descriptors import NODE_FEATURES, RASTER

PAIR_FEATURES = 13
WIDTH = 96
HEADS = 4
LAYERS = 3


@dataclass(frozen=True)
class RegionTensors:
    """Regions of one drawing.

    node: (B, n, NODE_FEATURES), raster: (B, n, RASTER**2), relation: (B, n, n, 4) offset, distance and touching
    share of pairs within the drawing, real: bool (B, n), False for padding.
    """

    node: Tensor
    raster: Tensor
    relation: Tensor
    real: Tensor


class RegionAttention(nn.Module):
    """Pre-norm attention from one set of regions to another, with a bias for every pair and head."""

    def __init__(self) -> None:
        super().__init__()
        self.norm_query, self.norm_key = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.q, self.kv = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH)
        )

    def forward(self, x: Tensor, y: Tensor, bias: Tensor) -> Tensor:
        """Let x (B, n, D) read y (B, m, D); bias: (B, H, n, m), -inf where y is padding."""
        heads = WIDTH // HEADS
        q = self.q(self.norm_query(x)).unflatten(-1, (HEADS, heads)).transpose(1, 2)  # (B, H, n, D/H)
        kv = self.kv(self.norm_key(y)).unflatten(-1, (2, HEADS, heads)).permute(2, 0, 3, 1, 4)
        weight = (q @ kv[0].transpose(-1, -2) / heads**0.5 + bias).softmax(-1)
        x = x + self.out((weight @ kv[1]).transpose(1, 2).flatten(2))
        mixed: Tensor = x + self.mlp(x)
        return mixed


class RegionNetwork(nn.Module):
    """Scores every target region against every reference region and against "not in the reference"."""

    def __init__(self) -> None:
        super().__init__()
        self.node = nn.Sequential(nn.Linear(NODE_FEATURES, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
        self.raster = nn.Sequential(nn.Linear(RASTER * RASTER, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
        self.relation = nn.Sequential(nn.Linear(4, 24), nn.GELU(), nn.Linear(24, HEADS * LAYERS))
        self.pair = nn.Sequential(nn.Linear(PAIR_FEATURES, 48), nn.GELU(), nn.Linear(48, 48), nn.GELU())
        self.pair_bias = nn.Linear(48, HEADS * LAYERS)
        self.pair_score = nn.Linear(48, 1)
        self.within = nn.ModuleList(RegionAttention() for _ in range(LAYERS))
        self.across = nn.ModuleList(RegionAttention() for _ in range(LAYERS))
        self.match_target, self.match_reference = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.null = nn.Linear(WIDTH, 1)

    def forward(self, target: RegionTensors, reference: RegionTensors, pair: Tensor) -> Tensor:
        """Logits (B, T, R + 1); the last column is "not in the reference". pair: (B, T, R, PAIR_FEATURES)."""
        x = self.node(target.node) + self.raster(target.raster)
        y = self.node(reference.node) + self.raster(reference.raster)
        bias_x, bias_y = self._within_bias(target), self._within_bias(reference)
        hidden = self.pair(pair)  # (B, T, R, 48)
        cross = self.pair_bias(hidden).unflatten(-1, (LAYERS, HEADS)).permute(3, 0, 4, 1, 2)  # (L, B, H, T, R)
        hide_x, hide_y = _hidden(target.real), _hidden(reference.real)
        for level in range(LAYERS):
            x, y = self.within[level](x, x, bias_x[level]), self.within[level](y, y, bias_y[level])
            bias = cross[level]
            x, y = (
                self.across[level](x, y, bias + hide_y),
                self.across[level](y, x, bias.transpose(-1, -2) + hide_x),
            )
        match = self.match_target(x) @ self.match_reference(y).transpose(-1, -2) / WIDTH**0.5
        logits = match + self.pair_score(hidden)[..., 0] + hide_y[:, 0]
        return torch.cat([logits, self.null(x)], -1)

    def _within_bias(self, side: RegionTensors) -> Tensor:
        bias: Tensor = self.relation(side.relation).unflatten(-1, (LAYERS, HEADS)).permute(3, 0, 4, 1, 2)
        return bias + _hidden(side.real)


def _hidden(real: Tensor) -> Tensor:
    """Additive mask (B, 1, 1, n): -1e4 on padding."""
    return (~real).to(torch.float32)[:, None, None] * -1e4
