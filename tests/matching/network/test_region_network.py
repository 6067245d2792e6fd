"""The region network treats regions as sets: order and padding change nothing."""

import dataclasses
import itertools

import pytest
import torch

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import LAYERS, MASS_FEATURES, PAIR_FEATURES, RegionTensors
from cmft_engine.matching.network.region_pool import POOLED


def side(count: int) -> RegionTensors:
    return RegionTensors(torch.randn(1, count, NODE_FEATURES), torch.rand(1, count, RASTER**2),
                         torch.randn(1, count, POOLED), torch.randn(1, count, count, 4),
                         torch.ones(1, count, dtype=torch.bool))


def permuted(regions: RegionTensors, order: torch.Tensor) -> RegionTensors:
    return RegionTensors(regions.node[:, order], regions.raster[:, order], regions.pooled[:, order],
                         regions.relation[:, order][:, :, order], regions.real[:, order])


def padded(regions: RegionTensors, count: int) -> RegionTensors:
    """Add rubbish rows that are marked as padding."""
    n = regions.node.shape[1]
    wide = side(n + count)
    wide.node[:, :n], wide.raster[:, :n], wide.pooled[:, :n] = regions.node, regions.raster, regions.pooled
    wide.relation[:, :n, :n] = regions.relation
    return dataclasses.replace(wide, real=torch.arange(n + count)[None] < n)


@pytest.fixture
def network(random_checkpoint):
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(5)
        yield random_checkpoint.regions


@pytest.fixture
def pair(network):
    return torch.rand(1, 4, 6, PAIR_FEATURES)


@pytest.fixture
def attention_mass(network):
    return torch.rand(1, 4, 6, MASS_FEATURES)


def test_a_logit_for_every_pair_and_for_none(network, pair, attention_mass):
    """Four target and six reference regions give 4 x 7 finite logits, the last for "not in the reference"."""
    logits = network(side(4), side(6), pair, attention_mass)
    assert logits.shape == (1, 4, 7)
    assert logits.isfinite().all()


def test_the_last_round_decides(network, pair, attention_mass):
    """There are logits after every round; those of the last are the answer, and the rounds differ."""
    target, reference = side(4), side(6)
    rounds = network.rounds(target, reference, pair, attention_mass)
    assert len(rounds) == LAYERS
    assert torch.equal(rounds[-1], network(target, reference, pair, attention_mass))
    assert all((a - b).abs().max() > 1e-4 for a, b in itertools.pairwise(rounds))


def test_order_of_regions_changes_nothing(network, pair, attention_mass):
    """Regions numbered otherwise get the same logits, in their new order."""
    target, reference = side(4), side(6)
    rows, columns = torch.randperm(4), torch.randperm(6)
    plain = network(target, reference, pair, attention_mass)
    pair, attention_mass = (table[:, rows][:, :, columns] for table in (pair, attention_mass))
    moved = network(permuted(target, rows), permuted(reference, columns), pair, attention_mass)
    wanted = plain[:, rows][:, :, torch.cat([columns, torch.tensor([6])])]
    torch.testing.assert_close(moved, wanted, atol=1e-4, rtol=1e-4)


def test_padding_changes_nothing(network, pair, attention_mass):
    """Rows that are no regions neither send nor take anything."""
    target, reference = side(4), side(6)
    wide = torch.rand(1, 7, 8, PAIR_FEATURES + MASS_FEATURES)
    wide[:, :4, :6] = torch.cat([pair, attention_mass], -1)
    plain = network(target, reference, pair, attention_mass)
    more = network(padded(target, 3), padded(reference, 2), wide[..., :PAIR_FEATURES], wide[..., PAIR_FEATURES:])
    torch.testing.assert_close(more[:, :4, :6], plain[..., :6], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(more[:, :4, -1], plain[..., -1], atol=1e-4, rtol=1e-4)
    assert more[:, :4, 6:8].max() < -1e3


def test_batch_of_two_is_two_of_one(network, pair, attention_mass):
    """Drawings in a batch do not see each other."""
    ones = [
        (side(4), side(6), pair, attention_mass),
        (side(4), side(6), torch.rand_like(pair), torch.rand_like(attention_mass)),
    ]
    alone = torch.cat([network(*one) for one in ones])

    def both(i: int) -> RegionTensors:
        return RegionTensors(*(torch.cat([getattr(one[i], field.name) for one in ones])
                               for field in dataclasses.fields(RegionTensors)))

    tables = (torch.cat([one[i] for one in ones]) for i in (2, 3))
    torch.testing.assert_close(network(both(0), both(1), *tables), alone, atol=1e-4, rtol=1e-4)


def test_neighbours_that_moved_draw_a_region_along(network):
    """Of two reference regions alike, the one is offered that lies where the neighbours' matches went."""
    target, reference = side(3), side(4)
    target.node[0, :, :2] = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]])
    reference.node[0, :, :2] = torch.tensor([[0.0, 1.0], [1.0, 1.0], [0.5, 1.0], [0.5, -1.0]])
    logits = torch.full((1, 3, 5), -9.0)
    logits[0, 0, 0] = logits[0, 1, 1] = 9.0  # two neighbours moved down by one; the third does not know
    wanted = []
    network.along.register_forward_hook(lambda module, given, found: wanted.append(given[0]))
    network._move_along(logits, target, reference, torch.zeros(1, 3, 3))
    offset = wanted[0][0, 2, :, :2]
    torch.testing.assert_close(offset, torch.tensor([[-0.5, 0.0], [0.5, 0.0], [0.0, 0.0], [0.0, -2.0]]),
                               atol=0.02, rtol=0)


def test_no_regions(network):
    """A drawing without regions has no logits and breaks nothing; against nothing, only "none" is left."""
    def tables(t, r):
        return torch.rand(1, t, r, PAIR_FEATURES), torch.rand(1, t, r, MASS_FEATURES)

    assert network(side(0), side(6), *tables(0, 6)).shape == (1, 0, 7)
    assert network(side(4), side(0), *tables(4, 0)).shape == (1, 4, 1)
