"""Shares of the drawn families in a run, and libraries that are loaded when they are needed."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.synthetic.drawn import families as module
from cmft_training.synthetic.drawn.families import DrawnShares, DrawnSource, open_family
from tests.training.synthetic.drawn.small_art import small_families


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of art of a few bytes."""
    path = tmp_path_factory.mktemp("drawn")
    small_families(path)
    return path


def test_shares_are_kept(folder: Path) -> None:
    """Families come as often as their shares say, and never without one."""
    source = DrawnSource(DrawnShares(folder, clipart=0.3, inhabitants=0.1), "train")
    rng = np.random.default_rng(0)
    names = [source.figure(rng).name.split("/")[0] for _ in range(400)]
    assert set(names) == {"clipart", "inhabitants"}
    assert 0.68 < names.count("clipart") / 400 < 0.82


def test_a_source_travels_to_other_processes(folder: Path) -> None:
    """A copy of the source draws what the source draws."""
    source = DrawnSource(DrawnShares(folder, avatars=0.1, heads=0.1, clipart=0.1, inhabitants=0.1), "train")
    source.figure(np.random.default_rng(1)).clip([0.0], size=48)
    copied = pickle.loads(pickle.dumps(source))
    for seed in range(8):
        a, b = (s.drawings_apart(np.random.default_rng(seed), size=48, gaps=[2, None]) for s in (source, copied))
        np.testing.assert_array_equal(a[1], b[1])
        for one, other in zip(a[0], b[0], strict=True):
            np.testing.assert_array_equal(one.part, other.part)


@pytest.mark.parametrize(
    ("shares", "says"), [({"heads": 1.5}, "drawn.heads: 1.5"), ({"heads": 0.7, "avatars": 0.7}, "drawn: 1.4")]
)
def test_impossible_shares_are_named(shares: dict[str, float], says: str) -> None:
    """A share above 1, alone or in sum, is named."""
    with pytest.raises(SettingsError, match=re.escape(says)):
        DrawnShares(Path("drawn"), **shares)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ModuleNotFoundError("No module", name="skia"), r"heads: skia is not installed; pip install -c constraints"),
        (ImportError("libEGL.so.1: cannot open"), r"heads: libEGL\.so\.1: cannot open; on Linux skia needs .*libegl1"),
    ],
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path, error: ImportError, says: str
) -> None:
    """Without skia, or without what it needs of the system, the sentence says what to install."""

    def missing(name: str) -> None:
        raise error

    monkeypatch.setattr(module, "import_module", missing)
    with pytest.raises(InputError, match=says):
        open_family("heads", folder, "train")


def test_nothing_is_loaded_without_a_share() -> None:
    """Training material without drawn art needs neither skia nor lxml nor the package of heads."""
    code = (
        "import sys; from pathlib import Path; import cmft_training.data.dataset;"
        "from cmft_training.synthetic.drawn.families import DrawnShares, DrawnSource;"
        "DrawnSource(DrawnShares(), 'train'); print(*sorted({'skia', 'lxml', 'dicebear_styles'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
