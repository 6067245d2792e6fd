"""What all knobs share: names, flags, state, and telling the session of every change."""

from __future__ import annotations

import re

FLAGS = {  # nuke.STARTLINE and so on: this host's own numbers; only the names mean something
    name: 1 << bit for bit, name in enumerate((
        "STARTLINE", "ENDLINE", "INVISIBLE", "DISABLED", "READ_ONLY", "DO_NOT_WRITE", "NO_ANIMATION",
        "NO_UNDO", "ALWAYS_SAVE", "KNOB_CHANGED_RECURSIVE", "EXPAND_TO_WIDTH", "NO_MULTIVIEW", "NO_CHECKMARKS",
        "SAVE_MENU", "TABBEGINGROUP", "TABENDGROUP", "TABKNOB", "TABBEGINCLOSEDGROUP"))
}
PLAIN = re.compile(r"^[A-Za-z0-9_./:%#@+,=~-]+$")


def quoted(text: str) -> str:
    """Return a text as one word of a .nk list, escaped so that braces balance and Tcl substitutes nothing."""
    if PLAIN.match(text) and not text.startswith("#"):
        return text
    escaped = text.replace("\\", "\\\\")
    for letter in '"[]${}':
        escaped = escaped.replace(letter, "\\" + letter)
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


class Knob:
    """A knob without a value of its own kind; `_state` is whatever its class keeps, never changed in place."""

    _writes_value = True  # whether a script holds a line for it

    def __init__(self, name="", label=None, *args) -> None:
        self._node = None
        self._name, self._label, self._tooltip = name, label, ""
        self._flags = 0
        self._user = None  # the addUserKnob id, when it is a user's knob
        self._state = self._first_state(*args)
        self._default = self._state
        self._errors = []  # host side: what error() and critical() were told

    def _first_state(self, *args):
        return None

    def __repr__(self) -> str:
        return "<{} {}>".format(self.Class(), self._name)

    def __hash__(self):
        return id(self)

    def _session(self, for_change=False):
        """Return the session, None when on no node; raises when the node is deleted or the thread is wrong."""
        if self._node is None:
            return None
        return self._node._alive(for_change)

    def _write(self, state, tell=True) -> None:
        """Set the state, undoably, and call what listens to knobs."""
        session = self._session(for_change=True)
        before = self._state
        self._state = state
        if session is None or state == before:
            return
        if not self._flags & FLAGS["NO_UNDO"]:
            session.undo.record("{} {}".format(self._node.name(), self._name),
                                lambda: self._restore(before), lambda: self._restore(state))
        session.touched()
        if tell:
            session.callbacks.knob_changed(self._node, self)

    def _restore(self, state) -> None:
        self._state = state

    def Class(self):
        return type(self).__name__

    def name(self):
        return self._name

    def setName(self, name):
        self._name = name

    def label(self):
        return self._name if self._label is None else self._label

    def setLabel(self, label):
        self._session(for_change=True)
        self._label = label

    def tooltip(self):
        return self._tooltip

    def setTooltip(self, tooltip):
        self._tooltip = tooltip

    def node(self):
        self._session()
        return self._node

    def fullyQualifiedName(self, channel=-1):
        return "{}.{}".format(self._node.fullName(), self._name)

    def setFlag(self, flag):
        self._session(for_change=True)
        self._flags |= flag

    def clearFlag(self, flag):
        self._session(for_change=True)
        self._flags &= ~flag

    def getFlag(self, flag):
        return bool(self._flags & flag)

    def setEnabled(self, enabled):
        (self.clearFlag if enabled else self.setFlag)(FLAGS["DISABLED"])

    def enabled(self):
        return not self._flags & FLAGS["DISABLED"]

    def setVisible(self, visible):
        (self.clearFlag if visible else self.setFlag)(FLAGS["INVISIBLE"])

    def visible(self):
        return not self._flags & FLAGS["INVISIBLE"]

    def error(self, message=""):
        self._errors.append(message)

    def critical(self, message=""):
        self._errors.append(message)

    def warning(self, message=""):
        self._session().log.append("warning: " + message)

    def debug(self, message=""):
        self._session().log.append("debug: " + message)

    def value(self, index=0):
        self._session()
        return self._state

    def getValue(self, channel=0):
        return self.value()

    def setValue(self, val, chan=-1):
        self._write(val)
        return True

    def hasExpression(self, index=-1):
        return False

    def isAnimated(self, channel=-1):
        return False

    def toScript(self, quote=False, context=None):
        self._session()
        text = self._script()
        return quoted(text) if quote else text

    def fromScript(self, script):
        self._write(self._read(script))
        return True

    def _script(self) -> str:
        return "" if self._state is None else str(self._state)

    def _read(self, word: str):
        """Return the state that a script's word stands for; raises ScriptError."""
        return word

    def _saved(self) -> str:
        """Return the value as it stands in a .nk file, quoted where needed."""
        return quoted(self._script()) if self._script() else '""'

    def _is_default(self) -> bool:
        return self._state == self._default
