"""The keys, over the picture."""

from __future__ import annotations

from typing import Any

from .keys import KEYS, MOUSE
from .qt import Qt, QtCore, QtGui, Widget
from .style import ACCENT, PANEL, QUIET, TEXT

ROW, COLUMN, KEY_WIDTH, PAD = 21, 370, 156, 26  # px


class HelpView(Widget):
    """Covers its parent until a click or a key takes it away."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        self.hide()

    def toggle(self) -> None:
        """Show the keys, or take them away."""
        self.setGeometry(self.parentWidget().rect())
        self.setVisible(not self.isVisible())
        self.raise_()

    def mousePressEvent(self, event: Any) -> None:
        """Qt calls this for a click."""
        self.hide()

    def paintEvent(self, event: Any) -> None:
        """Qt calls this to have the widget drawn."""
        groups = list(dict.fromkeys(key.group for key in KEYS))
        rows = {group: [(" or ".join(key.keys[:2]), key.help) for key in KEYS if key.group == group]
                for group in groups}
        rows["Mouse and pen"] = list(MOUSE)
        columns = [["Correct", "More"], ["Go", "Look", "Mouse and pen"]]
        heights = [sum((len(rows[group]) + 2) * ROW for group in column) for column in columns]
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(10, 10, 12, 150))
        box = QtCore.QRect(0, 0, 2 * COLUMN + 3 * PAD + 50, max(heights) + PAD)
        box.moveCenter(self.rect().center())
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QColor("#000000"))
        painter.setBrush(QtGui.QColor(PANEL))
        painter.drawRoundedRect(box, 8, 8)
        for at, column in enumerate(columns):
            _draw_column(painter, box.x() + PAD + at * (COLUMN + PAD), box.y() + PAD, {g: rows[g] for g in column})
        painter.end()


def _draw_column(painter: Any, x: int, y: int, groups: dict[str, list[tuple[str, str]]]) -> None:
    for group, rows in groups.items():
        wide = 216 if group == "Mouse and pen" else KEY_WIDTH
        painter.setPen(QtGui.QColor(ACCENT))
        painter.drawText(x, y + 12, group.upper())
        y += ROW + 2
        for key, text in rows:
            painter.setPen(QtGui.QColor(TEXT))
            painter.drawText(QtCore.QRect(x, y, wide - 8, ROW), Qt.AlignmentFlag.AlignLeft, key)
            painter.setPen(QtGui.QColor(QUIET))
            painter.drawText(QtCore.QRect(x + wide, y, COLUMN, ROW), Qt.AlignmentFlag.AlignLeft, text)
            y += ROW
        y += ROW - 2
