"""Shadows, highlights and patterns laid on the parts of any puppet. Nothing here adds limbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_rig import Part, Rig

_MIN_SIZE = 0.08
_MAX_SIZE = 3.0


@dataclass(frozen=True)
class Decor:
    """How much is laid on: probability of shading a colour, of a pattern a part, and of ink around such shapes."""

    shade: float
    pattern: float
    inked: float


def decorate(rig: Rig, decor: Decor) -> None:
    """Lay shading and patterns on parts that lie on no other part; one light direction for the whole scene."""
    rng = rig.rng
    angle = rng.uniform(0.0, 2.0 * np.pi)
    light = np.array([np.cos(angle), np.sin(angle)])
    shaded = {part.color: rng.random() < decor.shade for part in rig.parts.values()}
    for part in list(rig.parts.values()):
        size = np.ptp(part.shape, axis=0)
        if part.on or not part.closed or size.min() < _MIN_SIZE or size.max() > _MAX_SIZE:
            continue
        if rng.random() < decor.pattern:
            _add_pattern(rig, part, inked=bool(rng.random() < max(decor.inked, 0.4)))
        if shaded[part.color] and rng.random() < 0.9:
            inked = bool(rng.random() < decor.inked)
            _add_shadow(rig, part, light=light, inked=inked)
            if rng.random() < 0.3:
                _add_highlight(rig, part, light=light, inked=inked)


def _add_shadow(rig: Rig, part: Part, *, light: NDArray[np.float64], inked: bool) -> None:
    """Lay the part's own outline, moved along the light, over it, or everything beyond a wavy border."""
    rng = rig.rng
    size = np.ptp(part.shape, axis=0)
    middle = (part.shape.min(0) + part.shape.max(0)) / 2.0
    move = light * size * rng.uniform(0.2, 0.45)
    sharp = None
    if rng.random() < 0.5:
        shadow = (part.shape - middle) * 1.15 + middle + move
        sharp = part.sharp
    else:
        across = np.array([-light[1], light[0]]) * size.max()
        near, waves = middle + move * rng.uniform(0.0, 0.8), rng.uniform(-0.12, 0.12, 4)
        border = [
            near + across * k + light * size * wave for k, wave in zip((-1.0, -0.3, 0.3, 1.0), waves, strict=True)
        ]
        shadow = np.stack([*border, near + across + light * size * 2, near - across + light * size * 2])
    shape = rig.on(part, part.name + ".shadow", shadow, color=part.color + "/shadow")
    rig.change(shape, inked=inked, sharp=sharp, weight=0.7)


def _add_highlight(rig: Rig, part: Part, *, light: NDArray[np.float64], inked: bool) -> None:
    rng = rig.rng
    size = np.ptp(part.shape, axis=0)
    middle = (part.shape.min(0) + part.shape.max(0)) / 2.0 - light * size * 0.22
    spot = shapes.blob(rng, size[0] * rng.uniform(0.06, 0.18), size[1] * rng.uniform(0.06, 0.18)) + middle
    rig.change(rig.on(part, part.name + ".light", spot, color=part.color + "/light"), inked=inked, weight=0.7)


def _add_pattern(rig: Rig, part: Part, *, inked: bool) -> None:
    draw = (_stripes, _spots, _emblem, _hem)[int(rig.rng.integers(4))]
    for piece in draw(rig.rng, part.shape.min(0), np.ptp(part.shape, axis=0)):
        shape = rig.on(part, part.name + ".pattern", piece, color=f"{part.color}/pattern")
        rig.change(shape, inked=inked, weight=0.8)


def _stripes(rng: np.random.Generator, low: shapes.Points, size: shapes.Points) -> list[shapes.Points]:
    angle, count, reach = rng.uniform(0.0, np.pi), int(rng.integers(1, 5)), float(size.max())
    bands = [shapes.box((0.0, float(y) * reach), reach, reach * 0.18 / count) for y in np.linspace(-0.35, 0.35, count)]
    return [shapes.rotated(band, angle) + low + size / 2.0 for band in bands]


def _spots(rng: np.random.Generator, low: shapes.Points, size: shapes.Points) -> list[shapes.Points]:
    radius, count = float(size.min()) * rng.uniform(0.06, 0.14), int(rng.integers(2, 8))
    return [shapes.blob(rng, radius, radius, n=7) + low + size * rng.uniform(0.1, 0.9, 2) for _ in range(count)]


def _emblem(rng: np.random.Generator, low: shapes.Points, size: shapes.Points) -> list[shapes.Points]:
    radius = float(size.min()) * rng.uniform(0.15, 0.35)
    shape = shapes.star((0.0, 0.0), radius) if rng.random() < 0.5 else shapes.heart((0.0, 0.0), radius)
    return [shape + low + size / 2.0]


def _hem(rng: np.random.Generator, low: shapes.Points, size: shapes.Points) -> list[shapes.Points]:
    """Return everything below a height."""
    x, y = (low + size * [0.5, rng.uniform(1.6, 1.85)]).tolist()
    return [shapes.box((x, y), float(size[0]), float(size[1]))]
