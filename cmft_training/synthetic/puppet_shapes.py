"""Outlines that puppets are drawn with: closed control polygons in rest position. Nothing here moves or renders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Control points, float64 (n, 2), x to the right and y down; a puppet is about two units tall."""


def points(*pairs: tuple[float, float]) -> Points:
    """Return the pairs as control points (n, 2)."""
    return np.array(pairs, np.float64)


def ellipse(center: tuple[float, float], rx: float, ry: float, *, n: int = 8) -> Points:
    """Return n control points on an axis-parallel ellipse, starting at its right end."""
    angle = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    return np.stack([center[0] + rx * np.cos(angle), center[1] + ry * np.sin(angle)], 1)


def blob(rng: np.random.Generator, rx: float, ry: float, *, rough: float = 0.12, n: int = 10) -> Points:
    """Return a closed irregular outline around (0, 0): a superellipse with a few random harmonics."""
    angle = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    radius = np.ones(n)
    for k in range(1, 4):
        radius += rough / k * rng.normal() * np.cos(k * angle + rng.uniform(0.0, 2.0 * np.pi))
    power = 2.0 / rng.uniform(2.0, 3.4)
    unit = np.stack([np.cos(angle), np.sin(angle)], 1)
    unit = np.sign(unit) * np.abs(unit) ** power
    shape: Points = unit * radius[:, None].clip(0.4, 1.7) * [rx, ry]
    return shape


def tube(centers: Points, widths: Sequence[float], *, pointed: bool = False) -> Points:
    """Return the outline of a limb along `centers` (k, 2) with half-widths (k,); the end is round unless pointed."""
    tangent = np.gradient(centers, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1) * np.asarray(widths)[:, None]
    start = centers[:1] - tangent[:1] * widths[0] * 0.7
    end = centers[-1:] + tangent[-1:] * widths[-1] * (0.0 if pointed else 0.8)
    if pointed:
        return np.concatenate([start, (centers + normal)[:-1], centers[-1:], (centers - normal)[-2::-1]])
    return np.concatenate([start, centers + normal, end, (centers - normal)[::-1]])


def limb(a: tuple[float, float], b: tuple[float, float], *, widths: Sequence[float]) -> Points:
    """Return a straight tube from a to b, its half-widths spread evenly along the way."""
    step = np.linspace(0.0, 1.0, len(widths))[:, None]
    return tube(np.asarray(a) * (1.0 - step) + np.asarray(b) * step, widths)


def box(center: tuple[float, float], half_width: float, half_height: float, *, taper: float = 0.0) -> Points:
    """Return a four-cornered outline; taper > 0 widens its lower side."""
    x, y = center
    top, bottom = half_width * (1.0 - taper), half_width * (1.0 + taper)
    return points(
        (x - top, y - half_height),
        (x + top, y - half_height),
        (x + bottom, y + half_height),
        (x - bottom, y + half_height),
    )


def star(center: tuple[float, float], radius: float, *, tips: int = 5, inner: float = 0.45) -> Points:
    """Return a star with `tips` tips; inner is the ratio of notch to tip radius."""
    angle = np.arange(2 * tips) * np.pi / tips - np.pi / 2.0
    reach = np.where(np.arange(2 * tips) % 2, radius * inner, radius)
    return np.stack([center[0] + reach * np.cos(angle), center[1] + reach * np.sin(angle)], 1)


def heart(center: tuple[float, float], radius: float) -> Points:
    """Return a heart of about the given radius."""
    shape = points((0, 1), (-0.75, 0.2), (-0.95, -0.4), (-0.5, -0.8), (0, -0.4), (0.5, -0.8), (0.95, -0.4), (0.75, 0.2))
    return shape * radius + center


def mirrored(shape: Points, x: float = 0.0) -> Points:
    """Return the outline mirrored about the vertical line at x."""
    return np.stack([2.0 * x - shape[:, 0], shape[:, 1]], 1)


def rotated(shape: Points, angle: float, *, about: tuple[float, float] = (0.0, 0.0)) -> Points:
    """Return the outline turned by `angle` radians (clockwise on screen) about a point."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: Points = (shape - about) @ np.array([[cosine, sine], [-sine, cosine]]) + about
    return turned


def all_sharp(n: int) -> NDArray[np.bool_]:
    """Return the corner flags of a polygon with straight sides (n,)."""
    return np.ones(n, np.bool_)


def sharp_at(n: int, *corners: int) -> NDArray[np.bool_]:
    """Return corner flags (n,) that are true at the given vertices, negative ones counted from the end."""
    flags = np.zeros(n, np.bool_)
    flags[list(corners)] = True
    return flags
