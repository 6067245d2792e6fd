"""The region network treats regions as sets: order and padding change nothing."""

import dataclasses

import pytest
import torch

from cmft_engine.image.descriptors import NODE_FEATURES, RASTER
from cmft_engine.model.region_network import PAIR_FEATURES, RegionTensors


def side(count: int) -> RegionTensors:
    return RegionTensors(torch.randn(1, count, NODE_FEATURES), torch.rand(1, count, RASTER**2),
                         torch.randn(1, count, count, 4), torch.ones(1, count, dtype=torch.bool))


def permuted(regions: RegionTensors, order: torch.Tensor) -> RegionTensors:
    return RegionTensors(regions.node[:, order], regions.raster[:, order], regions.relation[:, order][:, :, order],
                         regions.real[:, order])


def padded(regions: RegionTensors, count: int) -> RegionTensors:
    """Add rubbish rows that are marked as padding."""
    n = regions.node.shape[1]
    wide = side(n + count)
    wide.node[:, :n], wide.raster[:, :n], wide.relation[:, :n, :n] = regions.node, regions.raster, regions.relation
    return dataclasses.replace(wide, real=torch.arange(n + count)[None] < n)


@pytest.fixture
def network(random_checkpoint):
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(5)
        yield random_checkpoint.regions


@pytest.fixture
def pair(network):
    return torch.rand(1, 4, 6, PAIR_FEATURES)


def test_a_logit_for_every_pair_and_for_none(network, pair):
    """Four target and six reference regions give 4 x 7 finite logits, the last for "not in the reference"."""
    logits = network(side(4), side(6), pair)
    assert logits.shape == (1, 4, 7)
    assert logits.isfinite().all()


def test_order_of_regions_changes_nothing(network, pair):
    """Regions numbered otherwise get the same logits, in their new order."""
    target, reference = side(4), side(6)
    rows, columns = torch.randperm(4), torch.randperm(6)
    plain = network(target, reference, pair)
    moved = network(permuted(target, rows), permuted(reference, columns), pair[:, rows][:, :, columns])
    wanted = plain[:, rows][:, :, torch.cat([columns, torch.tensor([6])])]
    torch.testing.assert_close(moved, wanted, atol=1e-4, rtol=1e-4)


def test_padding_changes_nothing(network, pair):
    """Rows that are no regions neither send nor take anything."""
    target, reference = side(4), side(6)
    wide = torch.rand(1, 7, 8, PAIR_FEATURES)
    wide[:, :4, :6] = pair
    plain, more = network(target, reference, pair), network(padded(target, 3), padded(reference, 2), wide)
    torch.testing.assert_close(more[:, :4, :6], plain[..., :6], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(more[:, :4, -1], plain[..., -1], atol=1e-4, rtol=1e-4)
    assert more[:, :4, 6:8].max() < -1e3


def test_batch_of_two_is_two_of_one(network, pair):
    """Drawings in a batch do not see each other."""
    ones = [(side(4), side(6), pair), (side(4), side(6), torch.rand_like(pair))]
    alone = torch.cat([network(*one) for one in ones])

    def both(i: int) -> RegionTensors:
        return RegionTensors(*(torch.cat([getattr(one[i], field.name) for one in ones])
                               for field in dataclasses.fields(RegionTensors)))

    torch.testing.assert_close(network(both(0), both(1), torch.cat([one[2] for one in ones])), alone,
                               atol=1e-4, rtol=1e-4)


def test_no_regions(network):
    """A drawing without regions has no logits and breaks nothing; against nothing, only "none" is left."""
    assert network(side(0), side(6), torch.rand(1, 0, 6, PAIR_FEATURES)).shape == (1, 0, 7)
    assert network(side(4), side(0), torch.rand(1, 4, 0, PAIR_FEATURES)).shape == (1, 4, 1)
