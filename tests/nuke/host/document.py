"""The script: making, deleting, loading, saving and pasting nodes."""

from __future__ import annotations

import re

from . import groups, knob_factory, structure
from .faults import ScriptError
from .knob_base import FLAGS, quoted
from .nk_text import ParsedNode, Reader
from .nodes import INPUTS

NUMBER = re.compile(r"\d+$")
NEVER_SAVED = ("selected",)


class Document:
    """The tree of nodes below the root of one session."""

    def __init__(self, session) -> None:
        self.session = session
        self._numbers = {}

    def free_name(self, name, group, node=None) -> str:
        """Return the name, with another number where a neighbour has it."""
        taken = {child._knobs["name"]._state for child in group._children if child is not node} if group else set()
        stem, number = NUMBER.sub("", name) or name, 0
        while name in taken:
            number += 1
            name = "{}{}".format(stem, number)
        return name

    def create(self, class_name, group, knobs=""):
        """Return a new, unconnected node named after its class; `knobs` as in a script."""
        if class_name == "Root":
            raise ScriptError("a script has one Root")
        node = groups.make(self.session, class_name, group)
        node._knobs["name"]._state = self.free_name(class_name.rstrip("0123456789") + "1", group)
        self._insert(node, group)
        if knobs:
            node.readKnobs(knobs)
        return node

    def _insert(self, node, group) -> None:
        self.session.on_main_thread("making a node")
        group._children.append(node)
        self.session.undo.record("create {}".format(node._class), lambda: self._hide(node), lambda: self._show(node))
        self.session.touched()

    def created(self, node, by_user=False) -> None:
        """Call onCreate of a node and, before it, of all that is inside."""
        for child in list(getattr(node, "_children", [])):
            self.created(child)
        if by_user:
            self.session.callbacks.run("onUserCreate", node)
        self.session.callbacks.run("onCreate", node)

    def _hide(self, node) -> None:
        node._group._children.remove(node)
        self._mark(node, True)

    def _show(self, node) -> None:
        node._group._children.append(node)
        self._mark(node, False)
        self.created(node)

    def _mark(self, node, deleted) -> None:
        node._deleted = deleted
        for child in getattr(node, "_children", []):
            self._mark(child, deleted)

    def delete(self, node) -> None:
        """Remove a node; what it fed is fed by its first input."""
        self.session.on_main_thread("deleting a node")
        self.session.callbacks.run("onDestroy", node)
        for follower in node.dependent(INPUTS):
            for index in [at for at, source in enumerate(follower._inputs) if source is node]:
                follower.setInput(index, node.input(0))
        node.hideControlPanel()
        self._hide(node)
        self.session.undo.record("delete {}".format(node._class), lambda: self._show(node), lambda: self._hide(node))
        self.session.touched()

    def clear(self) -> None:
        self.session.callbacks.run("onScriptClose", self.session.root)
        for node in list(self.session.root._children):
            self._hide(node)
        self.session.new_root()

    def load(self, text, group, selected=None):
        """Add the nodes of a script to a group and return them; raises ScriptError with every finding of the check."""
        reader = Reader(selected is not None)
        tree = reader.read(text)
        findings = structure.check(tree, reader, self.session)
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
            built = {id(reader.outside): selected}
            made = [self._build(parsed, group, built) for parsed in tree.children]
            self._connect(tree, built)
        finally:
            session.loading = False
            session.undo.end()
        for node in made:
            self.created(node)
        if reader.root_knobs is not None:
            session.callbacks.run("onScriptLoad", session.root)
            session.modified = False
        return made

    def _build(self, parsed: ParsedNode, group, built):
        node = groups.make(self.session, parsed.class_name, group)
        self._fill(node, parsed)
        name = parsed.knobs.get("name", parsed.class_name + "1")
        node._knobs["name"]._state = self.free_name(name, group)
        for child in parsed.children:
            self._build(child, node, built)
        self._insert(node, group)
        built[id(parsed)] = node
        return node

    def _fill(self, node, parsed: ParsedNode) -> None:
        for user in parsed.user.values():
            knob = knob_factory.from_user(user)
            if knob._name in node._knobs and knob._name:
                raise ScriptError("{}: user knob {} is there already".format(parsed.path, knob._name))
            knob._name = knob._name or "_{}".format(len(node._knobs))
            node._attach(knob)
        for name, word in parsed.knobs.items():
            knob = node._knobs[name]
            knob._state = knob._read(word)

    def _connect(self, tree: ParsedNode, built) -> None:
        for parsed in tree.children:
            node = built[id(parsed)]
            inputs = [built.get(id(source)) for source in parsed.inputs]
            if parsed.main_inputs < len(inputs):  # "1+1": the mask is the optional input
                gap = node.optionalInput() - parsed.main_inputs
                inputs[parsed.main_inputs:parsed.main_inputs] = [None] * gap
            while inputs and inputs[-1] is None:
                inputs.pop()
            node._inputs = inputs
            self._connect(parsed, built)

    def save(self, only=None) -> str:
        """Return the script's text, or that of some of its top nodes for pasting."""
        major, minor, release = self.session.version
        self._numbers = {}
        head = ["#! nuke", "version {}.{} v{}".format(major, minor, release)]
        root = self.session.root
        if only is None:
            head += ["Root {", " inputs 0", *self._value_lines(root), "}"]
            for layer, channels in self.session.own_layers().items():
                head.append("add_layer {{{}}}".format(" ".join([layer, *channels])))
        else:
            head[:1] = ["set cut_paste_input [stack 0]"]
        return "\n".join(head + self._group_lines(root, only, "")) + "\n"

    def _group_lines(self, group, only, indent):
        lines, done = [], []
        wanted = [node for node in group._children if only is None or node in only]

        def emit(node):
            if node in done:
                return
            done.append(node)
            for source in node._inputs:
                if source in wanted:
                    emit(source)
            for at, source in reversed(list(enumerate(node._inputs))):
                outside = "$cut_paste_input" if only is not None and at == 0 and source is not None else "0"
                lines.append("{}push {}".format(indent, self._variable(source) if source in wanted else outside))
            lines.extend(self._node_lines(node, indent))
            lines.append("{}set {} [stack 0]".format(indent, self._variable(node)[1:]))

        for node in wanted:
            emit(node)
        return lines

    def _variable(self, node) -> str:
        """Return the variable that stands for a node in the text being written."""
        return "$N{}".format(self._numbers.setdefault(node, len(self._numbers) + 1))

    def _node_lines(self, node, indent):
        lines = [node._class + " {"]
        lines += [" inputs {}".format(len(node._inputs))]
        lines += self.knob_lines(node).split("\n") if self.knob_lines(node) else []
        lines = [indent + line for line in lines + ["}"]]
        if node._class == "Group":
            lines += self._group_lines(node, None, indent + " ") + [indent + "end_group"]
        return lines

    def knob_lines(self, node) -> str:
        """Return a node's knobs as lines of a script, those at their default left out."""
        lines = self._value_lines(node)
        for knob in node._knobs.values():
            if knob._user is None:
                continue
            lines.append(knob_factory.definition(knob))
            kept = knob._writes_value and knob._user != 22 and not knob._flags & FLAGS["DO_NOT_WRITE"]
            if kept and not knob._is_default():
                lines.append(" {} {}".format(quoted(knob._name), knob._saved()))
        return "\n".join(lines)

    @staticmethod
    def _value_lines(node):
        own = [knob for knob in node._knobs.values() if knob._user is None and knob._writes_value]
        return [" {} {}".format(knob._name, knob._saved()) for knob in own
                if not knob._is_default() and knob._name not in NEVER_SAVED]
