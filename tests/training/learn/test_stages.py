import math
from pathlib import Path
from typing import Any

import pytest
import torch

from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.protocol.errors import InputError
from cmft_training.learn.state import load_average, load_state, read_manifest
from cmft_training.learn.train import Meter
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


def test_terms_of_some_steps_are_the_mean_of_those() -> None:
    """A step without pixel losses does not count as one with none."""
    meter = Meter()
    for terms in ({"region": 1.0, "match8": 4.0}, {"region": 3.0}):
        meter.add({name: torch.tensor(value) for name, value in terms.items()}, waited_s=0.0, whole_s=1.0)
    row = meter.take()
    assert (row["region"], row["match8"], row["ms"]) == (2.0, 4.0, 1000.0)
    assert meter.take() == {}
