"""The check of the live model under other torches, here with the engine's own as the other one."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.live import run as live_model
from cmft_engine.export.cattery import save_model
from tests.drawings import figure


@pytest.fixture
def folder(tmp_path, random_weights):
    """A model of random weights, pictures of 320 x 352 for it, and what this torch makes of them."""
    save_model(tmp_path / "live.pt", random_weights)
    layers = [figure(3).lines(), figure().painted(), figure().lines()]
    rgba = np.dstack([np.dstack([layer, np.ones(layer.shape[:2], np.float32)]) for layer in layers])
    packed = np.pad(np.kron(rgba, np.ones((3, 3, 1), np.float32)), ((0, 128), (0, 160), (0, 0)), mode="edge")
    packed = np.ascontiguousarray(packed.transpose(2, 0, 1)[None].astype(np.float32))
    np.save(tmp_path / "packed.npy", packed)
    np.save(tmp_path / "expected.npy", live_model.in_this_torch(tmp_path / "live.pt", packed))
    return tmp_path


def test_a_torch_that_agrees(folder):
    """The child loads the model, finds no difference, its knobs, and an odd size in order."""
    found = live_model.examine(Path(sys.executable), folder)
    assert found["difference"] <= 1e-5 and found["knobs"] and found["odd"]
    assert live_model.row("2.7.1", found) == (
        f"| 2.7.1 | 17 | loads | {found['difference']:.1e} | as they should |", True)


def test_a_torch_that_does_not(folder):
    """Another picture, or a model that does not load, is not in order."""
    np.save(folder / "expected.npy", np.load(folder / "expected.npy") + 0.01)
    assert not live_model.row("2.1.1", live_model.examine(Path(sys.executable), folder))[1]
    (folder / "live.pt").write_bytes(b"nothing")
    text, good = live_model.row("2.1.1", live_model.examine(Path(sys.executable), folder))
    assert not good and "fails" in text
