"""The panel's widget: shows the model, hands clicks to it, and looks again twice a second while it is seen."""

from functools import partial
from typing import Any, Optional, Tuple

from cmft_engine.protocol.host.review import READING, Review, ReviewTrack

from .correct import CorrectButtons, TrackList
from .model import PanelModel
from .parts import ErrorBox, FrameGallery, NodeList, RegionStrip, button, label
from .qt import Qt, QtCore, QtWidgets, Widget

INTERVAL_MS, SOON_MS = 500, 100
NO_NODE = "There is no CMFT node in this script. Press Tab over the node graph and type CMFT."
LEAST_SURE, BY_FRAME = "least sure first", "by frame"


class Panel(Widget):
    """Nodes above, what is to check in the chosen one's result below."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cmft_panel")
        self.setWindowTitle("CMFT")
        self.model = PanelModel()
        self._shown: Optional[Tuple[Review, str]] = None
        self.timer = QtCore.QTimer(self)
        self.timer.setInterval(INTERVAL_MS)
        self.timer.timeout.connect(self.look)
        self.soon = QtCore.QTimer(self)  # a report is read in the background
        self.soon.setSingleShot(True)
        self.soon.setInterval(SOON_MS)
        self.soon.timeout.connect(self._update)
        self.nodes, self.hint = NodeList(self._choose, self._press, self._show_node), label("hint")
        self.hint.setText(NO_NODE)
        self.status = label("status")
        self.error = ErrorBox(self.model.log_text, self._dismiss)
        self.summary = label("summary")
        self.order = QtWidgets.QComboBox()
        self.order.setObjectName("order")
        self.order.addItems([LEAST_SURE, BY_FRAME])
        self.order.currentIndexChanged.connect(lambda _: self._update())
        self.frames = FrameGallery(self._go_to)
        self.tracks = TrackList(self._go_to_track)
        self.regions = RegionStrip()
        self.correct = CorrectButtons(self._press_chosen, lambda: self.model.swatches(self.model.chosen), self._fix)
        self.tabs = QtWidgets.QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.addTab(self.frames, "Frames")
        self.tabs.addTab(self.tracks, "Tracks")
        self._lay_out()
        self.regions.show_frame(None)

    def _lay_out(self) -> None:
        self.below = QtWidgets.QWidget()
        layout = QtWidgets.QVBoxLayout(self.below)
        layout.setContentsMargins(0, 4, 0, 0)
        heading = QtWidgets.QHBoxLayout()
        heading.addWidget(self.summary, 1)
        heading.addWidget(self.order)
        for part in (self.status, self.error):
            layout.addWidget(part)
        layout.addLayout(self._buttons())
        layout.addLayout(heading)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.regions)
        layout.addWidget(self.correct)
        layout.addStretch(0)  # takes the room while there are no frames
        splitter = QtWidgets.QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.nodes)
        splitter.addWidget(self.below)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([110, 600])
        splitter.setChildrenCollapsible(False)
        self.nodes.tree.setMinimumHeight(70)
        whole = QtWidgets.QVBoxLayout(self)
        whole.setContentsMargins(6, 6, 6, 6)
        whole.addWidget(self.hint)
        whole.addWidget(splitter, 1)

    def _buttons(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        for name, text, tooltip in (
                ("open_report", "Open report", "Opens the report of the result in the browser."),
                ("add_correction", "Add correction", "Makes the current frame a reference: takes the picture of the "
                 "one selected node, or else asks for a file."),
                ("troubleshoot", "Troubleshoot", "Checks engine, inputs, cache and result.")):
            row.addWidget(button(name, text, tooltip, partial(self._press_chosen, name)))
        row.addWidget(button("show_node", "Show node", "Opens the node's own panel and brings it to the middle of the "
                             "node graph.", lambda: self._show_node(self.model.chosen)))
        row.addStretch(1)
        return row

    def came_into_sight(self) -> None:
        """Look now, and twice a second from now on."""
        self.look()
        self.timer.start()

    def went_out_of_sight(self) -> None:
        """Ask Nuke for nothing while nobody looks."""
        self.timer.stop()
        self.soon.stop()

    def look(self) -> None:
        """Look at the script and show what is there."""
        self.model.refresh()
        self._update()

    def _update(self) -> None:
        row = self.model.row
        self.hint.setVisible(row is None)
        self.below.setVisible(row is not None)
        self.nodes.show_rows(self.model.rows, self.model.chosen)
        if row is None:
            return
        self.status.setText("{}: {}".format(row.name, row.text))
        self.status.setVisible(not row.error)
        self.error.show_error("{}: {}".format(row.name, row.error) if row.error and row.name not in row.error
                              else row.error, bool(row.log))
        self._show_review(self.model.review())

    def _show_review(self, review: Review) -> None:
        if review is READING and self.isVisible():
            self.soon.start()
        order = self.order.currentText()
        if self._shown is not None and self._shown[0] is review and self._shown[1] == order:
            return
        self._shown = (review, order)
        self.summary.setText("To review: " + review.words)
        for part in (self.order, self.tabs):
            part.setVisible(bool(review.frames))
        self.frames.show_frames(review.frames if order == BY_FRAME else review.least_sure_first())
        self.tracks.show_tracks(review.tracks)
        self.regions.show_frame(self.frames.current)

    def _choose(self, name: str) -> None:
        self.model.choose(name)
        self._update()

    def _press(self, action: str, name: str) -> None:
        self.model.press(action, name)
        self._update()

    def _press_chosen(self, action: str) -> None:
        self._press(action, self.model.chosen)

    def _show_node(self, name: str) -> None:
        self.model.show_node(name)
        self._update()

    def _go_to(self, frame: int) -> None:
        self.model.show_frame(self.model.chosen, frame)
        self._update()
        self.regions.show_frame(self.frames.current)

    def _go_to_track(self, track: ReviewTrack) -> None:
        self.model.show_track(self.model.chosen, track)
        self._update()
        self.regions.show_frame(track.worst[0])

    def _fix(self, color: str) -> None:
        self.model.fix(self.model.chosen, color)
        self._update()

    def _dismiss(self) -> None:
        self.model.dismiss(self.model.chosen)
        self._update()
