"""Region losses are those of plain formulas, padding changes nothing, and cues can be taken away."""

import numpy as np
import pytest
import torch
from torch import Tensor

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import (
    LAYERS,
    MASS_FEATURES,
    PAIR_FEATURES,
    WIDTH,
    RegionNetwork,
    RegionTensors,
)
from cmft_engine.matching.network.region_pool import POOLED
from cmft_engine.matching.region_inputs import FLOW_COLUMNS, MASS_COLUMNS
from cmft_training.data.region_batch import (
    ROUNDS,
    WORST,
    RegionBatch,
    _round_loss,
    collate_regions,
    region_terms,
    shares_right,
    withhold,
)
from cmft_training.learn.config import RegionConfig
from cmft_training.learn.variants import build_regions


def _side(n: int) -> RegionTensors:
    shapes = (n, NODE_FEATURES), (n, RASTER**2), (n, POOLED), (n, n, 4)
    node, raster, pooled, relation = (torch.randn(1, *shape) for shape in shapes)
    return RegionTensors(node, raster, pooled, relation, torch.ones(1, n, dtype=torch.bool))


def make_batch(n: int, m: int, seed: int = 0) -> RegionBatch:
    """A pair of random numbers, region i of the target the same as region i of the reference."""
    torch.manual_seed(seed)
    same = torch.eye(n, m, dtype=torch.bool)[None]
    color = same | (torch.arange(n)[:, None] % 2 == torch.arange(m)[None] % 2)[None]
    pair, attention_mass = torch.rand(1, n, m, PAIR_FEATURES), torch.rand(1, n, m, MASS_FEATURES)
    return RegionBatch(_side(n), _side(m), pair, attention_mass, same, color, torch.rand(1, n) + 0.5)


@pytest.fixture(scope="module")
def regions() -> RegionNetwork:
    """A random network, always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        return RegionNetwork().eval()


def _judged(logits: Tensor, batch: RegionBatch) -> float:
    """The loss of one pair, region by region."""
    total = 0.0
    for row, same, color, weight in zip(logits[0], batch.same[0], batch.same_color[0], batch.weight[0], strict=True):
        chance, found = row.softmax(-1), row[:-1].softmax(-1)
        part = chance[:-1][same].sum() if same.any() else chance[-1]
        loss = min(float(-part.log()), WORST)
        if color.any():
            loss += min(float(-found[color].sum().log()), WORST)
        total += loss * float(weight)
    return total / float(batch.weight.sum())


def test_the_loss_is_the_log_of_the_right_chance() -> None:
    """Part or "not there", plus colour among the reference's regions, weighted by region; the worst is bounded."""
    batch = make_batch(5, 3)
    assert not batch.same[0, 4].any()
    torch.manual_seed(1)
    for scale in (1.0, 40.0):
        logits = scale * torch.randn(1, 5, 4)
        assert float(_round_loss(logits, batch)) == pytest.approx(_judged(logits, batch), rel=1e-4)


@torch.no_grad()
def test_rounds_count_by_their_weights(regions: RegionNetwork) -> None:
    """The loss is the weighted sum over the rounds, and the shares are those of the last."""
    assert sum(ROUNDS) == pytest.approx(1.0)
    batch = make_batch(4, 5)
    rounds = regions.rounds(batch.target, batch.reference, batch.pair, batch.attention_mass)
    terms = region_terms(regions, batch)
    wanted = sum(share * float(_round_loss(logits, batch)) for share, logits in zip(ROUNDS, rounds, strict=True))
    assert float(terms["region"]) == pytest.approx(wanted, rel=1e-5)
    assert (terms["color"], terms["part"]) == shares_right(rounds[-1], batch)


def test_bf16_is_near(regions: RegionNetwork) -> None:
    """In mixed precision the loss and its gradient are float32, and close to those without."""
    found = []
    for is_bf16 in (False, True):
        regions.zero_grad()
        loss = region_terms(regions, make_batch(6, 5), is_bf16=is_bf16)["region"]
        loss.backward()  # type: ignore[no-untyped-call]
        gradient = regions.match_target.weight.grad
        assert loss.dtype == torch.float32 and gradient is not None and gradient.dtype == torch.float32
        found.append((loss.detach(), gradient.clone()))
    (exact, wanted), (mixed, gradient) = found
    assert not torch.equal(exact, mixed)
    torch.testing.assert_close(exact, mixed, rtol=0.02, atol=0)
    assert float(torch.cosine_similarity(wanted.flatten(), gradient.flatten(), dim=0)) > 0.99


def test_shares_count_regions_with_pixels() -> None:
    """"Not there" is no answer here; regions without weight do not count."""
    batch = make_batch(4, 4)
    logits = 9 * torch.cat([torch.eye(4), torch.full((4, 1), 2.0)], 1)[None]
    assert tuple(map(float, shares_right(logits, batch))) == (1.0, 1.0)
    logits[0, 0, :4] = torch.tensor([0.0, 0.0, 9.0, 0.0])  # another part of the same colour
    assert tuple(map(float, shares_right(logits, batch))) == (1.0, 0.75)
    batch.weight[0, 0] = 0
    assert tuple(map(float, shares_right(logits, batch))) == (1.0, 1.0)


@torch.no_grad()
def test_padding_changes_nothing(regions: RegionNetwork) -> None:
    """A batch of pairs of different size has the mean of their losses."""
    items = [make_batch(4, 6, 1), make_batch(7, 3, 2), make_batch(2, 2, 3)]
    together = region_terms(regions, collate_regions(items))["region"]
    alone = torch.stack([region_terms(regions, item)["region"] for item in items]).mean()
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_cues_are_taken_away_by_chance() -> None:
    """None, flow or the match weight; the batch itself is left as it is."""
    batch = make_batch(3, 3)
    rng = np.random.default_rng(0)
    assert withhold(batch, rng, 0.0) is batch
    bare = withhold(batch, rng, 1.0)
    assert not bare.attention_mass.any() and not bare.pair[..., FLOW_COLUMNS].any()
    others = [i for i in range(PAIR_FEATURES) if i not in FLOW_COLUMNS]
    assert torch.equal(bare.pair[..., others], batch.pair[..., others])
    assert batch.attention_mass.all() and batch.pair.all()
    half = [withhold(batch, rng, 0.5) for _ in range(64)]
    assert 16 < sum(bool(b.attention_mass.any()) for b in half) < 48
    assert 16 < sum(bool(b.pair[..., 0].any()) for b in half) < 48


@torch.no_grad()
@pytest.mark.parametrize("part", ["pooled", "flow", "attention_mass", "along"])
def test_a_region_network_without_a_part_does_not_look_at_it(part: str) -> None:
    """What is switched off may be anything; what is not, still counts. The default is the shipped network."""
    switches = {"pooled": True, "flow": True, "attention_mass": True, "along": True}
    torch.manual_seed(2)
    usual, bare = (build_regions(RegionConfig(width=WIDTH, rounds=LAYERS, **one)).eval()
                   for one in (switches, {**switches, part: False}))
    assert bare.state_dict().keys() == usual.state_dict().keys() == RegionNetwork().state_dict().keys()
    bare.load_state_dict(usual.state_dict())
    batch, other = make_batch(4, 4), make_batch(4, 4)
    if part == "pooled":
        other.target.pooled.normal_()
    elif part == "flow":
        other.pair[..., FLOW_COLUMNS] = 0.3
    elif part == "attention_mass":
        other.attention_mass.zero_()
        other.pair[..., MASS_COLUMNS] = 0.3
    else:
        for module in (usual, bare):
            module.along[0].weight.normal_()  # type: ignore[union-attr]
    first, second = (region_terms(bare, b)["region"] for b in (batch, other))
    assert torch.equal(first, second)
    changed = region_terms(usual, other)["region"]
    assert not torch.equal(region_terms(usual, batch)["region"] if part != "along" else first, changed)
