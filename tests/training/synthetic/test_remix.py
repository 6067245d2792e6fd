"""Remixed characters are other characters of the same motion."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_training.synthetic.characters import Character, split_parts
from cmft_training.synthetic.extract_characters import quantize_positions
from cmft_training.synthetic.remix import FATTER, MOST_MATERIALS, STRETCH, THINNER, remixed, turned_share

SIDES, RINGS = 8, 12


def _limb(x: float) -> tuple[np.ndarray, np.ndarray]:
    """An open tube along z, radius 0.2, height 2, its normals outward."""
    angle = np.arange(SIDES) * 2 * np.pi / SIDES
    ring = np.stack([x + 0.2 * np.cos(angle), 0.2 * np.sin(angle)], 1)
    height = np.linspace(0, 2, RINGS)
    points = np.array([(*xy, z) for z in height for xy in ring], np.float32)
    faces = []
    for r in range(RINGS - 1):
        for s in range(SIDES):
            a, b = r * SIDES + s, r * SIDES + (s + 1) % SIDES
            faces += [(a, b, b + SIDES), (a, b + SIDES, a + SIDES)]
    return points, np.array(faces, np.int32)


@pytest.fixture
def character() -> Character:
    """Five limbs of four materials, two of them alike, which rise in the second drawing."""
    tubes = [_limb(x) for x in range(5)]
    points = np.concatenate([tube[0] for tube in tubes])
    faces = np.concatenate([tube[1] + i * RINGS * SIDES for i, tube in enumerate(tubes)])
    material = np.repeat([0, 1, 2, 3, 3], len(tubes[0][1])).astype(np.uint8)
    packed, scale = quantize_positions(np.stack([points, points + np.array([0, 0, 1], np.float32)])[None])
    part, group = split_parts(faces, material)
    return Character("limbs", packed, scale, faces, part, group, np.full((5, 3), 255, np.uint8))


def _remixes(character: Character, count: int = 40) -> list[Character]:
    return [remixed(np.random.default_rng(seed), character) for seed in range(count)]


def test_the_seed_alone_decides(character: Character) -> None:
    """Equal seeds give equal characters, another seed another one; what came in is as it was."""
    before = character.part.copy(), character.group.copy(), character.positions(0, 1)
    one, same, other = (remixed(np.random.default_rng(seed), character) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.part, same.part)
    np.testing.assert_array_equal(one.positions(0, 1), same.positions(0, 1))
    assert not np.allclose(one.positions(0, 1), other.positions(0, 1))
    for old, new in zip(before, (character.part, character.group, character.positions(0, 1)), strict=True):
        np.testing.assert_array_equal(old, new)


def test_materials_are_cut_and_joined(character: Character) -> None:
    """Some have more materials than before, some fewer, some a limb in two colours; every one has its row of colour."""
    counts, cut = set(), 0
    for mixed in _remixes(character):
        groups = np.unique(mixed.group)
        np.testing.assert_array_equal(groups, np.arange(len(mixed.color)))
        assert mixed.part.min() == 1 and mixed.part.max() == len(mixed.group) - 1
        assert tuple(mixed.color[0]) == (255, 255, 255)
        counts.add(len(groups) - 1)
        limbs = mixed.group[mixed.part].reshape(5, -1)
        cut += int((limbs != limbs[:, :1]).any())
    assert min(counts) < 4 < max(counts)
    assert 5 < cut < 40


def test_a_band_lies_across_the_limb(character: Character) -> None:
    """All faces of a ring that a cut leaves whole are of one material: a band goes round."""
    whole, split = 0, 0
    for mixed in _remixes(character):
        rings = mixed.group[mixed.part].reshape(5, RINGS - 1, 2 * SIDES)
        uneven = (rings != rings[..., :1]).any(-1)
        whole, split = whole + int((~uneven).sum()), split + int(uneven.sum())
    assert split < 0.1 * whole


def test_proportions_change_and_the_motion_stays(character: Character) -> None:
    """Limbs are thicker or thinner by no more than allowed, nothing turns inside out, and everything rises alike."""
    radii = []
    for mixed in _remixes(character):
        assert mixed.build is not None
        first, second = mixed.positions(0, 0), mixed.positions(0, 1)
        wide, _, high = mixed.build.stretch
        assert 2**-STRETCH <= wide <= 2**STRETCH and 2**-STRETCH <= high <= 2**STRETCH
        np.testing.assert_allclose(second - first, np.tile([0, 0, high], (len(first), 1)), atol=2e-3)
        middle = first.reshape(5, RINGS, SIDES, 3)[:, 1:-1]
        radius = np.linalg.norm(middle[..., :2] - middle[..., :2].mean(-2, keepdims=True), axis=-1) / wide
        radii += [float(radius.min()), float(radius.max())]
    extent = 4.4  # of all five limbs
    assert 0.2 - THINNER * extent - 0.01 < min(radii) < 0.19
    assert 0.22 < max(radii) < 0.2 + FATTER * extent + 0.01


def test_no_thin_part_turns_inside_out() -> None:
    """A limb thinner than the change itself keeps its faces where they looked, in every pose."""
    points, faces = _limb(0.0)
    points[:, :2] *= 0.02
    packed, scale = quantize_positions(np.stack([points, points])[None])
    part, group = split_parts(faces, np.zeros(len(faces), np.uint8))
    thin = Character("wire", packed, scale, faces, part, group, np.full((2, 3), 255, np.uint8))
    for mixed in _remixes(thin):
        assert mixed.build is not None
        assert turned_share(thin.positions(0, 1), mixed.positions(0, 1) / mixed.build.stretch, faces) <= 0.02


def test_few_materials_are_not_joined(character: Character) -> None:
    """A character keeps three materials at least, if it has as many."""
    assert min(len(np.unique(mixed.group)) - 1 for mixed in _remixes(character, 200)) == 3


def test_materials_fit_into_a_byte(character: Character) -> None:
    """A character of more parts than a byte counts still gets one material a part, the last ones sharing theirs."""
    n = len(character.faces) // 2
    many = np.arange(2 * n, dtype=np.int64) // 2
    group = np.concatenate([[0], np.arange(n) + 1]).astype(np.uint16)
    crowded = replace(character, part=(many + 1).astype(np.uint16), group=group)
    mixed = remixed(np.random.default_rng(0), crowded)
    assert mixed.group.max() <= MOST_MATERIALS + 1 and len(mixed.color) == mixed.group.max() + 1
