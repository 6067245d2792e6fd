"""Art drawn by hand in training's material: as often as it is wanted, and without a trace where it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.data.dataset import Mixture, PairSource
from cmft_training.data.region_samples import RegionSource
from cmft_training.learn.config import load_config
from cmft_training.learn.validate import plain
from cmft_training.synthetic.drawn.families import DrawnShares
from cmft_training.synthetic.puppets import puppets_apart
from tests.training.synthetic.drawn.small_art import small_families

SIZE = 64


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of art of a few bytes."""
    folder = tmp_path_factory.mktemp("drawn")
    small_families(folder)
    return folder


def test_without_shares_nothing_changes(characters: Path) -> None:
    """By default no random number is spent on drawn art, and its folder is not looked at: runs stay bit for bit."""
    mixture = plain(Mixture(characters, puppets=1.0, gaps=(2,)))
    assert mixture.drawn.total == 0.0
    source, rng, twin = PairSource(mixture, seed=5), np.random.default_rng(9), np.random.default_rng(9)
    drawings, group = source._draw(rng, SIZE, [1])
    twin.choice(mixture.gaps)
    twin.random()  # puppets or characters
    style = ("inked", "shaded", "mixed")[twin.integers(3)]
    expected, expected_group = puppets_apart(twin, size=SIZE, gaps=[2], style=style)  # type: ignore[arg-type]
    np.testing.assert_array_equal(group, expected_group)
    for one, other in zip(drawings, expected, strict=True):
        np.testing.assert_array_equal(one.line, other.line)
        np.testing.assert_array_equal(one.part, other.part)
    assert rng.bit_generator.state == twin.bit_generator.state


def test_the_default_recipe_has_no_shares() -> None:
    """The shipped recipe draws none of it; both stages know the folder."""
    config = load_config("default", ["data.drawn.folder=art", "joint.data.drawn.heads=0.1"])
    assert config.data.drawn == DrawnShares(Path("art"))
    assert config.joint.data.drawn == DrawnShares(Path("art"), heads=0.1)


def test_a_wrong_share_is_named() -> None:
    """A share out of range is told with its key."""
    with pytest.raises(InputError, match=r"drawn\.heads: 3\.0 is not allowed"):
        load_config("default", ["data.drawn.heads=3"])


def test_drawn_art_comes_as_often_as_it_is_wanted(characters: Path, drawn: Path) -> None:
    """A share of 1 shows nothing else; a half about half of the samples; every target is painted by the palette."""
    base = plain(Mixture(characters, puppets=0.0))
    groups = []
    for share in (1.0, 0.5):
        source = PairSource(replace(base, drawn=DrawnShares(drawn, clipart=share)), seed=1)
        samples = [source._draw(np.random.default_rng([3, k]), SIZE, [1])[1] for k in range(60)]
        groups.append(sum(group.tolist() == [0, 1, 2, 3] for group in samples))
    assert groups[0] == 60 and 18 < groups[1] < 42
    sample = source.sample(np.random.default_rng(0), SIZE, 2)
    for painting in (sample.target, *sample.references):
        np.testing.assert_array_equal(painting.color, sample.color[painting.label])


def test_every_family_suffers_every_fault(characters: Path, drawn: Path) -> None:
    """Degraded, rescaled, hidden and put on sheets like any other drawing, from all families in turn."""
    shares = DrawnShares(drawn, avatars=0.25, heads=0.25, clipart=0.25, inhabitants=0.25)
    faults = dict.fromkeys(("degraded", "trace_lines", "rescaled", "hidden", "sheets"), 0.7)
    source = PairSource(Mixture(characters, drawn=shares, **faults), seed=2)  # type: ignore[arg-type]
    for k in range(12):
        sample = source.sample(np.random.default_rng([4, k]), SIZE, 2)
        assert sample.target.color.shape == (SIZE, SIZE, 3)


def test_regions_of_drawn_art_are_matched(characters: Path, drawn: Path) -> None:
    """The second stage cuts it into regions, and most of what the target shows is in the reference."""
    mixture = replace(plain(Mixture(characters, puppets=0.0, gaps=(1,))), drawn=DrawnShares(drawn, clipart=1.0))
    source = RegionSource(mixture, seed=1, sizes={96: 1.0}, pixel_share=0.0)
    known = [source.sample(k).truth.same.any(1).mean() for k in range(4)]
    assert np.mean(known) > 0.6


def test_a_missing_folder_is_named(characters: Path, tmp_path: Path) -> None:
    """With a share and no art the run does not begin, and says what to do."""
    shares = DrawnShares(tmp_path / "nowhere", clipart=0.1)
    with pytest.raises(InputError, match="no train figure in it; prepare the drawn families again"):
        PairSource(Mixture(characters, drawn=shares), seed=1)
