"""Works through a report page in Chromium with clicks and keys, and prints what was seen as JSON.

Run with: the page, a folder for pictures. Needs no pytest; Chromium is the one of Qt, off screen.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--no-sandbox --disable-gpu"  # root may have no sandbox

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

PAGE, PICTURES = sys.argv[1:]
SIZE = 1300, 900
PATIENCE_S = 30.0
CARDS = """[...document.querySelectorAll('#grid .card')].filter(card => card.offsetHeight).map(card => ({
  frame: +card.dataset.frame, frames: card.dataset.frames.split(' ').map(Number), area: +card.dataset.area,
  color: card.dataset.color, order: +card.dataset.order}))"""
IMAGES = """[...document.querySelectorAll('%s img')].map(one => [one.complete, one.naturalWidth, one.naturalHeight,
  one.src.slice(0, 22)])"""
MIDDLE = """(() => { const one = document.querySelector(%s); one.scrollIntoView({block: 'center', inline: 'center'});
  const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"""


class Page(QWebEnginePage):
    """A page that keeps what its console says."""

    def __init__(self):
        super().__init__()
        self.said = []

    def javaScriptConsoleMessage(self, level, message, line, source):
        self.said.append(message)


class Reader:
    """A person before the page."""

    def __init__(self):
        self.view, self.page = QWebEngineView(), Page()
        self.view.setPage(self.page)
        self.view.resize(*SIZE)
        self.view.show()
        loaded = []
        self.page.loadFinished.connect(loaded.append)
        self.page.load(QUrl.fromLocalFile(PAGE))
        assert self.wait(lambda: bool(loaded)) and loaded[0], "the page does not load"
        self.wait(lambda: self.ask("document.hasFocus()"))

    def wait(self, is_so, seconds=PATIENCE_S):
        until = time.monotonic() + seconds
        while not (so := is_so()) and time.monotonic() < until:
            QApplication.processEvents()
            time.sleep(0.005)
        return so

    def ask(self, script):
        """Return what a script finds in the page."""
        found = []
        self.page.runJavaScript(f"JSON.stringify([{script}])", found.append)
        assert self.wait(lambda: bool(found)), script
        return json.loads(found[0])[0]

    def click(self, selector):
        """Click the middle of an element, scrolled into sight."""
        x, y = self.ask(MIDDLE % json.dumps(selector))
        assert 0 <= x < SIZE[0] and 0 <= y < SIZE[1], f"{selector} is out of sight"
        hit = f"!!document.elementFromPoint({x}, {y}).closest({json.dumps(selector)})"
        assert self.ask(hit), f"something lies over {selector}"
        QTest.mouseClick(self.view.focusProxy(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                         QPoint(round(x), round(y)))
        self.settle()

    def key(self, name, times=1):
        for _ in range(times):
            QTest.keyClick(self.view.focusProxy(), getattr(Qt.Key, "Key_" + name))
            self.settle()

    def settle(self):
        """Let the page take what was done; a frame is drawn behind it."""
        self.ask("(window.drawn = 0, requestAnimationFrame(() => requestAnimationFrame(() => window.drawn = 1)))")
        self.wait(lambda: self.ask("window.drawn"), 2)

    def choose(self, select, down):
        """Choose in a list by keys; down: so many lines from its first."""
        self.ask(f"document.getElementById({json.dumps(select)}).focus()")
        self.key("Home")
        self.key("Down", down)

    def state(self):
        """What is listed, and what the tools and tiles say of it."""
        return {"cards": self.ask(CARDS), "shown": self.ask("document.getElementById('shown').textContent"),
                "on": self.ask("[...document.querySelectorAll('.frame.on')].map(tile => tile.dataset.frame)"),
                "chosen": self.ask("['by-frame', 'by-color', 'sort'].map(id => document.getElementById(id).value)"),
                "focus": self.ask("document.activeElement.dataset.frame ?? document.activeElement.id")}


def opened(reader):
    return reader.state() | {
        "title": reader.ask("document.title"), "tools": reader.ask("document.getElementById('tools').offsetHeight > 0"),
        "stats": reader.ask("[...document.querySelectorAll('.stat')].map(one => one.innerText)"),
        "tiles": reader.ask("[...document.querySelectorAll('.frame')].map(one => +one.dataset.frame)"),
        "tile_pictures": reader.ask(IMAGES % ".frame"), "card_pictures": reader.ask(IMAGES % "#grid"),
        "fetched": reader.ask("performance.getEntriesByType('resource').length"),
        "picture": reader.view.grab().save(str(Path(PICTURES) / "report.png"))}


def tiles(reader):
    """A click shows one frame's, another click all again; so do Tab and Return."""
    seen = {}
    for step, selector in (("clicked", '.frame[data-frame="3"]'), ("other", '.frame[data-frame="6"]'),
                           ("again", '.frame[data-frame="6"]'), ("painted", '.frame[data-frame="1"]')):
        reader.click(selector)
        seen[step] = reader.state()
    reader.key("Tab")
    reader.key("Return")
    seen["key"] = reader.state()
    reader.key("Space")
    return seen | {"all": reader.state()}


def lists(reader):
    """Orders and filters, chosen by keys, and one of each together with a click on a tile."""
    seen = {}
    for name, down in (("area", 1), ("frame", 2), ("confidence", 0)):
        reader.choose("sort", down)
        seen[name] = reader.state()
    reader.choose("by-color", 1)
    seen["color"] = reader.state()
    reader.click('.frame[data-frame="6"]')
    seen["both"] = reader.state()
    reader.choose("by-color", 0)
    reader.choose("by-frame", 0)
    return seen | {"all": reader.state()}


def particulars(reader):
    """What is folded opens by a click, and by a key."""
    rows = "[...document.querySelectorAll('details')].map(one => [one.innerText.split('\\n')[0], one.open, " \
           "[...one.querySelectorAll('tr')].filter(row => row.checkVisibility()).length])"
    before = reader.ask(rows)
    reader.click("details:not([open]) summary")
    clicked = reader.ask(rows)
    reader.key("Tab")
    reader.key("Return")
    return {"before": before, "clicked": clicked, "key": reader.ask(rows)}


def main():
    app = QApplication(sys.argv[:1])
    reader = Reader()
    seen = {step.__name__: step(reader) for step in (opened, tiles, lists, particulars)}
    seen["said"] = reader.page.said
    print(json.dumps(seen))
    sys.stdout.flush()
    reader.view.setPage(None)
    del reader, app
    os._exit(0)  # Chromium's processes end with this one


main()
