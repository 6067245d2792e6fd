"""Paths, shapes, transforms and colours of SVG, as much as openclipart's and DiceBear's files need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import skia

from cmft_training.synthetic.drawn.plates import RGB

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COMMAND = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_IN_ARC = rf"[\s,]*({_NUMBER.pattern})"
_ARC = re.compile(_IN_ARC * 3 + r"[\s,]*([01])[\s,]*([01])" + _IN_ARC * 2)  # flags need no space after them
_TRANSFORM = re.compile(r"(\w+)\s*\(([^)]*)\)")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7}
_NAMED: dict[str, RGB] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "yellow": (255, 255, 0), "blue": (0, 0, 255),
    "green": (0, 128, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
}  # fmt: skip
SHAPES = ("path", "polygon", "polyline", "ellipse", "circle", "rect", "line")


def numbers(text: str | None) -> list[float]:
    """Return the numbers in a text, whatever stands between them."""
    return [float(number) for number in _NUMBER.findall(text or "")]


def first_number(text: object, default: float = 0.0) -> float:
    """Return the number that a value begins with, without its unit."""
    found = _NUMBER.match(str(text).strip()) if text is not None else None
    return float(found[0]) if found else default


def color_of(text: str | None) -> RGB | None:
    """Return the colour that `#rgb`, `#rrggbb`, `rgb(…)` or a common name means, None for anything else."""
    text = (text or "").strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    found = re.fullmatch("#([0-9a-f]{3}|[0-9a-f]{6})", text)
    if found:
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    values = numbers(text) if re.match(r"rgba?\(", text) else []
    return (int(values[0]), int(values[1]), int(values[2])) if len(values) >= 3 else None


def transform_of(text: str | None) -> Any:
    """Return the skia matrix of a `transform` attribute; what is unknown in it changes nothing."""
    matrix = skia.Matrix()
    for name, body in _TRANSFORM.findall(text or ""):
        v = numbers(body)
        step = skia.Matrix()
        if name == "translate" and v:
            step = skia.Matrix.Translate(v[0], v[1] if len(v) > 1 else 0)
        elif name == "scale" and v:
            step = skia.Matrix.Scale(v[0], v[1] if len(v) > 1 else v[0])
        elif name == "rotate" and v:
            step.setRotate(v[0], *(v[1:3] if len(v) > 2 else (0, 0)))
        elif name == "matrix" and len(v) == 6:
            step = skia.Matrix.MakeAll(v[0], v[2], v[4], v[1], v[3], v[5], 0, 0, 1)
        matrix = skia.Matrix.Concat(matrix, step)
    return matrix


def shape_path(tag: str, attributes: Mapping[str, Any]) -> Any:
    """Return the skia path of a basic shape, empty for anything else. attributes: as the file has them."""

    def value(key: str) -> float:
        return first_number(attributes.get(key))

    if tag == "path":
        return parse_path(str(attributes.get("d", "")), even_odd=attributes.get("fill-rule") == "evenodd")
    path = skia.Path()
    if tag == "rect":
        rx = value("rx") or value("ry")
        corner = skia.Rect.MakeXYWH(value("x"), value("y"), value("width"), value("height"))
        path.addRoundRect(corner, rx, value("ry") or rx)
    elif tag == "circle":
        path.addCircle(value("cx"), value("cy"), value("r"))
    elif tag == "ellipse":
        x, y, rx, ry = value("cx"), value("cy"), value("rx"), value("ry")
        path.addOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))
    elif tag == "line":
        path.moveTo(value("x1"), value("y1"))
        path.lineTo(value("x2"), value("y2"))
    elif tag in ("polygon", "polyline"):
        v = numbers(attributes.get("points"))
        path.addPoly([skia.Point(*v[i : i + 2]) for i in range(0, len(v) - 1, 2)], tag == "polygon")
    return path


def parse_path(data: str, *, even_odd: bool = False) -> Any:
    """Return the skia path of path data; arcs become cubic curves, as a warp would lose the weights of conics."""
    pen = _PathPen(even_odd)
    for command, body in _COMMAND.findall(data):
        kind = command.upper()
        if kind == "Z":
            pen.close()
            continue
        values = [float(number) for arc in _ARC.findall(body) for number in arc] if kind == "A" else numbers(body)
        count = _TAKES[kind]
        for k in range(0, len(values) - count + 1, count):
            step = values[k : k + count]
            pen.draw("L" if kind == "M" and k else kind, pen.absolute(kind, step) if command.islower() else step)
    return pen.path


class _PathPen:
    """Draws path commands with absolute numbers; x, y is where the pen is."""

    def __init__(self, even_odd: bool) -> None:
        self.path = skia.Path()
        self.path.setFillType(skia.PathFillType.kEvenOdd if even_odd else skia.PathFillType.kWinding)
        self.x = self.y = 0.0
        self._start = (0.0, 0.0)
        self._control: tuple[str, float, float] | None = None  # of the curve before: its kind and last control point

    def absolute(self, kind: str, step: list[float]) -> list[float]:
        if kind == "H":
            return [step[0] + self.x]
        if kind == "V":
            return [step[0] + self.y]
        if kind == "A":
            return [*step[:5], step[5] + self.x, step[6] + self.y]
        return [value + (self.y if i & 1 else self.x) for i, value in enumerate(step)]

    def close(self) -> None:
        self.path.close()
        self.x, self.y = self._start
        self._control = None

    def draw(self, kind: str, step: list[float]) -> None:
        control = None
        if kind in ("H", "V"):
            step = [step[0], self.y] if kind == "H" else [self.x, step[0]]
        if kind in ("S", "T"):
            step = [*self._mirrored("C" if kind == "S" else "Q"), *step]
        if kind == "M":
            self.path.moveTo(*step)
            self._start = (step[0], step[1])
        elif kind in "LHV":
            self.path.lineTo(*step)
        elif kind in "CS":
            self.path.cubicTo(*step)
            control = ("C", step[2], step[3])
        elif kind in "QT":
            self.path.quadTo(*step)
            control = ("Q", step[0], step[1])
        else:
            for curve in arc_curves((self.x, self.y), step):
                self.path.cubicTo(*curve)
        self.x, self.y = step[-2:]
        self._control = control

    def _mirrored(self, kind: str) -> tuple[float, float]:
        """Return the control point that a smooth curve begins with."""
        if self._control is None or self._control[0] != kind:
            return self.x, self.y
        return 2 * self.x - self._control[1], 2 * self.y - self._control[2]


def arc_curves(start: tuple[float, float], step: list[float]) -> list[tuple[float, ...]]:
    """Return an elliptic arc as cubic curves of six numbers. step: rx, ry, turn, large, sweep, x, y as in SVG."""
    rx, ry, turn, large, sweep, x, y = step
    if not rx or not ry or start == (x, y):
        return [(*start, x, y, x, y)]
    angle = np.deg2rad(turn)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    radii, a, b = np.abs([rx, ry]), np.array(start), np.array([x, y])
    p = rotation.T @ (a - b) / 2 / radii
    radii = radii * max(1.0, float(np.hypot(*p)))  # radii that do not reach are enlarged
    p = rotation.T @ (a - b) / 2 / radii
    side = -1.0 if large == sweep else 1.0
    center = np.sqrt(max(0.0, 1.0 / float(p @ p) - 1.0)) * np.array([p[1], -p[0]]) * side
    first = float(np.arctan2(*(p - center)[::-1]))
    span = float(np.arctan2(*(-p - center)[::-1])) - first
    if not sweep and span > 0:
        span -= 2 * np.pi
    elif sweep and span < 0:
        span += 2 * np.pi
    count = max(1, int(np.ceil(abs(span) / 1.571)))
    reach = 4 / 3 * np.tan(span / count / 4)
    curves = []
    for k in range(count):
        t, u = first + span * k / count, first + span * (k + 1) / count
        unit = np.array(
            [
                [np.cos(t) - reach * np.sin(t), np.sin(t) + reach * np.cos(t)],
                [np.cos(u) + reach * np.sin(u), np.sin(u) - reach * np.cos(u)],
                [np.cos(u), np.sin(u)],
            ]
        )
        curves.append(tuple((((unit + center) * radii) @ rotation.T + (a + b) / 2).ravel().tolist()))
    return curves
