"""The palette in the review window: swatches with names, and a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .pictures import Bytes
from .qt import ListWidget, QtCore, QtGui, QtWidgets, Signal, Widget

SWATCH = 30, 18  # px


class Search(QtWidgets.QLineEdit):  # type: ignore[misc, name-defined]
    """A field whose keys go no farther: Return would approve the frame, too."""

    def keyPressEvent(self, event: Any) -> None:
        """Qt calls this for a key."""
        super().keyPressEvent(event)
        event.accept()


class PaletteView(Widget):
    """A list of colours; one is chosen."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], swatches: Bytes) -> None:
        """names: of the palette's entries; swatches: display RGB (K, 3) of them."""
        super().__init__()
        self._names, self.swatches = list(names), swatches
        self.search = Search()
        self.search.setObjectName("search")
        self.search.setPlaceholderText("Search colours ( / )")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take_first)
        self.list = ListWidget()
        self.list.setObjectName("palette")
        self.list.setIconSize(QtCore.QSize(*SWATCH))
        for name, color in zip(names, swatches.tolist(), strict=True):
            self.list.addItem(QtWidgets.QListWidgetItem(swatch_icon(color), name))
        self.list.currentRowChanged.connect(self._choose)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)

    @property
    def color(self) -> int | None:
        """The chosen entry, None while none is."""
        row = self.list.currentRow()
        return row if row >= 0 else None

    def choose(self, color: int) -> None:
        """Choose an entry."""
        self.search.clear()
        self.list.setCurrentRow(color)
        self.list.scrollToItem(self.list.item(color))

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(row)

    def _filter(self, text: str) -> None:
        for row, name in enumerate(self._names):
            self.list.item(row).setHidden(text.strip().lower() not in name.lower())

    def _take_first(self) -> None:
        """Take the first colour that is found; an exact name before others."""
        text = self.search.text().strip().lower()
        found = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if found:
            self.choose(min(found, key=lambda row: (self._names[row].lower() != text, row)))


def swatch_icon(color: Sequence[int]) -> Any:
    """Return a QIcon of a display colour, which it keeps when it is selected."""
    pixmap = QtGui.QPixmap(*SWATCH)
    pixmap.fill(QtGui.QColor(*color))
    painter = QtGui.QPainter(pixmap)
    painter.setPen(QtGui.QColor(0, 0, 0, 120))
    painter.drawRect(0, 0, SWATCH[0] - 1, SWATCH[1] - 1)
    painter.end()
    icon = QtGui.QIcon(pixmap)
    icon.addPixmap(pixmap, QtGui.QIcon.Mode.Selected)
    return icon
