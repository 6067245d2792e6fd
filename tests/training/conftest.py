"""What runs of the trainer need in several files."""

from pathlib import Path
from typing import Any

import pytest

from cmft_engine.matching.network.weights import Checkpoint
from cmft_training.data.encode_figures import CueShares, FigureEncoder
from cmft_training.data.figures import FigureSource
from cmft_training.data.store import Manifest, Store, figure_drawer
from cmft_training.learn.state import load_state
from tests.training.cubes import write_cubes
from tests.training.runs import ADVERSARY, BOTH, PIXELS, STORED, puppets_alone, run


@pytest.fixture
def unchanged_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests' own process keep its threads and numbers."""
    monkeypatch.setattr("cmft_training.learn.train.settle_process", lambda config: None)


@pytest.fixture(scope="session")
def characters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of cubes."""
    return write_cubes(tmp_path_factory.mktemp("characters"))


def _settled(folder: Path, settings: tuple[str, ...], characters: Path, *changes: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cmft_training.learn.train.settle_process", lambda config: None)
        assert run(settings, folder, characters, *changes)
    return folder


@pytest.fixture(scope="session")
def pixel_run(tmp_path_factory: pytest.TempPathFactory, characters: Path) -> Path:
    """The folder of a run of the first stage in one go, with an adversary. Look, and change nothing."""
    return _settled(tmp_path_factory.mktemp("pixels"), PIXELS, characters, *ADVERSARY)


@pytest.fixture(scope="session")
def joint_run(tmp_path_factory: pytest.TempPathFactory, characters: Path) -> Path:
    """The folder of a run of both stages in one go. Look, and change nothing."""
    return _settled(tmp_path_factory.mktemp("joint"), BOTH, characters)


@pytest.fixture(scope="session")
def joint_state(joint_run: Path) -> dict[str, Any]:
    """What the run of both stages has saved. Look, and change nothing."""
    return load_state(joint_run / "state")


@pytest.fixture(scope="session")
def figure_source() -> FigureSource:
    """Puppets without faults, small enough for a test."""
    return FigureSource(puppets_alone(), seed=5, sizes={STORED: 1.0})


@pytest.fixture(scope="session")
def sample_store(
    tmp_path_factory: pytest.TempPathFactory, figure_source: FigureSource, random_checkpoint: Checkpoint
) -> Path:
    """A store of three shards of one figure each. Look, and change nothing."""
    folder = tmp_path_factory.mktemp("stored")
    store = Store(folder, Manifest(5, random_checkpoint.sha256, {}), most_bytes=10**9)
    draw = figure_drawer(figure_source, FigureEncoder(random_checkpoint, CueShares(1.0, 0.0)))
    for number in range(3):
        store.add([draw(number)], spent_s=0.0)
    return folder
