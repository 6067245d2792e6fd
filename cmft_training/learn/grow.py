"""A larger region network that begins where a smaller one is: it computes what that one does, and learns on from there.

Net2Net: Accelerating Learning via Knowledge Transfer (ICLR 2016). Every feature is there twice; what reads the two
weighs them by random shares, so that they part as they learn. New rounds of messages pass on what they get.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor

from cmft_engine.matching.network.region_network import HEADS, RegionAttention, RegionNetwork
from cmft_engine.protocol.errors import InputError

SHARES = (0.3, 0.7)  # of one feature of two
SEED = 0


def grown(regions: RegionNetwork, *, width: int, rounds: int) -> RegionNetwork:
    """Return a copy of a region network of this width and with so many rounds.

    A wider one gives the same logits; one with more rounds nearly so, for each round looks at the motion anew.
    Raises InputError for a width other than the network's or twice that, or fewer rounds than it has.
    """
    if width not in (regions.width, 2 * regions.width) or rounds < regions.layers:
        raise InputError(f"regions.width = {width}, regions.rounds = {rounds}: the weights to begin from have "
                         f"{regions.width} and {regions.layers}; choose the same width or twice that, and no fewer "
                         "rounds")
    larger = deepcopy(regions)
    if width != regions.width:
        larger = _widened(regions)
    return _deepened(larger, rounds) if rounds != regions.layers else larger


def _widened(regions: RegionNetwork) -> RegionNetwork:
    rng = torch.Generator().manual_seed(SEED)
    wide = RegionNetwork(width=2 * regions.width, layers=regions.layers)
    wide.load_state_dict({name: _twice(name, value, wide.state_dict()[name].shape, rng)
                          for name, value in regions.state_dict().items()})
    with torch.no_grad():  # a product of features that are there twice counts double, over a larger root
        for layer in (*wide.within, *wide.across):
            assert isinstance(layer, RegionAttention)
            for part in (layer.q.weight, layer.q.bias):
                part /= 2**0.5
        for part in (wide.match_target.weight, wide.match_target.bias):
            part /= 2**0.5
    return wide.train(regions.training)


def _twice(name: str, value: Tensor, shape: torch.Size, rng: torch.Generator) -> Tensor:
    """Return a weight or bias of the wider network: each output there twice, each input shared out."""
    if value.shape == shape:
        return value
    if value.shape[0] != shape[0]:
        value = value.repeat_interleave(2, 0)  # heads keep their features side by side
    if value.ndim == 2 and value.shape[1] != shape[1]:
        share = torch.empty(value.shape).uniform_(*SHARES, generator=rng)
        value = torch.stack([value * share, value * (1 - share)], 2).flatten(1)
    if value.shape != shape:
        raise AssertionError(f"{name} is of another network")
    return value


def _deepened(regions: RegionNetwork, rounds: int) -> RegionNetwork:
    deep = RegionNetwork(width=regions.width, layers=rounds)
    more = rounds - regions.layers
    state = regions.state_dict()
    for name, block in (("relation.2", HEADS + 1), ("pair_bias", HEADS), ("pair_score", 1)):
        for part in ("weight", "bias"):
            value = state[f"{name}.{part}"]
            state[f"{name}.{part}"] = torch.cat([value, *[value[-block:]] * more])
    for side in ("within", "across"):
        last = f"{side}.{regions.layers - 1}."
        for name, value in list(state.items()):
            if name.startswith(last):
                for number in range(regions.layers, rounds):
                    passes = name.removeprefix(last) in ("out.weight", "out.bias", "mlp.3.weight", "mlp.3.bias")
                    state[f"{side}.{number}.{name.removeprefix(last)}"] = torch.zeros_like(value) if passes else value
    deep.load_state_dict(state)
    return deep.train(regions.training)
