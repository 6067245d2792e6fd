"""Thumbnails as the panel draws them: the picture, and under it how sure the engine is."""

from typing import Any

from .qt import Qt, QtCore, QtGui

WIDTH, HEIGHT, BAR = 176, 118, 5  # px; the report's pictures have at most 288x192, the same shape
_AMBER, _GROUND, _EMPTY = "#e0a030", "#262626", "#8c8c8c"


def thumbnail(jpeg: bytes, confidence: float) -> Any:
    """Return a QPixmap of WIDTH x HEIGHT: a JPEG, fitted, and a bar for a confidence in [0, 1]."""
    shown = QtGui.QPixmap(WIDTH, HEIGHT)
    shown.fill(QtGui.QColor(_GROUND))
    painter = QtGui.QPainter(shown)
    room = QtCore.QRect(0, 0, WIDTH, HEIGHT - BAR)
    picture = QtGui.QPixmap()
    if jpeg and picture.loadFromData(jpeg):
        picture = picture.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio,
                                 Qt.TransformationMode.SmoothTransformation)
        painter.drawPixmap((WIDTH - picture.width()) // 2, (room.height() - picture.height()) // 2, picture)
    else:
        painter.setPen(QtGui.QColor(_EMPTY))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), "no picture")
    painter.fillRect(0, HEIGHT - BAR, round(WIDTH * min(max(confidence, 0.0), 1.0)), BAR,
                     QtGui.QColor(_AMBER))
    painter.end()
    return shown


def percent(confidence: float) -> str:
    """Return a confidence as people read it."""
    return "{:.0f} %".format(100 * confidence)
