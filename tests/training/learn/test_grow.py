"""A larger region network begins with what the smaller one knows, and its doubled features part as it learns."""

import pytest
import torch

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER
from cmft_engine.matching.network.region_network import MASS_FEATURES, PAIR_FEATURES, RegionNetwork, RegionTensors
from cmft_engine.matching.network.region_pool import POOLED
from cmft_engine.protocol.errors import InputError
from cmft_training.learn.grow import grown

Inputs = tuple[RegionTensors, RegionTensors, torch.Tensor, torch.Tensor]


@pytest.fixture
def small() -> RegionNetwork:
    """A network with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return RegionNetwork(layers=2).eval()


@pytest.fixture
def inputs() -> Inputs:
    """Five regions and seven of a reference."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        sides = [RegionTensors(torch.randn(1, n, NODE_FEATURES), torch.rand(1, n, RASTER**2),
                               torch.randn(1, n, POOLED), torch.randn(1, n, n, 4), torch.ones(1, n, dtype=torch.bool))
                 for n in (5, 7)]
        return sides[0], sides[1], torch.rand(1, 5, 7, PAIR_FEATURES), torch.rand(1, 5, 7, MASS_FEATURES)


def test_a_wider_network_gives_the_same_logits(small: RegionNetwork, inputs: Inputs) -> None:
    """After every round; the network that was grown stays as it is, and its tensors tell their size."""
    before = {name: value.clone() for name, value in small.state_dict().items()}
    wide = grown(small, width=256, rounds=2)
    assert wide.width == 256 and wide.layers == 2 and not wide.training
    for found, wanted in zip(wide.rounds(*inputs), small.rounds(*inputs), strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
    assert all(torch.equal(value, before[name]) for name, value in small.state_dict().items())
    like = RegionNetwork.fitting(wide.state_dict())
    like.load_state_dict(wide.state_dict())
    torch.testing.assert_close(like(*inputs), wide(*inputs))


def test_more_rounds_pass_on_what_they_get(small: RegionNetwork, inputs: Inputs) -> None:
    """The first rounds are as before; a new one changes what motion says alone, so without that nothing."""
    deep = grown(small, width=128, rounds=4)
    rounds = deep.rounds(*inputs)
    assert len(rounds) == 4 and RegionNetwork.fitting(deep.state_dict()).layers == 4
    for found, wanted in zip(rounds, small.rounds(*inputs), strict=False):
        torch.testing.assert_close(found, wanted)
    with torch.no_grad():
        for network in (deep, small):
            network.along[-1].weight.zero_()
            network.along[-1].bias.zero_()
    torch.testing.assert_close(deep(*inputs), small(*inputs), atol=1e-5, rtol=1e-5)


def test_doubled_features_part_as_they_learn(small: RegionNetwork, inputs: Inputs) -> None:
    """Else the network would never be more than the smaller one."""
    wide = grown(small, width=256, rounds=2)
    weight = wide.within[0].out.weight
    torch.testing.assert_close(weight[0::2].sum(1), weight[1::2].sum(1))
    before = (weight[0::2].sum(1) - weight[1::2].sum(1)).abs().max().item()
    optimizer = torch.optim.AdamW(wide.parameters(), 1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        (-wide(*inputs).log_softmax(-1)[0, :, 0].mean()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert (weight[0::2].sum(1) - weight[1::2].sum(1)).abs().max() > before + 1e-4


@pytest.mark.parametrize(("width", "rounds"), [(192, 2), (64, 2), (128, 1)])
def test_other_sizes_are_refused(small: RegionNetwork, width: int, rounds: int) -> None:
    """With what may be chosen."""
    with pytest.raises(InputError, match=r"have 128 and 2; choose the same width or twice that"):
        grown(small, width=width, rounds=rounds)
