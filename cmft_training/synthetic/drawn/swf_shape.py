"""Shapes of a Flash (SWF) file as closed paths in drawing order. Written from the SWF 19 specification."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawn.swf_bits import Bits, Color

MOVE, LINE, CURVE = 0.0, 1.0, 2.0
"""What begins a step of a path: MOVE x y, LINE x y, CURVE control-x control-y x y."""

Point = tuple[float, float]
Edge = tuple[Point, ...]
"""Start and end of a straight edge, or start, control point and end of a quadratic curve."""


@dataclass(frozen=True)
class Shape:
    """kind: "fill", "line" or "bitmap". width: of a line, twips. path: float32, steps as MOVE, LINE, CURVE in twips."""

    kind: str
    rgba: Color
    width: int
    path: NDArray[np.float32]


@dataclass
class _Pen:
    """Where the pen is, what it fills on either side and strokes with, and the edges drawn so far by style."""

    at: Point = (0.0, 0.0)
    left: int = 0
    right: int = 0
    stroke: int = 0
    fills: dict[int, list[Edge]] = field(default_factory=dict)
    strokes: dict[int, list[Edge]] = field(default_factory=dict)

    def draw(self, edge: Edge) -> None:
        self.at = edge[-1]
        if self.right:
            self.fills.setdefault(self.right, []).append(edge)
        if self.left:
            self.fills.setdefault(self.left, []).append(edge[::-1])
        if self.stroke:
            self.strokes.setdefault(self.stroke, []).append(edge)


@dataclass
class _Styles:
    fills: list[tuple[str, Color]]
    lines: list[tuple[int, Color]]
    fill_bits: int
    line_bits: int

    @classmethod
    def read(cls, bits: Bits, version: int) -> _Styles:
        fills = [bits.fill_style(version) for _ in range(bits.count(version))]
        lines = [bits.line_style(version) for _ in range(bits.count(version))]
        bits.align()
        return cls(fills, lines, bits.unsigned(4), bits.unsigned(4))


def read_shape(data: bytes, version: int) -> list[Shape]:
    """Return the shapes of the body of a DefineShape tag; version 1 to 4. Raises IndexError when it is cut short."""
    bits = Bits(data[2:])
    bits.rectangle()
    if version == 4:
        bits.rectangle()
        bits.u8()
    styles, pen, shapes = _Styles.read(bits, version), _Pen(), list[Shape]()
    while True:
        if bits.unsigned(1):
            edge = _edge(bits, pen.at)
            if edge[0] != edge[-1] or len(edge) == 3:
                pen.draw(edge)
            continue
        flags = bits.unsigned(5)
        if flags == 0:
            return shapes + _finished(pen, styles)
        _change_style(bits, flags, pen, styles)
        if flags & 16:
            shapes += _finished(pen, styles)
            pen.fills, pen.strokes = {}, {}
            styles = _Styles.read(bits, version)


def _change_style(bits: Bits, flags: int, pen: _Pen, styles: _Styles) -> None:
    if flags & 1:
        n = bits.unsigned(5)
        pen.at = float(bits.signed(n)), float(bits.signed(n))
    if flags & 2:
        pen.left = bits.unsigned(styles.fill_bits)
    if flags & 4:
        pen.right = bits.unsigned(styles.fill_bits)
    if flags & 8:
        pen.stroke = bits.unsigned(styles.line_bits)


def _edge(bits: Bits, start: Point) -> Edge:
    x, y = start
    is_straight = bits.unsigned(1)
    n = bits.unsigned(4) + 2
    if not is_straight:
        control = x + bits.signed(n), y + bits.signed(n)
        return start, control, (control[0] + bits.signed(n), control[1] + bits.signed(n))
    if bits.unsigned(1):
        return start, (x + bits.signed(n), y + bits.signed(n))
    if bits.unsigned(1):
        return start, (x, y + bits.signed(n))
    return start, (x + bits.signed(n), y)


def _finished(pen: _Pen, styles: _Styles) -> list[Shape]:
    """Return fills in the order of their styles, then strokes."""
    shapes = []
    for number in sorted(pen.fills):
        if number <= len(styles.fills):
            kind, rgba = styles.fills[number - 1]
            shapes.append(Shape(kind, rgba, 0, closed_path(pen.fills[number])))
    for number in sorted(pen.strokes):
        if number <= len(styles.lines):
            width, rgba = styles.lines[number - 1]
            shapes.append(Shape("line", rgba, width, _open_path(pen.strokes[number])))
    return shapes


def closed_path(edges: list[Edge]) -> NDArray[np.float32]:
    """Return the loops that edges form, whatever their order: each goes on with an unused edge from where it is."""
    begins: dict[Point, list[int]] = {}
    for number, edge in enumerate(edges):
        begins.setdefault(edge[0], []).append(number)
    used, path = [False] * len(edges), list[float]()
    for number, edge in enumerate(edges):
        if used[number]:
            continue
        first, current = edge[0], number
        path += [MOVE, *first]
        while True:
            used[current] = True
            path += _step(edges[current])
            end = edges[current][-1]
            free = [] if end == first else [k for k in begins.get(end, ()) if not used[k]]
            if not free:
                break
            current = free[0]
    return np.array(path, np.float32)


def _open_path(edges: list[Edge]) -> NDArray[np.float32]:
    path, last = list[float](), None
    for edge in edges:
        if edge[0] != last:
            path += [MOVE, *edge[0]]
        path += _step(edge)
        last = edge[-1]
    return np.array(path, np.float32)


def _step(edge: Edge) -> list[float]:
    return [LINE, *edge[1]] if len(edge) == 2 else [CURVE, *edge[1], *edge[2]]
