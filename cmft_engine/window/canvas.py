"""The picture in the middle of the review window, and where a tool is used on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol.corrections import Point
from .picture_view import PictureView
from .pictures import outlines
from .qt import Qt, Signal, place_of

STEP = 1.25  # of zoom, a notch of the wheel
STROKE_STEP_PX = 2.0  # of the picture, between points of a stroke
GRIP_PX = 8  # of the screen, how near the wipe's line is taken


class Canvas(PictureView):
    """Tells where the pen was put down and where it went; pans, zooms and moves the wipe itself."""

    clicked = Signal(float, float)
    picked = Signal(float, float)
    dragged = Signal(object)
    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pan_from: Point | None = None
        self._wipes = False
        self.is_stroking = self.has_space = False

    def mousePressEvent(self, event: Any) -> None:
        """Qt calls this when the pen comes down."""
        x, y = place_of(event)
        point = self.place.to_picture(x, y)
        if event.button() == Qt.MouseButton.MiddleButton or self.has_space:
            self._pan_from = x, y
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() != Qt.MouseButton.LeftButton or self._image is None:
            return
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.picked.emit(*point)
        elif self.wipe is not None and abs(self.place.to_screen(self.wipe, 0)[0] - x) <= GRIP_PX:
            self._wipes = True
        else:
            self.stroke = [point]

    def mouseMoveEvent(self, event: Any) -> None:
        """Qt calls this when the pen moves."""
        x, y = place_of(event)
        point = self.place.to_picture(x, y)
        if self._pan_from is not None:
            self.place.move(x - self._pan_from[0], y - self._pan_from[1])
            self._pan_from = x, y
        elif self._wipes and self._image is not None:
            self.wipe = min(max(point[0], 0.0), float(self._image.width()))
        elif self.stroke and self.is_stroking:
            if np.hypot(point[0] - self.stroke[-1][0], point[1] - self.stroke[-1][1]) >= STROKE_STEP_PX:
                self.stroke.append(point)
        else:
            self._look_at_region(point)
            return
        self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        """Qt calls this when the pen is lifted."""
        self._wipes = False
        if self._pan_from is not None:
            self._pan_from = None
            self.setCursor(Qt.CursorShape.OpenHandCursor if self.has_space else Qt.CursorShape.CrossCursor)
            return
        stroke, self.stroke = self.stroke, []
        if len(stroke) > 1:
            self.dragged.emit(tuple(stroke))
        elif stroke:
            self.clicked.emit(*stroke[0])
        self.update()

    def wheelEvent(self, event: Any) -> None:
        """Qt calls this for the wheel."""
        notches = event.angleDelta().y() / 120
        self.zoom(STEP**notches, place_of(event))

    def leaveEvent(self, event: Any) -> None:
        """Qt calls this when the pen leaves."""
        self._look_at_region((-1.0, -1.0))

    def hold_space(self, held: bool) -> None:
        """Pan with the pen while the space bar is held."""
        self.has_space = held
        self.setCursor(Qt.CursorShape.OpenHandCursor if held else Qt.CursorShape.CrossCursor)

    def region_at(self, x: float, y: float) -> int | None:
        """Return the region, from 1, at a place of the picture."""
        labels, row, column = self._labels, int(np.floor(y)), int(np.floor(x))
        if labels is None or not (0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]):
            return None
        return int(labels[row, column])

    def _look_at_region(self, point: Point) -> None:
        region = self.region_at(*point)
        if (region or 0) != self._hover[0]:
            self._hover = (0, ()) if region is None or self._labels is None else (region,
                                                                               outlines(self._labels, region))
            self.hovered.emit(region)
            self.update()
