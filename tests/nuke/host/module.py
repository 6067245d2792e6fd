"""The fake `nuke` module of one session, and a small `nukescripts`."""

from __future__ import annotations

import types
from typing import Any, Callable, Dict, List, Optional, Sequence

from . import groups, knob_factory, nodes, schema
from .api_context import ContextApi
from .api_host import HostApi, callback_functions
from .api_nodes import NodeApi
from .api_script import ScriptApi
from .base import FLAGS, Knob
from .faults import CancelledError
from .interface import Menu, MenuItem, ProgressTask, ViewerWindow
from .ranges import Format, FrameRange, FrameRanges
from .session import Session
from .undo import UndoStack

CONSTANTS: Dict[str, object] = {
    "INPUTS": nodes.INPUTS, "HIDDEN_INPUTS": nodes.HIDDEN_INPUTS, "EXPRESSIONS": nodes.EXPRESSIONS,
    "LINKINPUTS": nodes.LINKINPUTS, "REPLACE": 1, "REPLACE_VIEWS": 2, "WRITE_ALL": 1, "TO_SCRIPT": 1,
    "TO_VALUE": 2, "WRITE_NON_DEFAULT_ONLY": 2, "WRITE_USER_KNOB_DEFS": 4, "ALL": 1, "NODIR": 2, "PYTHON": 1,
    "NUM_CPUS": 2, "untitled": "Untitled", "NUKE_VERSION_PHASE": "", "PLUGIN_EXT": "so",
}


class Undo:
    """Undo groups: `with nuke.Undo("name"):` or `nuke.Undo.begin()`, `.name()`, `.end()`."""

    _session: Session

    def __init__(self, name: str = "") -> None:
        self._name = name

    @classmethod
    def _stack(cls) -> UndoStack:
        cls._session.on_main_thread("nuke.Undo")
        return cls._session.undo

    @classmethod
    def begin(cls, name: Optional[str] = None) -> None:
        cls._stack().begin(name)

    @classmethod
    def name(cls, name: str) -> None:
        cls._stack().name_it(name)

    @classmethod
    def end(cls) -> None:
        cls._stack().end()

    @classmethod
    def cancel(cls) -> None:
        cls._stack().cancel()

    @classmethod
    def new(cls) -> None:
        cls._stack().end()
        cls._stack().begin()

    @classmethod
    def undo(cls) -> None:
        cls._stack().undo()

    @classmethod
    def redo(cls) -> None:
        cls._stack().redo()

    @classmethod
    def disable(cls) -> None:
        cls._stack().off += 1

    @classmethod
    def enable(cls) -> None:
        cls._stack().off -= 1

    @classmethod
    def disabled(cls) -> bool:
        return bool(cls._stack().off)

    @classmethod
    def undoSize(cls) -> int:
        return len(cls._stack().steps)

    @classmethod
    def redoSize(cls) -> int:
        return len(cls._stack().undone)

    @classmethod
    def undoDescribe(cls) -> str:
        return cls._stack().steps[-1].name if cls._stack().steps else ""

    def __enter__(self) -> None:
        self.begin(self._name)

    def __exit__(self, type: object, value: object, traceback: object) -> None:
        self.end()


class Layer:
    """`nuke.Layer("confidence", ["confidence.Y"])` adds a layer to the script."""

    _session: Session

    def __init__(self, name: str, channels: Sequence[str]) -> None:
        self._session.on_main_thread("nuke.Layer")
        self._name = name
        full = [channel if "." in channel else "{}.{}".format(name, channel) for channel in channels]
        self._session.add_layer(name, full)

    def name(self) -> str:
        return self._name

    def channels(self) -> List[str]:
        return list(self._session.layers[self._name])


class NodeMaker:
    """`nuke.nodes.Read(file="a.exr")`: a node without connection, selection or panel."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, class_name: str) -> Callable[..., nodes.Node]:
        if class_name not in schema.CLASSES:
            raise AttributeError(class_name)

        def make(**knobs: Any) -> nodes.Node:
            session = self._session
            session.undo.begin("create " + class_name)
            try:
                node = session.document.create(class_name, session.group_now())
                for at, source in enumerate(knobs.pop("inputs", [])):
                    node.setInput(at, source)
                for name, value in knobs.items():
                    node[name].setValue(value)
            finally:
                session.undo.end()
            session.document.created(node)
            return node
        return make


def build(session: Session) -> types.ModuleType:
    """Return a module `nuke` that acts on the session."""
    nuke = types.ModuleType("nuke", "Stand-in for Nuke's Python module.")
    for api in (NodeApi(session), ScriptApi(session), ContextApi(session), HostApi(session)):
        for name in dir(api):
            if not name.startswith("_"):
                setattr(nuke, name, getattr(api, name))
    vars(nuke).update(callback_functions(session))
    vars(nuke).update(render=vars(nuke)["execute"], expr=vars(nuke)["expression"], nodes=NodeMaker(session))
    vars(nuke).update(knob_factory.KNOB_CLASSES, **FLAGS)
    vars(nuke).update(CONSTANTS)
    for class_ in (Knob, nodes.Node, groups.Group, groups.Root, groups.Viewer, groups.BackdropNode, nodes.Info, Format,
                   FrameRange, FrameRanges, Menu, MenuItem, ViewerWindow, CancelledError):
        setattr(nuke, class_.__name__, class_)
    own = {"_session": session, "_interface": session.interface}
    vars(nuke).update({base.__name__: type(base.__name__, (base,), {**own, "__doc__": base.__doc__})
                       for base in (ProgressTask, Undo, Layer)})
    vars(nuke).update(_about(session))
    session.namespace["nuke"] = nuke
    return nuke


def _about(session: Session) -> Dict[str, object]:
    """Return what `nuke` says of the program: version, licence, command line."""
    major, minor, release = session.version
    version = "{}.{}v{}".format(major, minor, release)
    path = "/opt/Nuke{0}/Nuke{1}.{2}".format(version, major, minor)
    env = {"gui": session.gui, "NukeVersionMajor": major, "NukeVersionMinor": minor, "NukeVersionRelease": release,
           "NukeVersionString": version, "ExecutablePath": path, "nukex": False, "studio": False, "indie": False,
           "nc": False, "threads": 2, "numCPUs": 2, "interactive": session.gui, "WIN32": False, "MACOS": False,
           "LINUX": True, "PluginExtension": "so", "PathSeparator": ":"}
    return {"GUI": session.gui, "INTERACTIVE": session.gui, "NUKE_VERSION_MAJOR": major, "NUKE_VERSION_MINOR": minor,
            "NUKE_VERSION_RELEASE": release, "NUKE_VERSION_STRING": version, "EXE_PATH": path, "rawArgs": [path],
            "env": env}


def build_scripts(session: Session) -> types.ModuleType:
    """Return a `nukescripts` with what plug-ins ask of it: docking a Qt widget."""
    nukescripts = types.ModuleType("nukescripts", "Stand-in for Nuke's nukescripts.")
    panels = types.ModuleType("nukescripts.panels")

    def registerWidgetAsPanel(widget: object, name: str, id: str, create: bool = False) -> None:
        session.gui_only("registerWidgetAsPanel")
        session.interface.panels[id] = (name, widget)

    vars(panels).update(registerWidgetAsPanel=registerWidgetAsPanel)
    vars(nukescripts).update(registerWidgetAsPanel=registerWidgetAsPanel, panels=panels)
    session.namespace["nukescripts"] = nukescripts
    return nukescripts


def build_all(session: Session) -> Dict[str, types.ModuleType]:
    """Return every module that Nuke offers to `import`, by name."""
    nuke, nukescripts = build(session), build_scripts(session)
    return {"nuke": nuke, "nukescripts": nukescripts, "nukescripts.panels": vars(nukescripts)["panels"]}
