"""Nodes as the text of a script, whole or some of them for pasting."""

from __future__ import annotations

from typing import Dict, List, Optional

from . import knob_factory, layers
from .base import FLAGS, AnyNode, Knob, Session
from .tcl import quoted

NEVER_SAVED = ("selected",)
BUTTON = 22


def script(session: Session, only: Optional[List[AnyNode]] = None) -> str:
    """Return the script's text, or that of some of its top nodes for pasting."""
    major, minor, release = session.version
    head = ["#! nuke", "version {}.{} v{}".format(major, minor, release)]
    if only is None:
        head += ["Root {", " inputs 0", *_own_lines(session.root), "}"]
        for layer, channels in layers.own(session.layers).items():
            head.append("add_layer {{{}}}".format(" ".join([layer, *channels])))
    else:
        head[:1] = ["set cut_paste_input [stack 0]"]
    return "\n".join(head + _Writer().group(session.root, only, "")) + "\n"


class _Writer:
    """One text being written: every node in it has a variable of its own."""

    def __init__(self) -> None:
        self._numbers: Dict[AnyNode, int] = {}

    def _variable(self, node: AnyNode) -> str:
        return "N{}".format(self._numbers.setdefault(node, len(self._numbers) + 1))

    def group(self, group: AnyNode, only: Optional[List[AnyNode]], indent: str) -> List[str]:
        """Return the lines of what a group holds, each node after those it is made of."""
        lines: List[str] = []
        done: List[AnyNode] = []
        wanted = [node for node in group._children if only is None or node in only]

        def emit(node: AnyNode) -> None:
            if node in done:
                return
            done.append(node)
            for source in node._inputs:
                if source is not None and source in wanted:
                    emit(source)
            for at, source in reversed(list(enumerate(node._inputs))):
                pushed = "$cut_paste_input" if only is not None and at == 0 and source is not None else "0"
                if source is not None and source in wanted:
                    pushed = "$" + self._variable(source)
                lines.append("{}push {}".format(indent, pushed))
            lines.extend(self._node(node, indent))
            lines.append("{}set {} [stack 0]".format(indent, self._variable(node)))

        for node in wanted:
            emit(node)
        return lines

    def _node(self, node: AnyNode, indent: str) -> List[str]:
        knobs = knob_lines(node)
        lines = [node._class + " {", " inputs {}".format(len(node._inputs))] + (knobs.split("\n") if knobs else [])
        lines = [indent + line for line in lines + ["}"]]
        if node._class == "Group":
            lines += self.group(node, None, indent + " ") + [indent + "end_group"]
        return lines


def knob_lines(node: AnyNode) -> str:
    """Return a node's knobs as lines of a script, those at their default left out."""
    lines = _own_lines(node)
    for knob in node._knobs.values():
        if knob._user is None:
            continue
        lines.append(knob_factory.definition(knob))
        kept = knob._writes_value and knob._user != BUTTON and not knob._flags & FLAGS["DO_NOT_WRITE"]
        if kept and not knob._is_default():
            lines.append(" {} {}".format(quoted(knob._name), knob._saved()))
    return "\n".join(lines)


def _own_lines(node: AnyNode) -> List[str]:
    own: List[Knob] = [knob for knob in node._knobs.values() if knob._user is None and knob._writes_value]
    return [" {} {}".format(knob._name, knob._saved()) for knob in own
            if not knob._is_default() and knob._name not in NEVER_SAVED]
