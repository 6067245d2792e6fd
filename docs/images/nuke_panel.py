"""Make nuke-panel.png: `python docs/images/nuke_panel.py FOLDER`; what is coloured goes to the folder.

The panel runs in the stand-in for Nuke, on the example script; its nodes are coloured by the real engine, which takes
some minutes. Needs PySide6-Essentials.
"""

import os
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FRAMES = ("1001-1008", "1009-1016", "1017-1024")
SIZE = 806, 800
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cmft_engine.cli import main; main()"
ENGINE = " ".join(shlex.quote(part) for part in (sys.executable, "-c", START))


def dark(qt: Any) -> Any:
    """Return a palette like that of Nuke's window."""
    role, palette = qt.QtGui.QPalette.ColorRole, qt.QtGui.QPalette()
    for names, color in ((("Window", "Button"), "#323232"), (("Base",), "#282828"), (("AlternateBase",), "#2d2d2d"),
                         (("WindowText", "Text", "ButtonText", "ToolTipText"), "#d2d2d2"),
                         (("Highlight",), "#8a5a20"), (("HighlightedText",), "#ffffff")):
        for name in names:
            palette.setColor(getattr(role, name), qt.QtGui.QColor(color))
    return palette


def make_nodes(host: Any) -> list[Any]:
    """Return three CMFT nodes on the example's lines and painted frame."""
    from cmft_nuke import api

    nodes = [host.nuke.toNode("CMFT1")]
    nodes += [api.create(line=host.nuke.toNode("lines"), ref=host.nuke.toNode("painted")) for _ in FRAMES[1:]]
    for node, name, frames in zip(nodes, ("CMFT_girl", "CMFT_girl_retake", "CMFT_sparrow"), FRAMES, strict=True):
        node.setName(name)
        for knob, value in (("engine", ENGINE), ("device", "cpu"), ("range", "custom"), ("frames", frames)):
            node[knob].setValue(value)
    return nodes


def colour(host: Any, node: Any, until: Any = None) -> None:
    """Colour a node to its end, or until something holds."""
    from cmft_nuke import api, runner

    api.colorize(node)
    host.run_main_loop(1800, until or (lambda: runner.running(node["uid"].value()) is None))


def picture(folder: Path, app: Any) -> None:
    """Colour the example in a copy of it and grab the panel while a second node is being coloured."""
    from tests.nuke.host import Host

    shutil.copytree(ROOT / "examples", folder / "examples", dirs_exist_ok=True)
    (folder / "script").mkdir(exist_ok=True)
    script = Path(shutil.copy(ROOT / "nuke_plugin" / "example.nk", folder / "script"))
    with Host(gui=True, plugin_path=[str(ROOT / "nuke_plugin")]) as host:
        from cmft_nuke.panel import make, qt

        app.setStyle("Fusion")
        app.setPalette(dark(qt))
        host.nuke.scriptOpen(script.as_posix())
        girl, retake, _ = make_nodes(host)
        colour(host, girl)
        colour(host, retake, lambda: max(host.progress[-1].values, default=0) >= 37)
        panel = make()
        panel.resize(*SIZE)
        panel.show()
        panel.model.choose(girl.fullName())
        frames = panel.frames.list
        end = time.monotonic() + 20
        while not frames.count() and time.monotonic() < end:
            app.processEvents()
            host.run_main_loop(0.05)
        frames.itemClicked.emit(frames.item(0))
        frames.setCurrentItem(frames.item(0))
        panel.regions.show_frame(panel.frames.current)
        app.processEvents()
        panel.grab().save(str(Path(__file__).with_name("nuke-panel.png")))
        panel.close()
        from cmft_nuke import api, runner

        api.cancel(retake)
        host.run_main_loop(60, lambda: runner.running(retake["uid"].value()) is None)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    from PySide6 import QtWidgets

    picture(Path(sys.argv[1]).resolve(), QtWidgets.QApplication([]))
