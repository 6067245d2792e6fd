"""Names in expressions and in Tcl: which knob or node they mean, seen from a node."""

from __future__ import annotations

import os
import re
import tkinter

from . import expressions
from .faults import HostFault, ScriptError
from .knob_numbers import Array_Knob, Expression, number_text
from .knob_texts import EvalString_Knob, Link_Knob

FORBIDDEN = ("exec", "open", "socket", "cd", "glob", "source", "pwd", "fconfigure", "file", "interp", "load")
DEPTH = 40
LITERAL = "\x02"  # stands for an escaped [ while Tcl reads a text
FIELDS = {"x": 0, "y": 1, "z": 2, "w": 0, "h": 1, "r": 0, "g": 1, "b": 2, "a": 3}
TCL_NAME = re.compile(r"\[(?:value|knob|exists|numvalue)\s+([\w.]+)")
INPUT = re.compile(r"^input(\d*)$")
FILE_COMMANDS = {
    "dirname": os.path.dirname, "tail": os.path.basename, "rootname": lambda path: os.path.splitext(path)[0],
    "extension": lambda path: os.path.splitext(path)[1],
    "join": lambda *parts: os.path.join(*parts).replace("\\", "/"), "normalize": os.path.normpath,
}
NODE_NUMBERS = {
    "width": lambda node: node.width(), "height": lambda node: node.height(),
    "first_frame": lambda node: node.firstFrame(), "last_frame": lambda node: node.lastFrame(),
}


class Lookups:
    """Evaluates expressions and Tcl text for the nodes of one session."""

    def __init__(self, session) -> None:
        self.session = session
        self._contexts = []  # (node, frame), innermost last
        self._error = None
        self._tcl = None

    def number(self, node, text, frame=None) -> float:
        """Return the value of an expression on a node; raises ScriptError."""
        if len(self._contexts) > DEPTH:
            raise ScriptError("{}: an expression depends on itself: {}".format(node.name(), text))
        self._contexts.append((node, frame))
        try:
            plain = self._substituted(text) if "[" in text else text
            return float(expressions.evaluate(
                expressions.parse(plain), lambda name: self._number_of(node, name, frame),
                lambda name, at: self._number_of(node, name, at)))
        finally:
            self._contexts.pop()

    def text(self, node, text, frame=None) -> str:
        """Return a text with its `[...]` evaluated; raises ScriptError."""
        if "[" not in text:
            return text
        if len(self._contexts) > DEPTH:
            raise ScriptError("{}: a text depends on itself: {}".format(node.name(), text))
        self._contexts.append((node, frame))
        try:
            return self._substituted(text)
        finally:
            self._contexts.pop()

    def check(self, node, text) -> None:
        """Raise ScriptError when an expression cannot be read or names what does not exist."""
        plain, _ = expressions.without_tcl(text)
        for name in expressions.names(expressions.parse(plain)):
            if self.find(node, name) is None and not self._is_word(name):
                raise ScriptError("{}: expression {!r}: no knob {}".format(node.fullName(), text, name))

    @staticmethod
    def _is_word(name) -> bool:
        return name in ("frame", "t", "x", "y") or name.startswith("$") or name.split(".")[-1] in NODE_NUMBERS

    def sources(self, node):
        """Return the other nodes that a node's expressions and Tcl texts name, each once."""
        found = []
        for knob in node._knobs.values():
            for name in self._names(knob):
                target = self.find(node, name)
                owner = target and (target[0] if _is_node(target[0]) else target[0]._node)
                if owner is not None and owner is not node and owner not in found:
                    found.append(owner)
        return found

    @staticmethod
    def _names(knob):
        if isinstance(knob, EvalString_Knob):
            return TCL_NAME.findall(knob._state)
        fields = knob._state if isinstance(knob, Array_Knob) else ()
        texts = [field.text for field in fields if isinstance(field, Expression)]
        plain = [expressions.parse(expressions.without_tcl(text)[0]) for text in texts]
        return [name for tree in plain for name in expressions.names(tree)] + [
            name for text in texts for name in TCL_NAME.findall(text)]

    def find_knob(self, node, path):
        found = self.find(node, path)
        return found[0] if found is not None and found[0] is not None and not _is_node(found[0]) else None

    def find(self, node, path):
        """Return (knob, field) or (node, 0) for a dotted name, None when it means nothing."""
        parts = path.split(".")
        if len(parts) == 1 and parts[0] in node._knobs:
            return node._knobs[parts[0]], 0
        here = self._first(node, parts[0])
        if here is None:
            return self._field(node, parts)
        for at, part in enumerate(parts[1:], 1):
            step = self._step(here, part)
            if step is None:
                return self._field(here, parts[at:])
            here = step
        return here, 0

    def _first(self, node, name):
        fixed = {"this": node, "parent": node._group, "root": self.session.root}
        if name in fixed:
            return fixed[name]
        match = INPUT.match(name)
        if match:
            return node.input(int(match.group(1) or 0))
        inside = getattr(node, "_children", [])
        around = node._group._children if node._group is not None else []
        for child in list(inside) + list(around) + list(self.session.root._children):
            if child._knobs["name"]._state == name:
                return child
        return None

    @staticmethod
    def _step(here, name):
        match = INPUT.match(name)
        if name == "parent" or match:
            return here._group if name == "parent" else here.input(int(match.group(1) or 0))
        return next((child for child in getattr(here, "_children", []) if child._knobs["name"]._state == name), None)

    @staticmethod
    def _field(node, parts):
        knob = node._knobs.get(parts[0])
        if knob is None or len(parts) > 2:
            return None
        if len(parts) == 1:
            return knob, 0
        if parts[1].isdigit() or parts[1] in FIELDS:
            return knob, int(parts[1]) if parts[1].isdigit() else FIELDS[parts[1]]
        return None

    def _number_of(self, node, name, frame) -> float:
        if name in ("frame", "t"):
            return float(self.session.frame_now(frame))
        if name.startswith("$"):
            return self._variable(name[1:])
        found = self.find(node, name)
        if found is None:
            owner, _, last = name.rpartition(".")
            of = self.find(node, owner) if owner else (node, 0)
            if last in NODE_NUMBERS and of is not None and _is_node(of[0]):
                return float(NODE_NUMBERS[last](of[0]))
            raise ScriptError("{}: expression names {}, which does not exist".format(node.fullName(), name))
        knob, field = found
        knob = knob.getLinkedKnob() if isinstance(knob, Link_Knob) else knob
        if not isinstance(knob, Array_Knob):
            raise ScriptError("{}: expression uses {}, which is no number".format(node.fullName(), name))
        return knob._field(field, frame)

    def _variable(self, name) -> float:
        values = {"gui": float(self.session.gui), "threads": 2.0}
        if name not in values:
            raise ScriptError("expression: no variable ${}".format(name))
        return values[name]

    def _substituted(self, text) -> str:
        if self._tcl is None:
            self._tcl = self._interpreter()
        self._error = None
        try:
            done = str(self._tcl.call("subst", "-nobackslashes", "-novariables", text.replace("\\[", LITERAL)))
            return done.replace(LITERAL, "[")
        except tkinter.TclError as error:
            raise self._error or ScriptError("{}: Tcl: {}: {!r}".format(
                self._contexts[-1][0].fullName(), error, text)) from None

    def _interpreter(self):
        tcl = tkinter.Tcl()
        for name in FORBIDDEN:
            tcl.eval("rename {} {{}}".format(name))
        commands = {"value": self._value, "knob": self._knob, "exists": self._exists, "numvalue": self._numvalue,
                    "expression": self._numvalue, "frame": self._frame, "file": self._file, "python": self._python,
                    "getenv": lambda name, default="": os.environ.get(name, default), "metadata": self._metadata}
        for name, function in commands.items():
            tcl.createcommand(name, self._kept(function))
        return tcl

    def _kept(self, function):
        """Tcl shows only a Python error's class: keep the error itself."""
        def call(*words):
            try:
                return function(*words)
            except (ScriptError, HostFault) as error:
                self._error = self._error or error
                raise
        return call

    def _value(self, path, default=None):
        node, frame = self._contexts[-1]
        found = self.find(node, path)
        if found is None:
            if default is not None:
                return default
            raise ScriptError("{}: [value {}]: nothing is named so".format(node.fullName(), path))
        if _is_node(found[0]):
            return found[0].fullName()
        knob, field = found
        knob = knob.getLinkedKnob() if isinstance(knob, Link_Knob) else knob
        if isinstance(knob, EvalString_Knob):
            return self.text(knob._node, knob._state, frame)
        if isinstance(knob, Array_Knob):
            return knob._number_script(knob._field(field, frame))
        return knob._script()

    def _knob(self, path):
        node, _ = self._contexts[-1]
        knob = self.find_knob(node, path)
        if knob is None:
            raise ScriptError("{}: [knob {}]: no such knob".format(node.fullName(), path))
        return knob._script()

    def _exists(self, path):
        node, _ = self._contexts[-1]
        return "1" if self.find(node, path) is not None else "0"

    def _numvalue(self, text):
        node, frame = self._contexts[-1]
        return number_text(self.number(node, text, frame))

    def _frame(self):
        return str(int(self.session.frame_now(self._contexts[-1][1])))

    def _file(self, command, *paths):
        if command not in FILE_COMMANDS:
            raise ScriptError("[file {}] is not for a script that other machines render".format(command))
        return FILE_COMMANDS[command](*paths)

    def _python(self, *words):
        code = words[-1]
        return str(eval(compile(code.strip(), "<[python]>", "eval"), self.session.namespace))

    def _metadata(self, key):
        node, frame = self._contexts[-1]
        return str(self.session.image(node, frame).metadata.get(key, ""))


def _is_node(thing) -> bool:
    return hasattr(thing, "_knobs")
