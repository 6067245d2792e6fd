"""The styles of the package `dicebear-styles`: which variants a figure has, its colours, and its shapes in order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
import skia

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.outlines import Layer
from cmft_training.synthetic.drawn.plates import INK, RGB
from cmft_training.synthetic.drawn.svg import color_of, first_number, shape_path, transform_of

Rng = np.random.Generator
Json = Mapping[str, Any]
Choice = Mapping[str, str | None]
"""The variant of each component, None for one that is not shown."""
Palette = Mapping[str, RGB]

LICENCES = ("CC0 1.0", "CC BY 4.0")
DARK = 70  # of 255: paint whose channels are all below it is ink
_NEVER_DARK = ("hair", "skin", "clothes", "clothing", "base", "body")
_PAINT = ("fill", "stroke", "stroke-width", "fill-opacity", "opacity", "fill-rule", "stroke-opacity")
_DEFINITIONS = ("defs", "filter", "linearGradient")
_CLIPS = ("mask", "clipPath")
_THICK = 0.02  # share of the canvas from which a coloured stroke is a part


@dataclass(frozen=True)
class Piece:
    """A shape of a head. component: what it belongs to. role: its colour slot, or its colour itself.

    order: its place in its variant. color: None for ink. layer: its shape; the number of its part is still to come.
    """

    component: str
    role: str
    order: int
    color: RGB | None
    layer: Layer


class Style:
    """One style of the package."""

    def __init__(self, name: str) -> None:
        """Raise InputError when the package lacks the style, or gives it under a licence that was not looked at."""
        self.name = name
        try:
            text = resources.files("dicebear_styles").joinpath(f"{name}.json").read_text(encoding="utf-8")
            data = json.loads(text)
            self._canvas, self.components = data["canvas"]["elements"], data["components"]
            self._colors, licence = data["colors"], data["meta"]["license"]["name"]
            self.size = float(data["canvas"].get("width", 512))
        except (OSError, ModuleNotFoundError, ValueError, KeyError) as error:
            raise InputError(f"{name}: not a style of dicebear-styles ({error}); install the extra train") from error
        if licence not in LICENCES:
            raise InputError(f"{name}: under {licence}, not {' or '.join(LICENCES)}; leave the style out")

    def choose(self, rng: Rng) -> dict[str, str | None]:
        """Return a random variant of each component."""
        return {component: self.variant(rng, component) for component in self.components}

    def variant(self, rng: Rng, component: str) -> str | None:
        """Return a random variant of one component, or None as often as the style leaves it out."""
        entry = self.components[component]
        names, is_shown = list(entry["variants"]), rng.random() * 100 < entry.get("probability", 100)
        return str(rng.choice(names)) if is_shown and names else None

    def palette(self, rng: Rng) -> dict[str, RGB]:
        """Return a colour for each slot, the style's own or any; no two alike but near-black ones."""
        palette: dict[str, RGB] = {}
        for slot, entry in self._colors.items():
            colors = [color_of(value) or (128, 128, 128) for value in entry.get("values", ())]
            if slot in _NEVER_DARK:
                colors = [color for color in colors if max(color) >= DARK] or colors
            if colors:
                palette[slot] = colors[int(rng.integers(len(colors)))]
        is_free = rng.random() < 0.5
        taken: set[RGB] = set()
        for slot, color in palette.items():
            if not _is_fixed(slot, color) and (is_free or color in taken):
                palette[slot] = _random_color(rng)
            taken.add(palette[slot])
        return palette

    def pieces(self, choice: Choice, palette: Palette) -> list[Piece]:
        """Return the shapes of a head from back to front."""
        walk = _Walk(self, choice, palette)
        walk.elements(self._canvas, skia.Matrix(), _Context("body"))
        return walk.pieces


def _is_fixed(slot: str, color: RGB) -> bool:
    return max(color) < DARK or slot in ("ink", "stroke")


def _random_color(rng: Rng) -> RGB:
    r, g, b = rng.integers(max(40, DARK), 256, 3).tolist()
    return r, g, b


@dataclass
class _Context:
    """What holds for elements: the component, paint of the groups around, clips by name, shapes counted so far."""

    component: str
    paint: dict[str, Any] = field(default_factory=dict)
    clips: dict[str, Any] = field(default_factory=dict)
    clip: Any = None
    count: list[int] = field(default_factory=lambda: [0])


class _Walk:
    """Collects the shapes of a tree of elements."""

    def __init__(self, style: Style, choice: Choice, palette: Palette) -> None:
        self._style, self._choice, self._palette = style, choice, palette
        self._seen: dict[str, int] = {}
        self.pieces: list[Piece] = []

    def elements(self, elements: list[Json] | None, matrix: Any, context: _Context) -> None:
        for element in elements or ():
            attributes = dict(element.get("attributes") or {})
            text = attributes.get("transform")
            here = skia.Matrix.Concat(matrix, transform_of(text if isinstance(text, str) else ""))
            if element.get("type") == "component":
                self._component(element["name"], here, context)
            elif element.get("name") in _CLIPS:
                context.clips[str(attributes.get("id"))] = _joined_path(element.get("children"), here)
            elif element.get("name") == "g":
                self._group(element, attributes, here, context)
            elif element.get("name") not in _DEFINITIONS:
                self._shape(str(element.get("name")), attributes, here, context)

    def _component(self, name: str, matrix: Any, context: _Context) -> None:
        variant = self._choice.get(name)
        if variant is None:
            return
        self._seen[name] = self._seen.get(name, 0) + 1
        inside = _Context(f"{name}{self._seen[name]}", clip=context.clip)
        self.elements(self._style.components[name]["variants"][variant].get("elements"), matrix, inside)

    def _group(self, element: Json, attributes: Json, matrix: Any, context: _Context) -> None:
        reference = str(attributes.get("mask") or attributes.get("clip-path") or "")
        clip = next((path for name, path in context.clips.items() if name and f"#{name}" in reference), context.clip)
        paint = {**context.paint, **{key: attributes[key] for key in _PAINT if key in attributes}}
        inside = _Context(context.component, paint, context.clips, clip, context.count)
        self.elements(element.get("children"), matrix, inside)

    def _shape(self, tag: str, attributes: Json, matrix: Any, context: _Context) -> None:
        paint = {**context.paint, **{key: attributes[key] for key in _PAINT if key in attributes}}
        plain = {key: value for key, value in attributes.items() if not isinstance(value, dict)}
        path = shape_path(tag, {**plain, "fill-rule": paint.get("fill-rule", "nonzero")})
        if path.isEmpty() or "mix-blend-mode" in str(attributes.get("style")):
            return
        path.transform(matrix)
        context.count[0] += 1
        opacity = _number(paint, "opacity")
        fill = paint.get("fill", None if paint.get("stroke") else "black")
        if fill not in (None, "none") and _number(paint, "fill-opacity") * opacity >= 0.7:
            self._add(fill, Layer(path, INK, 0.0, context.clip), context)
        stroke, width = paint.get("stroke"), _number(paint, "stroke-width")
        width *= abs(matrix.getScaleX()) + abs(matrix.getSkewY())
        if stroke not in (None, "none") and _number(paint, "stroke-opacity") * opacity > 0.6:
            self._add(stroke, Layer(path, INK, width, context.clip), context)

    def _add(self, paint: Any, layer: Layer, context: _Context) -> None:
        """Add a shape; dark paint and thin strokes are ink."""
        slot = str(paint.get("name")) if isinstance(paint, dict) else ""
        color = self._palette.get(slot) if slot else color_of(str(paint))
        is_thin = 0.0 < layer.stroke <= _THICK * self._style.size
        if layer.stroke and (is_thin or color is None):
            color = None
        elif color is None:
            return
        elif max(color) < DARK:
            color = None
        self.pieces.append(Piece(context.component, slot or str(paint), context.count[0], color, layer))


def _joined_path(children: list[Json] | None, matrix: Any) -> Any:
    path = skia.Path()
    for child in children or ():
        attributes = child.get("attributes") or {}
        path.addPath(shape_path(str(child.get("name")), attributes), matrix)
    return path


def _number(paint: Json, key: str) -> float:
    value = paint.get(key)
    return 1.0 if value is None else first_number(value, 1.0)
