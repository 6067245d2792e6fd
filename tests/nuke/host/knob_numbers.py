"""Knobs of numbers: arrays, integers, booleans, enumerations, colours."""

# mypy: disable-error-code="override"
# The kinds of knob take other parameters than their base, in Nuke as here.

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

from .base import Knob
from .faults import ScriptError
from .fields import Curve, Expression, Field, number_text, read, written
from .tcl import quoted, split


class Array_Knob(Knob):
    """One or more numbers; `_state` is a tuple of fields."""

    _fields = 1
    _state: Tuple[Field, ...]
    _default: Tuple[Field, ...]
    _range: Optional[Tuple[float, float]] = None

    def _first_state(self, *args: Any) -> Tuple[Field, ...]:
        return (0.0,) * self._fields

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError("{}: {!r} is not a number".format(self._name, value))
        return float(value)

    def _field(self, index: int = 0, frame: Optional[float] = None) -> float:
        session, field = self._session(), self._state[index]
        if isinstance(field, Expression):
            node, on = self._on_node()
            return on.expressions.number(node, field.text, frame)
        if isinstance(field, Curve):
            return field.at(session.frame_now(frame) if session is not None else 1)
        return field

    def getValue(self, channel: Optional[int] = None, *args: Any) -> Any:
        if channel is None:
            return self._field() if len(self._state) == 1 else [self._field(at) for at in range(len(self._state))]
        return self._field(channel)

    def value(self, channel: Optional[int] = None, *args: Any) -> Any:
        return self.getValue(channel)

    def getValueAt(self, frame: float, index: int = 0, view: Any = None) -> float:
        return self._field(index, frame)

    valueAt = getValueAt

    def setValue(self, val: Any, chan: int = -1, *args: Any) -> bool:
        values = list(val) if isinstance(val, (tuple, list)) else [val]
        fields = list(self._state)
        if chan < 0 and len(values) == 1:
            values = values * len(fields)
        for index, value in zip(range(len(values)) if chan < 0 else [chan], values):
            if isinstance(fields[index], Expression):
                self._on_node()[1].fault("{}: setValue on an expression; clearAnimated() first".format(self._name))
            if isinstance(fields[index], Curve):
                return self.setValueAt(value, self._on_node()[1].frame_now(), index)
            fields[index] = self._number(value)
        self._write(tuple(fields))
        return True

    def setValueAt(self, val: Any, time: float, index: int = 0, view: Any = None) -> bool:
        field = self._state[index]
        curve = field if isinstance(field, Curve) else Curve(())
        self._write(self._with(index, curve.with_key(float(time), self._number(val))))
        return True

    def setExpression(self, expression: str, channel: int = -1, view: Any = None) -> bool:
        node, session = self._on_node()
        session.expressions.check(node, expression)
        field = Expression(expression)
        self._write((field,) * len(self._state) if channel < 0 else self._with(channel, field))
        return True

    def _with(self, index: int, field: Field) -> Tuple[Field, ...]:
        return tuple(field if at == index else old for at, old in enumerate(self._state))

    def hasExpression(self, index: int = -1) -> bool:
        fields = self._state if index < 0 else [self._state[index]]
        return any(isinstance(field, Expression) for field in fields)

    def isAnimated(self, channel: int = -1) -> bool:
        return any(isinstance(field, (Curve, Expression)) for field in self._state)

    def setAnimated(self, channel: int = 0) -> bool:
        if not isinstance(self._state[channel], Curve):
            self._write(self._with(channel, Curve(((self._on_node()[1].frame_now(), self._field(channel)),))))
        return True

    def clearAnimated(self, channel: int = -1) -> bool:
        self._write(tuple(self._field(index) for index in range(len(self._state))))
        return True

    def isKeyAt(self, frame: float, index: int = 0, view: Any = None) -> bool:
        field = self._state[index]
        return isinstance(field, Curve) and float(frame) in dict(field.keys)

    def getKeyList(self) -> List[float]:
        return sorted({time for field in self._state if isinstance(field, Curve) for time, _ in field.keys})

    def notDefault(self) -> bool:
        return not self._is_default()

    def defaultValue(self, *args: Any) -> Field:
        return self._default[0]

    def setDefaultValue(self, values: Sequence[Any]) -> None:
        self._default = tuple(self._number(value) for value in values)

    def setRange(self, low: float, high: float) -> None:
        self._range = (low, high)

    def min(self) -> float:
        return self._range[0] if self._range is not None else 0.0

    def max(self) -> float:
        return self._range[1] if self._range is not None else 1.0

    def singleValue(self, view: Any = None) -> bool:
        return len(set(self._state)) == 1

    def _script(self) -> str:
        words = [written(field, self._number_script) for field in self._state]
        return words[0] if len(words) == 1 else " ".join(words)

    def _number_script(self, number: float) -> str:
        return number_text(number)

    def _saved(self) -> str:
        text = self._script()
        plain = all(not isinstance(field, (Expression, Curve)) for field in self._state)
        return quoted(text) if plain and len(self._state) == 1 else "{" + text + "}"

    def _read(self, word: str) -> Tuple[Field, ...]:
        words = split(word, self._name)
        words = words * len(self._state) if len(words) == 1 else words
        if len(words) != len(self._state):
            raise ScriptError("{}: {!r} does not hold {} values".format(self._name, word, len(self._state)))
        return tuple(read(field, word, self._name, self._read_number) for field in words)

    def _read_number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise ScriptError("{}: {!r} is not a number".format(self._name, text)) from None


class Unsigned_Knob(Array_Knob):
    """A whole number that is not negative."""

    def value(self) -> int:
        return int(self._field())

    def setValue(self, val: Any) -> bool:
        return Array_Knob.setValue(self, val)


class Double_Knob(Array_Knob):
    """One number with a slider."""


class Int_Knob(Array_Knob):
    """A whole number."""

    def _number(self, value: Any) -> float:
        number = Array_Knob._number(self, value)
        if not number.is_integer():
            raise TypeError("{}: {!r} is not a whole number".format(self._name, value))
        return number

    def value(self) -> int:
        return int(self._field())

    def setValue(self, val: Any) -> bool:
        return Array_Knob.setValue(self, val)

    def _read_number(self, text: str) -> float:
        number = Array_Knob._read_number(self, text)
        if not number.is_integer():
            raise ScriptError("{}: {!r} is not a whole number".format(self._name, text))
        return number


class Boolean_Knob(Array_Knob):
    """True or false."""

    def _number(self, value: Any) -> float:
        return float(bool(value))

    def value(self) -> bool:
        return bool(self._field())

    def setValue(self, b: Any) -> bool:
        return Array_Knob.setValue(self, b)

    def _number_script(self, number: float) -> str:
        return "true" if number else "false"

    def _read_number(self, text: str) -> float:
        if text not in ("true", "false", "0", "1"):
            raise ScriptError("{}: {!r} is not true or false".format(self._name, text))
        return float(text in ("true", "1"))


class Disable_Knob(Boolean_Knob):
    """A node's disable knob."""


class ColorChip_Knob(Unsigned_Knob):
    """A colour as 0xRRGGBBAA."""

    def _number_script(self, number: float) -> str:
        return "0x{:08x}".format(int(number))

    def _read_number(self, text: str) -> float:
        try:
            return float(int(text, 0))
        except ValueError:
            raise ScriptError("{}: {!r} is not a colour such as 0xff8000ff".format(self._name, text)) from None


class Enumeration_Knob(Unsigned_Knob):
    """One of several names; scripts hold the name, expressions see its index."""

    def __init__(self, name: str = "", label: Optional[str] = None, values: Sequence[str] = ()) -> None:
        self._items = list(values)
        Unsigned_Knob.__init__(self, name, label)

    def values(self) -> List[str]:
        return list(self._items)

    def setValues(self, items: Sequence[str]) -> None:
        self._session(for_change=True)
        self._items = list(items)

    def enumName(self, n: int) -> str:
        return self._items[n]

    def numValues(self) -> int:
        return len(self._items)

    def _number(self, value: Any) -> float:
        if isinstance(value, str):
            if value not in self._items:
                raise ValueError("{}: {!r} is not one of {}".format(self._name, value, self._items))
            return float(self._items.index(value))
        if not 0 <= value < len(self._items):
            raise ValueError("{}: no item {}".format(self._name, value))
        return float(value)

    def value(self) -> str:
        return self._items[int(self._field())] if self._items else ""

    def setValue(self, val: Any, *args: Any) -> bool:
        return Array_Knob.setValue(self, val, *args)

    def _number_script(self, number: float) -> str:
        return self._items[int(number)] if self._items else ""

    def _saved(self) -> str:
        return "{" + self._script() + "}" if self.hasExpression() else quoted(self._script()) or '""'

    def _read(self, word: str) -> Tuple[Field, ...]:
        if word.startswith("{"):
            return Array_Knob._read(self, word)
        if word not in self._items:
            raise ScriptError("{}: {!r} is not one of {}".format(self._name, word, self._items))
        return (float(self._items.index(word)),)


class XY_Knob(Array_Knob):
    """Two numbers."""

    _fields = 2

    def value(self, n: int, oc: Any = None) -> float:
        return self._field(n)

    def x(self, oc: Any = None) -> float:
        return self._field(0)

    def y(self, oc: Any = None) -> float:
        return self._field(1)


class WH_Knob(Array_Knob):
    """A width and a height."""

    _fields = 2


class XYZ_Knob(Array_Knob):
    """Three numbers."""

    _fields = 3

    def value(self, n: int, oc: Any = None) -> float:
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
