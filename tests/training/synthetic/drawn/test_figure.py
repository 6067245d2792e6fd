"""What every family of drawings promises: one figure, one numbering, the same for the same seed, at any size."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.drawn.families import open_family
from cmft_training.synthetic.drawn.figure import Family, Framing, random_clip
from cmft_training.synthetic.drawn.plates import OVERSAMPLING, reduced
from tests.training.synthetic.drawn.small_art import small_families

SIZE = 96
NAMES = ("avatars", "clipart", "inhabitants", "heads")


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Family]:
    """All four families, on art of a few bytes; heads from their package."""
    folder = tmp_path_factory.mktemp("drawn")
    found: list[Family] = [*small_families(folder), open_family("heads", folder, "train")]
    return dict(zip(NAMES, found, strict=True))


def _clip(family: Family, seed: int, size: int = SIZE) -> Clip:
    return random_clip(family, np.random.default_rng(seed), size=size, n_drawings=3, stride=2.0)


@pytest.mark.parametrize("name", NAMES)
def test_drawings_are_whole(families: dict[str, Family], name: str) -> None:
    """Every drawing has ink and parts, all of them numbered in the clip's table of groups."""
    for seed in range(6):
        clip = _clip(families[name], seed)
        assert clip.name.startswith(f"{name}/")
        assert clip.group[0] == 0 and clip.color[0].tolist() == [255, 255, 255]
        assert (clip.group[1:] > 0).all()
        for drawing in clip.drawings:
            assert drawing.line.shape == drawing.part.shape == (SIZE, SIZE)
            assert (drawing.line.dtype, drawing.part.dtype) == (np.uint8, np.uint16)
            assert drawing.part.any() and drawing.line.min() < 128
            assert drawing.part.max() < len(clip.group)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_one_clip(families: dict[str, Family], name: str) -> None:
    """The same seed draws the same clip, whatever was drawn in between; another seed another."""
    first = _clip(families[name], 3)
    other = _clip(families[name], 4)
    again = _clip(families[name], 3)
    for a, b in zip(first.drawings, again.drawings, strict=True):
        np.testing.assert_array_equal(a.line, b.line)
        np.testing.assert_array_equal(a.part, b.part)
    assert any(not np.array_equal(a.line, b.line) for a, b in zip(first.drawings, other.drawings, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_part_keeps_its_number(families: dict[str, Family], name: str) -> None:
    """A drawing has the same parts whether it is drawn by itself first or after others, up to the order of numbers."""
    for seed in range(4):
        alone = families[name].figure(np.random.default_rng(seed)).clip([0.0, 4.0], size=SIZE)
        after = families[name].figure(np.random.default_rng(seed)).clip([0.0, 9.0, 4.0], size=SIZE)
        assert alone.color[alone.group[alone.drawings[0].part]].shape == (SIZE, SIZE, 3)
        both = np.intersect1d(np.unique(alone.drawings[0].part), np.unique(alone.drawings[1].part))
        kept = np.intersect1d(np.unique(after.drawings[0].part), np.unique(after.drawings[2].part))
        np.testing.assert_array_equal(both, kept)


@pytest.mark.parametrize("name", NAMES)
def test_a_view_shows_the_whole_figure(families: dict[str, Family], name: str) -> None:
    """A time of None gives a drawing that has something on the page, and shares parts with the first."""
    shared = 0
    for seed in range(4):
        clip = families[name].figure(np.random.default_rng(seed)).clip([0.0, None], size=SIZE)
        assert clip.drawings[1].part.any()
        shared += len(np.intersect1d(np.unique(clip.drawings[0].part), np.unique(clip.drawings[1].part))) > 1
    assert shared


@pytest.mark.parametrize("name", NAMES)
def test_three_times_the_size_reduces_to_the_size(families: dict[str, Family], name: str) -> None:
    """A clip drawn large and reduced shows the same parts as one drawn at the size, but for a few pixels at borders."""
    small, large = _clip(families[name], 1), reduced(_clip(families[name], 1, SIZE * OVERSAMPLING))
    for a, b in zip(small.drawings, large.drawings, strict=True):
        assert np.mean(a.part != b.part) < 0.03


def test_a_framing_fills_its_share() -> None:
    """The longer side of the box spans `fill` of the page, within it; a close one ends at the page's lower edge."""
    framing = Framing(0.8, (1.0, -1.0))
    placing = framing.placing((10.0, 10.0, 20.0, 30.0), 100)
    corners = [(placing.scale * x + placing.offset[0], placing.scale * y + placing.offset[1])
               for x, y in ((10, 10), (20, 30))]  # fmt: skip
    assert np.ptp(corners, axis=0).tolist() == pytest.approx([40.0, 80.0])
    assert np.array(corners).ravel().tolist() == pytest.approx([60.0, 0.0, 100.0, 80.0])
    close = Framing(0.8, (0.0, 0.0), top=0.5).placing((0.0, 0.0, 10.0, 40.0), 100)
    assert close.scale * 20.0 + close.offset[1] == pytest.approx(100.0)
