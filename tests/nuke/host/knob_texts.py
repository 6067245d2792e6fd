"""Knobs of text: strings, file names, channels, buttons, links, formats and what only shows something."""

from __future__ import annotations

import os
import re

from .faults import ScriptError
from .knob_base import Knob, quoted
from .ranges import Format

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

    def _first_state(self, value="", *args):
        return value or ""

    def _check_text(self, val) -> str:
        if not isinstance(val, str):
            raise TypeError("{}: {!r} is not a text".format(self._name, val))
        return val

    def setValue(self, val, view=None):
        self._write(self._check_text(val))

    def setText(self, val, *args):
        self.setValue(val)

    def getText(self, oc=None):
        self._session()
        return self._state

    def value(self, oc=None):
        self._session()
        return self._state

    def getValue(self, *args):
        return self.value()


class EvalString_Knob(String_Knob):
    """A text in which `[...]` is Tcl.

    The guide says that value() is evaluated (nuke.String_Knob), plug-ins rely on the opposite. So a text with Tcl
    has no value() here: getText() is as typed and evaluate() what it comes to, in every release.
    """

    def value(self, oc=None):
        if "[" in self._state and self._node is not None:
            self._session().fault("{}: value() of a text with Tcl; take getText() or evaluate()".format(
                self.fullyQualifiedName()))
        return String_Knob.value(self)

    def evaluate(self, frame=None, *args):
        session = self._session()
        return session.expressions.text(self._node, self._state, frame)


class Multiline_Eval_String_Knob(EvalString_Knob):
    """Several lines with Tcl."""


class File_Knob(EvalString_Knob):
    """A file name or pattern. Slashes go forward, on Windows too: a backslash would be read as an escape."""

    def _check_text(self, val):
        text = EvalString_Knob._check_text(self, val)
        if "\\" in text.replace("\\[", "").replace("\\]", "") and self._node is not None:
            self._session().fault("{}: a file knob takes forward slashes: {!r}".format(self.fullyQualifiedName(), text))
        return text

    def value(self, oc=None):
        """Return the text with `####` as `%04d`."""
        return technical(EvalString_Knob.value(self))

    def getEvaluatedValue(self, oc=None):
        return technical(self._session().expressions.text(self._node, self._state))

    def evaluate(self, frame=None, *args):
        """Return the file name of the current (or the given) frame."""
        session = self._session()
        text = session.expressions.text(self._node, self._state, frame)
        return at_frame(text, int(session.frame_now(frame)), session.view_now())

    def fromUserText(self, text):
        """Take "pattern 1-40", as the file browser gives it, and set the node's range."""
        match = RANGE.match(text)
        self.setValue(match.group(1) if match else text)
        if match:
            for name, value in (("first", 2), ("last", 3), ("origfirst", 2), ("origlast", 3)):
                if name in self._node.knobs():
                    self._node[name].setValue(int(match.group(value)))

    def _read(self, word):
        if "\\" in word:
            raise ScriptError("{}: a file name takes forward slashes: {!r}".format(self._name, word))
        return word


class PythonKnob(String_Knob):
    """Python source that a callback runs."""


class Font_Knob(Knob):
    """A font's name."""

    def _first_state(self, *args):
        return ""

    def value(self, *args):
        return Knob.value(self)

    def setValue(self, *args):
        return Knob.setValue(self, *args)


class Script_Knob(String_Knob):
    """A button; its text is code."""

    def command(self):
        return self._state

    def setCommand(self, cmd):
        self.setValue(cmd)

    def setValue(self, cmd):
        self._write(cmd)

    def value(self):
        return self._state

    def execute(self):
        session = self._session(for_change=True)
        if self._name == "reload" and self._user is None:
            self._node._reloads += 1
        session.callbacks.run_code(self._node, self, self._state)


class PyScript_Knob(Script_Knob):
    """A button that runs Python with the node as `nuke.thisNode()`."""


class Channel_Knob(Knob):
    """A channel or layer."""

    def _first_state(self, value="", *args):
        return value or "none"

    def value(self):
        return Knob.value(self)

    def setValue(self, name):
        session = self._session(for_change=True)
        if session is not None:
            session.check_channels(self._name, name)
        self._write(name)


class ChannelMask_Knob(Channel_Knob):
    """Several layers or channels."""


class Text_Knob(Knob):
    """A line or a divider in the panel."""

    def _first_state(self, value="", *args):
        return value or ""

    _writes_value = False


class Tab_Knob(Knob):
    """A tab, or the beginning or end of a group of knobs."""

    _writes_value = False

    def _first_state(self, *args):
        return 0


class BeginTabGroup_Knob(Tab_Knob):
    """Beginning of tabs in a panel."""


class EndTabGroup_Knob(Tab_Knob):
    """End of tabs in a panel."""


class Link_Knob(Knob):
    """Shows another knob: `Node.knob` inside the group, or any full name."""

    def _first_state(self, *args):
        return ""

    def setLink(self, s):
        self._write(s)

    def makeLink(self, s, t):
        self._write("{}.{}".format(s, t))

    def getLink(self):
        return self._state

    def getLinkedKnob(self):
        knob = self._session().expressions.find_knob(self._node, self._state)
        if knob is None:
            raise ValueError("{}: {!r} links to nothing".format(self._name, self._state))
        return knob

    def value(self):
        return self.getLinkedKnob().value()

    def setValue(self):
        raise TypeError("{}: set the value of getLinkedKnob()".format(self._name))

    _writes_value = False


class Format_Knob(Knob):
    """A format; scripts hold "width height x y r t aspect name"."""

    def _first_state(self, *args):
        return None

    def value(self):
        session = self._session()
        return self._state if self._state is not None else session.root._knobs["format"]._state

    actualValue = value

    def name(self):
        return self._name

    def setValue(self, val, *args):
        if isinstance(val, str):
            val = self._session().format_named(val)
        self._write(val)
        return True

    def _script(self):
        return self._state._script() if self._state is not None else ""

    def _read(self, word):
        return Format._from_script(word) if word not in ("", "0") else None

    def _saved(self):
        return quoted(self._script())


def project_path(path: str, project_directory: str) -> str:
    """Return a file name of a script as one of this machine, relative ones below the project directory."""
    return path if not path or os.path.isabs(path) else os.path.join(project_directory or os.getcwd(), path)
