"""What all drawn families have in common: a figure that can be drawn at any time, and clips of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cmft_training.synthetic.drawing import Clip, Drawing
from cmft_training.synthetic.drawn.outlines import Box, Layer, Placing, bounds, plan_of
from cmft_training.synthetic.drawn.plates import RGB, BorderPen, color_groups, drawing_of

Rng = np.random.Generator
Time = float | None
"""Drawings before or after the figure's own moment, 0; None is some other moment, the whole figure on the page."""

WIDTHS = (0.8, 1.0, 1.0, 1.33, 1.67, 2.0, 2.5)  # of lines, px at size 256


class Figure(Protocol):
    """One figure with all that is random about it decided but what a view (None) shows."""

    @property
    def name(self) -> str:
        """Family and figure, such as "clipart/fish.svg"."""

    def clip(self, times: Sequence[Time], *, size: int) -> Clip:
        """Return its drawings at these times, size px square; a number means the same part in all of them."""


class Family(Protocol):
    """Figures of one source and one split."""

    def figure(self, rng: Rng) -> Figure:
        """Return a random figure."""


@dataclass(frozen=True)
class Framing:
    """fill: share of the page that the figure spans. shift: (x, y) in [-1, 1] of the room that is left.

    top: share of the figure's height, from above, that is on the page. mirrored: left and right change places.
    """

    fill: float
    shift: tuple[float, float]
    top: float = 1.0

    @classmethod
    def random(cls, rng: Rng, *, close: float = 0.0, whole: float = 1.0) -> Framing:
        """Return a framing; `close` is the probability of one of the upper half, `whole` is `top` of the others."""
        top = float(rng.uniform(0.4, 0.6)) if rng.random() < close else whole
        shift = rng.uniform(-1.0, 1.0, 2)
        return cls(float(rng.uniform(0.75, 1.0)), (float(shift[0]), float(shift[1])), top)

    def placing(self, box: Box, size: int) -> Placing:
        """Return how the box comes onto a page of size px."""
        x0, y0, x1, y1 = box
        is_cut = self.top < 1.0
        y1 = y0 + (y1 - y0) * self.top
        scale = self.fill * size / max(x1 - x0, y1 - y0, 1e-6)
        room = (size - scale * (x1 - x0)) / 2, (size - scale * (y1 - y0)) / 2
        middle = size / 2 + self.shift[0] * room[0], size / 2 + (1.0 if is_cut else self.shift[1]) * room[1]
        return Placing(scale, (middle[0] - scale * (x0 + x1) / 2, middle[1] - scale * (y0 + y1) / 2))


@dataclass(frozen=True)
class LayeredFigure:
    """A figure of layers. at: its layers at a time. elsewhere: at a moment given as a share, [0, 1), of all it can do.

    colors: the colours of parts 1, 2, …, asked for when all its layers are drawn. rng: for views.
    """

    name: str
    at: Callable[[float], list[Layer]]
    elsewhere: Callable[[float], list[Layer]]
    colors: Callable[[], Sequence[RGB]]
    pen: BorderPen
    framing: Framing
    rng: Rng

    def clip(self, times: Sequence[Time], *, size: int) -> Clip:
        """See `Figure`. All drawings but the views share one framing."""
        near = [None if time is None else self.at(time) for time in times]
        box = bounds([layers for layers in near if layers is not None])
        placing = None if box is None else self.framing.placing(box, size)
        drawings = [self._view(size) if layers is None else self._drawn(layers, placing, size) for layers in near]
        group, color = color_groups(self.colors())
        return Clip(tuple(drawings), group, color, self.name)

    def _view(self, size: int) -> Drawing:
        layers = self.elsewhere(float(self.rng.random()))
        box = bounds([layers])
        framing = replace(Framing.random(self.rng), top=max(self.framing.top, 0.9) if self.framing.top < 1 else 1.0)
        return self._drawn(layers, None if box is None else framing.placing(box, size), size)

    def _drawn(self, layers: list[Layer], placing: Placing | None, size: int) -> Drawing:
        here = Placing(1.0, (0.0, 0.0)) if placing is None else placing
        return drawing_of(plan_of(layers, here, size), self.pen)


def random_clip(family: Family, rng: Rng, *, size: int, n_drawings: int, stride: float = 1.0) -> Clip:
    """Return `n_drawings` drawings of a random figure, `stride` time steps apart."""
    return family.figure(rng).clip([stride * k for k in range(n_drawings)], size=size)
