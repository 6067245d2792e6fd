"""The fake `nuke` module of one session, and a small `nukescripts`."""

from __future__ import annotations

import types

from . import groups, knob_factory, nodes, schema
from .api_host import HostApi, callback_functions
from .api_script import ScriptApi
from .faults import CancelledError
from .interface import Menu, MenuItem, ProgressTask, ViewerWindow
from .knob_base import FLAGS, Knob
from .ranges import Format, FrameRange, FrameRanges

CONSTANTS = {"INPUTS": nodes.INPUTS, "HIDDEN_INPUTS": nodes.HIDDEN_INPUTS, "EXPRESSIONS": nodes.EXPRESSIONS,
             "LINKINPUTS": nodes.LINKINPUTS, "REPLACE": 1, "REPLACE_VIEWS": 2, "WRITE_ALL": 1, "TO_SCRIPT": 1,
             "TO_VALUE": 2, "WRITE_NON_DEFAULT_ONLY": 2, "WRITE_USER_KNOB_DEFS": 4, "ALL": 1, "NODIR": 2, "PYTHON": 1,
             "NUM_CPUS": 2, "untitled": "Untitled", "NUKE_VERSION_PHASE": "", "PLUGIN_EXT": "so"}


class Undo:
    """Undo groups: `with nuke.Undo("name"):` or `nuke.Undo.begin()`, `.name()`, `.end()`."""

    _session = None

    def __init__(self, name="") -> None:
        self._name = name

    @classmethod
    def _stack(cls):
        cls._session.on_main_thread("nuke.Undo")
        return cls._session.undo

    @classmethod
    def begin(cls, name=None):
        cls._stack().begin(name)

    @classmethod
    def name(cls, name):
        cls._stack().name_it(name)

    @classmethod
    def end(cls):
        cls._stack().end()

    @classmethod
    def cancel(cls):
        cls._stack().cancel()

    @classmethod
    def new(cls):
        cls._stack().end()
        cls._stack().begin()

    @classmethod
    def undo(cls):
        cls._stack().undo()

    @classmethod
    def redo(cls):
        cls._stack().redo()

    @classmethod
    def disable(cls):
        cls._stack().off += 1

    @classmethod
    def enable(cls):
        cls._stack().off -= 1

    @classmethod
    def disabled(cls):
        return bool(cls._stack().off)

    @classmethod
    def undoSize(cls):
        return len(cls._stack().steps)

    @classmethod
    def redoSize(cls):
        return len(cls._stack().undone)

    @classmethod
    def undoDescribe(cls):
        return cls._stack().steps[-1][0] if cls._stack().steps else ""

    def __enter__(self):
        self.begin(self._name)

    def __exit__(self, type, value, traceback):
        self.end()


class Layer:
    """`nuke.Layer("confidence", ["confidence.Y"])` adds a layer to the script."""

    _session = None

    def __init__(self, name, channels) -> None:
        self._session.on_main_thread("nuke.Layer")
        self._name = name
        full = [channel if "." in channel else "{}.{}".format(name, channel) for channel in channels]
        self._session.add_layer(name, full)

    def name(self):
        return self._name

    def channels(self):
        return list(self._session.layers[self._name])


class NodeMaker:
    """`nuke.nodes.Read(file="a.exr")`: a node without connection, selection or panel."""

    def __init__(self, session) -> None:
        self._session = session

    def __getattr__(self, class_name):
        if class_name not in schema.CLASSES:
            raise AttributeError(class_name)

        def make(**knobs):
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


def build(session) -> types.ModuleType:
    """Return a module `nuke` that acts on the session."""
    nuke = types.ModuleType("nuke", "Stand-in for Nuke's Python module.")
    for api in (ScriptApi(session), HostApi(session)):
        for name in dir(api):
            if not name.startswith("_"):
                setattr(nuke, name, getattr(api, name))
    vars(nuke).update(callback_functions(session))
    nuke.render, nuke.expr = nuke.execute, nuke.expression
    vars(nuke).update(knob_factory.KNOB_CLASSES, **FLAGS)
    vars(nuke).update(CONSTANTS)
    for class_ in (Knob, nodes.Node, groups.Group, groups.Root, groups.Viewer, groups.BackdropNode, nodes.Info, Format,
                   FrameRange, FrameRanges, Menu, MenuItem, ViewerWindow, CancelledError):
        setattr(nuke, class_.__name__, class_)
    for class_ in (ProgressTask, Undo, Layer):
        bound = type(class_.__name__, (class_,), {"_session": session, "__doc__": class_.__doc__})
        setattr(nuke, class_.__name__, bound)
    nuke.nodes = NodeMaker(session)
    _about(nuke, session)
    session.namespace["nuke"] = nuke
    return nuke


def _about(nuke, session) -> None:
    major, minor, release = session.version
    nuke.GUI = nuke.INTERACTIVE = session.gui
    nuke.NUKE_VERSION_MAJOR, nuke.NUKE_VERSION_MINOR, nuke.NUKE_VERSION_RELEASE = major, minor, release
    nuke.NUKE_VERSION_STRING = "{}.{}v{}".format(major, minor, release)
    nuke.EXE_PATH = "/opt/Nuke{0}/Nuke{1}.{2}".format(nuke.NUKE_VERSION_STRING, major, minor)
    nuke.rawArgs = [nuke.EXE_PATH]
    nuke.env = {"gui": session.gui, "NukeVersionMajor": major, "NukeVersionMinor": minor, "NukeVersionRelease": release,
                "NukeVersionString": nuke.NUKE_VERSION_STRING, "ExecutablePath": nuke.EXE_PATH, "nukex": False,
                "studio": False, "indie": False, "nc": False, "threads": 2, "numCPUs": 2, "interactive": session.gui,
                "WIN32": False, "MACOS": False, "LINUX": True, "PluginExtension": "so", "PathSeparator": ":"}


def build_scripts(session) -> types.ModuleType:
    """Return a `nukescripts` with what plug-ins ask of it: docking a Qt widget."""
    nukescripts = types.ModuleType("nukescripts", "Stand-in for Nuke's nukescripts.")
    panels = types.ModuleType("nukescripts.panels")

    def registerWidgetAsPanel(widget, name, id, create=False):
        session.gui_only("registerWidgetAsPanel")
        session.interface.panels[id] = (name, widget)

    panels.registerWidgetAsPanel = nukescripts.registerWidgetAsPanel = registerWidgetAsPanel
    nukescripts.panels = panels
    session.namespace["nukescripts"] = nukescripts
    return nukescripts
