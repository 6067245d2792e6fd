"""Functions of `nuke` about nodes. Each public method becomes a function of the module."""

from __future__ import annotations

from typing import List, Optional, Sequence, Union

from . import lookups, tree, writing
from .api_script import script_file
from .base import AnyNode
from .nodes import Node
from .session import Session


class NodeApi:
    """Making, finding, selecting, deleting, copying and pasting nodes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def root(self) -> AnyNode:
        self._session.on_main_thread("nuke.root")
        return self._session.root

    def allNodes(self, filter: Optional[str] = None, group: Optional[AnyNode] = None,
                 recurseGroups: bool = False) -> List[AnyNode]:
        self._session.on_main_thread("nuke.allNodes")
        found = tree.descendants(group or self._session.group_now(), recurseGroups)
        return [node for node in found if filter in (None, "", node._class)]

    def toNode(self, s: str) -> Optional[AnyNode]:
        self._session.on_main_thread("nuke.toNode")
        return self._session.find_node(s)

    def exists(self, s: str) -> bool:
        seen_from = self._session.contexts[-1].node or self._session.root
        return self._session.find_node(s) is not None or lookups.find(seen_from, s) is not None

    def selectedNodes(self, filter: Optional[str] = None) -> List[AnyNode]:
        nodes = tree.selected(self._session.group_now())
        return [node for node in nodes if filter in (None, node._class)]

    def selectedNode(self) -> AnyNode:
        nodes = self.selectedNodes()
        if not nodes:
            raise ValueError("no node selected")
        return nodes[0]

    def selectAll(self) -> None:
        for node in self._session.group_now()._children:
            node.setSelected(True)

    def createNode(self, typ: str, knobs: str = "", inpanel: bool = True) -> Node:
        """Make a node below the selected one, put it into its pipe, select it and open its panel."""
        session = self._session
        group = session.group_now()
        above = next(iter(tree.selected(group)), None)
        session.undo.begin("create " + typ)
        try:
            node = session.document.create(typ, group, knobs)
            if above is not None and node.maxInputs():
                followers = tree.followers(above)
                node.setInput(0, above)
                for follower in followers if session.gui else []:
                    follower.setInput(follower._inputs.index(above), node)
            node.selectOnly()
        finally:
            session.undo.end()
        session.document.created(node, by_user=True)
        if inpanel and session.gui:
            session.open_panel(node)
        return node

    def delete(self, n: Optional[AnyNode]) -> None:
        if n is None:
            return
        n._alive(for_change=True)
        self._session.undo.begin("delete")
        try:
            self._session.document.delete(n)
        finally:
            self._session.undo.end()

    def nodeCopy(self, s: str) -> None:
        """Copy the selected nodes to a file or "%clipboard%"."""
        text = writing.script(self._session, self.selectedNodes())
        if s == "%clipboard%":
            self._session.interface.clipboard = text
            return
        with open(s, "w", encoding="utf-8") as file:
            file.write(text)

    def nodePaste(self, s: str) -> Optional[Node]:
        """Paste a file or "%clipboard%" below the selected node and select what came; return the last node."""
        session = self._session
        if s == "%clipboard%":
            text = session.interface.clipboard
        else:
            with open(script_file(self._session, s), encoding="utf-8") as file:
                text = file.read()
        group = session.group_now()
        above = next(iter(tree.selected(group)), None)
        for node in group._children:
            node.setSelected(False)
        made = session.document.load(text, group, above)
        for node in made:
            node.setSelected(True)
        return made[-1] if made else None

    def dependencies(self, nodes: Union[Node, Sequence[Node]], what: int = 1) -> List[AnyNode]:
        return [source for node in _listed(nodes) for source in node.dependencies(what)]

    def dependentNodes(self, what: int = 1, nodes: Union[Node, Sequence[Node]] = (),
                       evaluateAll: bool = True) -> List[AnyNode]:
        return [follower for node in _listed(nodes) for follower in node.dependent(what)]

    def show(self, n: AnyNode, forceFloat: bool = False) -> None:
        self._session.open_panel(n)


def _listed(nodes: Union[Node, Sequence[Node]]) -> List[Node]:
    return [nodes] if isinstance(nodes, Node) else list(nodes)
