"""Shapes as outlines whose control points can be moved, in painter's order, and how they come onto a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray

from cmft_training.synthetic.drawn.plates import INK, OVERSAMPLING, Plan

Points = NDArray[np.float64]
Move = Callable[[Points], Points]
"""Takes points (n, 2) to where they go."""
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in units of the art, y down."""

_PIECES = 4  # a straight piece bends in so many
_ROUND_WEIGHT = 0.7071  # of the conics that circles and round corners are made of
_THINNEST = 0.7  # px that a stroke of ink has at least


@dataclass(frozen=True)
class Outline:
    """A path as control points (n, 2) and steps (verb, first point, end) of them; even_odd is how it fills."""

    points: Points
    steps: tuple[tuple[Any, int, int], ...]
    even_odd: bool

    @classmethod
    def of(cls, path: Any) -> Outline:
        """Take a skia path apart; straight pieces are cut first so that they can bend."""
        points, steps = list[tuple[float, float]](), list[tuple[Any, int, int]]()
        for verb, ends in path:
            if verb == skia.Path.kDone_Verb:
                break
            corners = [(p.x(), p.y()) for p in ends]
            first = len(points)
            if verb == skia.Path.kMove_Verb:
                points += corners
            elif verb == skia.Path.kLine_Verb:
                points += _cut(corners[0], corners[1])
            else:
                points += corners[1:]
            steps.append((verb, first, len(points)))
        even_odd = path.getFillType() == skia.PathFillType.kEvenOdd
        return cls(np.array(points, np.float64).reshape(-1, 2), tuple(steps), even_odd)

    def path(self) -> Any:
        """Return the skia path."""
        path = skia.Path()
        path.setFillType(skia.PathFillType.kEvenOdd if self.even_odd else skia.PathFillType.kWinding)
        points = self.points.tolist()
        for verb, first, end in self.steps:
            p = [value for point in points[first:end] for value in point]
            if verb == skia.Path.kMove_Verb:
                path.moveTo(*p)
            elif verb == skia.Path.kLine_Verb:
                for point in points[first:end]:
                    path.lineTo(*point)
            elif verb == skia.Path.kQuad_Verb:
                path.quadTo(*p)
            elif verb == skia.Path.kConic_Verb:
                path.conicTo(*p, _ROUND_WEIGHT)
            elif verb == skia.Path.kCubic_Verb:
                path.cubicTo(*p)
            elif verb == skia.Path.kClose_Verb:
                path.close()
        return path


def _cut(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    shares = [(k + 1) / _PIECES for k in range(_PIECES)]
    return [(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s) for s in shares]


@dataclass(frozen=True)
class Layer:
    """One shape. path: skia's. part: its number or `INK`. stroke: width of a line, 0 = filled.

    clip: the skia path that alone it is seen in, if any.
    """

    path: Any
    part: int
    stroke: float = 0.0
    clip: Any = None


class Movable:
    """Layers taken apart once, so that their control points can be moved again and again."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = list(layers)
        paths = [layer.path for layer in layers] + [layer.clip for layer in layers if layer.clip is not None]
        self._outlines = [Outline.of(path) for path in paths]
        self._points = np.concatenate([np.zeros((0, 2)), *(outline.points for outline in self._outlines)])
        self.counts = [len(outline.points) for outline in self._outlines]
        """How many points each layer has, in order, then each clip."""

    def moved(self, move: Move) -> list[Layer]:
        """Return the layers with all control points moved; strokes keep their width."""
        points, paths, start = move(self._points), list[Any](), 0
        for outline in self._outlines:
            end = start + len(outline.points)
            paths.append(replace(outline, points=points[start:end]).path())
            start = end
        clips = iter(paths[len(self._layers) :])
        return [
            replace(layer, path=path, clip=None if layer.clip is None else next(clips))
            for layer, path in zip(self._layers, paths, strict=False)
        ]


def bounds(drawings: Sequence[Sequence[Layer]]) -> Box | None:
    """Return the box around all shapes of all drawings, None when there is none."""
    boxes = [layer.path.getBounds() for layers in drawings for layer in layers]
    sides = [(b.left(), b.top(), b.right(), b.bottom()) for b in boxes if b.width() > 0 or b.height() > 0]
    if not sides:
        return None
    low, high = np.min(sides, 0), np.max(sides, 0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


@dataclass(frozen=True)
class Placing:
    """How units of the art become px of the page: page = scale * art + offset."""

    scale: float
    offset: tuple[float, float]

    def enlarged(self, factor: float) -> Placing:
        """Return the same on a page so many times as large."""
        return Placing(self.scale * factor, (self.offset[0] * factor, self.offset[1] * factor))


def plan_of(layers: Sequence[Layer], placing: Placing, size: int) -> Plan:
    """Return the plan of a page of `size` px, uint16 (3S, 3S): of each pixel the topmost part or `INK`, 0 where none.

    placing: onto the page of `size` px.
    """
    big = size * OVERSAMPLING
    surface = skia.Surface(big, big)
    canvas = surface.getCanvas()
    canvas.clear(0xFF000000)
    there = placing.enlarged(OVERSAMPLING)
    canvas.translate(*there.offset)
    canvas.scale(there.scale, there.scale)
    thinnest = _THINNEST / placing.scale
    for layer in layers:
        canvas.save()
        if layer.clip is not None:
            canvas.clipPath(layer.clip, doAntiAlias=False)
        canvas.drawPath(layer.path, _paint(layer, thinnest))
        canvas.restore()
    rgba = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)
    plan: Plan = rgba[..., 0].astype(np.uint16) << 8 | rgba[..., 1]
    return plan


def _paint(layer: Layer, thinnest: float) -> Any:
    paint = skia.Paint(AntiAlias=False, Color=skia.Color(layer.part >> 8, layer.part & 255, 0))
    if layer.stroke:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(max(layer.stroke, thinnest) if layer.part == INK else layer.stroke)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint
