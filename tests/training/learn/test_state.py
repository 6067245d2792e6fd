"""A training state survives being cut, sent and interrupted."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from cmft_engine.matching.network.network import Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_engine.protocol.errors import CmftError, InputError
from cmft_training.learn import state as states
from cmft_training.learn.state import has_state, load_average, load_state, read_manifest, save_state


def _state(value: float) -> dict[str, Any]:
    return {"average": {"weight": torch.full((400,), value)}, "step": int(value), "curve": [{"loss": value}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state in several parts."""
    monkeypatch.setattr(states, "PART_BYTES", 1000)
    save_state(tmp_path / "state", _state(1), facts={"step": 1})
    return tmp_path / "state"


def test_a_state_comes_back_from_its_parts(folder: Path) -> None:
    """Several parts, none larger than allowed, give the state again; the manifest has its facts."""
    parts = sorted(folder.glob("state.*.part*"))
    assert len(parts) > 2
    assert max(part.stat().st_size for part in parts) <= 1000
    loaded = load_state(folder)
    assert torch.equal(loaded["average"]["weight"], torch.ones(400))
    assert loaded["curve"] == [{"loss": 1.0}]
    assert read_manifest(folder)["step"] == 1


def test_parts_may_be_sent() -> None:
    """A part stays below 16 MB."""
    assert states.PART_BYTES < 16_000_000


def test_a_new_state_takes_the_old_ones_place(folder: Path) -> None:
    """After a save the folder holds the new state alone."""
    save_state(folder, _state(2), facts={})
    assert load_state(folder)["step"] == 2
    named = {part["name"] for part in read_manifest(folder)["parts"]} | {states.MANIFEST}
    assert {path.name for path in folder.iterdir()} == named


@pytest.mark.parametrize("last", ["part01", states.MANIFEST])
def test_an_interrupted_save_keeps_the_old_state(folder: Path, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    """Whether a part or the manifest was last: what was there is still whole, and the next save tidies up."""
    replace = os.replace

    def broken(source: Any, target: Any) -> None:
        if str(target).endswith(last):
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        with pytest.raises(KeyboardInterrupt):
            save_state(folder, _state(2), facts={})
    assert load_state(folder)["step"] == 1
    save_state(folder, _state(3), facts={})
    assert load_state(folder)["step"] == 3
    assert len(list(folder.glob("state.*.part*"))) == len(read_manifest(folder)["parts"])


def test_damage_is_told(folder: Path) -> None:
    """A changed or missing part is named."""
    part = sorted(folder.glob("state.*.part*"))[1]
    data = bytearray(part.read_bytes())
    data[10] ^= 1
    part.write_bytes(bytes(data))
    with pytest.raises(InputError, match=rf"{part.name}: checksum differs"):
        load_state(folder)
    part.unlink()
    with pytest.raises(InputError, match=rf"{part.name}: cannot be read"):
        load_state(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', '{"format": "cmft-training-2"}'])
def test_a_foreign_manifest_is_told(folder: Path, text: str) -> None:
    """What is no manifest of ours is refused with a remedy."""
    (folder / states.MANIFEST).write_text(text)
    with pytest.raises(InputError, match="start anew"):
        load_state(folder)


def test_averaged_weights_come_from_anywhere(folder: Path, tmp_path: Path, random_weights: Path) -> None:
    """A state folder, a state of one file and a checkpoint all hold averages, where trained also the regions'."""
    pixels = load_average(folder)
    assert torch.equal(pixels.network["weight"], torch.ones(400))
    assert pixels.regions is None
    save_state(folder, {**_state(4), "average_regions": {"weight": torch.zeros(3)}}, facts={})
    both = load_average(folder).regions
    assert both is not None and torch.equal(both["weight"], torch.zeros(3))
    torch.save(_state(4), tmp_path / "network.pt")
    assert torch.equal(load_average(tmp_path / "network.pt").network["weight"], torch.full((400,), 4.0))
    shipped = load_average(random_weights)
    assert shipped.regions is not None
    Network().load_state_dict(shipped.network)
    RegionNetwork().load_state_dict(shipped.regions)
    assert load_average(states.SHIPPED).network.keys() == shipped.network.keys()


def test_what_holds_no_weights_is_told(tmp_path: Path) -> None:
    """A missing file, a text and a state without an average say what to name instead."""
    (tmp_path / "text.pt").write_text("no weights")
    torch.save({"step": 3}, tmp_path / "bare.pt")
    for name in ("missing.pt", "text.pt", "bare.pt", "missing.safetensors"):
        with pytest.raises(CmftError, match=rf"{name}: .*(name|reinstall)"):
            load_average(tmp_path / name)
    (tmp_path / "empty").mkdir()
    assert not has_state(tmp_path / "empty")
    with pytest.raises(InputError, match=json.dumps("manifest.json")[1:-1]):
        load_average(tmp_path / "empty")


def test_a_state_of_another_version_is_told_apart(tmp_path):
    """Copying it again cannot help, so the message says what does."""
    tmp_path.joinpath(states.MANIFEST).write_text('{"format": "cmft-training-1", "parts": [{}]}')
    with pytest.raises(InputError, match=r"another version.*run\.folder"):
        read_manifest(tmp_path)
