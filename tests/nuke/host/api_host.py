"""Functions of `nuke` about the program: threads, callbacks, rendering, messages, menus, plug-in path."""

from __future__ import annotations

import inspect
import os
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from . import rendering, tree
from .base import AnyNode
from .callbacks import EVENTS, WRITE_EVENTS
from .interface import Menu, ViewerWindow
from .ranges import FrameRanges
from .session import Session

Call = Callable[..., Any]


class HostApi:
    """What is not about one script."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def executeInMainThread(self, call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None) -> None:
        self._session.main.post(call, args, kwargs)

    def executeInMainThreadWithResult(self, call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None) -> Any:
        return self._session.main.post_and_wait(call, args, kwargs)

    def execute(self, nameOrNode: Union[str, AnyNode], start: Union[int, FrameRanges, None] = None,
                end: Optional[int] = None, incr: int = 1, views: Optional[Sequence[str]] = None,
                continueOnError: bool = False, frameRangeSet: Optional[FrameRanges] = None) -> None:
        rendering.execute(self._session, nameOrNode, rendering.frames(start, end, incr, frameRangeSet), continueOnError,
                          views or self._session.views)

    def executeMultiple(self, nodes: Sequence[AnyNode], ranges: Sequence[Tuple[int, int, int]], views: Sequence[str],
                        continueOnError: bool = False) -> None:
        frames = [frame for first, last, step in ranges for frame in range(first, last + 1, step)]
        for node in nodes:
            rendering.execute(self._session, node, frames, continueOnError, views)

    def executing(self, f: Any = None) -> bool:
        return self._session.rendering is not None

    def cancel(self) -> None:
        self._session.interface.cancel()

    def message(self, prompt: str) -> None:
        self._session.interface.say(prompt)

    def alert(self, prompt: str) -> None:
        self._session.interface.say(prompt)

    def ask(self, prompt: str) -> bool:
        return bool(self._session.interface.ask(prompt))

    def askWithCancel(self, prompt: str) -> Any:
        return self._session.interface.ask(prompt)

    def getInput(self, prompt: str, default: str = "") -> Any:
        return self._session.interface.ask(prompt)

    def getFilename(self, message: str, pattern: str = "", default: str = "", favorites: str = "", type: str = "",
                    multiple: bool = False) -> Any:
        return self._session.interface.ask(message)

    def getClipname(self, prompt: str, pattern: str = "", default: Any = None, multiple: bool = False) -> Any:
        return self._session.interface.ask(prompt)

    def choice(self, title: str, prompt: str, options: Sequence[str], default: int = 0) -> Any:
        return self._session.interface.ask(prompt)

    def lastHitGroup(self) -> AnyNode:
        """The Group whose graph the person is in."""
        return self._session.interface.graph or self._session.root

    def activeViewer(self) -> Optional[ViewerWindow]:
        """The first Viewer's window; None when there is none."""
        session = self._session
        session.gui_only("nuke.activeViewer")
        viewers = [node for node in tree.descendants(session.root) if node.Class() == "Viewer"]
        return ViewerWindow(session.interface, viewers[0]) if viewers else None

    def zoom(self, scale: float, center: Sequence[float], group: Any = None) -> None:
        self._session.gui_only("nuke.zoom")
        self._session.interface.graph_center = tuple(center)

    def menu(self, name: str) -> Optional[Menu]:
        return self._session.interface.menu(name)

    def tprint(self, *args: object, sep: str = " ", end: str = "\n", file: Any = None) -> None:
        self._session.log.append(sep.join(map(str, args)))

    def debug(self, message: str) -> None:
        self._session.log.append("debug: " + message)

    def warning(self, message: str) -> None:
        self._session.log.append("warning: " + message)

    def error(self, message: str) -> None:
        self._session.log.append("error: " + message)

    def critical(self, message: str) -> None:
        self._session.log.append("critical: " + message)

    def pluginPath(self) -> List[str]:
        return list(self._session.plugin_path)

    def pluginAddPath(self, args: Union[str, Sequence[str]], addToSysPath: bool = True) -> None:
        for path in [args] if isinstance(args, str) else list(args):
            self._add_path(path, addToSysPath, 0)

    def pluginAppendPath(self, args: Union[str, Sequence[str]], addToSysPath: bool = True) -> None:
        for path in [args] if isinstance(args, str) else list(args):
            self._add_path(path, addToSysPath, len(self._session.plugin_path))

    def _add_path(self, path: str, to_python: bool, at: int) -> None:
        """Add a folder, relative ones seen from the calling file, and run its init.py."""
        frame = inspect.currentframe()
        above = frame.f_back.f_back if frame is not None and frame.f_back is not None else None
        caller = above.f_globals.get("__file__", "") if above is not None else ""
        path = os.path.normpath(os.path.join(os.path.dirname(caller), os.path.expanduser(path))).replace("\\", "/")
        if path in self._session.plugin_path:
            return
        self._session.plugin_path.insert(at, path)
        if to_python:
            sys.path.insert(0, path)
        self._session.run_startup(path, "init.py")

    def plugins(self, switches: int = 0, *pattern: str) -> List[str]:
        found = []
        for folder in self._session.plugin_path:
            listed = [name for name in sorted(os.listdir(folder)) if not pattern or name in pattern]
            found += [os.path.join(folder, name) for name in listed]
        return found

    def licenseInfo(self) -> Dict[str, Any]:
        return {}


def _registrar(session: Session, event: str, default: str) -> Tuple[Call, Call]:
    def add(call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None, nodeClass: str = default) -> None:
        session.callbacks.add(event, call, args, kwargs, nodeClass)

    def remove(call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None, nodeClass: str = default) -> None:
        session.callbacks.remove(event, call, args, kwargs, nodeClass)

    return add, remove


def callback_functions(session: Session) -> Dict[str, Call]:
    """Return addOnCreate, removeOnCreate and so on, by name."""
    found: Dict[str, Call] = {}
    for event in EVENTS:
        title = event[0].upper() + event[1:]
        add, remove = _registrar(session, event, "Write" if event in WRITE_EVENTS else "*")
        found["add" + title], found["remove" + title] = add, remove

    def addKnobChanged(call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None, nodeClass: str = "*",
                       node: Optional[AnyNode] = None) -> None:
        session.callbacks.add("knobChanged", call, args, kwargs, nodeClass, node)

    def removeKnobChanged(call: Call, args: Any = (), kwargs: Optional[Dict[str, Any]] = None, nodeClass: str = "*",
                          node: Optional[AnyNode] = None) -> None:
        session.callbacks.remove("knobChanged", call, args, kwargs, nodeClass, node)

    found["addKnobChanged"], found["removeKnobChanged"] = addKnobChanged, removeKnobChanged
    return found
