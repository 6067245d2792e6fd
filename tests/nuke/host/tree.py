"""Where nodes stand: what a node feeds, what a group holds, which of it is selected, numbered or named so."""

from __future__ import annotations

import re
from typing import List, Optional

from .base import AnyNode

NUMBER = re.compile(r"\d+$")


def followers(node: AnyNode) -> List[AnyNode]:
    """Return the nodes that a node is connected to, in the order they were made."""
    around = node._group._children if node._group is not None else []
    return [other for other in around if node in other._inputs]


def descendants(group: AnyNode, recurse: bool = False) -> List[AnyNode]:
    """Return the nodes of a group, the latest first, with `recurse` each followed by what is inside it."""
    found = []
    for node in reversed(group._children):
        found += [node] + (descendants(node, True) if recurse else [])
    return found


def selected(group: AnyNode) -> List[AnyNode]:
    """Return the selected nodes of a group, the latest first."""
    return [node for node in descendants(group) if node.isSelected()]


def child(group: AnyNode, path: str) -> Optional[AnyNode]:
    """Return what a dotted name means inside a group."""
    found: Optional[AnyNode] = group
    for name in path.split("."):
        inside = found._children if found is not None else []
        found = next((node for node in inside if node._knobs["name"]._state == name), None)
    return found


def input_nodes(group: AnyNode) -> List[AnyNode]:
    """Return the Input nodes inside a group, in the order of their numbers."""
    found = [node for node in group._children if node._class == "Input"]
    return sorted(found, key=lambda node: float(node._knobs["number"].getValue()))


def output_node(group: AnyNode) -> Optional[AnyNode]:
    return next((node for node in group._children if node._class == "Output"), None)


def outside(node: AnyNode) -> Optional[AnyNode]:
    """Return what is connected to the Group at the number of an Input inside it."""
    group = node._group
    return None if group is None else group.input(input_nodes(group).index(node))


def free_name(name: str, group: Optional[AnyNode], node: Optional[AnyNode] = None) -> str:
    """Return the name, with another number where a neighbour other than `node` has it."""
    around = group._children if group is not None else []
    taken = {other._knobs["name"]._state for other in around if other is not node}
    stem, number = NUMBER.sub("", name) or name, 0
    while name in taken:
        number += 1
        name = "{}{}".format(stem, number)
    return name
