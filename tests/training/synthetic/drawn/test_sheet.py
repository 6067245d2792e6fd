"""Contact sheets and speeds of the drawn families."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.sheet import main as sheet
from tests.training.synthetic.drawn.small_art import small_families


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of art of a few bytes."""
    path = tmp_path_factory.mktemp("drawn")
    small_families(path)
    return path


def test_sheets_are_written(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A sheet a family, with every drawing's line, flats and parts; the speed of each is told."""
    caplog.set_level("INFO")
    options = ["--figures", "5", "--pairs", "1", "--size", "48", "--tile", "16", "--families", "clipart", "inhabitants"]
    assert sheet([str(folder), str(tmp_path), *options]) == 0
    for name in ("clipart", "inhabitants"):
        assert cv2.imread(str(tmp_path / f"{name}.png")).shape == (2 * 3 * 16, 4 * 3 * 16, 3)
        assert re.search(rf"{name} +[\d.]+ pairs/s at 48 px, [\d.]+ parts a drawing", caplog.text)
    assert sheet([str(tmp_path), str(tmp_path), "--families", "clipart"]) == InputError.exit_code
