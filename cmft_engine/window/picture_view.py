"""A picture that can be zoomed and wiped, with outlines over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol.corrections import Point
from .marks import Marks, Outline
from .pictures import GAP
from .qt import Qt, QtCore, QtGui, Widget
from .style import ACCENT, BACK, QUIET
from .zoom import Zoom


class PictureView(Widget):
    """Shows one picture."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(320, 200)
        self._image: Any = None
        self._before: Any = None
        self._labels: NDArray[np.integer] | None = None
        self.place = Zoom()
        self._hover: tuple[int, Outline] = 0, ()
        self._track: Outline = ()
        self._path: Sequence[Point] = ()
        self._lines: Sequence[Sequence[Point]] = ()
        self.stroke: list[Point] = []
        self.draws_line = False
        self.wipe: float | None = None  # x of its line in the picture, None for no wipe
        self.color: tuple[int, int, int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no picture was shown yet."""
        return self._image is None

    @property
    def picture_middle(self) -> float:
        """The x of the picture's middle, px."""
        return 0.0 if self._image is None else self._image.width() / 2

    def show_picture(self, image: Any, labels: NDArray[np.integer] | None) -> None:
        """Show a QImage, with the regions (H, W) that it has; None for nothing yet."""
        is_new = image is not None and (self._image is None or self._image.size() != image.size())
        self._image, self._labels = image, labels
        self._hover = 0, ()
        if is_new:
            self.fit()
        self.update()

    def show_before(self, image: Any) -> None:
        """Show a QImage left of the wipe's line."""
        self._before = image
        self.update()

    def show_track(self, track: Outline, path: Sequence[Point]) -> None:
        """Outline the regions of a track, and show its way through the frames as places in px."""
        self._track, self._path = track, path
        self.update()

    def show_lines(self, lines: Sequence[Sequence[Point]]) -> None:
        """Show the lines that close and open gaps of the frame while such a tool is in use."""
        self._lines = lines
        self.update()

    def fit(self) -> None:
        """Show the whole picture."""
        if self._image is not None:
            self.place.fit((self._image.width(), self._image.height()), (self.width(), self.height()))
        self.update()

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Show the picture so much larger, with the place under `at` staying where it is."""
        if self._image is not None:
            least = min(1.0, self.width() / self._image.width() / 2, self.height() / self._image.height() / 2)
            self.place.by(factor, at or (self.width() / 2, self.height() / 2), least)
            self.update()

    def full_size(self) -> None:
        """Show one pixel a pixel."""
        self.zoom(1 / self.place.scale)

    def look_at(self, x: float, y: float) -> None:
        """Bring a place of the picture into sight, when it is not."""
        left, top = self.place.to_screen(x, y)
        if not (0 <= left < self.width() and 0 <= top < self.height()):
            self.place.move(self.width() / 2 - left, self.height() / 2 - top)
            self.update()

    def resizeEvent(self, event: Any) -> None:
        """Qt calls this with a new size."""
        if self.place.is_fit:
            self.fit()

    def paintEvent(self, event: Any) -> None:
        """Qt calls this to have the widget drawn."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(BACK))
        if self._image is None:
            painter.setPen(QtGui.QColor(QUIET))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "reading the frame …")
            painter.end()
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, self.place.scale < 2)
        painter.save()
        painter.translate(*self.place.offset)
        painter.scale(self.place.scale, self.place.scale)
        painter.drawImage(0, 0, self._image)
        if self.wipe is not None and self._before is not None:
            painter.setClipRect(QtCore.QRectF(0, 0, self.wipe, self._image.height()))
            painter.drawImage(0, 0, self._before)
        painter.restore()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._draw_marks(Marks(painter, self.place))
        painter.end()

    def _draw_marks(self, marks: Marks) -> None:
        marks.path(self._path)
        marks.outline(self._track, ACCENT, 2.0)
        marks.outline(self._hover[1], "#ffffff", 1.4)
        for line in self._lines if self.draws_line else ():
            marks.stroke(line, GAP)
        if len(self.stroke) > 1:
            marks.stroke(self.stroke, GAP if self.draws_line or self.color is None else self.color)
        if self.wipe is not None:
            marks.wipe(self.wipe, self.height())
