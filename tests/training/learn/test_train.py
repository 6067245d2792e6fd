"""Training goes on where it stopped, bit for bit, keeps its time, and needs no more than it says."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from cmft_engine.protocol.errors import InputError
from cmft_training.learn.config import ScheduleConfig
from cmft_training.learn.state import load_state, read_manifest
from cmft_training.learn.train import changed_settings, main, rate_share
from cmft_training.synthetic.pack import write_pack
from tests.training.runs import ADVERSARY, BOTH, PIXELS, run, tensors

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("unchanged_process")
ABSENT = ("OpenImageIO", "bpy", "skimage", "typer", "rich", "pandas", "matplotlib")
WITHOUT = f"""
import sys
for name in {ABSENT!r}: sys.modules[name] = None
import cmft_training.learn.ablate, cmft_training.synthetic.pack, cmft_training.release.release
from cmft_training.learn.train import main
raise SystemExit(main())
"""


@pytest.fixture(scope="module")
def through(pixel_run: Path) -> dict[str, Any]:
    """The state of a run in one go, with its folder."""
    return {**load_state(pixel_run / "state"), "folder": pixel_run}


def test_a_run_cut_off_goes_on_bit_for_bit(tmp_path: Path, characters: Path, through: dict[str, Any]) -> None:
    """Calls that end after a step each give the weights, averages and moments of one run through."""
    calls = 1
    cut = (*ADVERSARY, "schedule.minutes_per_call=1e-9")
    while not run(PIXELS, tmp_path, characters, *cut):
        assert not read_manifest(tmp_path / "state")["finished"]
        calls += 1
    assert calls == 3
    ours, theirs = tensors(load_state(tmp_path / "state")), tensors(through | {"folder": None})
    assert ours.keys() == theirs.keys()
    assert len(ours) > 300
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


def test_what_a_run_leaves_behind(through: dict[str, Any]) -> None:
    """A finished run has its curve, development figures, pictures and TensorBoard's log."""
    folder = through["folder"]
    manifest = read_manifest(folder / "state")
    assert (manifest["step"], manifest["finished"]) == (3, True)
    steps = [row["step"] for row in through["curve"] if "loss" in row]
    assert steps == [1, 2, 3]
    assert {"match8", "rate", "ms", "data_ms"} <= through["curve"][0].keys()
    assert {"adversary", "discriminator"} <= through["curve"][1].keys() - through["curve"][0].keys()
    assert 0 <= through["curve"][-1]["mixed right2"] <= 1
    assert [path.name for path in (folder / "pictures").iterdir()] == ["step_0000003.png"]
    assert list((folder / "log").glob("events.*"))
    config = json.loads(through["config"])
    assert config["schedule"]["steps"] == 3
    assert not torch.equal(through["network"]["match_eighth.weight"], through["average"]["match_eighth.weight"])


def test_a_finished_run_is_left_alone(through: dict[str, Any], characters: Path) -> None:
    """The same command again is finished at once."""
    before = {path: path.stat().st_mtime_ns for path in (through["folder"] / "state").iterdir()}
    assert run(PIXELS, through["folder"], characters, *ADVERSARY)
    assert {path: path.stat().st_mtime_ns for path in (through["folder"] / "state").iterdir()} == before


def test_a_run_may_start_from_weights(tmp_path: Path, characters: Path, through: dict[str, Any]) -> None:
    """`init` fills a new run's network; with no rate to speak of it stays there. Another network is refused."""
    start = f"run.init={through['folder'] / 'state'}"
    slow = ("schedule.rate=1e-12", "schedule.steps=1", "optimizer.weight_decay=0.0")
    assert run(PIXELS, tmp_path / "slow", characters, start, *slow)
    weights = load_state(tmp_path / "slow" / "state")["network"]
    assert torch.allclose(weights["match_eighth.weight"], through["average"]["match_eighth.weight"], atol=1e-6)
    with pytest.raises(InputError, match="holds another network"):
        run(PIXELS, tmp_path / "other", characters, start, "network.transformer=1")


def test_a_state_of_another_run_is_refused(through: dict[str, Any], characters: Path) -> None:
    """Seed and network must be those that the state was begun with."""
    for change in ("run.seed=5", "network.transformer=1"):
        with pytest.raises(InputError, match=rf"{change.split('=')[0]} = .*; set that again"):
            run(PIXELS, through["folder"], characters, change)


def test_a_run_may_end_by_the_clock(tmp_path: Path, characters: Path) -> None:
    """With minutes instead of steps a run ends when they are over, here after its first step, and says so."""
    assert run(PIXELS, tmp_path, characters, "schedule.steps=0", "schedule.minutes=1e-9")
    assert read_manifest(tmp_path / "state")["step"] == 1


def test_characters_may_be_a_pack(tmp_path: Path, characters: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The command takes a pack for a folder, and ends with 2 and a message where there is neither."""
    write_pack(characters, tmp_path / "cubes.zip")
    changes = ["--set", *PIXELS, "schedule.steps=1", f"run.folder={tmp_path / 'run'}"]
    assert main(["--config", "smoke", *changes, f"data.characters={tmp_path / 'cubes.zip'}"]) == 0
    assert main(["--config", "smoke", *changes, f"data.characters={tmp_path / 'none.zip'}"]) == 2
    assert "none.zip: no characters there; set data.characters" in caplog.text


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory, characters: Path) -> Path:
    """The folder of a run of two processes that each take a node's place, in a Python without ABSENT."""
    folder = tmp_path_factory.mktemp("two")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    arguments = ["--config", "smoke", "--set", *BOTH, f"run.folder={folder}", f"data.characters={characters}",
                 "run.init=shipped", "schedule.steps=0", "joint.steps=1", "machine.accelerator=cpu",
                 "machine.nodes=2", "machine.backend=gloo"]  # fmt: skip
    command = [sys.executable, "-W", "error", "-c", WITHOUT, *arguments]
    shared = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "LOCAL_RANK": "0"}
    both = [
        subprocess.Popen(command, cwd=ROOT, env={**shared, "NODE_RANK": str(rank)}, stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    try:
        for process in both:
            _, told = process.communicate(timeout=300)
            assert process.returncode == 0, told
    finally:
        for process in both:
            process.kill()  # one that waits for the other would never end
    return folder


def test_two_processes_train_one_network(two_processes: Path) -> None:
    """With gloo, processes that each take a node's place learn together, as several on one GPU do."""
    state = load_state(two_processes / "state")
    assert state["step"] == 1
    assert len(state["replay"]) == 2


def test_training_needs_neither_image_files_nor_blender(two_processes: Path) -> None:
    """All that a GPU machine runs does so without OpenImageIO, bpy, scikit-image and the command line's."""
    assert read_manifest(two_processes / "state")["finished"]  # what is absent raises at its import


def test_other_settings_are_told_on_resuming():
    """What decides the result and has changed is named with both values; where and how it runs is not."""
    before = {"run": {"seed": 1, "folder": "a"}, "losses": {"rgb": 1.0}, "machine": {"workers": 0}}
    now = {"run": {"seed": 1, "folder": "b"}, "losses": {"rgb": 0.5}, "machine": {"workers": 9}}
    assert changed_settings(before, now) == ["losses.rgb was 1.0 and is 0.5"]


def test_the_rate_rises_then_falls_to_its_final_share() -> None:
    """A fifth a step over a warm-up of five; then a cosine from all of it to the final tenth."""
    schedule = ScheduleConfig(steps=100, minutes=0, minutes_per_call=0, rate=1e-3, final=0.1, warmup=5)
    assert [rate_share(schedule, step=step, progress=0.0) for step in (0, 1, 4, 5)] == [0.2, 0.4, 1.0, 1.0]
    shares = [rate_share(schedule, step=50, progress=progress) for progress in (0.5, 1.0)]
    assert shares == pytest.approx([0.55, 0.1])
