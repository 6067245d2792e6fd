"""One field of a knob of numbers: a number, an expression or a curve, and how scripts write it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Callable, List, NamedTuple, Tuple, Union

from .faults import ScriptError
from .tcl import quoted, split


class Expression(NamedTuple):
    """A field computed from other knobs."""

    text: str


class Curve(NamedTuple):
    """A field keyed over time; between keys the last one holds (`K`, constant interpolation)."""

    keys: Tuple[Tuple[float, float], ...]

    def at(self, frame: float) -> float:
        times = [time for time, _ in self.keys]
        return self.keys[max(0, bisect_right(times, frame) - 1)][1]

    def with_key(self, time: float, value: float) -> Curve:
        return Curve(tuple(sorted({**dict(self.keys), time: value}.items())))


Field = Union[float, Expression, Curve]


def number_text(number: float) -> str:
    return "{:d}".format(int(number)) if float(number).is_integer() else repr(float(number))


def written(field: Field, number_script: Callable[[float], str]) -> str:
    """Return a field as a script holds it; `number_script` writes a plain number."""
    if isinstance(field, Expression):
        return "{" + (quoted(field.text) if " " in field.text or "[" in field.text else field.text) + "}"
    if isinstance(field, Curve):
        return "{curve K " + " ".join("x{} {}".format(number_text(t), number_text(v)) for t, v in field.keys) + "}"
    return number_script(field)


def read(field: str, word: str, name: str, read_number: Callable[[str], float]) -> Field:
    """Return a field of a knob's word; raises ScriptError naming the knob."""
    if "{" not in word:
        return read_number(field)
    words = split(field, name)
    if words[:1] == ["curve"]:
        return _curve(words[1:], name)
    if len(words) != 1:
        raise ScriptError("{}: an expression with spaces needs quotes: {!r}".format(name, field))
    try:
        return read_number(words[0])
    except ScriptError:
        return Expression(words[0])


def _curve(words: List[str], name: str) -> Curve:
    curve, time = Curve(()), None
    for word in words:
        if word.startswith("x") and word != "x":
            time = float(word[1:])
        elif word not in ("K", "L", "C", "R") and time is not None:
            curve = curve.with_key(time, float(word))
    if not curve.keys:
        raise ScriptError("{}: a curve without keys".format(name))
    return curve
