"""DiceBear heads: inked faces and busts whose features change and whose head moves, with exact parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from cmft_training.synthetic.drawn.figure import WIDTHS, Framing, LayeredFigure, Rng
from cmft_training.synthetic.drawn.head_styles import Piece, Style
from cmft_training.synthetic.drawn.motion import random_swell, random_wave, turned
from cmft_training.synthetic.drawn.outlines import Box, Layer, Movable, Move, Points, bounds
from cmft_training.synthetic.drawn.plates import INK, RGB, BorderPen, everywhere
from cmft_training.synthetic.drawn.split import Split, names_of

_FACE = (
    "eyes", "eyebrows", "mouth", "nose", "glasses", "details", "expression", "blush", "face", "lips", "brows",
    "facialHair", "mustache", "cheek", "freckles", "mood", "beard", "mask",
)  # fmt: skip
_CHANGING = {
    "eyes": 0.8, "eyebrows": 0.7, "mouth": 0.9, "expression": 0.9, "face": 0.8, "brows": 0.7, "lips": 0.8, "mood": 0.8,
}  # fmt: skip
"""Share of figures in which a component changes."""
BORDERED = ("toon-head", "big-ears", "big-smile", "personas", "miniavs", "dylan")
"""Styles with little ink of their own: lines are drawn where parts meet."""
UNPAINTED = ("notionists", "lorelei")
"""White styles: all but the face is coloured at random."""
BUSTS = ("open-peeps", "notionists", "lorelei", "toon-head", "personas", "micah", "miniavs")
"""Styles that end in a straight cut at the bottom, which stands still and is mostly off the page."""
_RARE = {"lorelei": 0.3, "notionists": 0.5}
"""How often styles of one to three parts are drawn, against 1 for the others."""
_SEAM = 0.004  # share of the canvas by which white shapes grow, as their files leave slits between them
_SPAN = 1000.0  # time steps that `elsewhere` chooses from
_CUT = 0.93  # share of a bust's height that is on the page

Key = tuple[str, str, int]


class Heads:
    """The styles of one split; nothing of them lies in the data folder."""

    def __init__(self, folder: Path, split: Split) -> None:
        """Raise InputError when the package `dicebear-styles` is missing. folder: not looked at."""
        self._styles = [Style(name) for name in names_of("heads", split)]
        often = np.array([_RARE.get(style.name, 1.0) for style in self._styles])
        self._often = often / often.sum()

    def figure(self, rng: Rng) -> LayeredFigure:
        """Return a random head of a random style."""
        style = self._styles[int(rng.choice(len(self._styles), p=self._often))]
        head = Head(style, rng)
        width = float(rng.choice(WIDTHS)) if style.name in BORDERED else 0.0
        is_cut = style.name in BUSTS
        return LayeredFigure(
            name=f"heads/{style.name}",
            at=head.layers,
            elsewhere=lambda share: head.layers(share * _SPAN),
            colors=head.colors,
            pen=BorderPen(width, everywhere),
            framing=Framing.random(rng, whole=_CUT if is_cut else 1.0),
            rng=rng,
        )


class Head:
    """One head: what stays, what changes and when, and how it moves."""

    def __init__(self, style: Style, rng: Rng) -> None:
        self._style, self._palette = style, style.palette(rng)
        self._first = style.choose(rng)
        self._seed = int(rng.integers(2**32))
        self._changing = {
            name: float(rng.uniform(3.0, 16.0))
            for name, share in _CHANGING.items()
            if name in self._first and rng.random() < share
        }
        self._number: dict[Key, int] = {}
        self._color: list[RGB] = []
        self._posed: dict[tuple[str | None, ...], tuple[list[str], Movable]] = {}
        box = bounds([[piece.layer for piece in style.pieces(self._first, self._palette)]])
        self._motion = _HeadMotion(rng, box or (0.0, 0.0, style.size, style.size), is_bust=style.name in BUSTS)

    def layers(self, time: float) -> list[Layer]:
        """Return the head at a time, from back to front; a part keeps its number, whatever is drawn before."""
        choice = {name: self._variant(name, time) for name in self._first}
        components, movable = self._pose(choice)
        return movable.moved(self._motion.at(time, components, movable.counts))

    def colors(self) -> list[RGB]:
        """Return the colours of parts 1, 2, …"""
        return list(self._color)

    def _variant(self, name: str, time: float) -> str | None:
        """Return a component's variant: one that changes shows a new one every few drawings, often the first again."""
        if name not in self._changing:
            return self._first[name]
        turn = int(np.floor(time / self._changing[name]))
        rng = np.random.default_rng([self._seed, turn & 0xFFFFFFFF, *name.encode()])
        return self._first[name] if rng.random() < 0.3 else self._style.variant(rng, name) or self._first[name]

    def _pose(self, choice: Mapping[str, str | None]) -> tuple[list[str], Movable]:
        """Return the head at rest in these variants, numbered, with the component of each layer."""
        key = tuple(choice.values())
        if key not in self._posed:
            pieces = self._style.pieces(choice, self._palette)
            layers, components = list[Layer](), list[str]()
            for piece in pieces:
                layer = replace(piece.layer, part=self._part(piece))
                if layer.part != INK and not layer.stroke and self._style.name in UNPAINTED:
                    layers.append(replace(layer, stroke=_SEAM * self._style.size))
                    components.append(_plain(piece.component))
                layers.append(layer)
                components.append(_plain(piece.component))
            self._posed[key] = components, Movable(layers)
        return self._posed[key]

    def _part(self, piece: Piece) -> int:
        if piece.color is None:
            return INK
        name = _plain(piece.component)
        order = 0 if name in self._changing else piece.order
        key = (piece.component, piece.role, order)
        if key not in self._number:
            self._number[key] = len(self._number) + 1
            is_dyed = self._style.name in UNPAINTED and name not in _FACE
            self._color.append(self._dye(key) if is_dyed else piece.color)
        return self._number[key]

    def _dye(self, key: Key) -> RGB:
        r, g, b = np.random.default_rng([self._seed, *"/".join(map(str, key)).encode()]).integers(70, 256, 3).tolist()
        return r, g, b


def _plain(component: str) -> str:
    """Return the component's name without the number of its instance."""
    return component.rstrip("0123456789")


class _HeadMotion:
    """A tilt, a change of size, a face that slides and narrows as in a small turn, and a swell; all slow waves."""

    def __init__(self, rng: Rng, box: Box, *, is_bust: bool) -> None:
        x0, y0, x1, y1 = box
        span = max(x1 - x0, y1 - y0, 1e-6)
        self._top, self._height, self._is_bust = y0, max(y1 - y0, 1e-6), is_bust
        self._middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        self._pivot = np.array([(x0 + x1) / 2, y0 + self._height * (0.7 if is_bust else 1.0)])
        self._tilt, self._size = random_wave(rng, np.deg2rad(15.0)), random_wave(rng, 0.05)
        self._slide = [random_wave(rng, 0.026 * span), random_wave(rng, 0.018 * span)]
        self._narrow, self._swell = random_wave(rng, 0.05), random_swell(rng, span, 0.01)

    def at(self, time: float, components: list[str], counts: list[int]) -> Move:
        """Return where the points of a head's layers are at a time. counts: points of each layer, then of each clip."""
        slide = np.array([wave(time) for wave in self._slide])
        narrow = np.array([1.0 - abs(self._narrow(time)), 1.0])
        tilt, size, swell = self._tilt(time), float(np.exp(self._size(time))), self._swell(time)
        is_face = np.repeat([name in _FACE for name in components] + [False] * (len(counts) - len(components)), counts)

        def move(points: Points) -> Points:
            turned_face = (points - self._middle) * narrow + self._middle + slide
            there = np.where(is_face[:, None], turned_face, points)
            loose = self._looseness(there)
            grown = self._pivot + (there - self._pivot) * (1.0 + (size - 1.0) * loose[:, None])
            return swell(turned(grown, tilt * loose, self._pivot))

        return move

    def _looseness(self, points: Points) -> Points:
        """Return how far points (n, 2) take part, [0, 1]: a bust stands still at its cut."""
        if not self._is_bust:
            return np.ones(len(points))
        height = np.clip((self._top + self._height - points[:, 1]) / self._height, 0.0, 1.0)
        share = np.clip((height - 0.05) / 0.4, 0.0, 1.0)
        loose: Points = share * share * (3.0 - 2.0 * share)
        return loose
