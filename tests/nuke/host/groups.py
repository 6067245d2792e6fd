"""Nodes that hold nodes or have methods of their own: `nuke.Group`, `nuke.Root`, `nuke.Viewer`, `nuke.BackdropNode`."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Type, TypeVar

from . import schema, tree
from .base import AnyNode, Session
from .faults import ScriptError
from .nodes import Node
from .ranges import Format

Result = TypeVar("Result")


class Group(Node):
    """A node with nodes inside; `with group:` makes it the context of `toNode`, `createNode` and `allNodes`."""

    def _maximum(self) -> int:
        return len(tree.input_nodes(self))

    def nodes(self) -> List[AnyNode]:
        self._alive()
        return tree.descendants(self)

    def node(self, s: str) -> Optional[AnyNode]:
        self._alive()
        return tree.child(self, s)

    def numNodes(self) -> int:
        return len(self.nodes())

    def selectedNodes(self) -> List[AnyNode]:
        self._alive()
        return tree.selected(self)

    def selectedNode(self) -> Optional[AnyNode]:
        return next(iter(self.selectedNodes()), None)

    def output(self) -> Optional[AnyNode]:
        self._alive()
        return tree.output_node(self)

    def begin(self) -> Group:
        self._alive().enter(self)
        return self

    def end(self) -> None:
        self._alive().leave(self)

    def __enter__(self) -> Group:
        return self.begin()

    def __exit__(self, type: object, value: object, traceback: object) -> None:
        self.end()

    def run(self, callable: Callable[[], Result]) -> Result:
        with self:
            return callable()


class Root(Group):
    """The script itself: frame range, format, project directory and name."""

    def name(self) -> str:
        self._alive()
        return str(self._knobs["name"]._state or "Root")

    def fullName(self) -> str:
        return "root"

    def setName(self, name: str, uncollide: bool = True, updateExpressions: bool = False) -> None:
        self._alive(for_change=True)
        self._knobs["name"]._write(name)

    def _maximum(self) -> int:
        return 0

    def setInput(self, i: int, node: Optional[AnyNode]) -> bool:
        return False

    def modified(self) -> bool:
        return self._alive().modified

    def setModified(self, modified: bool) -> None:
        self._alive().modified = bool(modified)

    def firstFrame(self) -> int:
        return int(self["first_frame"].value())

    def lastFrame(self) -> int:
        return int(self["last_frame"].value())

    def setFrame(self, f: float) -> None:
        self._alive().set_frame(f)

    def fps(self) -> int:
        return int(self["fps"].value())

    def realFps(self) -> float:
        return float(self["fps"].value())

    def format(self) -> Format:
        found: Format = self["format"].value()
        return found

    def proxy(self) -> bool:
        return bool(self["proxy"].value())

    def setProxy(self, proxy: bool) -> None:
        self["proxy"].setValue(proxy)

    def channels(self) -> List[str]:
        return sorted(channel for channels in self._alive().layers.values() for channel in channels)

    def layers(self) -> List[str]:
        return sorted(self._alive().layers)


class Viewer(Node):
    """A viewer, which shows and computes nothing here."""


class BackdropNode(Node):
    """A backdrop. Asking what lies on it needs the drawn graph, so it raises without GUI."""

    def getNodes(self) -> List[AnyNode]:
        if not self._alive().gui:
            raise RuntimeError("getNodes is only available in GUI mode")
        return []


NODE_CLASSES: Dict[str, Type[Node]] = {"Root": Root, "Group": Group, "Viewer": Viewer, "BackdropNode": BackdropNode}


def make(session: Session, class_name: str, group: Optional[AnyNode]) -> Node:
    """Return a new node that is in no group yet; raises ScriptError for a class that this host does not know."""
    if class_name not in schema.CLASSES:
        raise ScriptError("{}: unknown command: a missing or unlicensed plug-in".format(class_name))
    return NODE_CLASSES.get(class_name, Node)(session, class_name, group)
