"""Shares of the drawn families in a run, the split that no figure crosses, and sheets."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.synthetic.drawn import families as module
from cmft_training.synthetic.drawn.families import DrawnShares, DrawnSource, open_family
from cmft_training.synthetic.drawn.sheet import main as sheet
from cmft_training.synthetic.drawn.split import FAMILIES, names_of
from tests.training.synthetic.drawn.small_art import small_families

TOGETHER = ({"juju", "juju_bandit"}, {"headmaster", "schoolmaster", "taskmaster"})
"""Inhabitants that are the same drawings, or share a body."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of art of a few bytes."""
    path = tmp_path_factory.mktemp("drawn")
    small_families(path)
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_no_name_is_in_both_splits(family: module.FamilyName) -> None:
    """Each item, style, file or figure is named once, in training or in validation."""
    train, validation = names_of(family, "train"), names_of(family, "validation")
    assert train and validation
    assert len({*train, *validation}) == len(train) + len(validation)


def test_variations_of_one_figure_stay_together() -> None:
    """Files that differ in a number, and creatures that share drawings, are not on both sides."""

    def stem(name: str) -> str:
        return re.sub(r"[\d_]*\.svg$", "", name)

    assert not {stem(n) for n in names_of("clipart", "train")} & {stem(n) for n in names_of("clipart", "validation")}
    for group in TOGETHER:
        assert not group & set(names_of("inhabitants", "validation")) or not group & set(
            names_of("inhabitants", "train")
        )


@pytest.mark.parametrize("name", ["avatars", "clipart", "inhabitants"])
def test_figures_come_from_their_split(folder: Path, name: module.FamilyName) -> None:
    """What training draws is named differently from what validation draws, where the name is the figure's."""
    drawn = {}
    for split in ("train", "validation"):
        family = open_family(name, folder, split)  # type: ignore[arg-type]
        drawn[split] = {family.figure(np.random.default_rng(k)).name for k in range(4)}
    assert name == "avatars" or not drawn["train"] & drawn["validation"]


def test_no_such_split_is_named() -> None:
    """A split of another name is a mistake that is told."""
    with pytest.raises(InputError, match="test: no such split; take train or validation"):
        names_of("heads", "test")


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


def test_sheets_are_written(folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A sheet a family, with every drawing's line, flats and parts; the speed of each is told."""
    caplog.set_level("INFO")
    options = ["--figures", "5", "--pairs", "1", "--size", "48", "--tile", "16", "--families", "clipart", "inhabitants"]
    assert sheet([str(folder), str(tmp_path), *options]) == 0
    for name in ("clipart", "inhabitants"):
        assert cv2.imread(str(tmp_path / f"{name}.png")).shape == (2 * 3 * 16, 4 * 3 * 16, 3)
        assert re.search(rf"{name} +[\d.]+ pairs/s at 48 px, [\d.]+ parts a drawing", caplog.text)
    assert sheet([str(tmp_path), str(tmp_path), "--families", "clipart"]) == InputError.exit_code
