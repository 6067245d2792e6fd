"""A .nk text as a tree of parsed nodes, read by a real Tcl interpreter. Knows no node class and judges no value.

Nuke scripts are Tcl: `push`, `set`, `stack` and the like are commands, every other word is a node class with one block.
"""

from __future__ import annotations

import re
import threading
import tkinter
from typing import Dict, List, Optional, Tuple

from .faults import ScriptError

WORD = re.compile(r"^[A-Za-z_][\w.]*$")
FLAG = re.compile(r"^[+-][A-Za-z_0-9]+$")
GROUPS = ("Group",)
NO_INPUT_BY_DEFAULT = ("Root", "BackdropNode", "StickyNote")


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
            needed = {"l": 1, "t": 1, "T": 1, "M": 1, "n": 1, "R": 2}.get(option, 0)
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


def split(text: str, where: str) -> List[str]:
    """Return the words of a Tcl list; raises ScriptError when it is not one."""
    try:
        return [str(word) for word in _TCL.interpreter().tk.splitlist(text)]
    except tkinter.TclError as error:
        raise ScriptError(f"{where}: not a well-formed list: {error}: {text[:60]!r}") from None


def trimmed(items: List[str]) -> List[str]:
    """Return menu items without the empty ones that Nuke writes at the end."""
    while items and items[-1] == "":
        items = items[:-1]
    return items


Entry = Tuple[Optional[ParsedNode], int]  # on the stack: a node and the number of node statements before it


class _Tcl:
    """One Tcl interpreter, made when first needed; scripts run in safe children of it, without files or processes."""

    def __init__(self) -> None:
        self._made: Dict[int, tkinter.Tk] = {}  # Tcl belongs to the thread that made it

    def interpreter(self) -> tkinter.Tk:
        thread = threading.get_ident()
        if thread not in self._made:
            self._made[thread] = tkinter.Tcl()
        return self._made[thread]


_TCL = _Tcl()


class Reader:
    """Runs one text; afterwards `root.children` are its nodes and `layers` the layers it adds.

    `selected` says whether a node stands for `[stack 0]` at the start, as when pasting onto a selection.
    """

    def __init__(self, selected: bool = False) -> None:
        self.root = ParsedNode("(script)", None)
        self.root_knobs: Optional[ParsedNode] = None  # the Root statement
        self.outside = ParsedNode("(selected)", None)
        self.layers: Dict[str, List[str]] = {}
        self.formats: List[str] = []
        self.stale: List[str] = []  # nodes that take an input from deeper in the stack than what came just before
        self._statements = 0
        self._levels: List[Tuple[ParsedNode, List[Entry]]] = [(self.root, [(self.outside, 0)] if selected else [])]
        self._numbers: Dict[str, ParsedNode] = {"N1": self.outside}
        self._error: Optional[ScriptError] = None

    def read(self, text: str) -> ParsedNode:
        """Evaluate the text and return the tree; raises ScriptError with the reason."""
        tcl = _TCL.interpreter()
        self._prepare(tcl)
        try:
            tcl.call("interp", "eval", "script", text)
        except tkinter.TclError as error:
            raise self._error or ScriptError(f"Tcl: {error}") from None
        finally:
            tcl.eval("interp delete script")
        if len(self._levels) > 1:
            raise ScriptError(f"{self._levels[-1][0].path}: end_group is missing")
        return self.root

    def _prepare(self, tcl: tkinter.Tk) -> None:
        """Make the safe child `script` with Nuke's commands."""
        tcl.eval("interp create -safe script")
        for name, function in (("push", self._push), ("stack", self._stack), ("end_group", self._end_group),
                               ("add_layer", self._add_layer), ("add_format", self._add_format),
                               ("unknown", self._node), ("clone", self._clone), ("version", self._nothing),
                               ("define_window_layout_xml", self._nothing), ("load", self._nothing)):
            tcl.createcommand("nk_" + name, self._kept(function))
            tcl.eval(f"interp alias script {name} {{}} nk_{name}")
        # Nuke predefines it: some real files push it without setting it
        tcl.eval("interp eval script {set cut_paste_input 0}")

    @staticmethod
    def _nothing(*words: str) -> str:
        return ""

    def _kept(self, function):
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
        self._fill(node, split(blocks[0], class_name))
        default = "0" if class_name in NO_INPUT_BY_DEFAULT else "1"
        counts = node.knobs.pop("inputs", default).split("+")
        if not all(count.isdigit() for count in counts):
            raise ScriptError(f"{node.path}: inputs {'+'.join(counts)} is not a number")
        node.main_inputs = int(counts[0])
        for _ in range(sum(map(int, counts))):
            if not stack and level.parent is not None:
                raise ScriptError(f"{node.path}: takes more inputs than were pushed")
            source, statement = stack.pop() if stack else (None, self._statements)
            node.inputs.append(source)
            if statement < self._statements:
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

    def _fill(self, node: ParsedNode, words: List[str]) -> None:
        if len(words) % 2:
            raise ScriptError(f"{node.class_name}: a knob has no value, or a value no knob: {words[-3:]}")
        for name, value in zip(words[::2], words[1::2]):
            if name == "addUserKnob":
                knob = UserKnob(split(value, node.class_name), node.class_name)
                if knob.name in node.user and knob.name:
                    raise ScriptError(f"{node.class_name}: user knob {knob.name} is added twice")
                if knob.name in node.knobs:
                    raise ScriptError(f"{node.class_name}: user knob {knob.name} is set before it is added")
                node.user[knob.name or f"_{len(node.user)}"] = knob
            elif name in node.knobs:
                raise ScriptError(f"{node.class_name}: knob {name} has two values")
            else:
                node.knobs[name] = value

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

    def _add_format(self, text: str) -> str:
        self.formats.append(text)
        return ""

    def _clone(self, *words: str) -> str:
        raise ScriptError("clone: a Group of ours holds no clones")
