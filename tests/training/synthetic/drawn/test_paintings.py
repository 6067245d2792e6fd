"""Paintings: each kind does what its name says, alike in all drawings of a clip, and leaves ink and ground alone."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic.drawn.paintings import KINDS, PaintingKind, painted

SIZE = 48
COLORS = np.array([(255, 255, 255), (200, 120, 40), (40, 120, 200)], np.uint8)
SHADED: tuple[PaintingKind, ...] = ("soft", "gradient", "texture")


def _ids(x: int, factor: int = 1) -> np.ndarray:
    """Return two parts that touch, side by side, x px from the left: 10 and 8 px wide."""
    part = np.zeros((SIZE * factor, SIZE * factor), np.uint16)
    part[8 * factor : 32 * factor, x * factor : (x + 10) * factor] = 1
    part[8 * factor : 32 * factor, (x + 10) * factor : (x + 18) * factor] = 2
    return part


@pytest.fixture
def ids() -> np.ndarray:
    """The parts of three drawings, in which they move to the right by 6 px each."""
    return np.stack([_ids(x) for x in (4, 10, 16)])


@pytest.fixture
def paper() -> np.ndarray:
    """Three lines without ink."""
    return np.full((3, SIZE, SIZE), 255, np.uint8)


def _painted(ids: np.ndarray, line: np.ndarray, kind: PaintingKind, seed: int = 0) -> np.ndarray:
    return painted(COLORS[ids], ids, line, kind, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_bytes_and_keeps_ink(ids: np.ndarray, paper: np.ndarray, kind: PaintingKind) -> None:
    """RGB of the drawings' size, the same for the same seed; ink lies on top."""
    line = paper.copy()
    line[:, 20] = 0
    result = _painted(ids, line, kind)
    assert (result.shape, result.dtype) == ((3, SIZE, SIZE, 3), np.uint8)
    np.testing.assert_array_equal(result, _painted(ids, line, kind))
    assert result[:, 20].mean() < (40 if kind == "jpeg" else 1)


def test_flat_is_the_flats(ids: np.ndarray, paper: np.ndarray) -> None:
    """Nothing is changed; of flats three times as large the middle samples are taken."""
    np.testing.assert_array_equal(_painted(ids, paper, "flat"), COLORS[ids])
    large = COLORS[np.kron(ids, np.ones((1, 3, 3), np.uint16))]
    result = painted(large, ids, paper, "flat", np.random.default_rng(0))
    np.testing.assert_array_equal(result, COLORS[ids])


def test_anti_aliased_borders_are_exact_mixtures(paper: np.ndarray) -> None:
    """Drawn at three times the size, a border a third into a pixel mixes the paints one to two, and no other pixel."""
    large = np.zeros((1, SIZE * 3, SIZE * 3), np.uint16)
    large[:, :, :31], large[:, :, 31:] = 1, 2
    ids = large[:, 1::3, 1::3]
    result = painted(COLORS[large], ids, paper[:1], "anti-aliased", np.random.default_rng(0))
    mixture = np.rint((COLORS[1].astype(float) + 2.0 * COLORS[2]) / 3.0)
    assert np.abs(result[0, :, 10].astype(float) - mixture).max() <= 1
    np.testing.assert_array_equal(result[0, :, :10], np.broadcast_to(COLORS[1], (SIZE, 10, 3)))
    np.testing.assert_array_equal(result[0, :, 11:], np.broadcast_to(COLORS[2], (SIZE, SIZE - 11, 3)))


def test_anti_aliasing_of_flats_at_the_size(paper: np.ndarray) -> None:
    """Along a slanted border there are mixtures of the two paints, further off only the paints."""
    ids = (np.add.outer(np.arange(SIZE), 2 * np.arange(SIZE)) > 80).astype(np.uint16)[None] + 1
    result = _painted(ids, paper[:1], "anti-aliased")[0].astype(int)
    is_flat = (result == COLORS[1]).all(-1) | (result == COLORS[2]).all(-1)
    assert 10 < np.count_nonzero(~is_flat) < 4 * SIZE
    low, high = COLORS[1:].min(0), COLORS[1:].max(0)
    assert (result >= low).all() and (result <= high).all()


@pytest.mark.parametrize("kind", SHADED)
def test_shading_moves_with_the_part(ids: np.ndarray, paper: np.ndarray, kind: PaintingKind) -> None:
    """A part that moved by 6 px looks as before, 6 px further, but for the grain of paper."""
    first, second, third = (drawing.astype(int) for drawing in _painted(ids, paper, kind))
    slack = 16 if kind == "texture" else 1
    assert np.abs(first[8:32, 4:22] - second[8:32, 10:28]).max() <= slack
    assert np.abs(first[8:32, 4:22] - third[8:32, 16:34]).max() <= slack


@pytest.mark.parametrize("kind", SHADED)
def test_parts_are_shaded_and_ground_is_not(ids: np.ndarray, paper: np.ndarray, kind: PaintingKind) -> None:
    """Each part has many colours, near its own; another seed gives others; the ground stays as light as paper."""
    result, other = _painted(ids, paper, kind)[0], _painted(ids, paper, kind, seed=1)[0]
    for part in (1, 2):
        inside = ids[0] == part
        assert len(np.unique(result[inside], axis=0)) > 10
        assert np.abs(result[inside].astype(int).mean(0) - COLORS[part]).max() < 60
        assert not np.array_equal(result[inside], other[inside])
    assert result[ids[0] == 0].min() >= (230 if kind == "texture" else 255)


def test_a_gradient_turns_with_a_long_part() -> None:
    """A bar that turned by a quarter has the gradient that it had, turned with it."""
    ids = np.zeros((2, SIZE, SIZE), np.uint16)
    ids[0, 20:28, 4:44], ids[1, 4:44, 20:28] = 1, 1
    line = np.full(ids.shape, 255, np.uint8)
    for seed in range(4):
        first, second = (p.astype(int) for p in _painted(ids, line, "gradient", seed))
        a, b = first[20:28, 4:44], second[4:44, 20:28]
        turns = (np.rot90(b), np.rot90(b, -1))
        assert min(np.abs(a - turn).max() for turn in turns) <= 2


def test_jpeg_rings_near_borders(ids: np.ndarray, paper: np.ndarray) -> None:
    """Compression changes colours near borders, and less inside of large areas."""
    changed = np.abs(_painted(ids, paper, "jpeg").astype(int) - COLORS[ids]).max(-1)
    assert changed[:, 8:32].max() > 8
    assert changed[:, 41:].max() <= 3


def test_wrong_use_is_named(ids: np.ndarray, paper: np.ndarray) -> None:
    """An unknown kind and sizes that do not fit are told."""
    with pytest.raises(ValueError, match="kind 'oil'; take one of flat, anti-aliased"):
        _painted(ids, paper, "oil")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fits neither"):
        painted(COLORS[ids][:, ::2, ::2], ids, paper, "flat", np.random.default_rng(0))
