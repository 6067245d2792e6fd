"""What a dotted name in an expression or in Tcl means, seen from a node: another node, a knob or a field of one."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple, Union

from . import expressions
from .base import AnyNode, Knob
from .faults import ScriptError
from .fields import Expression
from .knob_numbers import Array_Knob
from .knob_texts import EvalString_Knob

FIELDS = {"x": 0, "y": 1, "z": 2, "w": 0, "h": 1, "r": 0, "g": 1, "b": 2, "a": 3}
TCL_NAME = re.compile(r"\[(?:value|knob|exists|numvalue)\s+([\w.]+)")
INPUT = re.compile(r"^input(\d*)$")
NODE_NUMBERS = ("width", "height", "first_frame", "last_frame")
FREE = ("frame", "t", "x", "y")
Found = Tuple[Union[Knob, AnyNode], int]  # a knob and its field, or a node and 0


def find(node: AnyNode, path: str) -> Optional[Found]:
    """Return (knob, field) or (node, 0) for a dotted name, None when it means nothing."""
    parts = path.split(".")
    if len(parts) == 1 and parts[0] in node._knobs:
        return node._knobs[parts[0]], 0
    here = _first(node, parts[0])
    if here is None:
        return _field(node, parts)
    for at, part in enumerate(parts[1:], 1):
        step = _step(here, part)
        if step is None:
            return _field(here, parts[at:])
        here = step
    return here, 0


def find_knob(node: AnyNode, path: str) -> Optional[Knob]:
    found = find(node, path)
    return found[0] if found is not None and isinstance(found[0], Knob) else None


def _first(node: AnyNode, name: str) -> Optional[AnyNode]:
    root = node._session.root
    fixed = {"this": node, "parent": node._group, "root": root}
    if name in fixed:
        return fixed[name]
    match = INPUT.match(name)
    if match:
        return node.input(int(match.group(1) or 0))
    around = node._group._children if node._group is not None else []
    return _named(node._children + around + root._children, name)


def _step(here: AnyNode, name: str) -> Optional[AnyNode]:
    match = INPUT.match(name)
    if match:
        return here.input(int(match.group(1) or 0))
    return here._group if name == "parent" else _named(here._children, name)


def _named(nodes: List[AnyNode], name: str) -> Optional[AnyNode]:
    return next((node for node in nodes if node._knobs["name"]._state == name), None)


def _field(node: AnyNode, parts: List[str]) -> Optional[Found]:
    knob = node._knobs.get(parts[0])
    if knob is None or len(parts) > 2:
        return None
    if len(parts) == 1:
        return knob, 0
    if parts[1].isdigit() or parts[1] in FIELDS:
        return knob, int(parts[1]) if parts[1].isdigit() else FIELDS[parts[1]]
    return None


def check(node: AnyNode, text: str) -> None:
    """Raise ScriptError when an expression cannot be read or names what does not exist."""
    plain, _ = expressions.without_tcl(text)
    for name in expressions.names(expressions.parse(plain)):
        is_word = name in FREE or name.startswith("$") or name.split(".")[-1] in NODE_NUMBERS
        if find(node, name) is None and not is_word:
            raise ScriptError("{}: expression {!r}: no knob {}".format(node.fullName(), text, name))


def sources(node: AnyNode) -> List[AnyNode]:
    """Return the other nodes that a node's expressions and Tcl texts name, each once."""
    found: List[AnyNode] = []
    for name in [name for knob in node._knobs.values() for name in _names(knob)]:
        target = find(node, name)
        owner = target[0] if target is not None else None
        owner = owner._node if isinstance(owner, Knob) else owner
        if owner is not None and owner is not node and owner not in found:
            found.append(owner)
    return found


def _names(knob: Knob) -> List[str]:
    """Return the names in a knob's expressions, then those in its Tcl."""
    if isinstance(knob, EvalString_Knob):
        return TCL_NAME.findall(knob._state)
    fields = knob._state if isinstance(knob, Array_Knob) else ()
    texts = [field.text for field in fields if isinstance(field, Expression)]
    plain = [expressions.parse(expressions.without_tcl(text)[0]) for text in texts]
    return [name for tree in plain for name in expressions.names(tree)] + [
        name for text in texts for name in TCL_NAME.findall(text)]
