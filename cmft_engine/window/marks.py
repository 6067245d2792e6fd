"""What is drawn over the picture, in lines of the screen's width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol.corrections import Point
from .qt import Qt, QtCore, QtGui
from .style import ACCENT
from .zoom import Zoom

HALO = "#101010"
Outline = Sequence[NDArray[np.int32]]


class Marks:
    """Draws in places of the picture."""

    def __init__(self, painter: Any, place: Zoom) -> None:
        """place: of the picture in the widget that is painted."""
        self._painter, self._place = painter, place

    def path(self, points: Sequence[Point]) -> None:
        """Draw the way of a track."""
        if len(points) < 2:
            return
        self._line(points, ACCENT, 1.2)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QtGui.QColor(ACCENT))
        for x, y in points:
            self._painter.drawEllipse(QtCore.QPointF(*self._place.to_screen(x, y)), 2.5, 2.5)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)

    def outline(self, outline: Outline, color: str, width: float) -> None:
        """Draw outlines, which run through the middles of pixels."""
        way = QtGui.QPainterPath()
        for one in outline:
            points = [QtCore.QPointF(*self._place.to_screen(x + 0.5, y + 0.5)) for x, y in one.tolist()]
            way.addPolygon(QtGui.QPolygonF([*points, points[0]]))
        for paint, wide in ((HALO, width + 2), (color, width)):
            self._painter.strokePath(way, QtGui.QPen(QtGui.QColor(paint), wide))

    def stroke(self, points: Sequence[Point], color: Sequence[int]) -> None:
        """Draw a stroke in a display colour."""
        self._line(points, HALO, 5.0)
        self._line(points, QtGui.QColor(*color), 3.0)

    def _line(self, points: Sequence[Point], color: Any, width: float) -> None:
        pen = QtGui.QPen(QtGui.QColor(color), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._painter.setPen(pen)
        self._painter.drawPolyline(QtGui.QPolygonF([QtCore.QPointF(*self._place.to_screen(x, y)) for x, y in points]))

    def wipe(self, at: float, height: int) -> None:
        """Draw the line between before and after, at an x of the picture, over a height of the widget."""
        painter, x = self._painter, self._place.to_screen(at, 0)[0]
        for paint, wide in ((HALO, 4.0), ("#ffffff", 1.6)):
            painter.setPen(QtGui.QPen(QtGui.QColor(paint), wide))
            painter.drawLine(QtCore.QPointF(x, 0), QtCore.QPointF(x, height))
        for text, left in (("before", x - 60), ("after", x + 6)):
            box = QtCore.QRectF(left, 6, 54, 20)
            painter.fillRect(box, QtGui.QColor(16, 16, 16, 190))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
