"""The script: making, deleting and loading nodes. writing.py saves them."""

from __future__ import annotations

from typing import Dict, List, Optional

from . import groups, knob_factory, schema, structure, tree
from .base import AnyNode, Session
from .faults import ScriptError
from .nk_text import Reader
from .nodes import Node
from .parsed import ParsedNode

Built = Dict[int, Optional[AnyNode]]  # id() of a parsed node: what was made of it


class Document:
    """The tree of nodes below the root of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def create(self, class_name: str, group: AnyNode, knobs: str = "") -> Node:
        """Return a new, unconnected node named after its class; `knobs` as in a script."""
        if class_name == "Root":
            raise ScriptError("a script has one Root")
        node = groups.make(self.session, class_name, group)
        node._knobs["name"]._state = tree.free_name(class_name.rstrip("0123456789") + "1", group)
        self._insert(node)
        if knobs:
            node.readKnobs(knobs)
        return node

    def _insert(self, node: AnyNode) -> None:
        self.session.on_main_thread("making a node")
        _siblings(node).append(node)
        self.session.undo.record("create {}".format(node._class), lambda: self._hide(node), lambda: self._show(node))
        self.session.touched()

    def created(self, node: AnyNode, by_user: bool = False) -> None:
        """Call onCreate of a node and, before it, of all that is inside."""
        for child in list(node._children):
            self.created(child)
        if by_user:
            self.session.callbacks.run("onUserCreate", node)
        self.session.callbacks.run("onCreate", node)

    def _hide(self, node: AnyNode) -> None:
        _siblings(node).remove(node)
        self._mark(node, True)

    def _show(self, node: AnyNode) -> None:
        _siblings(node).append(node)
        self._mark(node, False)
        self.created(node)

    def _mark(self, node: AnyNode, deleted: bool) -> None:
        node._deleted = deleted
        for child in node._children:
            self._mark(child, deleted)

    def delete(self, node: AnyNode) -> None:
        """Remove a node; what it fed is fed by its first input."""
        self.session.on_main_thread("deleting a node")
        self.session.callbacks.run("onDestroy", node)
        for follower in tree.followers(node):
            for index in [at for at, source in enumerate(follower._inputs) if source is node]:
                follower.setInput(index, node.input(0))
        if node in self.session.panels:
            self.session.panels.remove(node)
        self._hide(node)
        self.session.undo.record("delete {}".format(node._class), lambda: self._show(node), lambda: self._hide(node))
        self.session.touched()

    def clear(self) -> None:
        self.session.callbacks.run("onScriptClose", self.session.root)
        for node in list(self.session.root._children):
            self._hide(node)
        self.session.new_root()

    def load(self, text: str, group: AnyNode, selected: Optional[AnyNode] = None) -> List[Node]:
        """Add the nodes of a script to a group and return them; raises ScriptError with every finding of the check."""
        reader = Reader(selected is not None)
        script = reader.read(text)
        findings = structure.check(script, reader, self.session)
        if findings:
            raise ScriptError("\n".join(findings))
        session = self.session
        session.undo.begin("load")
        session.loading = True
        try:
            for layer, channels in reader.layers.items():
                session.add_layer(layer, channels)
            if reader.root_knobs is not None:
                self._fill(session.root, reader.root_knobs)
            built: Built = {id(reader.outside): selected}
            made = [self._build(parsed, group, built) for parsed in script.children]
            self._connect(script, built)
        finally:
            session.loading = False
            session.undo.end()
        for node in made:
            self.created(node)
        if reader.root_knobs is not None:
            session.callbacks.run("onScriptLoad", session.root)
            session.modified = False
        return made

    def _build(self, parsed: ParsedNode, group: AnyNode, built: Built) -> Node:
        node = groups.make(self.session, parsed.class_name, group)
        self._fill(node, parsed)
        name = parsed.knobs.get("name", parsed.class_name + "1")
        node._knobs["name"]._state = tree.free_name(name, group)
        for child in parsed.children:
            self._build(child, node, built)
        self._insert(node)
        built[id(parsed)] = node
        return node

    def _fill(self, node: AnyNode, parsed: ParsedNode) -> None:
        for user in parsed.user.values():
            knob = knob_factory.from_user(user)
            if knob._name in node._knobs and knob._name:
                raise ScriptError("{}: user knob {} is there already".format(parsed.path, knob._name))
            knob._name = knob._name or "_{}".format(len(node._knobs))
            node._attach(knob)
        for name, word in parsed.knobs.items():
            knob = node._knobs[name]
            knob._state = knob._read(word)

    def _connect(self, script: ParsedNode, built: Built) -> None:
        for parsed in script.children:
            node = built[id(parsed)]
            assert node is not None, "every node of the text was built"
            inputs = [built.get(id(source)) for source in parsed.inputs]
            if parsed.main_inputs < len(inputs):  # "1+1": the mask is the optional input
                gap = schema.OPTIONAL_INPUT.get(node._class, schema.CLASSES[node._class].minimum) - parsed.main_inputs
                inputs[parsed.main_inputs:parsed.main_inputs] = [None] * gap
            while inputs and inputs[-1] is None:
                inputs.pop()
            node._inputs = inputs
            self._connect(parsed, built)


def _siblings(node: AnyNode) -> List[AnyNode]:
    """Return the list of children that a node stands in; the root stands in none."""
    return node._group._children if node._group is not None else []
