"""Both networks learn together, stage after stage, and a run cut off anywhere goes on bit for bit."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from cmft_engine.matching.calibration import UNFITTED
from cmft_engine.matching.network.weights import DEFAULT, load_checkpoint
from cmft_engine.matching.region_inputs import MASS_COLUMNS
from cmft_engine.protocol.errors import InputError
from cmft_training.data.region_samples import RegionSample, RegionSource
from cmft_training.learn import joint_learner
from cmft_training.learn.config import load_config
from cmft_training.learn.joint_learner import JointLearner
from cmft_training.learn.state import load_average, load_state, read_manifest
from cmft_training.learn.train import Meter
from cmft_training.learn.variants import build_network, build_regions
from cmft_training.release.calibrate import calibrate, load_networks, place_to_write
from cmft_training.release.calibrate import main as calibrate_main
from cmft_training.release.release import averaged_networks
from cmft_training.release.release import main as release_main
from tests.training.runs import BOTH, run, tensors

pytestmark = pytest.mark.usefixtures("unchanged_process")


def test_a_run_of_both_stages_cut_off_goes_on_bit_for_bit(
    tmp_path: Path, characters: Path, joint_state: dict[str, Any]
) -> None:
    """Calls that end after a step each give all weights, averages, moments and replayed samples of one run through."""
    calls = 1
    while not run(BOTH, tmp_path, characters, "schedule.minutes_per_call=1e-9"):
        assert not read_manifest(tmp_path / "state")["finished"]
        calls += 1
    assert calls == 4
    ours, theirs = tensors(load_state(tmp_path / "state")), tensors(joint_state)
    assert ours.keys() == theirs.keys()
    assert {name.split("/")[1] for name in ours} == {
        "network", "average", "optimizer", "regions", "average_regions", "region_optimizer", "replay"
    }  # fmt: skip
    assert len(ours["/replay/0/regions"]) == 3
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


def test_what_a_joint_run_leaves_behind(joint_run: Path, joint_state: dict[str, Any]) -> None:
    """The curve goes through both stages; every stage ends with figures, the second with those of regions."""
    manifest, state = read_manifest(joint_run / "state"), joint_state
    assert (manifest["step"], manifest["stage"], manifest["finished"]) == (4, "joint", True)
    curve = [row for row in state["curve"] if "loss" in row]
    assert [row["step"] for row in curve] == [1, 2, 3, 4]
    assert "region" not in curve[0] and {"region", "color", "part", "rate"} <= curve[1].keys()
    assert "replayed region" in curve[3] and all(math.isfinite(row["loss"]) for row in curve)
    first, second = (row for row in state["curve"] if "mixed right2" in row)
    assert (first["step"], second["step"]) == (1, 4)
    assert "mixed color" not in first and 0 <= second["mixed color"] <= 1
    assert any("match8" in row for row in curve[1:])


def test_the_joint_stage_may_start_from_a_checkpoint(tmp_path: Path, characters: Path, random_weights: Path) -> None:
    """Both networks are those of the checkpoint, not new ones; with no rate to speak of they stay so."""
    slow = ("joint.rate=1e-12", "joint.network_rate=1e-12", "joint.steps=1", "optimizer.weight_decay=0.0")
    assert run(BOTH, tmp_path, characters, "schedule.steps=0", f"run.init={random_weights}", *slow)
    state, given = load_state(tmp_path / "state"), load_average(random_weights)
    assert given.regions is not None
    for wanted, found in ((given.network, state["network"]), (given.regions, state["average_regions"])):
        assert all(torch.allclose(value, found[name], atol=1e-5) for name, value in wanted.items())
    with pytest.raises(InputError, match="set that again"):
        run(BOTH, tmp_path, characters, "schedule.steps=0", f"run.init={random_weights}", "regions.flow=false")


def test_both_stages_may_start_from_a_checkpoint(tmp_path: Path, characters: Path, random_weights: Path) -> None:
    """The region network of `run.init` waits for the second stage; with no rate to speak of it stays."""
    slow = ("joint.rate=1e-12", "joint.steps=1", "joint.replay_steps=0", "optimizer.weight_decay=0.0")
    assert run(BOTH, tmp_path / "run", characters, f"run.init={random_weights}", *slow)
    given, after = load_checkpoint(random_weights).regions, load_state(tmp_path / "run" / "state")
    assert after["before_step"] == 1
    assert all(torch.allclose(value, after["regions"][name], atol=1e-5) for name, value in given.state_dict().items())


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


def test_terms_of_some_steps_are_the_mean_of_those() -> None:
    """A step without pixel losses does not count as one with none."""
    meter = Meter()
    for terms in ({"region": 1.0, "match8": 4.0}, {"region": 3.0}):
        meter.add({name: torch.tensor(value) for name, value in terms.items()}, waited_s=0.0, whole_s=1.0)
    row = meter.take()
    assert (row["region"], row["match8"], row["ms"]) == (2.0, 4.0, 1000.0)
    assert meter.take() == {}


def test_a_joint_state_becomes_a_checkpoint(
    tmp_path: Path, joint_run: Path, joint_state: dict[str, Any], characters: Path
) -> None:
    """Release writes both averages; calibration adds to it, in place only where the file was named."""
    out = tmp_path / "new.safetensors"
    assert release_main(["--state", str(joint_run / "state"), "--out", str(out)]) == 0
    average, released = joint_state, load_checkpoint(out)
    for wanted, network in ((average["average"], released.network), (average["average_regions"], released.regions)):
        found = network.state_dict()
        assert all(torch.allclose(value.float(), found[name].float(), atol=1e-2) for name, value in wanted.items())
    calibration = calibrate(load_networks(joint_run / "state"), characters, count=1, work_size=64)
    for found, given in ((calibration.single, released.calibration.single), (calibration.temporal, UNFITTED)):
        assert (found.confidence.shape, found.fusion.shape) == (given.confidence.shape, given.fusion.shape)
    assert not np.array_equal(calibration.single.confidence, calibration.temporal.confidence)
    assert place_to_write(out, None) == out and place_to_write(None, out) == place_to_write(joint_run, out) == out


def test_release_may_be_the_mean_with_another(
    tmp_path: Path, joint_run: Path, joint_state: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Half-way to the shipped weights, in both networks; what batch norm counted is not averaged."""
    out = tmp_path / "mean.safetensors"
    assert release_main(["--state", str(joint_run / "state"), "--mean-with", "shipped", "--out", str(out)]) == 0
    average, shipped, found = joint_state, load_checkpoint(DEFAULT), load_checkpoint(out)
    for own, theirs, mean in ((average["average"], shipped.network, found.network),
                              (average["average_regions"], shipped.regions, found.regions)):
        other, whole = theirs.state_dict(), mean.state_dict()
        for name, value in own.items():
            wanted = (value + other[name]) / 2 if value.is_floating_point() else value
            torch.testing.assert_close(whole[name], wanted, rtol=1e-2, atol=1e-3, msg=name)
    assert release_main(["--state", str(joint_run / "state"), "--mean-with", "shipped"]) == 2
    assert "name --out" in caplog.text


def test_what_cannot_be_released_is_refused(
    tmp_path: Path, characters: Path, pixel_run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A run without regions, and one whose networks lack a part, are no checkpoints; nothing is written."""
    out = tmp_path / "new.safetensors"
    assert release_main(["--state", str(pixel_run / "state"), "--out", str(out)]) == 2
    assert "holds no region network; train on into the joint stage" in caplog.text
    assert run(BOTH, tmp_path / "blind", characters, "joint.steps=1", "regions.flow=false")
    with pytest.raises(InputError, match=r"was trained with regions.flow = False"):
        averaged_networks(tmp_path / "blind" / "state")
    assert not out.exists()


def test_the_shipped_checkpoint_is_not_written_by_chance(
    joint_run: Path, characters: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Calibration without a name, or of a state folder without --out, says what to name."""
    assert calibrate_main(["--characters", str(characters)]) == 2
    assert "name --out, or --checkpoint" in caplog.text
    assert calibrate_main(["--characters", str(characters), "--checkpoint", str(joint_run / "state")]) == 2
    assert "a folder cannot be written over" in caplog.text


def test_a_place_that_is_not_there_is_told_before_the_work(
    tmp_path: Path, joint_run: Path, characters: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither release nor calibration begins when it could not write; no clips are nothing to learn from."""
    state, nowhere = str(joint_run / "state"), str(tmp_path / "gone" / "new.safetensors")
    assert release_main(["--state", state, "--out", nowhere]) == 2
    known = ["--characters", str(characters), "--checkpoint", state]
    assert calibrate_main([*known, "--out", nowhere]) == 2
    assert caplog.text.count(f"there is no folder {tmp_path / 'gone'}; make it") == 2
    assert calibrate_main([*known, "--out", str(tmp_path / "new.safetensors"), "--clips", "0"]) == 2
    assert "--clips 0: nothing to learn from" in caplog.text
    assert not list(tmp_path.iterdir())
