"""Openclipart figures inked by hand: cut into layers and bent, so that one still picture gives many drawings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import skia
from lxml import etree

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.figure import Framing, LayeredFigure, Rng
from cmft_training.synthetic.drawn.motion import random_bend, random_swell, random_wave, turned
from cmft_training.synthetic.drawn.outlines import Box, Layer, Movable, Move, Points, bounds
from cmft_training.synthetic.drawn.plates import INK, RGB, BorderPen, everywhere
from cmft_training.synthetic.drawn.split import Split, names_of
from cmft_training.synthetic.drawn.svg import SHAPES, color_of, first_number, shape_path, transform_of

FOLDER = "clipart"
DARK = 70  # of 255: paint whose channels are all below it is ink
_BEYOND_US = re.compile(r"Gradient|<image|<text|<use|clip-path|mask=|<style|<pattern|filter:")
_SKIPPED = ("defs", "metadata", "namedview", "symbol", "title", "desc", "clipPath", "mask")
_STYLE = (
    "fill", "stroke", "stroke-width", "fill-rule", "opacity", "fill-opacity", "stroke-opacity", "display", "visibility",
)  # fmt: skip
_SEEN = 0.6  # opacity up to which paint is left out
_RECOLORED = 0.33  # share of figures that wear other colours
_SPAN = 1000.0  # time steps that `elsewhere` chooses from
_NO_BORDERS = BorderPen(0.0, everywhere)


@dataclass(frozen=True)
class Picture:
    """A file's layers; parts are numbered 1, 2, … and colors has their colours."""

    layers: list[Layer]
    colors: list[RGB]


def read_layers(path: Path) -> Picture:
    """Return the layers of a file. Raises InputError when it is missing, damaged, or uses what is not handled."""
    try:
        raw = path.read_bytes()
        if found := _BEYOND_US.search(raw.decode("utf-8", "replace")):
            raise InputError(f"{path}: uses {found[0]}, which is not handled; leave it out")
        parser = etree.XMLParser(recover=True, resolve_entities=True, no_network=True)
        root = etree.fromstring(raw, parser)
    except (OSError, etree.XMLSyntaxError) as error:
        raise InputError(f"{path}: cannot be read ({error}); get it again") from error
    reader = _Reader()
    if root is not None:
        reader.walk(root, skia.Matrix(), {})
    if not reader.colors:
        raise InputError(f"{path}: has no painted shape; get it again")
    return Picture(reader.layers, reader.colors)


class _Reader:
    """Collects the layers of a tree from back to front."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.colors: list[RGB] = []

    def walk(self, element: Any, matrix: Any, inherited: dict[str, str]) -> None:
        if not isinstance(element.tag, str) or etree.QName(element).localname in _SKIPPED:
            return
        style = _style(element, inherited)
        if style.get("display") == "none" or style.get("visibility") == "hidden":
            return
        here = skia.Matrix.Concat(matrix, transform_of(element.get("transform")))
        if etree.QName(element).localname in SHAPES:
            self._shape(element, here, style)
        for child in element:
            self.walk(child, here, style)

    def _shape(self, element: Any, matrix: Any, style: dict[str, str]) -> None:
        tag = etree.QName(element).localname
        path = shape_path(tag, {**dict(element.attrib), "fill-rule": style.get("fill-rule", "nonzero")})
        path.transform(matrix)
        if path.isEmpty() or first_number(style.get("opacity"), 1.0) < _SEEN:
            return
        fill, stroke = color_of(style.get("fill", "black")), color_of(style.get("stroke", "none"))
        if fill is not None and tag != "line" and first_number(style.get("fill-opacity"), 1.0) > _SEEN:
            self.layers.append(Layer(path, self._part(fill)))
        grown = abs(matrix.getScaleX() * matrix.getScaleY() - matrix.getSkewX() * matrix.getSkewY()) ** 0.5
        width = first_number(style.get("stroke-width"), 1.0) * grown
        if stroke is not None and width > 0 and first_number(style.get("stroke-opacity"), 1.0) > _SEEN:
            self.layers.append(Layer(path, self._part(stroke), width))

    def _part(self, color: RGB) -> int:
        if max(color) < DARK:
            return INK
        self.colors.append(color)
        return len(self.colors)


def _style(element: Any, inherited: dict[str, str]) -> dict[str, str]:
    """Return what an element is painted with: its own words over those of the groups around it; opacities multiply."""
    own = {key: str(element.get(key)) for key in _STYLE if element.get(key)}
    written = re.findall(r"([a-z-]+)\s*:\s*([^;]+)", element.get("style") or "")
    own.update({key: value.strip() for key, value in written if key in _STYLE})
    if "opacity" in own:
        own["opacity"] = str(first_number(own["opacity"], 1.0) * first_number(inherited.get("opacity"), 1.0))
    return {**inherited, **own}


class Clipart:
    """The files of one split, read when first drawn."""

    def __init__(self, folder: Path, split: Split) -> None:
        """Raise InputError when the folder has no file of this split."""
        self._folder = folder / FOLDER
        self._names = [name for name in names_of("clipart", split) if (self._folder / name).is_file()]
        if not self._names:
            raise InputError(f"{self._folder}: no {split} figure in it; prepare the drawn families again")
        self._read: dict[str, tuple[Movable, Box, list[RGB]]] = {}

    def __getstate__(self) -> dict[str, object]:
        """Leave what holds paths out of copies for other processes."""
        return {**self.__dict__, "_read": {}}

    def figure(self, rng: Rng) -> LayeredFigure:
        """Return a random figure with its bends; one in three wears colours of its own, half are mirrored."""
        name = str(rng.choice(self._names))
        movable, box, colors = self._picture(name)
        if rng.random() < _RECOLORED:
            colors = _recolored(rng, colors)
        motion = _Motion(rng, box)
        return LayeredFigure(
            name=f"clipart/{name}",
            at=lambda time: movable.moved(motion.at(time)),
            elsewhere=lambda share: movable.moved(motion.at(share * _SPAN)),
            colors=lambda: colors,
            pen=_NO_BORDERS,
            framing=Framing.random(rng),
            rng=rng,
        )

    def _picture(self, name: str) -> tuple[Movable, Box, list[RGB]]:
        if name not in self._read:
            picture = read_layers(self._folder / name)
            box = bounds([picture.layers])
            self._read[name] = Movable(picture.layers), box or (0.0, 0.0, 1.0, 1.0), picture.colors
        return self._read[name]


def _recolored(rng: Rng, colors: list[RGB]) -> list[RGB]:
    """Return a random colour for each colour; parts of one colour stay so."""
    new: dict[RGB, RGB] = {}
    for color in colors:
        r, g, b = rng.integers(50, 256, 3).tolist()
        new.setdefault(color, (r, g, b))
    return [new[color] for color in colors]


class _Motion:
    """Two or three bends, a swell, a turn and a change of size, all slow waves; perhaps mirrored throughout."""

    def __init__(self, rng: Rng, box: Box) -> None:
        span = max(box[2] - box[0], box[3] - box[1], 1e-6)
        self._middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
        self._steps = [random_bend(rng, box, 9.0) for _ in range(int(rng.integers(2, 4)))]
        self._steps.append(random_swell(rng, span, 0.012))
        self._turn, self._size = random_wave(rng, np.deg2rad(9.0)), random_wave(rng, 0.08)
        self._mirror = np.array([-1.0 if rng.random() < 0.5 else 1.0, 1.0])

    def at(self, time: float) -> Move:
        """Return where points are at a time."""
        steps = [step(time) for step in self._steps]
        turn, size = self._turn(time), float(np.exp(self._size(time)))

        def move(points: Points) -> Points:
            there = reduce(lambda p, step: step(p), steps, points)
            return turned((there - self._middle) * self._mirror * size, turn, np.zeros(2))

        return move
