"""Works through the review window with clicks and keys, and prints what was seen as JSON.

Run with: repository, the folder of a coloured shot, a folder for screenshots, binding. Needs no pytest, so that it runs
in any Python that has the binding.
"""

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

ROOT, OUT, PICTURES, BINDING = sys.argv[1:]
sys.path.insert(0, ROOT)
for other in {"PySide6", "PySide2"} - {BINDING}:
    sys.modules[other] = None  # as where only one is installed

from cmft_engine.protocol.corrections_file import load_corrections  # noqa: E402
from cmft_engine.window import qt  # noqa: E402
from cmft_engine.window.gestures import CLOSE  # noqa: E402
from cmft_engine.window.opening import open_window  # noqa: E402
from cmft_engine.window.style import STYLE  # noqa: E402
from cmft_engine.window.tool_bar import ToolBar  # noqa: E402

QTest = import_module(BINDING + ".QtTest").QTest
Key, Button, Held = qt.Qt.Key, qt.Qt.MouseButton, qt.Qt.KeyboardModifier
NONE = Held.NoModifier
LONG = "the darker red of the inner coat"
COAT, FACE, HAT = (33, 44), (33, 24), (33, 11)


class Hand:
    """Clicks and types, as a person does."""

    def __init__(self, window):
        self.window, self.canvas = window, window.canvas

    def wait(self, is_so=lambda: False, seconds=0.03):
        """Let the window work until something is so, or for some time."""
        until = time.monotonic() + seconds
        while not is_so() and time.monotonic() < until:
            qt.application().processEvents()
            time.sleep(0.005)
        return is_so()

    def settle(self):
        """Wait until all that was asked for is done and shown."""
        assert self.window.session.wait(60)
        self.wait()
        assert self.window.session.wait(60)
        self.wait()

    def key(self, name, held=NONE, on=None):
        QTest.keyClick(on or self.canvas, getattr(Key, "Key_" + name), held)
        self.settle()

    def place(self, x, y):
        point = self.canvas.place.to_screen(x + 0.5, y + 0.5)
        return qt.QtCore.QPoint(*map(round, point))

    def click(self, x, y, held=NONE):
        QTest.mouseMove(self.canvas, self.place(x, y))
        QTest.mouseClick(self.canvas, Button.LeftButton, held, self.place(x, y))
        self.settle()

    def drag(self, *points, button=Button.LeftButton):
        """Moves are sent as they come from a tablet, between press and release."""
        QTest.mousePress(self.canvas, button, NONE, self.place(*points[0]))
        for point in points[1:]:
            where = qt.QtCore.QPointF(self.place(*point))
            event = qt.QtGui.QMouseEvent(qt.QtCore.QEvent.Type.MouseMove, where,
                                         qt.QtCore.QPointF(self.canvas.mapToGlobal(where.toPoint())),
                                         Button.NoButton, button, NONE)
            qt.QtWidgets.QApplication.sendEvent(self.canvas, event)
        QTest.mouseRelease(self.canvas, button, NONE, self.place(*points[-1]))
        self.settle()

    def press(self, name):
        """Click a button of the bar."""
        QTest.mouseClick(self.window.findChild(qt.QtWidgets.QPushButton, name), Button.LeftButton)
        self.settle()

    def seen(self, x, y):
        """The colour of a place of the frame, as it is on the screen."""
        at = self.place(x, y)
        return list(self.canvas.grab().toImage().pixelColor(at).getRgb()[:3])

    def picture(self, name):
        path = os.path.join(PICTURES, name + ".png")
        return self.window.grab().save(path)


def opened(hand):
    """What is there at first: the first frame, all frames below, and the list of tracks."""
    window = hand.window
    first = window.isVisible(), window.session.frame
    hand.settle()
    tracks = [window.tracks.item(row).text() for row in range(window.tracks.count())]
    return {"first": first, "tracks": tracks, "where": window.where.text(), "coat": hand.seen(32, 44),
            "strip": len(window.strip.strip.in_sight()), "corrections": window.corrections.item(0).text(),
            "painting": window.painting.view.painting.frame, "advice": advice(hand),
            "picture": hand.picture("opened")}


def advice(hand):
    """What is advised beside the doubtful tracks; a click on it shows the frame, and the first is shown again."""
    window = hand.window
    text, tip, is_seen = window.advice.text(), window.advice.toolTip(), window.advice.isVisible()
    QTest.mouseClick(window.advice, Button.LeftButton)
    hand.settle()
    frame = window.session.frame
    hand.key("Home")
    return text, tip, is_seen, frame, window.advice.geometry().right() <= window.tracks.geometry().right()


def go(hand):
    """Keys go from frame to frame and from track to track."""
    window, seen = hand.window, {}
    frames = []
    for name in ("Right", "Right", "Left", "End", "Home"):
        hand.key(name)
        frames.append(window.session.frame)
    hand.key("N")
    seen["track"] = window.row, window.session.frame, window.track.worst.frame
    hand.key("N")
    seen["next"] = window.row
    hand.key("B")
    hand.key("Down")
    seen["along"] = window.row, window.session.frame in window.track.frames
    strip = window.strip.strip
    QTest.mouseClick(strip, Button.LeftButton, NONE, qt.QtCore.QPoint(strip.middle(2), 30))
    hand.settle()
    return {**seen, "frames": frames, "clicked": window.session.frame, "picture": hand.picture("track")}


def go_on(hand):
    """After a correction the list has another order; undone, all is as it was."""
    window = hand.window
    window.tracks.itemClicked.emit(window.tracks.item(0))
    hand.settle()
    opened = window.session.frame
    hand.key("Y")
    worst = [track.worst.frame for track in window.session.tracks]
    hand.key("N")
    row, frame = window.row, window.session.frame
    hand.key("N")
    after = window.row
    hand.key("Z", Held.ControlModifier)
    return {"opened": opened, "worst": worst, "row": row, "frame": frame, "after": after}


def pin(hand):
    """Search a colour, click a region: it is seen in this frame, in the others and on disk; undo and redo."""
    window = hand.window
    hand.key("P")
    hand.click(*COAT)
    without = window.trouble.text()
    hand.key("Slash")
    QTest.keyClicks(window.palette_view.search, "re")
    QTest.keyClick(window.palette_view.search, Key.Key_Return)
    color = window.bar.color.text()
    hand.click(*COAT)
    seen = {"without": without, "color": color, "coat": hand.seen(33, 40), "trouble": window.trouble.text(),
            "list": window.corrections.item(0).text(), "work": window.work.text(),
            "stale": window.session.colored.stale(window.session.wanted)}
    hand.key("End")
    seen["last"] = hand.seen(36, 40)
    hand.key("Z", Held.ControlModifier)
    seen["undone"] = hand.seen(36, 40), window.corrections.item(0).font().strikeOut()
    hand.key("Y", Held.ControlModifier)
    return {**seen, "redone": hand.seen(36, 40)}


def tools(hand):
    """Every tool leaves its correction."""
    window = hand.window
    hand.key("Home")
    hand.key("Right")
    hand.click(*FACE, held=Held.AltModifier)
    picked = window.bar.color.text()
    for key in ("K", "L", "U", "R"):
        hand.key(key)
        hand.click(*HAT)
    hand.key("S")
    hand.drag(HAT, (33, 20), (33, 30), COAT)
    stroked = hand.seen(33, 40)
    hand.click(*HAT)
    too_short = window.trouble.text()
    hand.key("Home")
    hand.key("D")
    hand.drag((24, 40), (31, 40), (31, 50), (24, 50))
    area = hand.seen(27, 45), hand.seen(36, 45)
    hand.click(27, 45)
    hand.settle()
    area = [*area, hand.seen(27, 45)]
    hand.key("Right")
    hand.key("G")
    hand.drag((10, 10), (14, 40))
    hand.press("open_gap")
    hand.drag((10, 12), (14, 44))
    along = stroke_along(hand)
    corrections = load_corrections(window.session.colored.corrections_path)
    return {"picked": picked, "stroked": stroked, "too_short": too_short, "area": area, "along": along,
            "kinds": [[one.kind, one.color, one.closes] for one in corrections]}


def stroke_along(hand):
    """The switch takes a gap tool; its line is drawn in other frames, told, listed, and taken back; then off again."""
    window = hand.window
    hand.key("P")
    hand.key("T")
    switched = window.bar.shown["along_track"].isChecked(), window.bar.tools[CLOSE].isChecked()
    hand.press("open_gap")
    hand.drag(HAT, (33, 18), FACE)
    item, row = window.corrections, window.corrections.count() - 1
    found = {"switched": switched, "said": window.trouble.text(), "listed": item.item(row).text()}
    hand.key("End")
    found["other"] = len(window.canvas._lines), hand.picture("along")
    hand.key("Z", Held.ControlModifier)
    found["undone"] = len(window.canvas._lines), window.corrections.item(row).font().strikeOut()
    hand.key("Y", Held.ControlModifier)
    found["redone"] = len(window.canvas._lines)
    hand.press("along_track")
    window.corrections.itemClicked.emit(window.corrections.item(row))
    hand.settle()
    return {**found, "off": window.bar.shown["along_track"].isChecked(), "gone_to": window.session.frame}


def approve(hand):
    """One key approves, another goes on; the button does as well; the strip shows it."""
    window = hand.window
    hand.key("End")
    hand.key("A")
    hand.key("Home")
    hand.key("Return")
    on = window.session.frame
    hand.press("approve")
    first = window.corrections.item(0)
    first.setCheckState(qt.Qt.CheckState.Unchecked)
    hand.settle()
    return {"on": on, "approved": [frame for frame in window.session.frames if window._cell(frame).is_approved],
            "off": window.session.corrections[0].on, "picture": hand.picture("approved")}


def look(hand):
    """Overlays, wipe, zoom, pan and help."""
    window, canvas, seen = hand.window, hand.canvas, {}
    hand.key("Home")
    hand.key("Right")
    hand.key("2")
    seen["no_flats"] = hand.seen(33, 40)
    hand.key("2")
    for name in ("1", "3", "4", "5"):
        before = canvas.grab().toImage()
        hand.key(name)
        seen[name] = canvas.grab().toImage() != before
        hand.picture("overlay" + name)
        hand.key(name)
    hand.key("W")
    seen["wipe"] = hand.seen(22, 44), hand.seen(44, 44)
    hand.drag((48, 80), (30, 80))
    seen["wiped"] = hand.seen(22, 44), hand.seen(44, 44), round(canvas.wipe)
    hand.picture("wipe")
    hand.key("W")
    seen["unwiped"] = canvas.wipe
    fit, at = canvas.place.scale, canvas.place.to_screen(48, 48)
    hand.key("Plus")
    hand.drag((48, 48), (58, 40), button=Button.MiddleButton)
    seen["zoomed"], seen["moved"] = canvas.place.scale / fit, canvas.place.to_screen(48, 48)[0] > at[0]
    hand.key("0")
    seen["full"] = canvas.place.scale
    hand.key("F")
    seen["fit"] = canvas.place.scale == fit
    hand.key("F1")
    seen["help"] = window.help.isVisible(), hand.picture("help")
    hand.key("Escape")
    return {**seen, "no_help": window.help.isVisible()}


def hover(hand):
    """What is under the pen is named, and lit in the painting."""
    window = hand.window
    canvas = hand.canvas
    QTest.mouseMove(canvas, hand.place(*FACE))  # a real screen's own event comes later, with the same place
    event = qt.QtGui.QMouseEvent(qt.QtCore.QEvent.Type.MouseMove, qt.QtCore.QPointF(hand.place(*FACE)),
                                 qt.QtCore.QPointF(canvas.mapToGlobal(hand.place(*FACE))), Button.NoButton,
                                 Button.NoButton, NONE)
    qt.QtWidgets.QApplication.sendEvent(canvas, event)
    hand.settle()
    color, region = window.painting.view._lit
    labels = window.painting.view.painting.labels
    found = {"where": window.where.text(), "color": window.palette_view._names[color],
             "same_part": region == int(labels[24, 32])}
    view = window.painting.view
    target = view._target()
    QTest.mouseClick(view, Button.LeftButton, NONE, qt.QtCore.QPoint(
        target.x() + round(target.width() * 32 / 96), target.y() + round(target.height() * 11 / 96)))
    return {**found, "picked": window.bar.color.text()}


def trouble(hand):
    """A plate that others have changed is told of; the correction stays."""
    window = hand.window
    plate = window.session.colored.frames[3].path
    plate.write_bytes(b"mine")
    hand.key("Home")
    hand.key("Right")
    hand.key("P")
    count = len(window.session.corrections)
    hand.click(*FACE)
    return {"text": window.trouble.text(), "added": len(window.session.corrections) - count,
            "kept": plate.read_bytes() == b"mine"}


def narrow(hand):
    """A bar as narrow as it gets: what it shows of no colour and of one with a long name, and in what width."""
    bar = ToolBar()
    bar.setAttribute(qt.Qt.WidgetAttribute.WA_ShowWithoutActivating)
    bar.setStyleSheet(STYLE)
    bar.show()
    least = []
    told = []
    for _ in range(2):
        qt.application().processEvents()
        least.append(bar.minimumSizeHint().width())
        bar.resize(least[-1], bar.sizeHint().height())
        qt.application().processEvents()
        told.append(bar.color.text())
        bar.show_color(LONG, (200, 60, 60))
    bar.resize(2000, bar.height())
    qt.application().processEvents()
    wide = bar.color.text()
    tip = bar.color.toolTip()
    bar.close()
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow, 5)
    return {"least": least, "told": told, "wide": wide, "tip": tip}


def close(hand, actions):
    """The window closes when the plates are written, and its threads have ended."""
    window = hand.window
    hand.click(*COAT)
    hand.key("Q", Held.ControlModifier)
    closed = hand.wait(lambda: not window.isVisible(), 30)
    qt.application().removeEventFilter(actions)
    window.session.close()
    return {"closed": closed, "waiting": len(window.session.writer.waiting)}


def main():
    window, actions = open_window(Path(OUT))
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    hand = Hand(window)
    seen = {"binding": qt.QtCore.__name__}
    for step in (opened, go, go_on, pin, tools, look, hover, approve, trouble, narrow):
        seen[step.__name__] = step(hand)
    seen["close"] = close(hand, actions)
    print(json.dumps(seen))


main()
