"""Functions of `nuke` about the program: threads, callbacks, rendering, messages, menus, plug-in path."""

from __future__ import annotations

import inspect
import os
import sys

from . import rendering
from .callbacks import EVENTS, WRITE_EVENTS
from .interface import ViewerWindow


class HostApi:
    """What is not about one script."""

    def __init__(self, session) -> None:
        self._session = session

    def executeInMainThread(self, call, args=(), kwargs=None):
        self._session.main.post(call, args, kwargs)

    def executeInMainThreadWithResult(self, call, args=(), kwargs=None):
        return self._session.main.post_and_wait(call, args, kwargs)

    def execute(self, nameOrNode, start=None, end=None, incr=1, views=None, continueOnError=False, frameRangeSet=None):
        rendering.execute(self._session, nameOrNode, rendering.frames(start, end, incr, frameRangeSet), continueOnError,
                          views or self._session.views)

    def executeMultiple(self, nodes, ranges, views, continueOnError=False):
        frames = [frame for first, last, step in ranges for frame in range(first, last + 1, step)]
        for node in nodes:
            rendering.execute(self._session, node, frames, continueOnError, views)

    def executing(self, f=None):
        return self._session.rendering is not None

    def cancel(self):
        self._session.interface.cancel()

    def message(self, prompt):
        self._session.interface.say(prompt)

    def alert(self, prompt):
        self._session.interface.say(prompt)

    def ask(self, prompt):
        return bool(self._session.interface.ask(prompt))

    def askWithCancel(self, prompt):
        return self._session.interface.ask(prompt)

    def getInput(self, prompt, default=""):
        return self._session.interface.ask(prompt)

    def getFilename(self, message, pattern="", default="", favorites="", type="", multiple=False):
        return self._session.interface.ask(message)

    def getClipname(self, prompt, pattern="", default=None, multiple=False):
        return self._session.interface.ask(prompt)

    def choice(self, title, prompt, options, default=0):
        return self._session.interface.ask(prompt)

    def activeViewer(self):
        """The first Viewer's window; None when there is none."""
        session = self._session
        session.gui_only("nuke.activeViewer")
        viewers = [node for node in session.all_nodes(session.root) if node.Class() == "Viewer"]
        return ViewerWindow(session.interface, viewers[0]) if viewers else None

    def zoom(self, scale, center, group=None):
        self._session.gui_only("nuke.zoom")
        self._session.interface.graph_center = tuple(center)

    def menu(self, name):
        return self._session.interface.menu(name)

    def tprint(self, *args, sep=" ", end="\n", file=None):
        self._session.log.append(sep.join(map(str, args)))

    def debug(self, message):
        self._session.log.append("debug: " + message)

    def warning(self, message):
        self._session.log.append("warning: " + message)

    def error(self, message):
        self._session.log.append("error: " + message)

    def critical(self, message):
        self._session.log.append("critical: " + message)

    def pluginPath(self):
        return list(self._session.plugin_path)

    def pluginAddPath(self, args, addToSysPath=True):
        for path in [args] if isinstance(args, str) else list(args):
            self._add_path(path, addToSysPath, 0)

    def pluginAppendPath(self, args, addToSysPath=True):
        for path in [args] if isinstance(args, str) else list(args):
            self._add_path(path, addToSysPath, len(self._session.plugin_path))

    def _add_path(self, path, to_python, at):
        """Add a folder, relative ones seen from the calling file, and run its init.py."""
        caller = inspect.currentframe().f_back.f_back.f_globals.get("__file__", "")
        path = os.path.normpath(os.path.join(os.path.dirname(caller), os.path.expanduser(path))).replace("\\", "/")
        if path in self._session.plugin_path:
            return
        self._session.plugin_path.insert(at, path)
        if to_python:
            sys.path.insert(0, path)
        self._session.run_startup(path, "init.py")

    def plugins(self, switches=0, *pattern):
        found = []
        for folder in self._session.plugin_path:
            listed = [name for name in sorted(os.listdir(folder)) if not pattern or name in pattern]
            found += [os.path.join(folder, name) for name in listed]
        return found

    def licenseInfo(self):
        return {}


def _registrar(session, event, default):
    def add(call, args=(), kwargs=None, nodeClass=default):
        session.callbacks.add(event, call, args, kwargs, nodeClass)

    def remove(call, args=(), kwargs=None, nodeClass=default):
        session.callbacks.remove(event, call, args, kwargs, nodeClass)

    return add, remove


def callback_functions(session):
    """Return addOnCreate, removeOnCreate and so on, by name."""
    found = {}
    for event in EVENTS:
        title = event[0].upper() + event[1:]
        add, remove = _registrar(session, event, "Write" if event in WRITE_EVENTS else "*")
        found["add" + title], found["remove" + title] = add, remove

    def addKnobChanged(call, args=(), kwargs=None, nodeClass="*", node=None):
        session.callbacks.add("knobChanged", call, args, kwargs, nodeClass, node)

    def removeKnobChanged(call, args=(), kwargs=None, nodeClass="*", node=None):
        session.callbacks.remove("knobChanged", call, args, kwargs, nodeClass, node)

    found["addKnobChanged"], found["removeKnobChanged"] = addKnobChanged, removeKnobChanged
    return found
