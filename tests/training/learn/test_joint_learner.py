"""Both networks learn together, stage after stage, and a run cut off anywhere goes on bit for bit."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from cmft_engine.matching.region_inputs import MASS_COLUMNS
from cmft_engine.protocol.errors import InputError
from cmft_training.data.region_samples import RegionSample, RegionSource
from cmft_training.learn import joint_learner
from cmft_training.learn.config import load_config
from cmft_training.learn.joint_learner import JointLearner
from cmft_training.learn.state import load_average
from cmft_training.learn.variants import build_network, build_regions
from tests.training.runs import BOTH

pytestmark = pytest.mark.usefixtures("unchanged_process")


@pytest.fixture
def make_learner(characters: Path, random_weights: Path) -> Callable[..., JointLearner]:
    """Make a learner of the random networks, the configuration changed."""

    def make(*changes: str) -> JointLearner:
        places = (f"data.characters={characters}", f"run.init={random_weights}")
        config = load_config("smoke", [*BOTH, *places, *changes])
        network, regions = build_network(config.network), build_regions(config.regions)
        given = load_average(random_weights)
        assert given.regions is not None
        network.load_state_dict(given.network)
        regions.load_state_dict(given.regions)
        return JointLearner(config, network, regions, Fabric(accelerator="cpu"))

    return make


def _samples(characters: Path, count: int, *, pixel_share: float = 1.0) -> list[RegionSample]:
    mixture = load_config("smoke", [*BOTH, f"data.characters={characters}"]).joint.data
    source = RegionSource(mixture, seed=1, sizes={64: 1.0}, pixel_share=pixel_share)
    return [source.sample(number) for number in range(count)]


def test_losses_fall_together(characters: Path, make_learner: Callable[..., JointLearner]) -> None:
    """A few steps on one sample lower the loss of the regions and of the pixels; statistics of batch norm stay."""
    learner = make_learner("joint.rate=3e-3", "joint.network_rate=1e-3", "joint.withheld=0")
    before = {name: value.clone() for name, value in learner.network.state_dict().items() if "running" in name}
    samples = _samples(characters, 1)
    curve = [learner.learn(samples, step=step, share=1.0) for step in range(6)]
    for name in ("region", "match8", "loss"):
        assert float(curve[-1][name]) < 0.97 * float(curve[0][name]), name
    after = learner.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_the_line_encoder_learns_from_regions(characters: Path, make_learner: Callable[..., JointLearner]) -> None:
    """Without the pixel network's own losses its line encoder still moves, and its decoder only decays."""
    learner = make_learner("optimizer.weight_decay=0.0")
    before = {name: value.clone() for name, value in learner.network.named_parameters()}
    terms = learner.learn(_samples(characters, 1, pixel_share=0.0), step=0, share=1.0)
    assert "match8" not in terms and "region" in terms
    moved = {name for name, value in learner.network.named_parameters() if not torch.equal(value, before[name])}
    assert {"match_eighth.weight", "log_inverse_sigma", "null_logit"} <= moved
    assert not any(name.startswith(("decode", "color", "backbone")) for name in moved)


def test_the_line_encoder_may_rest(characters: Path, make_learner: Callable[..., JointLearner]) -> None:
    """With an encoder share of 0 the region network alone moves, by what it would have moved by anyway."""
    moved = []
    for share in (0.0, 1.0):
        learner = make_learner("optimizer.weight_decay=0.0", f"joint.encoder_share={share}", "joint.withheld=0")
        before = [value.clone() for value in learner.network.parameters()]
        learner.learn(_samples(characters, 1, pixel_share=0.0), step=0, share=1.0)
        same = all(map(torch.equal, before, learner.network.parameters()))
        assert same == (share == 0.0)
        moved.append([value.detach().clone() for value in learner.regions.parameters()])
    for resting, taught in zip(*moved, strict=True):
        torch.testing.assert_close(resting, taught, atol=1e-5, rtol=0.0)


@pytest.mark.parametrize("share", [0, 1])
def test_pairs_bring_what_they_bring_in_use(
    characters: Path, make_learner: Callable[..., JointLearner], monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    """As many as are asked for have the match weight at 1/2 and are looked at again, without a pixel loss."""
    read, looks = [], []
    terms, again = joint_learner.region_terms, joint_learner.read_again
    monkeypatch.setattr(joint_learner, "region_terms", lambda regions, batch, **named: (
        read.append(batch), terms(regions, batch, **named))[1])
    monkeypatch.setattr(joint_learner, "read_again", lambda *rest, **named: (
        looks.append(1), again(*rest, **named))[1])
    learner = make_learner(f"joint.match_weight_share={share}", f"joint.again_share={share}")
    assert "match8" not in learner.learn(_samples(characters, 1, pixel_share=0.0), step=0, share=1.0)
    assert (read[0].pair[..., MASS_COLUMNS[-1]] == share).all() and len(looks) == share


def test_joint_gradients_that_are_not_finite_are_not_used(
    characters: Path, make_learner: Callable[..., JointLearner], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither network moves, and a row of them ends the run with the remedy."""
    monkeypatch.setattr("cmft_training.learn.learner.MAX_SKIPPED", 1)
    learner = make_learner()
    sample = _samples(characters, 1, pixel_share=0.0)
    sample[0].pair[0, 0, 0] = float("nan")
    before = [value.clone() for value in (*learner.network.parameters(), *learner.regions.parameters())]
    learner.learn(sample, step=0, share=1.0)
    after = [*learner.network.parameters(), *learner.regions.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    with pytest.raises(InputError, match=r"no finite gradient .* lower the stage's rate"):
        learner.learn(sample, step=1, share=1.0)
