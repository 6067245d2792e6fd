"""Nodes that hold nodes or have methods of their own: `nuke.Group`, `nuke.Root`, `nuke.Viewer`, `nuke.BackdropNode`."""

from __future__ import annotations

from . import schema
from .faults import ScriptError
from .nodes import Node


class Group(Node):
    """A node with nodes inside; `with group:` makes it the context of `toNode`, `createNode` and `allNodes`."""

    def __init__(self, session, class_name, group) -> None:
        self._children = []
        Node.__init__(self, session, class_name, group)

    def _maximum(self):
        return len(self._input_nodes())

    def _input_nodes(self):
        """Return the Input nodes inside, in the order of their numbers."""
        found = [node for node in self._children if node._class == "Input"]
        return sorted(found, key=lambda node: node._knobs["number"].getValue())

    def _output_node(self):
        return next((node for node in self._children if node._class == "Output"), None)

    def nodes(self):
        self._alive()
        return list(reversed(self._children))

    def node(self, s):
        self._alive()
        found = self
        for name in s.split("."):
            found = next((child for child in getattr(found, "_children", []) if child.name() == name), None)
            if found is None:
                return None
        return found

    def numNodes(self):
        return len(self.nodes())

    def selectedNodes(self):
        return [node for node in self.nodes() if node.isSelected()]

    def selectedNode(self):
        found = self.selectedNodes()
        return found[0] if found else None

    def output(self):
        self._alive()
        return self._output_node()

    def begin(self):
        self._alive().enter(self)
        return self

    def end(self):
        self._alive().leave(self)

    def __enter__(self):
        return self.begin()

    def __exit__(self, type, value, traceback):
        self.end()

    def run(self, callable):
        with self:
            return callable()


class Root(Group):
    """The script itself: frame range, format, project directory and name."""

    def name(self):
        self._alive()
        return self._knobs["name"]._state or "Root"

    def fullName(self):
        return "root"

    def setName(self, name, uncollide=True, updateExpressions=False):
        self._alive(for_change=True)
        self._knobs["name"]._write(name)

    def _maximum(self):
        return 0

    def setInput(self, i, node):
        return False

    def modified(self):
        return self._alive().modified

    def setModified(self, modified):
        self._alive().modified = bool(modified)

    def firstFrame(self):
        return self["first_frame"].value()

    def lastFrame(self):
        return self["last_frame"].value()

    def setFrame(self, f):
        self._alive().set_frame(f)

    def fps(self):
        return int(self["fps"].value())

    def realFps(self):
        return float(self["fps"].value())

    def format(self):
        return self["format"].value()

    def proxy(self):
        return self["proxy"].value()

    def setProxy(self, proxy):
        self["proxy"].setValue(proxy)

    def channels(self):
        return sorted(channel for channels in self._alive().layers.values() for channel in channels)

    def layers(self):
        return sorted(self._alive().layers)


class Viewer(Node):
    """A viewer, which shows and computes nothing here."""


class BackdropNode(Node):
    """A backdrop. Asking what lies on it needs the drawn graph, so it raises without GUI."""

    def getNodes(self):
        if not self._alive().gui:
            raise RuntimeError("getNodes is only available in GUI mode")
        return []


NODE_CLASSES = {"Root": Root, "Group": Group, "Viewer": Viewer, "BackdropNode": BackdropNode}


def make(session, class_name, group) -> Node:
    """Return a new node that is in no group yet; raises ScriptError for a class that this host does not know."""
    if class_name not in schema.CLASSES:
        raise ScriptError("{}: unknown command: a missing or unlicensed plug-in".format(class_name))
    return NODE_CLASSES.get(class_name, Node)(session, class_name, group)
