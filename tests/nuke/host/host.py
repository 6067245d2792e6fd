"""The host as a test uses it: start it, load, press, render, save."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time

from . import module, rendering
from .faults import HostFault
from .knob_texts import Link_Knob
from .session import Session

DIRTY = {"PYTHONHOME": "/nowhere/Nuke/python", "PYTHONPATH": "/nowhere/Nuke/pythonextensions",
         "NUKE_TEMP_DIR": "/nowhere/tmp", "QT_PLUGIN_PATH": "/nowhere/Nuke/qtplugins",
         "LD_LIBRARY_PATH": "/nowhere/Nuke"}
EXECUTABLE = "/nowhere/Nuke/Nuke"
LEFT_THREADS_S = 5.0


class Host:
    """A running stand-in for Nuke: `with Host(gui=True, plugin_path=[folder]) as host:`.

    While it runs, `import nuke` gives its module, `sys.executable` is Nuke's (`host.python` is the real Python) and the
    environment holds what Nuke leaves there. Leaving the block raises HostFault if any rule was broken inside.
    `notices_files=False` lets Reads and their hashes see an overwritten file only after a press of `reload`, as artists
    know it; what Nuke does in every case could not be found out, so what is shipped should work both ways.
    """

    def __init__(self, gui=True, plugin_path=(), version=(15, 1, 3), notices_files=True) -> None:
        self.python = sys.executable
        self._folders = [os.fspath(folder) for folder in plugin_path]
        self._gui, self._version, self._notices_files = gui, version, notices_files
        self.session = None
        self.nuke = None

    def __enter__(self) -> "Host":
        self._before = (sys.path[:], dict(sys.modules), dict(os.environ), sys.executable, set(threading.enumerate()))
        self.session = session = Session(self._gui, self._version)
        session.run_startup, session.notices_files = self._run_startup, self._notices_files
        self.nuke = module.build(session)
        sys.modules["nuke"] = self.nuke
        nukescripts = module.build_scripts(session)
        sys.modules["nukescripts"], sys.modules["nukescripts.panels"] = nukescripts, nukescripts.panels
        os.environ.update(DIRTY)
        sys.executable = EXECUTABLE
        try:
            self._start()
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(self, kind, error, trace) -> None:
        left = self._threads_left()
        if self._gui:
            self.session.main.run(0)
        if kind is None:
            self.session.faults += self.session.left_open()
        self._restore()
        if kind is None and left:
            raise HostFault("threads still run: {}".format(left))
        if kind is None and self.session.faults:
            raise HostFault("; ".join(self.session.faults))

    def _start(self) -> None:
        """Run init.py of every folder, the last folder first, then with a GUI every menu.py."""
        for folder in reversed(self._folders):
            self.nuke.pluginAddPath(folder)
        if self._gui:
            for folder in reversed(list(self.session.plugin_path)):
                self._run_startup(folder, "menu.py")

    def _run_startup(self, folder, name) -> None:
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            return
        with open(path, encoding="utf-8") as file:
            code = compile(file.read(), path, "exec")
        exec(code, {"__name__": "__main__", "__file__": path, "nuke": self.nuke})

    def _threads_left(self):
        started = [thread for thread in threading.enumerate() if thread not in self._before[4]]
        end = time.monotonic() + LEFT_THREADS_S
        while any(thread.is_alive() for thread in started) and time.monotonic() < end:
            self.session.main.run(0.02)
        return [thread.name for thread in started if thread.is_alive()]

    def _restore(self) -> None:
        path, modules, environment, executable, _ = self._before
        folders = tuple(os.path.join(folder, "") for folder in self.session.plugin_path)
        for name, loaded in list(sys.modules.items()):
            file = getattr(loaded, "__file__", None) or ""
            if folders and file.startswith(folders):
                sys.modules.pop(name)
        for name in ("nuke", "nukescripts", "nukescripts.panels"):
            sys.modules.pop(name, None)
            if name in modules:
                sys.modules[name] = modules[name]
        sys.path[:] = path
        sys.executable = executable
        os.environ.clear()
        os.environ.update(environment)

    @property
    def root(self):
        return self.session.root

    @property
    def faults(self):
        """Every broken rule so far, as sentences."""
        return self.session.faults

    @property
    def log(self):
        """What went to the terminal, the error console and, from calls in the main thread, tracebacks."""
        return self.session.log

    @property
    def messages(self):
        """Texts of `nuke.message`."""
        return self.session.interface.messages

    @property
    def answers(self):
        """Replies to coming questions: append to it."""
        return self.session.interface.answers

    @property
    def progress(self):
        """A record of every progress bar: title, messages, values, closed."""
        return self.session.interface.tasks

    @property
    def missing_icons(self):
        return self.session.interface.missing_icons

    @property
    def undo_names(self):
        """The names of the steps that Ctrl+Z would take back, oldest first."""
        return [name for name, _ in self.session.undo.steps]

    def load(self, nk_text):
        """Add a script's text to the root and return the new nodes; raises ScriptError with all findings."""
        return self.session.document.load(nk_text, self.session.root)

    def paste(self, nk_text):
        """Paste as a person does: below the selected node, the new nodes selected; return the last of them."""
        self.session.interface.clipboard = nk_text
        return self.nuke.nodePaste("%clipboard%")

    def save(self) -> str:
        """Return the script as it would be saved, after the onScriptSave callbacks."""
        self.session.callbacks.run("onScriptSave", self.session.root)
        return self.session.document.save()

    def open_panel(self, node) -> None:
        """Open a node's control panel, which starts knobChanged for it."""
        self.session.open_panel(node)

    def close_panel(self, node) -> None:
        node.hideControlPanel()

    def edit(self, node, knob, value) -> None:
        """Change a knob in the open panel."""
        if node not in self.session.panels:
            raise AssertionError("open the panel of {} before editing in it".format(node.name()))
        node[knob].setValue(value)

    def press(self, node, knob) -> None:
        """Press a button of a node; what its code raises comes through."""
        self.session.gui_only("a button")
        button = node[knob]
        button = button.getLinkedKnob() if isinstance(button, Link_Knob) else button
        if not button.enabled() or not button.visible():
            raise AssertionError("{} is greyed out or hidden".format(button.name()))
        button.execute()

    def choose(self, path) -> None:
        """Choose a menu command, such as "Nodes/CMFT/CMFT"."""
        first, _, rest = path.partition("/")
        item = self.session.interface.menu(first).findItem(rest)
        if item is None:
            raise AssertionError("no menu command {}".format(path))
        item.invoke()

    def cancel(self) -> None:
        """Press Cancel on every open progress bar."""
        self.session.interface.cancel()

    def cancel_render_at(self, frame) -> None:
        """Cancel the next render when it comes to this frame."""
        self.session.render_cancelled_at = frame

    def run_main_loop(self, seconds, until=None) -> bool:
        """Run what other threads handed to the main thread; return whether `until()` came true (True without one)."""
        return self.session.main.run(seconds, until)

    def idle(self) -> None:
        """Let Nuke be idle: updateUI of every node."""
        for node in self.session.all_nodes(self.session.root, True):
            self.session.callbacks.run("updateUI", node)

    def label(self, node) -> str:
        """Return the text on the node."""
        return self.session.callbacks.label(node)

    def render(self, node, frame):
        """Return channel name to float32 (H, W) array over the format, row 0 on top; raises RenderError."""
        return self.session.image(node, frame).in_format()

    def image(self, node, frame):
        """Return the whole picture with its bounding box, format and metadata."""
        return self.session.image(node, frame)

    def render_script(self, first, last):
        """Render every enabled Write, as `nuke -x -F first-last`; return their names."""
        return rendering.render_script(self.session, first, last)

    @contextlib.contextmanager
    def expect_fault(self, pattern):
        """Expect that the block breaks a rule whose sentence the pattern finds."""
        before = len(self.session.faults)
        try:
            yield
        except (HostFault, RuntimeError):
            if len(self.session.faults) == before:
                raise
        found = self.session.faults[before:]
        del self.session.faults[before:]
        if not any(re.search(pattern, fault) for fault in found):
            raise AssertionError("no fault like {!r}, but {}".format(pattern, found))
