"""A human puppet under construction: its proportions, its bones, and how parts are added to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_rig import Binding, Channel, Part, Rig


@dataclass(frozen=True)
class Build:
    """Proportions of one human in scene units (about two tall), hips at (0, 0)."""

    head: float
    torso: float
    shoulder: float
    waist: float
    hip: float
    arm: float
    leg: float
    thick: float


def random_build(rng: np.random.Generator) -> Build:
    """Return proportions between a long-legged adult and a big-headed child."""
    u = rng.uniform
    chibi = u() ** 1.5
    shoulder = u(0.15, 0.25)
    return Build(
        head=u(0.15, 0.2) + 0.2 * chibi,
        torso=u(0.5, 0.62) - 0.14 * chibi,
        shoulder=shoulder,
        waist=shoulder * u(0.65, 1.15),
        hip=shoulder * u(0.75, 1.15),
        arm=u(0.56, 0.7) - 0.18 * chibi,
        leg=u(0.7, 0.95) - 0.42 * chibi,
        thick=u(0.055, 0.085),
    )


@dataclass(frozen=True)
class Human:
    """One human under construction. stride: the swing of its left leg; the other limbs follow in antiphase."""

    rig: Rig
    who: str
    root: str
    spine: str
    z: float
    build: Build
    stride: Channel

    def key(self, word: str) -> str:
        """Return this human's name of a part, bone, channel or colour."""
        return f"{self.who}.{word}"

    def add(self, word: str, shape: shapes.Points, color: str, place: tuple[float, Binding]) -> Part:
        """Add a part at (depth above z, binding) in this human's colour of that name."""
        return self.rig.add(Part(self.key(word), shape, self.key(color), self.z + place[0], place[1]))

    def style(self, what: str) -> float:
        """Return a number in [0, 1) that is the same for the left and the right limb."""
        return self.rig.choice(self.key(what))
