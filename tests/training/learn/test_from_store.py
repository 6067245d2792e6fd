"""Learning from a store measures where it should, goes on bit for bit, and gives weights that can be released."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cmft_engine.matching.network.weights import Checkpoint, load_checkpoint
from cmft_engine.matching.region_inputs import MASS_COLUMNS
from cmft_engine.protocol.errors import InputError
from cmft_training.learn import from_store
from cmft_training.learn.config import Config, load_config
from cmft_training.learn.from_store import CURVE, Development, Lesson, StoreTrainer, read_development
from cmft_training.learn.state import load_average, load_state
from cmft_training.release.release import main as release_main
from tests.training.runs import tensors

SETTINGS = ("joint.data.puppets=1", "joint.replay_batch=8", "joint.warmup=1", "validation.framed=1",
            "validation.framed_size=96", "log.every=1")  # fmt: skip


@pytest.fixture
def config() -> Config:
    """The smoke configuration on puppets alone."""
    return load_config("smoke", SETTINGS)


@pytest.fixture(scope="module")
def development(random_checkpoint: Checkpoint) -> Development:
    """The development pairs as the random network reads them."""
    return read_development(load_config("smoke", SETTINGS), random_checkpoint.network, torch.device("cpu"))


def _never() -> bool:
    return False


def test_development_pairs_are_of_both_kinds(development: Development) -> None:
    """Painted pairs have match weights, line pairs none; without characters puppets take their place."""
    assert development.keys() == {"plain", "mixed", "line"}
    for name, pairs in development.items():
        for pair in pairs:
            assert bool(pair.attention_mass.any()) == bool(pair.pair[..., list(MASS_COLUMNS)].any()) == (name != "line")


def test_the_curve_is_measured_at_its_points(
    tmp_path: Path, config: Config, sample_store: Path, random_weights: Path, development: Development
) -> None:
    """Before the first pair, at every point and at the end; the file beside the state has the same rows."""
    lesson = Lesson(sample_store, tmp_path / "state", 40, at=(8, 24, 900), checkpoint=random_weights)
    trainer = StoreTrainer(config, lesson, development=development)
    assert trainer.run(_never)
    curve = json.loads((tmp_path / "state" / CURVE).read_text(encoding="utf-8"))
    assert curve == trainer.progress.curve == load_state(tmp_path / "state")["curve"]
    seen = [row["pairs"] for row in curve]
    assert len(seen) == 4 and seen[0] == 0 and all(0 <= a - b < 8 for a, b in zip(seen[1:], (8, 24, 40), strict=True))
    assert curve[0].keys() == {"pairs", *(f"{name} {what}" for name in development for what in ("color", "part"))}
    assert StoreTrainer(config, lesson, development=development).run(_never)  # nothing is left to learn
    assert load_state(tmp_path / "state")["seen"] == seen[-1]


def test_a_larger_network_learns_from_the_same_store(
    tmp_path: Path, config: Config, sample_store: Path, random_weights: Path, development: Development
) -> None:
    """Its state is released as it is; the engine reads it, and the state goes on with the same size alone."""
    lesson = Lesson(sample_store, tmp_path / "state", 16, at=(), checkpoint=random_weights)
    larger = replace(config, regions=replace(config.regions, width=256, rounds=6))
    assert StoreTrainer(larger, lesson, development=development).run(_never)
    assert release_main(["--state", str(tmp_path / "state"), "--out", str(tmp_path / "new.safetensors")]) == 0
    regions = load_checkpoint(tmp_path / "new.safetensors").regions
    assert (regions.width, regions.layers) == (256, 6)
    with pytest.raises(InputError, match=r"another size than regions.width"):
        StoreTrainer(config, lesson, development=development)
    on = replace(lesson, state=tmp_path / "on", begin=tmp_path / "state")
    begun = StoreTrainer(larger, on, development=development).learner.regions.state_dict()
    assert all(torch.equal(begun[name], value) for name, value in load_average(tmp_path / "state").regions.items())
    with pytest.raises(InputError, match=r"regions.width = 128, regions.rounds = 4: the weights to begin from"):
        StoreTrainer(config, on, development=development)


@pytest.mark.parametrize("cut", [0, 1, 4])
def test_an_interrupted_run_goes_on(
    tmp_path: Path, config: Config, sample_store: Path, random_weights: Path, development: Development, cut: int
) -> None:
    """Cut off after any step, the state ends bit for bit like that of a run in one go."""
    states = []
    for folder, cuts in (("whole", [10**6]), ("cut", [cut, 10**6])):
        lesson = Lesson(sample_store, tmp_path / folder, 40, at=(16,), checkpoint=random_weights)
        for count in cuts:
            asked = iter(range(10**6))
            StoreTrainer(config, lesson, development=development).run(lambda: next(asked) >= count)  # noqa: B023
        states.append(load_state(tmp_path / folder))
    whole, again = (tensors(state) for state in states)
    assert whole.keys() == again.keys() and all(torch.equal(value, again[name]) for name, value in whole.items())
    assert states[0]["curve"] == states[1]["curve"] and states[0]["reader"] == states[1]["reader"]


def test_the_state_becomes_a_checkpoint(
    tmp_path: Path, sample_store: Path, random_weights: Path, development: Development,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the commands: the pixel network is the one that encoded the store, the region network is the learned one."""
    monkeypatch.setattr(from_store, "settle_process", lambda config: None)
    monkeypatch.setattr(from_store, "Stop", lambda minutes: _Forever())
    monkeypatch.setattr(from_store, "read_development", lambda *rest: development)
    state, out = tmp_path / "state", tmp_path / "new.safetensors"
    assert from_store.main([str(sample_store), "--state", str(state), "--pairs", "16", "--checkpoint",
                            str(random_weights), "--config", "smoke", "--set", *SETTINGS]) == 0  # fmt: skip
    assert release_main(["--state", str(state), "--out", str(out)]) == 0
    before, after, learned = load_checkpoint(random_weights), load_checkpoint(out), load_average(state).regions
    assert learned is not None
    theirs = after.network.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in before.network.state_dict().items())
    found = after.regions.state_dict()
    assert all(torch.equal(value.half().float(), found[name]) for name, value in learned.items())
    assert not all(torch.equal(value, found[name]) for name, value in before.regions.state_dict().items())


class _Forever:
    def is_over(self) -> bool:
        return False


def test_what_does_not_fit_is_refused(
    tmp_path: Path, config: Config, sample_store: Path, random_weights: Path, joint_run: Path, development: Development
) -> None:
    """Another checkpoint than the store's, another stage's state, and a folder without a store are named."""
    with pytest.raises(InputError, match=r"was encoded by the checkpoint .* as --checkpoint"):
        StoreTrainer(config, Lesson(sample_store, tmp_path / "a", 9), development=development)
    other = tmp_path / "joint"
    shutil.copytree(joint_run / "state", other)
    with pytest.raises(InputError, match="is not of this stage and checkpoint; name another --state"):
        StoreTrainer(config, Lesson(sample_store, other, 9, checkpoint=random_weights), development=development)
    with pytest.raises(InputError, match="not a sample store"):
        StoreTrainer(config, Lesson(tmp_path, tmp_path / "a", 9, checkpoint=random_weights), development=development)
