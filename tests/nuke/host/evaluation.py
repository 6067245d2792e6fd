"""The values of expressions and of texts with Tcl on the nodes of one session."""

from __future__ import annotations

import os
import tkinter
from typing import Callable, Dict, List, Optional, Tuple, Union

from . import expressions, lookups
from .base import AnyNode, Knob, Session
from .faults import HostFault, ScriptError
from .fields import number_text
from .knob_numbers import Array_Knob
from .knob_texts import EvalString_Knob, Link_Knob
from .ranges import Format

FORBIDDEN = ("exec", "open", "socket", "cd", "glob", "source", "pwd", "fconfigure", "file", "interp", "load")
DEPTH = 40
LITERAL = "\x02"  # stands for an escaped [ while Tcl reads a text
FILE_COMMANDS: Dict[str, Callable[..., str]] = {
    "dirname": os.path.dirname, "tail": os.path.basename, "rootname": lambda path: os.path.splitext(path)[0],
    "extension": lambda path: os.path.splitext(path)[1],
    "join": lambda *parts: os.path.join(*parts).replace("\\", "/"), "normalize": os.path.normpath,
}


class Evaluation:
    """Evaluates expressions and Tcl texts; the Names of base.py."""

    check = staticmethod(lookups.check)
    sources = staticmethod(lookups.sources)
    find_knob = staticmethod(lookups.find_knob)

    def __init__(self, session: Session) -> None:
        self.session = session
        self._contexts: List[Tuple[AnyNode, Optional[float]]] = []  # node and frame, innermost last
        self._error: Optional[Exception] = None
        self._tcl: Optional[tkinter.Tk] = None

    def number(self, node: AnyNode, text: str, frame: Optional[float] = None) -> float:
        """Return the value of an expression on a node; raises ScriptError."""
        self._enter(node, frame, "an expression", text)
        try:
            plain = self._substituted(text) if "[" in text else text
            return float(expressions.evaluate(
                expressions.parse(plain), lambda name: self._number_of(node, name, frame),
                lambda name, at: self._number_of(node, name, at)))
        finally:
            self._contexts.pop()

    def text(self, node: AnyNode, text: str, frame: Optional[float] = None) -> str:
        """Return a text with its `[...]` evaluated; raises ScriptError."""
        if "[" not in text:
            return text
        self._enter(node, frame, "a text", text)
        try:
            return self._substituted(text)
        finally:
            self._contexts.pop()

    def _enter(self, node: AnyNode, frame: Optional[float], kind: str, text: str) -> None:
        if len(self._contexts) > DEPTH:
            raise ScriptError("{}: {} depends on itself: {}".format(node.name(), kind, text))
        self._contexts.append((node, frame))

    def _number_of(self, node: AnyNode, name: str, frame: Optional[float]) -> float:
        if name in ("frame", "t"):
            return float(self.session.frame_now(frame))
        if name.startswith("$"):
            return self._variable(name[1:])
        found = lookups.find(node, name)
        if found is None:
            return self._number_of_node(node, name)
        knob = _linked(found[0])
        if not isinstance(knob, Array_Knob):
            raise ScriptError("{}: expression uses {}, which is no number".format(node.fullName(), name))
        return knob._field(found[1], frame)

    def _number_of_node(self, node: AnyNode, name: str) -> float:
        """Return the width, height, first or last frame that a name without knob means."""
        owner, _, last = name.rpartition(".")
        found = lookups.find(node, owner) if owner else (node, 0)
        if last not in lookups.NODE_NUMBERS or found is None or not isinstance(found[0], AnyNode):
            raise ScriptError("{}: expression names {}, which does not exist".format(node.fullName(), name))
        if last in ("first_frame", "last_frame"):
            return float(self.session.frame_range(found[0])[last == "last_frame"])
        is_root = found[0] is self.session.root
        size: Format = found[0]["format"].value() if is_root else self.session.image(found[0]).format_knob()
        return float(size.width() if last == "width" else size.height())

    def _variable(self, name: str) -> float:
        values = {"gui": float(self.session.gui), "threads": 2.0}
        if name not in values:
            raise ScriptError("expression: no variable ${}".format(name))
        return values[name]

    def _substituted(self, text: str) -> str:
        if self._tcl is None:
            self._tcl = self._interpreter()
        self._error = None
        try:
            done = str(self._tcl.call("subst", "-nobackslashes", "-novariables", text.replace("\\[", LITERAL)))
            return done.replace(LITERAL, "[")
        except tkinter.TclError as error:
            raise self._error or ScriptError("{}: Tcl: {}: {!r}".format(
                self._contexts[-1][0].fullName(), error, text)) from None

    def _interpreter(self) -> tkinter.Tk:
        tcl = tkinter.Tcl()
        for name in FORBIDDEN:
            tcl.eval("rename {} {{}}".format(name))
        commands: Dict[str, Callable[..., str]] = {
            "value": self._value, "knob": self._knob, "exists": self._exists, "numvalue": self._numvalue,
            "expression": self._numvalue, "frame": self._frame, "file": _file, "python": self._python,
            "getenv": lambda name, default="": str(os.environ.get(name, default)), "metadata": self._metadata}
        for name, function in commands.items():
            tcl.createcommand(name, self._kept(function))
        return tcl

    def _kept(self, function: Callable[..., str]) -> Callable[..., str]:
        """Tcl shows only a Python error's class: keep the error itself."""
        def call(*words: str) -> str:
            try:
                return function(*words)
            except (ScriptError, HostFault) as error:
                self._error = self._error or error
                raise
        return call

    def _value(self, path: str, default: Optional[str] = None) -> str:
        node, frame = self._contexts[-1]
        found = lookups.find(node, path)
        if found is None:
            if default is not None:
                return default
            raise ScriptError("{}: [value {}]: nothing is named so".format(node.fullName(), path))
        knob = _linked(found[0])
        if isinstance(knob, AnyNode):
            return knob.fullName()
        if isinstance(knob, EvalString_Knob):
            return self.text(knob._on_node()[0], knob._state, frame)
        return knob._number_script(knob._field(found[1], frame)) if isinstance(knob, Array_Knob) else knob._script()

    def _knob(self, path: str) -> str:
        node, _ = self._contexts[-1]
        knob = lookups.find_knob(node, path)
        if knob is None:
            raise ScriptError("{}: [knob {}]: no such knob".format(node.fullName(), path))
        return knob._script()

    def _exists(self, path: str) -> str:
        return "1" if lookups.find(self._contexts[-1][0], path) is not None else "0"

    def _numvalue(self, text: str) -> str:
        node, frame = self._contexts[-1]
        return number_text(self.number(node, text, frame))

    def _frame(self) -> str:
        return str(int(self.session.frame_now(self._contexts[-1][1])))

    def _python(self, *words: str) -> str:
        code = words[-1]
        return str(eval(compile(code.strip(), "<[python]>", "eval"), self.session.namespace))

    def _metadata(self, key: str) -> str:
        node, frame = self._contexts[-1]
        return str(self.session.image(node, frame).metadata.get(key, ""))


def _linked(found: Union[Knob, AnyNode]) -> Union[Knob, AnyNode]:
    """Return a knob or node itself, of a link its target."""
    return found.getLinkedKnob() if isinstance(found, Link_Knob) else found


def _file(command: str, *paths: str) -> str:
    if command not in FILE_COMMANDS:
        raise ScriptError("[file {}] is not for a script that other machines render".format(command))
    return FILE_COMMANDS[command](*paths)
