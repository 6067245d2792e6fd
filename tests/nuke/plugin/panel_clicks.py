"""Run by test_panel.py under a Python that has Qt: open the panel in the host, click, and print what was seen as JSON.

It needs nothing but Python and PySide6 or PySide2. Arguments: the clone, the plug-in, the folder of a shot in which
report.json and report.html lie ready, and the binding that Nuke of this age would have.
"""

import json
import os
import shlex
import sys
import time
import webbrowser

ROOT, FOLDER, SHOT, BINDING = sys.argv[1:5]
SHOW = os.environ.get("CMFT_SHOW_PANEL")  # a picture of the panel is kept there
PYTHON = sys.executable  # inside the host it is Nuke's
ENGINE = """import json, shutil, struct, sys, time
def say(event, **fields):
    print(json.dumps(dict(fields, event=event, version=1)), flush=True)
if "pin" in sys.argv or "undo" in sys.argv:
    asked = [word for word in sys.argv if word.startswith("--color=")]
    say("started", frames=1)
    say("frame_done", frame=3, path="", regions=1, unsure=0, confidence=1, seconds=0.1)
    say("message", level="warning", text=" ".join(asked))
    say("finished", report="", html="", frames=1, unsure=0, seconds=0.1)
    sys.exit()
window = struct.pack("<i4i", 16, 0, 0, 63, 47)
head = b"".join([b"\\x76\\x2f\\x31\\x01\\2\\0\\0\\0", b"dataWindow\\0box2i\\0", window,
                 b"displayWindow\\0box2i\\0", window, b"\\0"])
job = json.load(open(sys.argv[sys.argv.index("--job") + 1]))
folder = job["out"].rpartition("/")[0]
say("started", frames=3, device="cpu", engine="0")
for frame in (1, 2, 3):
    path = job["out"] % frame
    with open(path, "wb") as stream:
        stream.write(head)
    say("frame_done", frame=frame, path=path, regions=1, unsure=1, confidence=1, seconds=0.1)
    time.sleep({delay})
    if {fails}:
        print("<b>what the log says</b>", file=sys.stderr, flush=True)
        say("failed", kind="PlateError", message="line.0002.exr is damaged; render it again", exit_code=2)
        sys.exit(2)
for name in ("report.json", "report.html"):
    shutil.copyfile({shot!r} + "/" + name, folder + "/" + name)
say("finished", report="", html="", frames=3, unsure=3, seconds=0.1)
"""
READ = "Read {{\n inputs 0\n file {}/{}\n first 1\n last {}\n raw true\n name {}\n}}\n"


def engine(name, delay=0.0, fails=False):
    """Write an engine that copies the ready report; return its command."""
    path = os.path.join(SHOT, name + ".py")
    with open(path, "w") as stream:
        stream.write(ENGINE.format(delay=delay, fails=fails, shot=SHOT))
    return " ".join(shlex.quote(part) for part in (PYTHON, path))


class Screen:
    """The panel in a window, and a person at it."""

    def __init__(self, host, app, qt, test) -> None:
        self.host, self.app, self.qt, self.test = host, app, qt, test
        name, code = host.session.interface.panels["cmft.panel"]
        self.name, self.panel = name, eval(code, {"__name__": "__main__"})()  # as nukescripts.panels does
        self.panel.resize(760, 760)
        self.panel.timer.setInterval(100)
        self.panel.show()

    def find(self, name):
        """Return the part of a name; of lines that were made anew the one that is seen."""
        found = self.panel.findChildren(self.qt.QtWidgets.QWidget, name)
        return next((part for part in found if part.isVisible()), found[0])

    def wait(self, until, seconds=20.0):
        """Let Qt and Nuke's main loop run until something holds; say whether it came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            self.host.run_main_loop(0.01)
            if until():
                return True
        return False

    def click(self, part, place=None, double=False):
        """Click on a part, or at a place in it."""
        assert part.isVisible() and part.isEnabled(), part.objectName() + " cannot be clicked"
        click = self.test.mouseDClick if double else self.test.mouseClick
        click(part, self.qt.Qt.MouseButton.LeftButton, self.qt.Qt.KeyboardModifier.NoModifier,
              place or part.rect().center())
        self.app.processEvents()

    def click_item(self, view, index, double=False):
        """Click on an item of a list or a line of the tree."""
        item = view.topLevelItem(index) if hasattr(view, "topLevelItem") else view.item(index)
        place = view.visualItemRect(item).center()
        if double:  # the first press of it is a click of its own
            self.click(view.viewport(), place)
        self.click(view.viewport(), place, double)

    def press(self, name):
        """Click on a button."""
        self.click(self.find(name))

    def state(self, index=0):
        """Return a line of the list of nodes: state, button, progress or None."""
        tree = self.panel.nodes.tree
        item = tree.topLevelItem(index)
        bar = tree.itemWidget(item, 2).findChild(self.qt.QtWidgets.QProgressBar)
        return [item.text(1), tree.itemWidget(item, 3).text(), bar.value() if bar.isVisible() else None]

    def tiles(self, name="frames"):
        """Return the texts of the pictures in a list."""
        view = self.find(name)
        return [view.item(index).text() for index in range(view.count())]

    def color(self, name, index):
        """Return the colour in the middle of a picture, as it is seen."""
        view = self.find(name)
        place = view.visualItemRect(view.item(index)).center()
        color = view.viewport().grab().toImage().pixelColor(place.x(), place.y() - 25)
        return [color.red(), color.green(), color.blue()]


def make_node(host):
    """Create a node on a shot of three frames."""
    from cmft_nuke import api

    host.nuke.root()["name"].setValue(SHOT + "/shot.nk")
    line, ref = host.load(READ.format(SHOT, "line.%04d.exr", 3, "Line") + READ.format(SHOT, "ref.%04d.exr", 1, "Ref"))
    return api.create(line=line, ref=ref)


def empty_script(screen):
    """Without a node a hint is all there is."""
    return {"hint": screen.find("hint").text(), "hint_seen": screen.find("hint").isVisible(),
            "rest_seen": screen.find("summary").isVisible(), "name": screen.name}


def colour(screen, node):
    """Colour by a click, wait for the report."""
    seen = {"before": screen.state(), "status": screen.find("status").text()}
    node["engine"].setValue(engine("slow", delay=0.8))
    screen.press("colour:CMFT1")
    seen["running"] = screen.state()
    seen["halfway"] = screen.wait(lambda: screen.state()[2] in (33, 66))  # a busy machine may skip one
    seen["done"] = screen.wait(lambda: screen.state()[0] == "ready")
    seen["after"] = screen.state()
    seen["reported"] = screen.wait(lambda: screen.find("frames").count() > 0)
    return seen


def fits(tiles):
    """Say whether picture and both lines of text of the tiles have room, in the font of this Qt."""
    letters, room, icon = tiles.fontMetrics(), tiles.gridSize(), tiles.iconSize()
    lines = [line for index in range(tiles.count()) for line in tiles.item(index).text().splitlines()]
    wide = max(letters.horizontalAdvance(line) for line in lines)
    return wide + 6 <= room.width() and icon.height() + 2 * letters.lineSpacing() + 6 <= room.height()


def review(screen, node):
    """Look at the pictures, click on one, change the order."""
    host = screen.host
    viewer = host.load("Viewer {\n inputs 0\n name Viewer1\n}\n")[-1]
    viewer.setInput(0, host.nuke.toNode("Line"))
    steps = list(host.undo_names)
    seen = {"summary": screen.find("summary").text(), "tiles": screen.tiles(), "color": screen.color("frames", 0),
            "regions_before": screen.find("regions").isVisible()}
    screen.click_item(screen.find("frames"), 0)
    seen["frame"], seen["kept"] = host.nuke.frame(), viewer.input(0).name()
    seen["viewer"] = viewer.input(host.nuke.activeViewer().activeInput()).name()
    seen["regions"], seen["title"] = screen.tiles("regions"), screen.find("regions_title").text()
    seen["tooltip"] = screen.find("frames").item(0).toolTip()
    seen["undo"] = host.undo_names == steps
    seen["fits"] = all(fits(screen.find(name)) for name in ("frames", "regions"))
    screen.test.keyClick(screen.find("order"), screen.qt.Qt.Key.Key_Down)
    seen["by_frame"] = screen.tiles()
    seen["still"] = screen.panel.frames.current.frame
    return seen


def tracks(screen, node):
    """Look at the tracks, click on one, and correct its region from the menu of colours."""
    tabs = screen.find("tabs").tabBar()
    screen.click(tabs, tabs.tabRect(1).center())
    screen.host.nuke.frame(1)
    seen = {"tracks": screen.tiles("tracks"), "tooltip": screen.find("tracks").item(0).toolTip()}
    screen.click_item(screen.find("tracks"), 0)
    seen["frame"] = screen.host.nuke.frame()
    seen["point"] = [node["fix_point"].x(), node["fix_point"].y()]
    seen["regions"] = screen.tiles("regions")
    screen.press("fix_region")
    menu = screen.find("colors")
    seen["colors"] = [action.text() for action in menu.actions()]
    pixel = menu.actions()[0].icon().pixmap(16, 16).toImage().pixelColor(8, 8)
    seen["swatch"] = [pixel.red(), pixel.green(), pixel.blue()]
    screen.click(menu, menu.actionGeometry(menu.actions()[1]).center())
    seen["fixed"] = screen.wait(lambda: node["status"].value().startswith("fixed"))
    seen["said"] = node["status"].value()
    screen.press("undo_fix")
    seen["undone"] = screen.wait(lambda: node["status"].value().startswith("taken back"))
    screen.press("sample_point")
    seen["no_sample"] = screen.find("error").text()
    screen.press("dismiss")
    if SHOW:
        screen.panel.grab().save(SHOW)
    screen.click(tabs, tabs.tabRect(0).center())
    return seen


def errors(screen, node):
    """An error of the engine with its log, an error of a button, and both going away."""
    host = screen.host
    node["gap_px"].setValue(9)
    node["engine"].setValue(engine("bad", fails=True))
    screen.press("colour:CMFT1")
    seen = {"failed": screen.wait(lambda: screen.state()[0] == "failed"), "error": screen.find("error").text(),
            "log_before": screen.find("log").isVisible(), "messages": list(host.messages)}
    screen.press("show_log")
    seen["log"] = screen.find("log").toPlainText()
    screen.press("show_log")
    seen["log_after"] = screen.find("log").isVisible()
    screen.press("dismiss")
    seen["dismissed"] = not screen.find("error_box").isVisible()
    node.setInput(0, None)
    del host.messages[:]
    screen.press("colour:CMFT1")
    seen["notice"], seen["no_window"] = screen.find("error").text(), host.messages == []
    seen["log_button"] = screen.find("show_log").isVisible()
    node.setInput(0, host.nuke.toNode("Line"))
    screen.press("dismiss")
    return seen


def cancel(screen, node):
    """Cancel by a click; the run ends and says how far it came."""
    node["engine"].setValue(engine("slow", delay=0.5))
    node["gap_px"].setValue(7)
    screen.press("colour:CMFT1")
    screen.wait(lambda: screen.state()[2] in (33, 66))  # a busy machine may skip one
    screen.press("colour:CMFT1")
    seen = {"stopping": screen.state()}
    seen["ended"] = screen.wait(lambda: screen.state()[1] == "Colorize" and screen.state()[2] is None)
    seen["status"] = screen.find("status").text()
    return seen


def sight(screen, node):
    """Nothing is asked of Nuke while the panel is hidden."""
    asked = []
    look = screen.panel.model.refresh
    screen.panel.model.refresh = lambda: (asked.append(1), look())
    screen.panel.timer.setInterval(50)
    screen.panel.hide()
    screen.wait(lambda: False, 0.4)
    seen = {"hidden": len(asked), "timer": screen.panel.timer.isActive()}
    screen.panel.show()
    seen["shown"] = screen.wait(lambda: len(asked) > 3, 5)
    return seen


def buttons(screen, node):
    """The report, the node's own panel, a second node."""
    from cmft_nuke import api

    opened = []
    webbrowser.open = opened.append
    screen.press("open_report")
    screen.press("show_node")
    other = api.create(line=screen.host.nuke.toNode("Line"))
    other.setName("Prop")
    seen = {"opened": [path.rpartition("/")[2] for path in opened], "panel": node.shown(),
            "center": list(screen.host.session.interface.graph_center),
            "second": screen.wait(lambda: screen.panel.nodes.tree.topLevelItemCount() == 2, 5)}
    screen.click_item(screen.panel.nodes.tree, 1, double=True)
    seen["chosen"], seen["summary"] = screen.find("status").text(), screen.find("summary").text()
    seen["other_panel"], seen["selected"] = other.shown(), [found.name() for found in screen.host.nuke.selectedNodes()]
    screen.host.nuke.delete(other)
    seen["gone"] = screen.wait(lambda: screen.panel.nodes.tree.topLevelItemCount() == 1, 5)
    seen["left"] = screen.find("status").text()[:5]
    return seen


def main():
    """Do it all; return what was seen."""
    from importlib import import_module

    widgets, test = import_module(BINDING + ".QtWidgets"), import_module(BINDING + ".QtTest").QTest
    app = widgets.QApplication([])
    from tests.nuke.host import Host

    with Host(gui=True, plugin_path=[FOLDER]) as host:
        early = [name for name in sys.modules if name.startswith("cmft_nuke.panel")]
        from cmft_nuke.panel import qt

        screen = Screen(host, app, qt, test)
        found = {"early": early, "binding": qt.QtCore.__name__, "empty_script": empty_script(screen)}
        node = make_node(host)
        found["noticed"] = screen.wait(lambda: screen.panel.nodes.tree.topLevelItemCount() == 1, 5)
        for part in (colour, review, tracks, buttons, errors, cancel, sight):
            found[part.__name__] = part(screen, node)
        screen.panel.close()
        screen.panel.deleteLater()
        app.processEvents()
        found["said"] = [line for line in host.log if "Traceback" in line]
    return found


if __name__ == "__main__":
    sys.path.insert(0, ROOT)
    print(json.dumps(main()))
