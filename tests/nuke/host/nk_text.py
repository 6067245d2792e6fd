"""A .nk text as a tree of parsed nodes, read by a real Tcl interpreter.

Nuke scripts are Tcl: `push`, `set`, `stack` and the like are commands, every other word is a node class with one block.
"""

from __future__ import annotations

import re
import tkinter
from typing import Callable, Dict, List, Optional, Tuple

from .faults import ScriptError
from .parsed import Entry, ParsedNode, fill, take_inputs
from .tcl import interpreter, split

WORD = re.compile(r"^[A-Za-z_][\w.]*$")
GROUPS = ("Group",)
CHILD = """
if {![interp exists script]} {
    interp create -safe script
    foreach name {push stack end_group add_layer unknown clone} {interp alias script $name {} nk_$name}
    foreach name {version define_window_layout_xml load add_format} {interp alias script $name {} nk_nothing}
    foreach name {proc rename apply namespace trace interp after vwait variable} {interp hide script $name}
    set kept [interp eval script {info vars}]
}
foreach name [interp eval script {info vars}] {
    if {$name ni $kept} {interp eval script [list unset $name]}
}
interp eval script {set cut_paste_input 0}
"""  # a clean child that leaves no mark; Nuke predefines cut_paste_input: real files push it without setting it
NO_INPUT_BY_DEFAULT = ("Root", "BackdropNode", "StickyNote")


class Reader:
    """Runs one text; afterwards `root.children` are its nodes and `layers` the layers it adds.

    `selected` says whether a node stands for `[stack 0]` at the start, as when pasting onto a selection.
    """

    def __init__(self, selected: bool = False) -> None:
        self.root = ParsedNode("(script)", None)
        self.root_knobs: Optional[ParsedNode] = None  # the Root statement
        self.outside = ParsedNode("(selected)", None)
        self.layers: Dict[str, List[str]] = {}
        self.stale: List[str] = []  # nodes that take an input from deeper in the stack than what came just before
        self._statements = 0
        self._levels: List[Tuple[ParsedNode, List[Entry]]] = [(self.root, [(self.outside, 0)] if selected else [])]
        self._numbers: Dict[str, ParsedNode] = {"N1": self.outside}
        self._error: Optional[ScriptError] = None

    def read(self, text: str) -> ParsedNode:
        """Evaluate the text and return the tree; raises ScriptError with the reason."""
        tcl = interpreter()
        self._prepare(tcl)
        try:
            tcl.call("interp", "eval", "script", text)
        except tkinter.TclError as error:
            raise self._error or ScriptError(f"Tcl: {error}") from None
        if len(self._levels) > 1:
            raise ScriptError(f"{self._levels[-1][0].path}: end_group is missing")
        return self.root

    def _prepare(self, tcl: tkinter.Tk) -> None:
        """Make the safe child `script` with Nuke's commands."""
        for name, function in (("push", self._push), ("stack", self._stack), ("end_group", self._end_group),
                               ("add_layer", self._add_layer), ("unknown", self._node), ("clone", self._clone),
                               ("nothing", self._nothing)):
            tcl.createcommand("nk_" + name, self._kept(function))
        tcl.eval(CHILD)

    @staticmethod
    def _nothing(*words: str) -> str:
        return ""

    def _kept(self, function: Callable[..., str]) -> Callable[..., str]:
        """Tcl shows only a Python error's class: keep the error itself."""
        def call(*words: str) -> str:
            try:
                return function(*words)
            except ScriptError as error:
                self._error = error
                raise
            except TypeError as error:
                self._error = ScriptError(f"wrong number of words: {' '.join(words)[:60]!r} ({error})")
                raise self._error from None
        return call

    def _node(self, class_name: str, *blocks: str) -> str:
        if len(blocks) != 1 or not WORD.match(class_name):
            raise ScriptError(f"{class_name!r} with {len(blocks)} blocks is no node statement")
        level, stack = self._levels[-1]
        node = ParsedNode(class_name, level)
        fill(node, split(blocks[0], class_name))
        default = "0" if class_name in NO_INPUT_BY_DEFAULT else "1"
        if take_inputs(node, node.knobs.pop("inputs", default).split("+"), stack, self._statements):
            self.stale.append(node.path)
        if class_name == "Root":
            self.root_knobs = node
            return ""
        self._statements += 1
        level.children.append(node)
        stack.append((node, self._statements))
        if class_name in GROUPS:
            self._levels.append((node, []))
        return ""

    def _push(self, number: str) -> str:
        if number in ("0", ""):
            self._levels[-1][1].append((None, self._statements))
        elif number in self._numbers:
            self._levels[-1][1].append((self._numbers[number], self._statements))
        else:
            raise ScriptError(f"push of {number}, which is no node")
        return ""

    def _stack(self, depth: str) -> str:
        stack = self._levels[-1][1]
        node = stack[-1 - int(depth)][0] if int(depth) < len(stack) else None
        if node is None:
            return "0"
        number = "N1" if node is self.outside else f"N{id(node):x}"
        self._numbers[number] = node
        return number

    def _end_group(self) -> str:
        if len(self._levels) < 2:
            raise ScriptError("end_group without a Group")
        self._levels.pop()
        return ""

    def _add_layer(self, words: str) -> str:
        name, *channels = split(words, "add_layer") or [""]
        wrong = [channel for channel in channels if channel.split(".")[0] != name or channel.count(".") != 1]
        if not WORD.match(name) or "." in name or wrong or not channels:
            raise ScriptError(f"add_layer {words}: a layer is a name, not a number, with channels as name.channel")
        self.layers.setdefault(name, [])
        self.layers[name] += [channel for channel in channels if channel not in self.layers[name]]
        return ""

    def _clone(self, *words: str) -> str:
        raise ScriptError("clone: a Group of ours holds no clones")
