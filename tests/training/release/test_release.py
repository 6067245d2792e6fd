from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cmft_engine.matching.calibration import UNFITTED
from cmft_engine.matching.network.weights import DEFAULT, load_checkpoint
from cmft_engine.protocol.errors import InputError
from cmft_training.release.calibrate import calibrate, load_networks, place_to_write
from cmft_training.release.calibrate import main as calibrate_main
from cmft_training.release.release import averaged_networks
from cmft_training.release.release import main as release_main
from tests.training.runs import BOTH, run

pytestmark = pytest.mark.usefixtures("unchanged_process")


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
