"""The check of the live model under other torches, here with the engine's own as the other one."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.live import child
from benchmarks.live import run as live_model
from cmft_engine.export.cattery import save_model
from tests.drawings import figure


@pytest.fixture(scope="module")
def folder(tmp_path_factory, random_weights):
    """A model of random weights, pictures of 144 x 160 for it, and what this torch makes of them."""
    folder = tmp_path_factory.mktemp("live")
    save_model(folder / "live.pt", random_weights)
    layers = [figure(3).lines(), figure().painted(), figure().lines()]
    rgba = np.dstack([np.dstack([layer, np.ones(layer.shape[:2], np.float32)]) for layer in layers])
    packed = np.pad(np.kron(rgba, np.ones((2, 2, 1), np.float32)), ((0, 16), (0, 32), (0, 0)), mode="edge")
    packed = np.ascontiguousarray(packed.transpose(2, 0, 1)[None].astype(np.float32))
    np.save(folder / "packed.npy", packed)
    np.save(folder / "expected.npy", live_model.in_this_torch(folder / "live.pt", packed))
    return folder


def test_a_torch_that_agrees(folder):
    """The child loads the model, finds no difference, its knobs, and an odd size in order."""
    found = live_model.examine(Path(sys.executable), folder)
    assert found["difference"] <= 1e-5 and found["knobs"] and found["odd"]
    assert live_model.row("2.7.1", found) == (
        f"| 2.7.1 | 17 | loads | {found['difference']:.1e} | as they should |", True)


@pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated:DeprecationWarning")
def test_a_picture_that_differs_is_not_in_order(folder, tmp_path, capsys):
    """The child measures by how much, and the row is not good; a model that does not load is an error."""
    for name in ("live.pt", "packed.npy"):
        shutil.copy(folder / name, tmp_path)
    np.save(tmp_path / "expected.npy", np.load(folder / "expected.npy") + 0.01)
    child.main(str(tmp_path))
    found = json.loads(capsys.readouterr().out)
    assert found["difference"] == pytest.approx(0.01, abs=1e-5)
    assert not live_model.row("2.1.1", found)[1]
    (tmp_path / "live.pt").write_bytes(b"nothing")
    with pytest.raises(RuntimeError):
        child.main(str(tmp_path))


def test_a_child_that_fails_is_told_with_its_last_words(tmp_path):
    """What it wrote last to stderr stands in the row, which is not good; a silent one gets a word of ours."""
    for words, told in (("'one', 'two', sep='\\n'", "two"), ("end=''", "no message")):
        python = tmp_path / "python"
        python.write_text(f"#!{sys.executable}\nimport sys\nprint({words}, file=sys.stderr)\nsys.exit(1)\n")
        python.chmod(0o755)
        text, good = live_model.row("2.1.1", live_model.examine(python, tmp_path))
        assert (text, good) == (f"| 2.1.1 | 15.1, 15.2, 16 | fails: {told} | | |", False)
