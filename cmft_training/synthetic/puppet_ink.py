"""Puppet outlines to ink and part ids, painter's order, at three times the size. Nothing here knows motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Drawing

_SCALE = 3  # odd, so that a sample sits exactly on each pixel centre
_SHIFT = 4  # OpenCV's sub-pixel bits
_FAR = 2**24  # OpenCV's fixed-point coordinates stay below this


@dataclass(frozen=True)
class Outline:
    """One part ready to be drawn.

    samples: (n, 2) in pixels of the final drawing. number: part id, 0 for an open stroke. on: id of the part it is
    clipped to, or 0. root: id of the outermost part of that chain. width: ink width in px, 0 = no ink.
    """

    samples: NDArray[np.float64]
    number: int
    width: float
    closed: bool = True
    on: int = 0
    root: int = 0


@dataclass(frozen=True)
class _Window:
    """A rectangle of the canvas."""

    left: int
    top: int
    right: int
    bottom: int

    def __and__(self, other: _Window) -> _Window:
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return _Window(left, top, max(right, left), max(bottom, top))

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def of(self, canvas: NDArray[np.generic], corner: tuple[int, int] = (0, 0)) -> NDArray[np.generic]:
        """Return this window of an array whose first element is canvas pixel `corner`."""
        x, y = corner
        return canvas[self.top - y : self.bottom - y, self.left - x : self.right - x]


@dataclass(frozen=True)
class _Shape:
    """An outline in OpenCV's fixed-point canvas coordinates (n, 2), with what it covers."""

    outline: Outline
    fixed: NDArray[np.int32]
    window: _Window
    thickness: int

    def moved(self, window: _Window) -> NDArray[np.int32]:
        """Return the coordinates relative to a window's corner."""
        return self.fixed - np.array([window.left << _SHIFT, window.top << _SHIFT], np.int32)


def draw(outlines: Sequence[Outline], size: int, *, height: int | None = None) -> Drawing:
    """Return the drawing of outlines given back to front, `size` pixels wide and high unless `height` is given."""
    height = size if height is None else height
    page = _Window(0, 0, size * _SCALE, height * _SCALE)
    shapes = _prepare(outlines, page)
    canvas = _Canvas(shapes, page)
    for shape in shapes:
        if shape.window.empty:
            continue
        if shape.outline.on:
            canvas.draw_clipped(shape)
        else:
            canvas.draw_free(shape)
    coverage = cv2.resize(canvas.ink * np.uint8(255), (size, height), interpolation=cv2.INTER_AREA)
    middle = _SCALE // 2
    return Drawing(line=255 - coverage, part=np.ascontiguousarray(canvas.part[middle::_SCALE, middle::_SCALE]))


class _Canvas:
    """Ink (1 = ink) and part ids at drawing scale; keeps what clipped parts need to know about their owners."""

    def __init__(self, shapes: Sequence[_Shape], page: _Window) -> None:
        self.ink = np.zeros((page.bottom, page.right), np.uint8)
        self.part = np.zeros((page.bottom, page.right), np.uint16)
        self._owner = {shape.outline.number: shape for shape in shapes if shape.outline.number}
        self._inner: dict[int, NDArray[np.uint8]] = {}
        self._family: dict[int, NDArray[np.bool_]] = {}
        count = max(self._owner, default=0) + 1
        for number, shape in self._owner.items():
            above = shape.outline.on
            if above:
                self._join(number, number, count)
            while above in self._owner:
                self._join(above, number, count)
                above = self._owner[above].outline.on

    def _join(self, owner: int, member: int, count: int) -> None:
        if owner not in self._family:
            self._family[owner] = np.arange(count) == owner
        self._family[owner][member] = True

    def draw_free(self, shape: _Shape) -> None:
        """Fill the part, hiding the ink beneath it, and ink its outline."""
        cv2.fillPoly(self.part, [shape.fixed], shape.outline.number, cv2.LINE_8, _SHIFT)
        cv2.fillPoly(self.ink, [shape.fixed], 0, cv2.LINE_8, _SHIFT)
        if shape.thickness:
            cv2.polylines(self.ink, [shape.fixed], True, 1, shape.thickness, cv2.LINE_8, _SHIFT)

    def draw_clipped(self, shape: _Shape) -> None:
        """Draw a part or stroke only where its owner is visible, never over the owner's own outline."""
        outline = shape.outline
        if outline.on not in self._owner or outline.root not in self._owner:
            return
        window = shape.window & self._owner[outline.root].window
        if window.empty:
            return
        fixed = shape.moved(window)
        part, ink = window.of(self.part), window.of(self.ink).view(np.bool_)
        family = self._family.get(outline.on)
        visible = part == outline.on if family is None else family[part]
        inkable = visible & self._inner_mask(outline.root, window) if shape.thickness else visible
        if outline.closed:
            fill = np.zeros(part.shape, np.uint8)
            cv2.fillPoly(fill, [fixed], 1, cv2.LINE_8, _SHIFT)
            np.copyto(part, outline.number, where=visible & fill.view(np.bool_), casting="unsafe")
            if shape.thickness:
                np.greater(ink, inkable & fill.view(np.bool_), out=ink)  # ink and not hidden by the fill
        if shape.thickness:
            stroke = np.zeros(part.shape, np.uint8)
            cv2.polylines(stroke, [fixed], outline.closed, 1, shape.thickness, cv2.LINE_8, _SHIFT)
            np.logical_or(ink, inkable & stroke.view(np.bool_), out=ink)

    def _inner_mask(self, root: int, window: _Window) -> NDArray[np.bool_]:
        """Return where the root part lies inside its own outline, for a window of the canvas."""
        owner = self._owner[root]
        whole = owner.window
        if root not in self._inner:
            mask = np.zeros((whole.bottom - whole.top, whole.right - whole.left), np.uint8)
            fixed = owner.moved(whole)
            cv2.fillPoly(mask, [fixed], 1, cv2.LINE_8, _SHIFT)
            if owner.thickness:
                cv2.polylines(mask, [fixed], True, 0, owner.thickness, cv2.LINE_8, _SHIFT)
            self._inner[root] = mask
        return window.of(self._inner[root], (whole.left, whole.top)).view(np.bool_)


def _prepare(outlines: Sequence[Outline], page: _Window) -> list[_Shape]:
    """Return the outlines in canvas coordinates with their windows, clipped to the page."""
    if not outlines:
        return []
    start = np.cumsum([0, *(len(outline.samples) for outline in outlines)])
    place = np.concatenate([outline.samples for outline in outlines]) * _SCALE - 0.5
    fixed = np.rint(np.clip(place * (1 << _SHIFT), -_FAR, _FAR)).astype(np.int32)
    low = np.floor(np.minimum.reduceat(place, start[:-1])).astype(int)
    high = np.ceil(np.maximum.reduceat(place, start[:-1])).astype(int)
    shapes = []
    for i, outline in enumerate(outlines):
        thickness = max(1, round(outline.width * _SCALE)) if outline.width > 0.0 else 0
        margin = thickness + 1
        (x0, y0), (x1, y1) = low[i].tolist(), high[i].tolist()
        window = _Window(x0 - margin, y0 - margin, x1 + margin + 1, y1 + margin + 1) & page
        shapes.append(_Shape(outline, fixed[start[i] : start[i + 1]], window, thickness))
    return shapes
