"""A painting beside the shot, with what corresponds to the region under the pen in full light."""

from __future__ import annotations

from typing import Any

from .paintings import Painting, lit
from .pictures import outlines
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, Widget, image_of, place_of
from .style import ACCENT, BACK, QUIET


class PaintingView(Widget):
    """Shows a painting whole; a click picks the colour there."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("painting")
        self.setMinimumSize(200, 120)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to pick a colour")
        self.painting: Painting | None = None
        self._image: Any = None
        self._lit: tuple[int | None, int | None] = None, None
        self._outline: list[Any] = []

    def show_painting(self, painting: Painting) -> None:
        """Show a painting."""
        self.painting = painting
        self._lit = None, None
        self._image, self._outline = image_of(painting.picture), []
        self.update()

    def light(self, color: int | None, region: int | None) -> None:
        """Light up a palette entry, and a region of the painting, from 1, where it is known."""
        if self.painting is not None and (color, region) != self._lit:
            self._lit = color, region
            self._image = image_of(lit(self.painting, color, region))
            self._outline = outlines(self.painting.labels, region) if region else []
            self.update()

    def _target(self) -> Any:
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QtCore.QRect(QtCore.QPoint(0, 0), size)
        target.moveCenter(self.rect().center())
        return target

    def mousePressEvent(self, event: Any) -> None:
        """Qt calls this for a click."""
        if self.painting is None or event.button() != Qt.MouseButton.LeftButton:
            return
        target, (x, y) = self._target(), place_of(event)
        scale = self._image.width() / target.width()
        color = self.painting.color_at((x - target.x()) * scale, (y - target.y()) * scale)
        if color is not None:
            self.picked.emit(color)

    def paintEvent(self, event: Any) -> None:
        """Qt calls this to have the widget drawn."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(BACK))
        if self._image is None:
            painter.setPen(QtGui.QColor(QUIET))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "reading the painting …")
        else:
            target = self._target()
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._image)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            scale = target.width() / self._image.width()
            for one in self._outline:
                for color, width in (("#101010", 3.4), (ACCENT, 1.8)):
                    painter.setPen(QtGui.QPen(QtGui.QColor(color), width))
                    painter.drawPolygon(QtGui.QPolygonF([
                        QtCore.QPointF(target.x() + (x + 0.5) * scale, target.y() + (y + 0.5) * scale)
                        for x, y in one.tolist()]))
        painter.end()


class PaintingPanel(Widget):
    """The painting under a choice of all paintings of the shot."""

    wanted = Signal(int)

    def __init__(self, names: list[str]) -> None:
        """names: of the paintings, as a person tells them apart."""
        super().__init__()
        self.view = PaintingView()
        self.choice = QtWidgets.QComboBox()
        self.choice.setObjectName("paintings")
        self.choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choice.addItems(names)
        self.choice.setVisible(len(names) > 1)
        self.choice.activated.connect(self.wanted.emit)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.choice)
        layout.addWidget(self.view, 1)
