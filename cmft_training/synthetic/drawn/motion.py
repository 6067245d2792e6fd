"""Smooth motion of control points for art that stands still: waves in time, bends and swells in space."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cmft_training.synthetic.drawn.outlines import Box, Move, Points

Rng = np.random.Generator
Wave = Callable[[float], float]
"""A value at every time; its mean over all times is 0."""


def random_wave(rng: Rng, amplitude: float) -> Wave:
    """Return a sine of a random amplitude, at most 1.6 times this one, and a period of 8 to 60 drawings."""
    height, start = amplitude * float(np.clip(rng.normal(), -1.6, 1.6)), float(rng.uniform(0.0, 2.0 * np.pi))
    speed = 2.0 * np.pi / float(np.exp(rng.uniform(np.log(8.0), np.log(60.0))))
    return lambda time: height * float(np.sin(start + speed * time))


def turned(points: Points, angles: Points | float, pivot: Points) -> Points:
    """Return points (n, 2) turned about a pivot by angles in radians, one or (n,)."""
    x, y = (points - pivot).T
    sin, cos = np.sin(angles), np.cos(angles)
    return np.stack([x * cos - y * sin, x * sin + y * cos], 1) + pivot


def random_bend(rng: Rng, box: Box, degrees: float) -> Callable[[float], Move]:
    """Return a bend at every time: what lies beyond a random line turns about a point on it, with a smooth passage."""
    x0, y0, x1, y1 = box
    span = max(x1 - x0, y1 - y0)
    pivot = np.array([rng.uniform(x0, x1), rng.uniform(y0, y1)])
    direction = rng.uniform(0.0, 2.0 * np.pi)
    normal = np.array([np.cos(direction), np.sin(direction)])
    soft, wave = rng.uniform(0.06, 0.18) * span, random_wave(rng, np.deg2rad(degrees))

    def at(time: float) -> Move:
        most = wave(time)

        def move(points: Points) -> Points:
            beyond = 1.0 / (1.0 + np.exp(-np.clip((points - pivot) @ normal / soft * 2.0, -30.0, 30.0)))
            return turned(points, beyond * most, pivot)

        return move

    return at


def random_swell(rng: Rng, span: float, amount: float) -> Callable[[float], Move]:
    """Return a smooth random field at every time, three slow waves in space; amount is a share of the span."""
    frequency = rng.normal(0.0, 3.5, (3, 2)) / span
    phase, speed = rng.uniform(0.0, 2.0 * np.pi, 3), rng.normal(0.0, 0.08, 3)
    push = rng.normal(0.0, 1.0, (3, 2)) * amount * span

    def at(time: float) -> Move:
        def move(points: Points) -> Points:
            there: Points = points + np.sin(points @ frequency.T + phase + speed * time) @ push
            return there

        return move

    return at
