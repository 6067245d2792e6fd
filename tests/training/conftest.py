"""What runs of the trainer need in several files."""

from pathlib import Path

import pytest

from tests.training.cubes import write_cubes


@pytest.fixture
def unchanged_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests' own process keep its threads and numbers."""
    monkeypatch.setattr("cmft_training.learn.train.settle_process", lambda config: None)


@pytest.fixture(scope="module")
def characters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of cubes."""
    return write_cubes(tmp_path_factory.mktemp("characters"))
