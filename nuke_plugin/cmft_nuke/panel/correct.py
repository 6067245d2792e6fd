"""The panel's parts that correct: the doubtful tracks, and the buttons below them. They know no Nuke."""

from functools import partial
from typing import Any, Callable, Sequence

from cmft_engine.protocol.host.correct import Swatch
from cmft_engine.protocol.host.review import ReviewTrack

from .colors import color_menu
from .parts import button
from .pictures import thumbnail
from .qt import Qt, QtCore, QtGui, QtWidgets, Widget, plain

_KEY = Qt.ItemDataRole.UserRole
_ICON = (88, 59)  # px


class TrackList(Widget):
    """The doubtful tracks, most doubt first; a click tells which."""

    def __init__(self, go_to: Callable[[ReviewTrack], None]) -> None:
        super().__init__()
        self._go_to = go_to
        self._tracks: Sequence[ReviewTrack] = ()
        self.list = QtWidgets.QListWidget()
        self.list.setObjectName("tracks")
        self.list.setIconSize(QtCore.QSize(*_ICON))
        self.list.setUniformItemSizes(True)
        self.list.setAlternatingRowColors(True)
        self.list.itemClicked.connect(self._clicked)
        self.list.itemActivated.connect(self._clicked)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

    def show_tracks(self, tracks: Sequence[ReviewTrack]) -> None:
        """Show these tracks in this order; the same line stays current."""
        row = self.list.currentRow()
        self.list.clear()
        self._tracks = tracks
        for number, track in enumerate(tracks):
            frame, region = track.worst
            item = QtWidgets.QListWidgetItem(QtGui.QIcon(thumbnail(region.picture, region.confidence)),
                                             "{}\n{}".format(track.words, track.reason))
            item.setData(_KEY, number)
            item.setToolTip(plain("{}: {}.\nIts least sure frame is {}. Click to go there; Fix point is put into the "
                                  "region.".format(track.words, track.reason, frame.frame)))
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, len(tracks) - 1))

    def _clicked(self, item: Any) -> None:
        self._go_to(self._tracks[item.data(_KEY)])


class CorrectButtons(Widget):
    """Take from Viewer, Fix region with its menu of colours, Undo fix, Review."""

    def __init__(self, press: Callable[[str], None], swatches: Callable[[], Sequence[Swatch]],
                 fix: Callable[[str], None]) -> None:
        """press: does what a button of the node is for; swatches: gives the palette; fix: takes a colour's name."""
        super().__init__()
        self._swatches, self._fix = swatches, fix
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button("sample_point", "Take from Viewer", "Sets Fix point to where the Viewer was sampled last: "
                             "hold Ctrl and click into the region.", partial(press, "sample_point")))
        row.addWidget(button("fix_region", "Fix region", "Gives the region at Fix point a colour, here and in every "
                             "frame that shows the same part.", self._ask))
        row.addWidget(button("undo_fix", "Undo fix", "Takes the latest correction back, in all frames.",
                             partial(press, "undo_fix")))
        row.addWidget(button("review", "Review...", "Opens the review window on the result.",
                             partial(press, "review")))
        row.addStretch(1)

    def _ask(self) -> None:
        swatches = self._swatches()
        if swatches:
            menu = color_menu(swatches, self, self._fix)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(QtGui.QCursor.pos())
