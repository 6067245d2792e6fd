"""A checkpoint is loaded whole and right, or not at all; the message says which file and why."""

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from cmft_engine.matching.network.weights import CALIBRATED, DEFAULT, FORMAT, checksum, load_checkpoint, save_checkpoint
from cmft_engine.protocol.errors import WeightsError

SCALE = "network.log_inverse_sigma"


@pytest.fixture
def tensors(random_weights):
    return load_file(random_weights)


def refused(path, match):
    with pytest.raises(WeightsError, match=match) as caught:
        load_checkpoint(path)
    assert str(path) in str(caught.value) and caught.value.exit_code == 3


def save(tensors, path, form=FORMAT):
    save_file(tensors, path, metadata={"format": form})
    return path


def test_what_is_saved_is_loaded(random_weights, random_checkpoint, tensors):
    """Every tensor comes back with its value in half precision, the networks do not train, the checksum is kept."""
    assert random_checkpoint.name == "random"
    assert random_checkpoint.sha256 == checksum(random_weights) == (
        random_weights.with_suffix(".sha256").read_text().split()[0])
    assert not random_checkpoint.network.training and not random_checkpoint.regions.training
    weight = random_checkpoint.regions.null.weight
    assert weight.dtype == torch.float32 and torch.equal(weight.half(), tensors["regions.null.weight"])
    for kind, stored in CALIBRATED.items():
        weights = getattr(random_checkpoint.calibration, kind)
        for name in ("confidence", "fusion"):
            assert torch.equal(tensors.pop(f"{name}.{stored}"), torch.from_numpy(getattr(weights, name)))
    assert len(tensors) == len(random_checkpoint.network.state_dict()) + len(random_checkpoint.regions.state_dict())


def test_a_checkpoint_that_cannot_be_written_leaves_what_was_there(random_checkpoint, tmp_path):
    """A folder in the way is named; nothing half-written is left beside it."""
    taken = tmp_path / "taken.safetensors"
    taken.mkdir()
    with pytest.raises(WeightsError, match=r"taken.safetensors: the checkpoint cannot be written .*; free disk space"):
        save_checkpoint(random_checkpoint.network, random_checkpoint.regions, taken)
    assert list(tmp_path.iterdir()) == [taken]


def test_the_default_checkpoint_is_whole():
    """What is shipped loads, matches its checksum and stays under 25 MB."""
    assert load_checkpoint().sha256 == DEFAULT.with_suffix(".sha256").read_text().split()[0]
    assert DEFAULT.stat().st_size < 25e6
    with safe_open(DEFAULT, framework="pt") as file:
        assert file.metadata()["format"] == FORMAT


def test_missing_file(tmp_path):
    """A path that is not there is named, with what to do."""
    refused(tmp_path / "none.safetensors", r"cannot be read \(No such file.*reinstall CMFT, or name a whole checkpoint")


@pytest.mark.parametrize("kept", [0, 4, 5000])
def test_truncated_file(random_weights, tmp_path, kept):
    """A download that broke off is not taken, with a checksum beside it or without."""
    path = tmp_path / "cut.safetensors"
    path.write_bytes(random_weights.read_bytes()[:kept])
    refused(path, "not a safetensors file")
    path.with_suffix(".sha256").write_text("0" * 64 + "  cut.safetensors\n")
    refused(path, r"checksum differs from cut\.sha256")


@pytest.mark.parametrize("text", ["f" * 64, "", "\u00e9"])
def test_wrong_checksum(tensors, tmp_path, text):
    """Whole weights whose checksum file says otherwise, or says nothing, are damaged."""
    path = save(tensors, tmp_path / "other.safetensors")
    path.with_suffix(".sha256").write_text(text, encoding="utf-8")
    refused(path, "checksum differs")


def test_other_format(tensors, tmp_path):
    """Weights of another network generation are refused by name."""
    refused(save(tensors, tmp_path / "old.safetensors", "cmft-1"), "format 'cmft-1', but this engine reads 'cmft-2'")


def test_missing_tensor(tensors, tmp_path):
    """A tensor that is not there is named."""
    del tensors[SCALE]
    refused(save(tensors, tmp_path / "a.safetensors"), r"the checkpoint lacks network\.log_inverse_sigma \(1\)")


WEIGHTS = [f"{name}.{kind}" for kind in CALIBRATED.values() for name in ("confidence", "fusion")]


@pytest.mark.parametrize("wrong", [None, torch.zeros(4)])
@pytest.mark.parametrize("name", WEIGHTS)
def test_missing_calibration(tensors, tmp_path, name, wrong):
    """Networks whose votes were never weighed, or by other signs and voices, are refused."""
    del tensors[name]
    more = {} if wrong is None else {name: wrong}
    kind = name.split(".")[1]
    refused(save({**tensors, **more}, tmp_path / "a.safetensors"), rf"lacks the calibration of its votes \({kind}\)")


@pytest.mark.parametrize("name", WEIGHTS)
def test_calibration_that_is_no_number(tensors, tmp_path, name):
    """Weights that would give every region no number are refused."""
    tensors[name] = torch.full_like(tensors[name], float("nan"))
    refused(save(tensors, tmp_path / "a.safetensors"), "lacks the calibration of its votes")


def test_unknown_tensor(tensors, tmp_path):
    """A tensor too many is named, under either network or none."""
    for name in ("regions.surprise", "surprise"):
        more = {**tensors, name: torch.zeros(2)}
        refused(save(more, tmp_path / "a.safetensors"), rf"has unknown {name} \(1\)")


def test_misshapen_tensor(tensors, tmp_path):
    """A tensor of another shape is named."""
    tensors["regions.null.weight"] = torch.zeros(2, 96)
    refused(save(tensors, tmp_path / "a.safetensors"), r"has misshapen regions\.null\.weight \(1\)")
