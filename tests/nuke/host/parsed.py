"""What a .nk text says: node statements and user knobs as data. Knows no node class and judges no value."""

from __future__ import annotations

import functools
import re
from typing import Dict, Iterator, List, Optional, Tuple

from .faults import ScriptError
from .tcl import split

VALUES_OF_OPTION = {"l": 1, "t": 1, "T": 1, "M": 1, "n": 1, "R": 2}
FLAG = re.compile(r"^[+-][A-Za-z_0-9]+$")


class UserKnob:
    """One `addUserKnob {...}`: id, name and options."""

    def __init__(self, words: List[str], where: str) -> None:
        if len(words) < 2 or not words[0].isdigit():
            raise ScriptError(f"{where}: addUserKnob needs a number and a name, not {words[:2]}")
        self.id = int(words[0])
        self.name = words[1]
        self.label: Optional[str] = None
        self.tooltip = ""
        self.text: Optional[str] = None  # T: a button's code, a link's target, a text's content
        self.items: List[str] = []
        self.range: Optional[Tuple[str, str]] = None
        self.group = 0  # n: 1 opens a group of knobs, -1 closes it
        self.flags: List[str] = []
        self._options(words[2:], where)

    def _options(self, words: List[str], where: str) -> None:
        while words:
            option = words.pop(0)
            needed = VALUES_OF_OPTION.get(option, 0)
            if (not needed and not FLAG.match(option)) or len(words) < needed:
                raise ScriptError(f"{where}: addUserKnob {self.name}: option {option!r} is unknown or has no value")
            values = [words.pop(0) for _ in range(needed)]
            if option == "l":
                self.label = values[0]
            elif option == "t":
                self.tooltip = values[0]
            elif option == "T":
                self.text = values[0]
            elif option == "M":
                self.items = trimmed(split(values[0], where))
            elif option == "n":
                self.group = int(values[0])
            elif option == "R":
                self.range = (values[0], values[1])
            else:
                self.flags.append(option)


@functools.lru_cache(maxsize=10000)
def user_knob(text: str, where: str) -> UserKnob:
    """Return the knob of an `addUserKnob`, one for all that say the same: nobody changes it."""
    return UserKnob(split(text, where), where)


class ParsedNode:
    """A node statement: class, knob words in the order written, inputs and, for a Group, what is inside."""

    def __init__(self, class_name: str, parent: Optional["ParsedNode"]) -> None:
        self.class_name = class_name
        self.parent = parent
        self.knobs: Dict[str, str] = {}
        self.user: Dict[str, UserKnob] = {}
        self.inputs: List[Optional[ParsedNode]] = []
        self.main_inputs = 0  # of "2+1": 2
        self.children: List[ParsedNode] = []

    @property
    def name(self) -> str:
        return self.knobs.get("name", self.class_name)

    @property
    def path(self) -> str:
        """Its name with those of the groups around it."""
        above = self.parent.path if self.parent is not None and self.parent.parent is not None else ""
        return f"{above}.{self.name}" if above else self.name


Entry = Tuple[Optional[ParsedNode], int]  # on the stack: a node and the number of node statements before it


def trimmed(items: List[str]) -> List[str]:
    """Return menu items without the empty ones that Nuke writes at the end."""
    while items and items[-1] == "":
        items = items[:-1]
    return items


def walk(tree: ParsedNode) -> Iterator[ParsedNode]:
    """Yield every node below, groups before what they hold."""
    for node in tree.children:
        yield node
        yield from walk(node)


def fill(node: ParsedNode, words: List[str]) -> None:
    """Take the words of a node's block, name and value by turns; raises ScriptError."""
    if len(words) % 2:
        raise ScriptError(f"{node.class_name}: a knob has no value, or a value no knob: {words[-3:]}")
    for name, value in zip(words[::2], words[1::2]):
        if name == "addUserKnob":
            knob = user_knob(value, node.class_name)
            if knob.name in node.user and knob.name:
                raise ScriptError(f"{node.class_name}: user knob {knob.name} is added twice")
            if knob.name in node.knobs:
                raise ScriptError(f"{node.class_name}: user knob {knob.name} is set before it is added")
            node.user[knob.name or f"_{len(node.user)}"] = knob
        elif name in node.knobs:
            raise ScriptError(f"{node.class_name}: knob {name} has two values")
        else:
            node.knobs[name] = value


def take_inputs(node: ParsedNode, counts: List[str], stack: List[Entry], statements: int) -> bool:
    """Pop a node's inputs; return whether one came from deeper than what was pushed since the last statement."""
    if not all(count.isdigit() for count in counts):
        raise ScriptError(f"{node.path}: inputs {'+'.join(counts)} is not a number")
    node.main_inputs = int(counts[0])
    stale = False
    for _ in range(sum(map(int, counts))):
        if not stack and node.parent is not None and node.parent.parent is not None:
            raise ScriptError(f"{node.path}: takes more inputs than were pushed")
        source, statement = stack.pop() if stack else (None, statements)
        node.inputs.append(source)
        stale = stale or statement < statements
    return stale
