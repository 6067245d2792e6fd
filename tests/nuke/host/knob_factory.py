"""Knobs made from the schema or from `addUserKnob`, and written as `addUserKnob` again."""

from __future__ import annotations

from typing import Any, Dict, Type

from . import knob_numbers, knob_texts
from .base import FLAGS, Knob
from .faults import ScriptError
from .fields import number_text
from .parsed import UserKnob
from .schema import USER_KNOBS, KnobSpec
from .tcl import quoted

KNOB_CLASSES: Dict[str, Type[Knob]] = {
    name: value for module in (knob_numbers, knob_texts) for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Knob)
}
USER_IDS = {class_name: number for number, class_name in reversed(sorted(USER_KNOBS.items()))}
USER_IDS.update({"String_Knob": 1, "BeginTabGroup_Knob": 20, "EndTabGroup_Knob": 20, "Script_Knob": 22})
GROUP_FLAGS = {"TABBEGINGROUP": 1, "TABENDGROUP": -1, "TABBEGINCLOSEDGROUP": 2}
FILE_FLAGS = {"STARTLINE", "ENDLINE", "INVISIBLE", "DISABLED", "READ_ONLY", "DO_NOT_WRITE", "NO_ANIMATION", "NO_UNDO",
              "ALWAYS_SAVE"}


class Name_Knob(knob_texts.String_Knob):
    """A node's name, which stays unique."""

    def Class(self) -> str:
        return "String_Knob"

    def setValue(self, val: Any, view: Any = None) -> None:
        self._node.setName(self._check_text(val)) if self._node is not None else self._write(val)


def from_spec(name: str, spec: KnobSpec) -> Knob:
    """Return a fresh built-in knob at its default."""
    if name == "name":
        return Name_Knob(name)
    knob = (knob_numbers.Enumeration_Knob(name, None, spec.values) if spec.type == "Enumeration_Knob"
            else KNOB_CLASSES[spec.type](name))
    if isinstance(knob, knob_numbers.Array_Knob):
        values = spec.default if isinstance(spec.default, tuple) else (spec.default,)
        knob._state = tuple(knob._number(value) for value in values)
    elif spec.default:
        knob._state = spec.default
    knob._default = knob._state
    return knob


def from_user(user: UserKnob) -> Knob:
    """Return the knob of an `addUserKnob`; raises ScriptError for an id that is not in the schema."""
    if user.id not in USER_KNOBS:
        raise ScriptError(f"addUserKnob {user.name}: no knob has the id {user.id}")
    kind = KNOB_CLASSES[USER_KNOBS[user.id]]
    items = [user.items] if kind is knob_numbers.Enumeration_Knob else []
    knob = kind(user.name, user.label, *items)
    if user.text is not None:
        knob._state = user.text
    if user.range is not None and isinstance(knob, knob_numbers.Array_Knob):
        knob.setRange(float(user.range[0]), float(user.range[1]))
    knob._default, knob._user, knob._group = knob._state, user.id, user.group
    knob._tooltip = user.tooltip
    for flag in user.flags:
        knob._flags |= FLAGS.get(flag[1:], 0) if flag.startswith("+") else 0
    knob._file_flags = list(user.flags)
    return knob


def adopt(knob: Knob) -> Knob:
    """Make a knob built in Python a user knob; raises ScriptError for a class that no id writes."""
    if knob.Class() not in USER_IDS:
        raise ScriptError(f"{knob.name()}: {knob.Class()} cannot be added to a node")
    knob._user, knob._group, knob._file_flags = USER_IDS[knob.Class()], 0, []
    return knob


def definition(knob: Knob) -> str:
    """Return the `addUserKnob` line of a user knob."""
    words = [str(knob._user), quoted(knob._name) if knob._name else '""']
    for letter, text in (("l", knob._label), ("t", knob._tooltip or None)):
        words += [letter, quoted(text) if text else '""'] if text is not None else []
    group = next((n for flag, n in GROUP_FLAGS.items() if knob._flags & FLAGS[flag]), knob._group)
    words += ["n", str(group)] if group else []
    flags = [flag for flag in knob._file_flags if flag[1:] not in FILE_FLAGS or flag.startswith("-")]
    flags += ["+" + flag for flag in sorted(FILE_FLAGS) if knob._flags & FLAGS[flag]]
    words += flags
    if knob._user in (22, 26, 41) and knob._state:
        words += ["T", quoted(knob._state)]
    if isinstance(knob, knob_numbers.Enumeration_Knob):
        words += ["M", "{" + " ".join(quoted(item) if item else '""' for item in knob._items) + "}"]
    if isinstance(knob, knob_numbers.Array_Knob) and knob._range is not None:
        words += ["R", *(number_text(end) for end in knob._range)]
    return " addUserKnob {" + " ".join(words) + "}"
