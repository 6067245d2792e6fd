"""The networks with parts taken out or added, to measure what each part is worth.

The defaults are `Network` and `RegionNetwork` themselves.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.encoders import ResidualBlock, SelfAttention
from cmft_engine.matching.network.network import Network, ReferenceFeatures
from cmft_engine.matching.network.region_network import PAIR_FEATURES, RegionNetwork
from cmft_engine.matching.region_inputs import FLOW_COLUMNS, MASS_COLUMNS
from cmft_training.learn.config import NetworkConfig, RegionConfig

ALL_LEVELS = 3
TRANSFERRED_COLUMNS = (PAIR_FEATURES, PAIR_FEATURES + 1)  # `RegionNetwork.pair` reads them last


def build_network(config: NetworkConfig) -> Network:
    """Return a new network, random weights from torch's seed.

    transformer: layers over the coarse level, 2 as shipped. levels: how many of 1/8, 1/4 and 1/2 are matched; below
    them the children follow their parent. residual: whether the residual blocks are there.
    """
    network = Network() if config.levels == ALL_LEVELS else CoarseNetwork(config.levels)
    attention = network.semantic.attention
    if config.transformer != len(attention):
        width = network.semantic.position.out_features
        layers = [*attention, *(SelfAttention(width) for _ in range(config.transformer - len(attention)))]
        network.semantic.attention = nn.Sequential(*layers[: config.transformer])
    if not config.residual:
        _drop_residual_blocks(network)
    return network


def _drop_residual_blocks(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, ResidualBlock):
            setattr(module, name, nn.Identity())
        else:
            _drop_residual_blocks(child)


def build_regions(config: RegionConfig) -> RegionNetwork:
    """Return a new region network, random weights from torch's seed.

    What is switched off is read as zero, in training and in use alike. pooled: features of the line encoder. flow:
    where flow leads. attention_mass: match weights at 1/8 and at 1/2. along: how well pairs go with their neighbours.
    width: features of a region. rounds: of messages.
    """
    regions = RegionNetwork(width=config.width, layers=config.rounds)
    if not config.pooled:
        regions.pooled.register_forward_pre_hook(_Silence())
    if not config.along:
        regions.along.register_forward_hook(_Silence())
    mass = (*MASS_COLUMNS, *TRANSFERRED_COLUMNS)
    columns = (() if config.flow else FLOW_COLUMNS) + (() if config.attention_mass else mass)
    if columns:
        regions.pair.register_forward_pre_hook(_Silence(columns))
    return regions


class _Silence:
    """A hook that sets what a module reads or, as a forward hook, what it returns to zero, in some columns or all."""

    def __init__(self, columns: tuple[int, ...] = ()) -> None:
        self._columns = columns

    def __call__(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor | None = None) -> Tensor:
        values = inputs[0] if output is None else output
        if not self._columns:
            return torch.zeros_like(values)
        kept = torch.ones(values.shape[-1], device=values.device)
        kept[list(self._columns)] = 0
        return values * kept


class CoarseNetwork(Network):
    """A network that matches at 1/8 alone, or at 1/8 and 1/4; finer cells are carried with the cell above them."""

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels
        self._chosen: Tensor | None = None  # (B, N, 4) which of the candidates' children at 1/4 each child follows

    def _match_below(
        self, query: Tensor, reference: ReferenceFeatures, index: Tensor, *, level: int
    ) -> tuple[Tensor, Tensor]:
        if level < self.levels:
            carried, weights = super()._match_below(query, reference, index, level=level)
            self._chosen = weights.argmax(-1)
            return carried, weights
        size = 2**level
        if level == 1:
            self._chosen = torch.arange(4, device=index.device).expand(*index.shape[:2], 4)  # of the best cell
        assert self._chosen is not None
        chosen = self._chosen if level == 1 else children_of(self._chosen)
        near = cmft.gather_cells(reference.value[level], index)  # (B, N, k*c, D)
        weights = F.one_hot(chosen, near.shape[2]).to(near.dtype)  # (B, N, c, k*c)
        moved = cmft.from_cells(torch.matmul(weights, near), query.shape[-2] // size, query.shape[-1] // size)
        return moved, weights.float()


def children_of(chosen: Tensor) -> Tensor:
    """Return which children at 1/2 (B, N, 16) the chosen children at 1/4 (B, N, 4) bring along, place for place."""
    cell, child = chosen // 4, chosen % 4
    child_y, child_x = child // 2, child % 2
    inner = torch.arange(4, device=chosen.device)
    inner_y, inner_x = inner // 2, inner % 2
    fine_y, fine_x = 2 * child_y[..., None] + inner_y, 2 * child_x[..., None] + inner_x  # (B, N, 4, 4)
    source = cell[..., None] * 16 + fine_y * 4 + fine_x
    grid = source.unflatten(2, (2, 2)).unflatten(4, (2, 2))  # parent y, parent x, inner y, inner x
    children: Tensor = grid.permute(0, 1, 2, 4, 3, 5).flatten(2)
    return children
