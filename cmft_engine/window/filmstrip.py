"""The frames along the bottom of the review window: thumbnails, doubt, and what is approved or changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, Widget, place_of
from .style import ACCENT, BACK, DONE, DOUBT, LINE, PANEL, QUIET, RAISED, TEXT

CELL, PICTURE_HEIGHT, HEAD, FOOT = 136, 72, 17, 9  # px; of a frame's picture, the number over it, the bar under it


class Cell(NamedTuple):
    """A frame in the strip: its thumbnail (a QImage or None), doubt in [0, 1], and what is so of it."""

    image: Any
    doubt: float
    is_approved: bool
    is_waiting: bool
    is_held: bool
    on_track: bool


class Filmstrip(Widget):
    """Draws the cells that are seen, and asks for no other."""

    chosen = Signal(int)

    def __init__(self, frames: Sequence[int], cell_of: Callable[[int], Cell]) -> None:
        """cell_of: what a frame shows; called for frames in sight alone."""
        super().__init__()
        self.setObjectName("filmstrip")
        self._frames, self._cell_of, self._current = list(frames), cell_of, frames[0]
        self.setFixedSize(max(CELL * len(frames), 1), HEAD + PICTURE_HEIGHT + FOOT + 6)

    def in_sight(self) -> list[int]:
        """Return the frames that are seen."""
        box = self.visibleRegion().boundingRect()
        return self._frames[max(0, box.left() // CELL):box.right() // CELL + 1]

    def choose(self, frame: int) -> None:
        """Mark a frame."""
        self._current = frame
        self.update()

    def middle(self, frame: int) -> int:
        """Return the x of a frame's middle, px."""
        return self._frames.index(frame) * CELL + CELL // 2

    def show_again(self, frame: int) -> None:
        """Draw a frame again."""
        self.update(self._frames.index(frame) * CELL, 0, CELL, self.height())

    def mousePressEvent(self, event: Any) -> None:
        """Qt calls this for a click."""
        at = int(place_of(event)[0]) // CELL
        if event.button() == Qt.MouseButton.LeftButton and 0 <= at < len(self._frames):
            self.chosen.emit(self._frames[at])

    def paintEvent(self, event: Any) -> None:
        """Qt calls this to have a part drawn."""
        painter = QtGui.QPainter(self)
        box = event.rect()
        painter.fillRect(box, QtGui.QColor(BACK))
        for at in range(max(0, box.left() // CELL), min(len(self._frames), box.right() // CELL + 1)):
            self._draw(painter, at * CELL, self._frames[at])
        painter.end()

    def _draw(self, painter: Any, x: int, frame: int) -> None:
        cell, is_current = self._cell_of(frame), frame == self._current
        painter.fillRect(x + 1, 1, CELL - 2, self.height() - 2, QtGui.QColor(RAISED if is_current else PANEL))
        painter.setPen(QtGui.QColor("#ffffff" if is_current else TEXT if cell.on_track else QUIET))
        painter.drawText(x + 7, HEAD - 4, f"{frame}" + (" held" if cell.is_held else ""))
        if cell.is_approved:
            _tick(painter, x + CELL - 18, 4)
        elif cell.is_waiting:
            painter.setPen(QtGui.QColor(ACCENT))
            painter.drawText(x + CELL - 20, HEAD - 4, "…")
        box = QtCore.QRect(x + 4, HEAD, CELL - 8, PICTURE_HEIGHT)
        painter.fillRect(box, QtGui.QColor(LINE))
        if cell.image is not None:
            size = cell.image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QtCore.QRect(QtCore.QPoint(0, 0), size)
            target.moveCenter(box.center())
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, cell.image)
        bar = QtCore.QRect(x + 4, HEAD + PICTURE_HEIGHT + 3, CELL - 8, 4)
        painter.fillRect(bar, QtGui.QColor(LINE))
        bar.setWidth(round((CELL - 8) * min(max(cell.doubt, 0.0), 1.0)))
        painter.fillRect(bar, QtGui.QColor(DONE if cell.is_approved else DOUBT))
        if is_current or cell.on_track:
            painter.setPen(QtGui.QPen(QtGui.QColor(ACCENT if is_current else "#8a6a34"), 2 if is_current else 1))
            painter.drawRect(x + 2, 2, CELL - 5, self.height() - 5)


def _tick(painter: Any, x: int, y: int) -> None:
    painter.save()
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(QtGui.QColor(DONE), 2.4))
    painter.drawPolyline(QtGui.QPolygonF([QtCore.QPointF(x, y + 5), QtCore.QPointF(x + 4, y + 9),
                                          QtCore.QPointF(x + 11, y)]))
    painter.restore()


class ScrolledStrip(QtWidgets.QScrollArea):  # type: ignore[misc, name-defined]
    """The filmstrip in its frame; follows the frame that is chosen."""

    def __init__(self, strip: Filmstrip) -> None:
        super().__init__()
        self.strip = strip
        self.setWidget(strip)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFixedHeight(strip.height() + 12)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def wheelEvent(self, event: Any) -> None:
        """Qt calls this for the wheel: it moves along the frames."""
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.y() or delta.x()))

    def follow(self, frame: int) -> None:
        """Choose a frame and bring it into sight."""
        self.strip.choose(frame)
        bar = self.horizontalScrollBar()
        bar.setValue(self.strip.middle(frame) - self.viewport().width() // 2)
