"""Knobs of numbers: arrays, integers, booleans, enumerations, colours. A field is a number, expression or curve."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple, Tuple

from .faults import ScriptError
from .knob_base import Knob, quoted
from .nk_text import split


class Expression(NamedTuple):
    """A field computed from other knobs."""

    text: str


class Curve(NamedTuple):
    """A field keyed over time; between keys the last one holds (`K`, constant interpolation)."""

    keys: Tuple[Tuple[float, float], ...]

    def at(self, frame: float) -> float:
        times = [time for time, _ in self.keys]
        return self.keys[max(0, bisect_right(times, frame) - 1)][1]


def number_text(number: float) -> str:
    return "{:d}".format(int(number)) if float(number).is_integer() else repr(float(number))


class Array_Knob(Knob):
    """One or more numbers; `_state` is a tuple of fields."""

    _fields = 1

    def _first_state(self, *args):
        return (0.0,) * self._fields

    def _number(self, value) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError("{}: {!r} is not a number".format(self._name, value))
        return float(value)

    def _field(self, index=0, frame=None):
        session, field = self._session(), self._state[index]
        if isinstance(field, Expression):
            return session.expressions.number(self._node, field.text, frame)
        if isinstance(field, Curve):
            return field.at(session.frame_now(frame) if session else 1)
        return field

    def getValue(self, channel=None, *args):
        if channel is None:
            return self._field() if len(self._state) == 1 else [self._field(at) for at in range(len(self._state))]
        return self._field(channel)

    def value(self, channel=None, *args):
        return self.getValue(channel)

    def valueAt(self, frame, index=0, view=None):
        return self.getValueAt(frame, index, view)

    def getValueAt(self, frame, index=0, view=None):
        return self._field(index, frame)

    def setValue(self, val, chan=-1, *args):
        values = list(val) if isinstance(val, (tuple, list)) else [val]
        fields = list(self._state)
        at = range(len(values)) if chan < 0 else [chan]
        if chan < 0 and len(values) == 1 and len(fields) > 1:
            values, at = values * len(fields), range(len(fields))
        for index, value in zip(at, values):
            if isinstance(fields[index], Expression):
                self._session().fault("{}: setValue on an expression; clearAnimated() first".format(self._name))
            if isinstance(fields[index], Curve):
                return self.setValueAt(value, self._session().frame_now(), index)
            fields[index] = self._number(value)
        self._write(tuple(fields))
        return True

    def setValueAt(self, val, time, index=0, view=None):
        field = self._state[index]
        keys = dict(field.keys) if isinstance(field, Curve) else {}
        keys[float(time)] = self._number(val)
        self._write(self._with(index, Curve(tuple(sorted(keys.items())))))
        return True

    def setExpression(self, expression, channel=-1, view=None):
        self._session().expressions.check(self._node, expression)
        field = Expression(expression)
        self._write((field,) * len(self._state) if channel < 0 else self._with(channel, field))
        return True

    def _with(self, index, field):
        return tuple(field if at == index else old for at, old in enumerate(self._state))

    def hasExpression(self, index=-1):
        fields = self._state if index < 0 else [self._state[index]]
        return any(isinstance(field, Expression) for field in fields)

    def isAnimated(self, channel=-1):
        return any(isinstance(field, (Curve, Expression)) for field in self._state)

    def setAnimated(self, channel=0):
        if not isinstance(self._state[channel], Curve):
            self._write(self._with(channel, Curve(((self._session().frame_now(), self._field(channel)),))))
        return True

    def clearAnimated(self, channel=-1):
        self._write(tuple(self._field(index) for index in range(len(self._state))))
        return True

    def isKeyAt(self, frame, index=0, view=None):
        field = self._state[index]
        return isinstance(field, Curve) and float(frame) in dict(field.keys)

    def getKeyList(self):
        return sorted({time for field in self._state if isinstance(field, Curve) for time, _ in field.keys})

    def notDefault(self):
        return not self._is_default()

    def defaultValue(self, *args):
        return self._default[0]

    def setDefaultValue(self, values):
        self._default = tuple(self._number(value) for value in values)

    def setRange(self, low, high):
        self._range = (low, high)

    def min(self):
        return getattr(self, "_range", (0.0, 1.0))[0]

    def max(self):
        return getattr(self, "_range", (0.0, 1.0))[1]

    def singleValue(self, view=None):
        return len(set(self._state)) == 1

    def _script(self) -> str:
        words = [self._field_script(field) for field in self._state]
        return words[0] if len(words) == 1 else " ".join(words)

    def _field_script(self, field) -> str:
        if isinstance(field, Expression):
            return "{" + (quoted(field.text) if " " in field.text or "[" in field.text else field.text) + "}"
        if isinstance(field, Curve):
            return "{curve K " + " ".join("x{} {}".format(number_text(t), number_text(v)) for t, v in field.keys) + "}"
        return self._number_script(field)

    def _number_script(self, number) -> str:
        return number_text(number)

    def _saved(self) -> str:
        text = self._script()
        plain = all(not isinstance(field, (Expression, Curve)) for field in self._state)
        return quoted(text) if plain and len(self._state) == 1 else "{" + text + "}"

    def _read(self, word: str):
        fields = split(word, self._name)
        if len(fields) != len(self._state):
            fields = fields * len(self._state) if len(fields) == 1 else self._wrong_count(word)
        return tuple(self._read_field(field, word) for field in fields)

    def _wrong_count(self, word):
        raise ScriptError("{}: {!r} does not hold {} values".format(self._name, word, len(self._state)))

    def _read_field(self, field: str, word: str):
        if "{" not in word:
            return self._read_number(field)
        words = split(field, self._name)
        if words[:1] == ["curve"]:
            return self._read_curve(words[1:])
        if len(words) != 1:
            raise ScriptError("{}: an expression with spaces needs quotes: {!r}".format(self._name, field))
        try:
            return self._read_number(words[0])
        except ScriptError:
            return Expression(words[0])

    def _read_curve(self, words):
        keys, time = [], None
        for word in words:
            if word.startswith("x") and word != "x":
                time = float(word[1:])
            elif word not in ("K", "L", "C", "R") and time is not None:
                keys.append((time, float(word)))
        if not keys:
            raise ScriptError("{}: a curve without keys".format(self._name))
        return Curve(tuple(keys))

    def _read_number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise ScriptError("{}: {!r} is not a number".format(self._name, text)) from None


class Unsigned_Knob(Array_Knob):
    """A whole number that is not negative."""

    def value(self):
        return int(self._field())

    def setValue(self, val):
        return Array_Knob.setValue(self, val)


class Double_Knob(Array_Knob):
    """One number with a slider."""


class Int_Knob(Array_Knob):
    """A whole number."""

    def _number(self, value):
        number = Array_Knob._number(self, value)
        if not number.is_integer():
            raise TypeError("{}: {!r} is not a whole number".format(self._name, value))
        return number

    def value(self):
        return int(self._field())

    def setValue(self, val):
        return Array_Knob.setValue(self, val)

    def _read_number(self, text):
        number = Array_Knob._read_number(self, text)
        if not number.is_integer():
            raise ScriptError("{}: {!r} is not a whole number".format(self._name, text))
        return number


class Boolean_Knob(Array_Knob):
    """True or false."""

    def _number(self, value):
        return float(bool(value))

    def value(self):
        return bool(self._field())

    def setValue(self, b):
        return Array_Knob.setValue(self, b)

    def _number_script(self, number):
        return "true" if number else "false"

    def _read_number(self, text):
        if text not in ("true", "false", "0", "1"):
            raise ScriptError("{}: {!r} is not true or false".format(self._name, text))
        return float(text in ("true", "1"))


class Disable_Knob(Boolean_Knob):
    """A node's disable knob."""


class ColorChip_Knob(Unsigned_Knob):
    """A colour as 0xRRGGBBAA."""

    def _number_script(self, number):
        return "0x{:08x}".format(int(number))

    def _read_number(self, text):
        try:
            return float(int(text, 0))
        except ValueError:
            raise ScriptError("{}: {!r} is not a colour such as 0xff8000ff".format(self._name, text)) from None


class Enumeration_Knob(Unsigned_Knob):
    """One of several names; scripts hold the name, expressions see its index."""

    def __init__(self, name="", label=None, values=()) -> None:
        self._items = list(values)
        Unsigned_Knob.__init__(self, name, label)

    def values(self):
        return list(self._items)

    def setValues(self, items):
        self._session(for_change=True)
        self._items = list(items)

    def enumName(self, n):
        return self._items[n]

    def numValues(self):
        return len(self._items)

    def _number(self, value):
        if isinstance(value, str):
            if value not in self._items:
                raise ValueError("{}: {!r} is not one of {}".format(self._name, value, self._items))
            return float(self._items.index(value))
        if not 0 <= value < len(self._items):
            raise ValueError("{}: no item {}".format(self._name, value))
        return float(value)

    def value(self):
        return self._items[int(self._field())] if self._items else ""

    def setValue(self, val, *args):
        return Array_Knob.setValue(self, val, *args)

    def _number_script(self, number):
        return self._items[int(number)] if self._items else ""

    def _saved(self):
        return "{" + self._script() + "}" if self.hasExpression() else quoted(self._script()) or '""'

    def _read(self, word):
        if word.startswith("{"):
            return Array_Knob._read(self, word)
        if word not in self._items:
            raise ScriptError("{}: {!r} is not one of {}".format(self._name, word, self._items))
        return (float(self._items.index(word)),)


class XY_Knob(Array_Knob):
    """Two numbers."""

    _fields = 2

    def value(self, n, oc=None):
        return self._field(n)

    def x(self, oc=None):
        return self._field(0)

    def y(self, oc=None):
        return self._field(1)


class WH_Knob(Array_Knob):
    """A width and a height."""

    _fields = 2


class XYZ_Knob(Array_Knob):
    """Three numbers."""

    _fields = 3

    def value(self, n, oc=None):
        return self._field(n)


class BBox_Knob(Array_Knob):
    """Left, bottom, right, top, in pixels from the lower left."""

    _fields = 4


class Color_Knob(Array_Knob):
    """Red, green, blue."""

    _fields = 3


class AColor_Knob(Color_Knob):
    """Red, green, blue, alpha."""

    _fields = 4
