"""The lists of the review window: doubtful tracks, what to paint next, and corrections with switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..pipeline.advice import Advice
from ..protocol.corrections import Correction
from .doubts import DoubtfulTrack
from .palette_view import swatch_icon
from .pictures import Bytes
from .qt import ListWidget, PushButton, Qt, QtCore, QtGui, QtWidgets, Signal
from .style import DOUBT, QUIET

WAITING, NOTHING = "Looking at the shot …", "No region is in doubt."


class TrackList(ListWidget):
    """Doubtful tracks, the most doubtful first."""

    opened = Signal(int)

    def __init__(self, names: Sequence[str], swatches: Bytes) -> None:
        """names, swatches: of the palette's entries."""
        super().__init__()
        self.setObjectName("tracks")
        self.setIconSize(QtCore.QSize(30, 18))
        self.setWordWrap(True)
        self._icons = {name: swatch_icon(color) for name, color in zip(names, swatches.tolist(), strict=True)}
        self.itemClicked.connect(lambda item: self.opened.emit(self.row(item)))
        self.addItem(_quiet(WAITING))

    def show_tracks(self, tracks: Sequence[DoubtfulTrack], row: int | None) -> None:
        """Show tracks, with one of them chosen; the list stays where it was scrolled to."""
        place = self.verticalScrollBar().value()
        self.clear()
        for track in tracks:
            text = f"{track.name}   ·   {track.amount:.1f}\n{track.reason}"
            item = QtWidgets.QListWidgetItem(text)
            item.setIcon(self._icons.get(track.worst.unsure.color, QtGui.QIcon()))
            item.setToolTip(f"frames {', '.join(map(str, track.frames))}\nin doubt by {track.amount:.1f}: the sum of "
                            "1 − confidence")
            self.addItem(item)
        if not tracks:
            self.addItem(_quiet(NOTHING))
        self.verticalScrollBar().setValue(place)
        self.mark(row)

    def mark(self, row: int | None) -> None:
        """Mark the track of a row as chosen."""
        self.setCurrentRow(-1 if row is None else row)
        if row is not None and (item := self.item(row)) is not None:
            self.scrollToItem(item)


class CorrectionList(ListWidget):
    """All corrections in order, the latest last; a tick switches one off and on."""

    switched = Signal(str, bool)
    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("corrections")
        self.setWordWrap(True)
        self.itemChanged.connect(self._switch)
        self.itemClicked.connect(self._open)
        self._fills = False

    def show_corrections(self, corrections: Sequence[Correction], lost: Mapping[str, str], placed: Mapping[str, str]
                         ) -> None:
        """Show corrections; lost: by id, why one has no effect; placed: where a line goes along its track."""
        self._fills = True
        self.clear()
        for one in corrections:
            item = QtWidgets.QListWidgetItem("\n".join(filter(None, (one.text, placed.get(one.id)))))
            item.setData(Qt.ItemDataRole.UserRole, (one.id, one.drawn_at))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if one.on else Qt.CheckState.Unchecked)
            who = " ".join(filter(None, (one.author, one.time.replace("T", " ").rstrip("Z"), one.note)))
            item.setToolTip(lost.get(one.id, "\n".join(filter(None, (placed.get(one.id), who)))))
            if one.id in lost:
                item.setText(f"{one.text}   ·   no effect")
                item.setForeground(QtGui.QColor(DOUBT))
            if not one.counts:
                item.setForeground(QtGui.QColor(QUIET))
                font = item.font()
                font.setStrikeOut(one.undone)
                item.setFont(font)
            self.addItem(item)
        if not corrections:
            self.addItem(_quiet("None yet. Choose a colour and click a region."))
        self._fills = False
        self.scrollToBottom()

    def _switch(self, item: Any) -> None:
        if not self._fills and item.data(Qt.ItemDataRole.UserRole) is not None:
            self.switched.emit(item.data(Qt.ItemDataRole.UserRole)[0], item.checkState() == Qt.CheckState.Checked)

    def _open(self, item: Any) -> None:
        if item.data(Qt.ItemDataRole.UserRole) is not None:
            self.opened.emit(item.data(Qt.ItemDataRole.UserRole)[1])


class AdviceButton(PushButton):
    """Advises which frame to paint next; hidden while there is no advice."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("advice")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_advice(self, advice: Advice | None) -> None:
        """Show advice, or none."""
        self.setVisible(advice is not None)
        if advice is not None:
            self.setText(advice.short)
            self.setToolTip(f"{advice.text}; click to see it")


def _quiet(text: str) -> Any:
    item = QtWidgets.QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setForeground(QtGui.QColor(QUIET))
    return item
