"""The region network learns from stored pairs by the joint stage's settings."""

from copy import deepcopy

import pytest
import torch

from cmft_engine.matching.network.weights import Checkpoint
from cmft_engine.protocol.errors import InputError
from cmft_training.learn.config import load_config
from cmft_training.learn.store_learner import StoreLearner
from tests.training.data.test_region_batch import make_batch

CPU = torch.device("cpu")


def _learner(checkpoint: Checkpoint, *changes: str) -> StoreLearner:
    return StoreLearner(load_config("smoke", changes), deepcopy(checkpoint.regions), CPU)


def test_the_loss_falls(random_checkpoint: Checkpoint) -> None:
    """A few steps on one batch; the average follows, and the share of the rate is what moves."""
    learner, batch = _learner(random_checkpoint, "joint.withheld=0"), make_batch(5, 6)
    curve = [float(learner.learn(batch, step=step, share=1.0)["region"]) for step in range(8)]
    assert curve[-1] < 0.9 * curve[0]
    before = [value.clone() for value in learner.regions.parameters()]
    averages = [value.clone() for value in learner.average.parameters()]
    learner.learn(batch, step=8, share=0.0)
    assert all(map(torch.equal, before, learner.regions.parameters()))
    assert not all(map(torch.equal, averages, learner.average.parameters()))


def test_a_loaded_learner_goes_on_alike(random_checkpoint: Checkpoint) -> None:
    """Weights, average and moments come back; the next step is the same bit for bit."""
    learner, again = _learner(random_checkpoint), _learner(random_checkpoint)
    learner.learn(make_batch(4, 4), step=0, share=1.0)
    again.load(deepcopy(learner.state()))
    for one in (learner, again):
        one.learn(make_batch(3, 5, 1), step=1, share=0.5)
    for name in ("regions", "average_regions"):
        ours, theirs = learner.state()[name], again.state()[name]
        assert all(torch.equal(value, theirs[key]) for key, value in ours.items())


def test_gradients_that_are_not_finite_are_not_used(
    random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network does not move, and a row of them ends the run with the remedy."""
    monkeypatch.setattr("cmft_training.learn.learner.MAX_SKIPPED", 1)
    learner, batch = _learner(random_checkpoint, "joint.withheld=0"), make_batch(3, 3)
    batch.pair[0, 0, 0, 0] = float("nan")
    learner.learn(batch, step=0, share=1.0)
    assert all(map(torch.equal, learner.regions.parameters(), random_checkpoint.regions.parameters()))
    with pytest.raises(InputError, match="step 1: no finite gradient"):
        learner.learn(batch, step=1, share=1.0)
