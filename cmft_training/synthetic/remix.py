"""New characters out of extracted ones: other proportions, and materials that are cut and joined anew.

A few hundred figures by one hand share their bodies and their clothes; what training should learn is neither.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.characters import Build, Character, split_parts
from cmft_training.synthetic.raster import smooth_normals

Rng = np.random.Generator
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

STRETCH = 0.35  # largest log2 of the width and of the height
THINNER, FATTER = 0.007, 0.035  # of the character's height, along the normals
BUMP = 0.25  # reach of one change of thickness, of the character's height
OWN_COLOR = 0.25  # parts of a material that get one of their own
MOST_BANDS, MOST_JOINS = 3, 2
MOST_MATERIALS = 250
MOST_TURNED = 0.01  # of the faces


def remixed(rng: Rng, character: Character) -> Character:
    """Return a character of the same motion with other proportions and other materials, drawn from `rng`."""
    rest = character.positions(0, 0)
    material = _materials(rng, character, rest)
    part, group = split_parts(character.faces, material)
    colors = rng.integers(0, 256, (int(group.max()) + 1, 3)).astype(np.uint8)
    colors[0] = character.color[0]
    return replace(character, part=part, group=group, color=colors, build=_build(rng, rest, character.faces))


def _build(rng: Rng, rest: Floats, faces: NDArray[np.int32]) -> Build:
    """Return random proportions for a character of faces (m, 3) that stands at the positions `rest` (n, 3).

    Thickness is halved until it turns hardly a face over: fingers and wings bear less than a trunk.
    """
    height = float(np.ptp(rest, axis=0).max())
    wide, high = (float(2 ** rng.uniform(-STRETCH, STRETCH)) for _ in range(2))
    thickness = np.full(len(rest), rng.uniform(-THINNER, THINNER), np.float32)
    for _ in range(int(rng.integers(0, 4))):
        middle = rest[rng.integers(len(rest))]
        distance = np.linalg.norm(rest - middle, axis=1) / (BUMP * height)
        thickness += np.float32(rng.uniform(-THINNER, FATTER)) * np.exp(-(distance**2))
    thickness = (np.clip(thickness, -THINNER, FATTER) * np.float32(height)).astype(np.float32)
    outward: Floats = smooth_normals(rest, faces)
    while turned_share(rest, rest + outward * thickness[:, None], faces) > MOST_TURNED:
        thickness = thickness / np.float32(2)
    return Build(np.array([wide, wide, high], np.float32), thickness)


def turned_share(before: Floats, after: Floats, faces: NDArray[np.int32]) -> float:
    """Return how many of the faces (m, 3) point away from where they did; positions (n, 3)."""
    here, there = _normals(before, faces), _normals(after, faces)
    return float(((here * there).sum(1) < 0).mean())


def _normals(positions: Floats, faces: NDArray[np.int32]) -> Floats:
    corner = positions[faces]
    return np.asarray(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), np.float32)


def _materials(rng: Rng, character: Character, rest: Floats) -> NDArray[np.uint8]:
    """Return a new material (m,) for every face; counted from 0 without a gap."""
    part = character.part.astype(np.int64)
    material: Ints = character.group[part].astype(np.int64) - 1
    for own in np.flatnonzero(rng.random(len(character.group)) < OWN_COLOR):
        material[part == own] = material.max() + 1
    middle: Floats = rest[character.faces].mean(1)
    for _ in range(int(rng.integers(0, MOST_BANDS + 1))):
        material = _with_band(rng, material, middle, part == part[rng.integers(len(part))])
    for _ in range(int(rng.integers(0, MOST_JOINS + 1))):
        kinds = np.unique(material)
        if len(kinds) > 3:
            one, other = rng.choice(kinds, 2, replace=False)
            material[material == one] = other
    counted = np.unique(material, return_inverse=True)[1].reshape(-1)
    return np.minimum(counted, MOST_MATERIALS).astype(np.uint8)


def _with_band(rng: Rng, material: Ints, middle: Floats, chosen: NDArray[np.bool_]) -> Ints:
    """Return the materials with a band of its own around the `chosen` faces: a cuff, a belt, a sock.

    The band lies across the axis along which the faces reach farthest.
    """
    points = middle[chosen] - middle[chosen].mean(0)
    along = points @ np.linalg.svd(points, full_matrices=False)[2][0] if len(points) >= 3 else points[:, 0]
    start = rng.uniform(0.0, 0.8)
    low, high = np.quantile(along, [start, min(start + rng.uniform(0.15, 0.5), 1.0)])
    banded = material.copy()
    banded[np.flatnonzero(chosen)[(along >= low) & (along <= high)]] = material.max() + 1
    return banded
