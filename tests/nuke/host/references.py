"""Names in the expressions and Tcl of a parsed script: do they mean something? Looks at text alone, loads nothing."""

from __future__ import annotations

import re
from typing import Iterator, List, Optional, Tuple, Union

from . import expressions, schema
from .faults import ScriptError
from .parsed import ParsedNode
from .tcl import split

INPUT = re.compile(r"^input(\d*)$")
FREE = ("frame", "t", "x", "y", "$gui", "$threads")
NODE_NUMBERS = ("width", "height", "first_frame", "last_frame")
FIELDS = ("x", "y", "z", "w", "h", "r", "g", "b", "a")
NUMERIC = {"Array_Knob", "Int_Knob", "Boolean_Knob", "Disable_Knob", "Enumeration_Knob", "Double_Knob", "XY_Knob",
           "XYZ_Knob", "WH_Knob", "BBox_Knob", "Color_Knob", "AColor_Knob", "ColorChip_Knob", "Link_Knob"}
TCL = ("if", "expr", "string", "return", "lindex", "llength", "lsearch", "plugins", "join", "split", "format", "set",
       "regsub", "regexp", "list", "getenv", "frame", "python", "metadata")
FILE = ("dirname", "tail", "rootname", "extension", "join", "normalize")


Found = Optional[Tuple[str, Union[str, ParsedNode, None]]]


class References:
    """Finds what a dotted name means from a node of one script."""

    def __init__(self, tree: ParsedNode, root: ParsedNode) -> None:
        self.tree, self.root = tree, root

    def knob(self, node: ParsedNode, path: str) -> Optional[str]:
        """Return the class of the knob of that name, None when there is none."""
        found = self.find(node, path)
        return found[1] if found is not None and isinstance(found[1], str) else None

    def find(self, node: ParsedNode, path: str) -> Found:
        """Return ("knob", its class), ("node", it) or ("input", None) for an input that may be connected."""
        parts = path.split(".")
        if len(parts) == 1 and self._knob(node, parts) is not None:
            return self._knob(node, parts)
        here = self._first(node, parts[0])
        if here is None:
            return self._knob(node, parts)
        for at, part in enumerate(parts[1:], 1):
            if INPUT.match(part):
                return self._input(here, part) if at == len(parts) - 1 else None
            step = self._above(here) if part == "parent" else _child(here, part)
            if step is None:
                return self._knob(here, parts[at:])
            here = step
        return ("node", here)

    def _first(self, node: ParsedNode, name: str) -> Optional[ParsedNode]:
        if name == "this":
            return node
        if name == "root":
            return self.root
        if name == "parent":
            return self._above(node)
        for place in (node, node.parent or self.tree, self.tree):
            found = _child(place, name)
            if found is not None:
                return found
        return None

    def _above(self, node: ParsedNode) -> ParsedNode:
        return self.root if node.parent is None or node.parent is self.tree else node.parent

    def _input(self, node: ParsedNode, name: str) -> Found:
        number = int(name[len("input"):] or 0)
        most = sum(child.class_name == "Input" for child in node.children) if node.class_name == "Group" else 1000
        return ("input", None) if number < most else None

    @staticmethod
    def _knob(node: ParsedNode, parts: List[str]) -> Found:
        if len(parts) > 2 or (len(parts) == 2 and parts[1] not in FIELDS and not parts[1].isdigit()):
            return None
        if parts[0] in node.user:
            return ("knob", schema.USER_KNOBS.get(node.user[parts[0]].id, ""))
        if node.class_name not in schema.CLASSES:
            return None
        spec = schema.knob_specs(node.class_name).get(parts[0])
        return ("knob", spec.type) if spec is not None else None

    def expression(self, node: ParsedNode, where: str, text: str) -> Iterator[str]:
        """Yield what is wrong with an expression on a knob of the node."""
        try:
            plain, commands = expressions.without_tcl(text)
            tree = expressions.parse(plain)
        except ScriptError as error:
            yield f"{where}: {error}"
            return
        for name in expressions.names(tree):
            yield from self._number(node, where, name)
        for command in commands:
            yield from self._command(node, where, command)

    def _number(self, node: ParsedNode, where: str, name: str) -> Iterator[str]:
        if name in FREE:
            return
        owner, _, last = name.rpartition(".")
        if last in NODE_NUMBERS and self.knob(node, name) is None and owner:
            if self.find(node, owner) is None:
                yield f"{where}: the expression names {owner}, which does not exist"
            return
        kind = self.knob(node, name)
        if kind is None:
            yield f"{where}: the expression names {name}, which does not exist"
        elif kind not in NUMERIC:
            yield f"{where}: the expression uses {name}, which is no number"

    def text(self, node: ParsedNode, where: str, text: str) -> Iterator[str]:
        """Yield what is wrong with the Tcl in a text."""
        try:
            _, commands = expressions.without_tcl(text)
        except ScriptError as error:
            yield f"{where}: {error}"
            return
        for command in commands:
            yield from self._command(node, where, command)

    def _command(self, node: ParsedNode, where: str, command: str) -> Iterator[str]:
        """Yield what is wrong with one Tcl command, those inside it first."""
        try:
            plain, inner = expressions.without_tcl(command)
            words = split(plain, where)
        except ScriptError as error:
            yield f"{where}: {error}"
            return
        for part in inner:
            yield from self._command(node, where, part)
        name, arguments = (words[0], words[1:]) if words else ("", [])
        if name in ("value", "knob", "exists") and arguments:
            if self.find(node, arguments[0]) is None and "[" not in command[1:]:
                yield f"{where}: [{command}] names what does not exist"
        elif name in ("expression", "numvalue") and arguments:
            yield from self.expression(node, where, arguments[0])
        elif name == "file":
            if not arguments or arguments[0] not in FILE:
                yield f"{where}: [{command}] is not for a script that other machines render"
        elif name not in TCL:
            yield f"{where}: [{command}]: no such command"


def _child(group: ParsedNode, name: str) -> Optional[ParsedNode]:
    return next((child for child in group.children if child.name == name), None)
