"""Knobs of text: strings, file names, channels, buttons, links, formats and what only shows something."""

# mypy: disable-error-code="override"
# The kinds of knob take other parameters than their base, in Nuke as here.

from __future__ import annotations

import os
import re
from typing import Any, Optional

from . import layers
from .base import Knob
from .faults import ScriptError
from .ranges import Format
from .tcl import quoted

PADDING = re.compile(r"#+")
NUMBER = re.compile(r"%0?(\d*)d")
RANGE = re.compile(r"^(.*\S)\s+(-?\d+)-(-?\d+)$")


def technical(text: str) -> str:
    """Return a file pattern with printf padding: "a.####.exr" as "a.%04d.exr"."""
    return PADDING.sub(lambda match: "%0{}d".format(len(match.group())), text)


def at_frame(pattern: str, frame: int, view: str = "main") -> str:
    """Return the file name of a frame; `%V` is the view, `%v` its first letter."""
    pattern = technical(pattern).replace("%V", view).replace("%v", view[:1])
    return NUMBER.sub(lambda match: "{:0{}d}".format(frame, int(match.group(1) or 0)), pattern)


class String_Knob(Knob):
    """A text, kept as typed."""

    _state: str

    def _first_state(self, value: str = "", *args: Any) -> str:
        return value or ""

    def _check_text(self, val: Any) -> str:
        if not isinstance(val, str):
            raise TypeError("{}: {!r} is not a text".format(self._name, val))
        return val

    def setValue(self, val: Any, view: Any = None) -> None:
        self._write(self._check_text(val))

    def setText(self, val: Any, *args: Any) -> None:
        self.setValue(val)

    def getText(self, oc: Any = None) -> str:
        self._session()
        return self._state

    def value(self, oc: Any = None) -> str:
        self._session()
        return self._state

    def getValue(self, *args: Any) -> str:
        return self.value()


class EvalString_Knob(String_Knob):
    """A text in which `[...]` is Tcl.

    The guide says that value() is evaluated (nuke.String_Knob), plug-ins rely on the opposite. So a text with Tcl
    has no value() here: getText() is as typed and evaluate() what it comes to, in every release.
    """

    def value(self, oc: Any = None) -> str:
        session = self._session()
        if "[" in self._state and session is not None:
            session.fault("{}: value() of a text with Tcl; take getText() or evaluate()".format(
                self.fullyQualifiedName()))
        return String_Knob.value(self)

    def evaluate(self, frame: Optional[float] = None, *args: Any) -> str:
        node, session = self._on_node()
        return session.expressions.text(node, self._state, frame)


class Multiline_Eval_String_Knob(EvalString_Knob):
    """Several lines with Tcl."""


class File_Knob(EvalString_Knob):
    """A file name or pattern. Slashes go forward, on Windows too: a backslash would be read as an escape."""

    def _check_text(self, val: Any) -> str:
        text = EvalString_Knob._check_text(self, val)
        session = self._session()
        if session is not None and "\\" in text.replace("\\[", "").replace("\\]", ""):
            session.fault("{}: a file knob takes forward slashes: {!r}".format(self.fullyQualifiedName(), text))
        return text

    def value(self, oc: Any = None) -> str:
        """Return the text with `####` as `%04d`."""
        return technical(EvalString_Knob.value(self))

    def getEvaluatedValue(self, oc: Any = None) -> str:
        return technical(EvalString_Knob.evaluate(self))

    def evaluate(self, frame: Optional[float] = None, *args: Any) -> str:
        """Return the file name of the current (or the given) frame."""
        session = self._on_node()[1]
        text = EvalString_Knob.evaluate(self, frame)
        return at_frame(text, int(session.frame_now(frame)), session.view_now())

    def fromUserText(self, text: str) -> None:
        """Take "pattern 1-40", as the file browser gives it, and set the node's range."""
        match = RANGE.match(text)
        self.setValue(match.group(1) if match else text)
        node = self._node
        if match and node is not None:
            for name, value in (("first", 2), ("last", 3), ("origfirst", 2), ("origlast", 3)):
                if name in node._knobs:
                    node[name].setValue(int(match.group(value)))

    def _read(self, word: str) -> str:
        if "\\" in word:
            raise ScriptError("{}: a file name takes forward slashes: {!r}".format(self._name, word))
        return word


class PythonKnob(String_Knob):
    """Python source that a callback runs."""


class Font_Knob(Knob):
    """A font's name."""

    def _first_state(self, *args: Any) -> str:
        return ""

    def value(self, *args: Any) -> Any:
        return Knob.value(self)

    def setValue(self, *args: Any) -> Any:
        return Knob.setValue(self, *args)


class Script_Knob(String_Knob):
    """A button; its text is code."""

    def command(self) -> str:
        return self._state

    def setCommand(self, cmd: str) -> None:
        self.setValue(cmd)

    def setValue(self, cmd: str) -> None:
        self._write(cmd)

    def value(self) -> str:
        return self._state

    def execute(self) -> None:
        node, session = self._on_node(for_change=True)
        if self._name == "reload" and self._user is None:
            node._reloads += 1
        session.callbacks.run_code(node, self, self._state)


class PyScript_Knob(Script_Knob):
    """A button that runs Python with the node as `nuke.thisNode()`."""


class Channel_Knob(Knob):
    """A channel or layer."""

    def _first_state(self, value: str = "", *args: Any) -> str:
        return value or "none"

    def value(self) -> str:
        return str(Knob.value(self))

    def setValue(self, name: str) -> None:
        session = self._session(for_change=True)
        if session is not None:
            layers.check(session.layers, self._name, name)
        self._write(name)


class ChannelMask_Knob(Channel_Knob):
    """Several layers or channels."""


class Text_Knob(Knob):
    """A line or a divider in the panel."""

    def _first_state(self, value: str = "", *args: Any) -> str:
        return value or ""

    _writes_value = False


class Tab_Knob(Knob):
    """A tab, or the beginning or end of a group of knobs."""

    _writes_value = False

    def _first_state(self, *args: Any) -> int:
        return 0


class BeginTabGroup_Knob(Tab_Knob):
    """Beginning of tabs in a panel."""


class EndTabGroup_Knob(Tab_Knob):
    """End of tabs in a panel."""


class Link_Knob(Knob):
    """Shows another knob: `Node.knob` inside the group, or any full name."""

    _state: str
    _writes_value = False

    def _first_state(self, *args: Any) -> str:
        return ""

    def setLink(self, s: str) -> None:
        self._write(s)

    def makeLink(self, s: str, t: str) -> None:
        self._write("{}.{}".format(s, t))

    def getLink(self) -> str:
        return self._state

    def getLinkedKnob(self) -> Knob:
        node, session = self._on_node()
        knob = session.expressions.find_knob(node, self._state)
        if knob is None:
            raise ValueError("{}: {!r} links to nothing".format(self._name, self._state))
        return knob

    def value(self) -> Any:
        return self.getLinkedKnob().value()

    def setValue(self) -> None:
        raise TypeError("{}: set the value of getLinkedKnob()".format(self._name))

    _writes_value = False


class Format_Knob(Knob):
    """A format; scripts hold "width height x y r t aspect name"."""

    _state: Optional[Format]

    def _first_state(self, *args: Any) -> Optional[Format]:
        return None

    def value(self) -> Format:
        found: Format = self._state if self._state is not None else self._on_node()[1].root._knobs["format"]._state
        return found

    actualValue = value

    def setValue(self, val: Any, *args: Any) -> bool:
        if isinstance(val, str):
            val = self._on_node()[1].format_named(val)
        self._write(val)
        return True

    def _script(self) -> str:
        return self._state._script() if self._state is not None else ""

    def _read(self, word: str) -> Optional[Format]:
        return Format._from_script(word) if word not in ("", "0") else None

    def _saved(self) -> str:
        return quoted(self._script())


def project_path(path: str, project_directory: str) -> str:
    """Return a file name of a script as one of this machine, relative ones below the project directory."""
    return path if not path or os.path.isabs(path) else os.path.join(project_directory or os.getcwd(), path)
