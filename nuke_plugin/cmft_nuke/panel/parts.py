"""The panel's parts, each a widget that shows what it is given and tells what was clicked. They know no Nuke."""

from functools import partial
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

from cmft_engine.protocol.host.review import Frame, Region

from .model import COLOURING, FAILED, STOPPING, Row
from .pictures import HEIGHT, WIDTH, percent, thumbnail
from .qt import Qt, QtCore, QtGui, QtWidgets, Widget, plain

COLORS = {"ready": "#7fbf82", "stale": "#e0a030", COLOURING: "#7fb0e0", STOPPING: "#7fb0e0", FAILED: "#e07070",
          "engine missing": "#e07070"}
_KEY = Qt.ItemDataRole.UserRole
_LONGEST = "1001 (held to 1004), 70 % sure"  # of the lines below a frame


def label(name: str, *, wraps: bool = True) -> Any:
    """Return a QLabel for plain text that can be selected."""
    made = QtWidgets.QLabel()
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(name: str, text: str, tooltip: str, press: Callable[[], None]) -> Any:
    """Return a QPushButton that calls `press`."""
    made = QtWidgets.QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(plain(tooltip))
    made.clicked.connect(lambda *_: press())
    return made


class NodeList(Widget):
    """The nodes, one a line: name, state, progress, and Colorize or Cancel."""

    def __init__(self, choose: Callable[[str], None], press: Callable[[str, str], None],
                 show: Callable[[str], None]) -> None:
        super().__init__()
        self._choose, self._press = choose, press
        self._lines: Dict[str, Tuple[Any, Any, Any]] = {}  # item, bar, button by the node's name
        self.tree = QtWidgets.QTreeWidget()
        self.tree.setObjectName("nodes")
        self.tree.setHeaderLabels(["Node", "State", "Progress", ""])
        self.tree.setRootIsDecorated(False)
        self.tree.setAlternatingRowColors(True)
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(("Stretch", "ResizeToContents", "Fixed", "Fixed")):
            header.setSectionResizeMode(column, getattr(QtWidgets.QHeaderView.ResizeMode, mode))
        header.resizeSection(2, 130)
        header.resizeSection(3, 84)
        self.tree.currentItemChanged.connect(lambda now, _: now is not None and self._choose(now.data(0, _KEY)))
        self.tree.itemDoubleClicked.connect(lambda item, _: show(item.data(0, _KEY)))
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)

    def show_rows(self, rows: Sequence[Row], chosen: str) -> None:
        """Show these nodes; lines stay while the names do, so that a click is never lost."""
        if list(self._lines) != [row.name for row in rows]:
            self._make_lines(rows)
        for row in rows:
            self._fill(row)
        blocked = self.tree.blockSignals(True)
        self.tree.setCurrentItem(self._lines[chosen][0] if chosen in self._lines else None)
        self.tree.blockSignals(blocked)

    def _make_lines(self, rows: Sequence[Row]) -> None:
        blocked = self.tree.blockSignals(True)
        self.tree.clear()
        self._lines = {}
        for row in rows:
            item = QtWidgets.QTreeWidgetItem([row.name, "", "", ""])
            item.setData(0, _KEY, row.name)
            self.tree.addTopLevelItem(item)
            cell, bar = QtWidgets.QWidget(), QtWidgets.QProgressBar()  # the tree shows again what it holds itself
            inside = QtWidgets.QHBoxLayout(cell)
            inside.setContentsMargins(4, 1, 4, 1)
            inside.addWidget(bar)
            push = button("colour:" + row.name, "Colorize", "Colours the node's range; press again to stop.",
                          partial(self._pressed, row.name))
            self.tree.setItemWidget(item, 2, cell)
            self.tree.setItemWidget(item, 3, push)
            self._lines[row.name] = (item, bar, push)
        self.tree.blockSignals(blocked)

    def _fill(self, row: Row) -> None:
        item, bar, push = self._lines[row.name]
        item.setText(1, row.state)
        item.setForeground(1, QtGui.QBrush(QtGui.QColor(COLORS[row.state])) if row.state in COLORS
                           else self.palette().brush(QtGui.QPalette.ColorRole.Text))
        item.setToolTip(1, plain(row.error or row.text))
        bar.setVisible(row.is_running)
        bar.setValue(row.percent)
        push.setText("Cancel" if row.is_running else "Colorize")
        push.setEnabled(row.state != STOPPING)

    def _pressed(self, name: str) -> None:
        self._choose(name)
        self._press("cancel" if self._lines[name][2].text() == "Cancel" else "colour", name)


class ErrorBox(Widget):
    """What went wrong and what to do; the engine's log on demand."""

    def __init__(self, read_log: Callable[[], str], dismiss: Callable[[], None]) -> None:
        super().__init__()
        self._read_log = read_log
        frame = QtWidgets.QFrame()
        frame.setObjectName("error_box")
        frame.setStyleSheet("#error_box { border: 1px solid #a04848; border-left: 4px solid #e07070; }")
        self.words = label("error")
        self.toggle = button("show_log", "Show log", "Shows the end of the engine's log of this run.", self._turn)
        self.close_button = button("dismiss", "Dismiss", "Takes this message away; it changes nothing else.", dismiss)
        self.log = QtWidgets.QPlainTextEdit()
        self.log.setObjectName("log")
        self.log.setReadOnly(True)
        self.log.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self.log.setMinimumHeight(110)
        row = QtWidgets.QHBoxLayout()
        for part in (self.toggle, self.close_button):
            row.addWidget(part)
        row.addStretch(1)
        around = QtWidgets.QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(frame)
        layout = QtWidgets.QVBoxLayout(frame)
        layout.addWidget(self.words)
        layout.addLayout(row)
        layout.addWidget(self.log)

    def show_error(self, words: str, has_log: bool) -> None:
        """Show a sentence, "" for none."""
        if words != self.words.text():
            self.words.setText(words)
            self._show_log(False)
        self.toggle.setVisible(has_log)
        self.setVisible(bool(words))

    def _turn(self) -> None:
        self._show_log(self.log.isHidden())

    def _show_log(self, shown: bool) -> None:
        if shown:
            self.log.setPlainText(self._read_log())
            self.log.moveCursor(QtGui.QTextCursor.MoveOperation.End)
        self.log.setVisible(shown)
        self.toggle.setText("Hide log" if shown else "Show log")


def gallery(name: str, *, one_row: bool) -> Any:
    """Return a QListWidget of thumbnails with two lines of text each."""
    made = QtWidgets.QListWidget()
    made.setObjectName(name)
    made.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
    made.setMovement(QtWidgets.QListView.Movement.Static)
    made.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
    made.setIconSize(QtCore.QSize(WIDTH, HEIGHT))
    letters = made.fontMetrics()
    height = HEIGHT + 2 * letters.lineSpacing() + 14  # whatever font Nuke's window has
    made.setGridSize(QtCore.QSize(max(WIDTH, letters.horizontalAdvance(_LONGEST)) + 14, height))
    made.setUniformItemSizes(True)
    made.setWordWrap(True)
    made.setWrapping(not one_row)
    made.setSelectionRectVisible(False)
    if one_row:
        made.setFlow(QtWidgets.QListView.Flow.LeftToRight)
        made.setFixedHeight(height + 18)
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def _add(where: Any, picture: Any, words: str, tooltip: str, key: int) -> Any:
    icon = QtGui.QIcon()
    for mode in ("Normal", "Selected"):  # a selected picture must keep its colours
        icon.addPixmap(picture, getattr(QtGui.QIcon.Mode, mode))
    item = QtWidgets.QListWidgetItem(icon, words)
    item.setData(_KEY, key)
    item.setToolTip(plain(tooltip))
    where.addItem(item)
    return item


class FrameGallery(Widget):
    """The frames to check; a click tells which."""

    def __init__(self, go_to: Callable[[int], None]) -> None:
        super().__init__()
        self._frames: Dict[int, Frame] = {}
        self._go_to = go_to
        self.list = gallery("frames", one_row=False)
        self.list.itemClicked.connect(self._clicked)
        self.list.itemActivated.connect(self._clicked)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

    @property
    def current(self) -> Optional[Frame]:
        """The frame that was clicked last, while it is listed."""
        item = self.list.currentItem()
        return None if item is None else self._frames.get(item.data(_KEY))

    def show_frames(self, frames: Sequence[Frame]) -> None:
        """Show these frames in this order; the current one stays current."""
        before = self.current
        self.list.clear()
        self._frames = {frame.frame: frame for frame in frames}
        for frame in frames:
            held = " (held to {})".format(frame.holds[-1]) if frame.holds else ""
            words = "{}{}, {} sure\n{} to check, lowest {}".format(
                frame.frame, held, percent(frame.confidence), len(frame.regions), percent(frame.least))
            tooltip = "Frame {}: {} sure on the whole.\n{}\nClick to go there.".format(
                frame.frame, percent(frame.confidence), "\n".join(_sentence(region) for region in frame.regions[:6]))
            item = _add(self.list, thumbnail(frame.picture, frame.confidence), words, tooltip, frame.frame)
            if before is not None and before.frame == frame.frame:
                self.list.setCurrentItem(item)

    def _clicked(self, item: Any) -> None:
        self._go_to(item.data(_KEY))


class RegionStrip(Widget):
    """The regions to check in one frame, each outlined in its surroundings."""

    def __init__(self) -> None:
        super().__init__()
        self.title = label("regions_title")
        self.list = gallery("regions", one_row=True)
        self.list.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.list)

    def show_frame(self, frame: Optional[Frame]) -> None:
        """Show a frame's regions; nothing when there is none."""
        self.list.clear()
        self.setVisible(frame is not None)
        if frame is None:
            return
        self.title.setText("Frame {}: {} sure on the whole, least sure first".format(frame.frame,
                                                                                    percent(frame.confidence)))
        for region in frame.regions:
            doubt = " or " + region.runner_up if region.runner_up else ""
            _add(self.list, thumbnail(region.picture, region.confidence),
                 "{}{}\n{} sure".format(region.color, doubt, percent(region.confidence)), _sentence(region),
                 region.label)


def _sentence(region: Region) -> str:
    return "{}, {} sure: {}".format(region.color, percent(region.confidence), region.reason)
