"""Frame ranges and formats: plain values without a session."""

from __future__ import annotations

import re
from typing import List

from .faults import ScriptError

PART = re.compile(r"^(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?$")


class FrameRange:
    """`FrameRange("1-10x2")`, `FrameRange(1, 10, 2)`."""

    def __init__(self, *args) -> None:
        if len(args) == 1 and isinstance(args[0], str):
            match = PART.match(args[0].strip())
            if match is None:
                raise ValueError("{!r} is no frame range".format(args[0]))
            first, last, step = match.groups()
            args = (int(first), int(last if last is not None else first), int(step or 1))
        self._first, self._last, self._step = (list(args) + [1, 1, 1])[:3] if args else (1, 1, 1)

    def __iter__(self):
        step = self._step or 1
        return iter(range(self._first, self._last + (1 if step > 0 else -1), step))

    def __repr__(self) -> str:
        return "<FrameRange {}>".format(self)

    def __str__(self) -> str:
        text = "{}-{}".format(self._first, self._last)
        return text if self._step == 1 else "{}x{}".format(text, self._step)

    def first(self):
        return self._first

    def last(self):
        return self._last

    def increment(self):
        return self._step

    stepFrame = increment

    def frames(self):
        return len(list(self))

    def minFrame(self):
        return min(self._first, self._last)

    def maxFrame(self):
        return max(self._first, self._last)

    def isInRange(self, n):
        return n in list(self)

    def getFrame(self, n):
        return list(self)[n]

    def setFirst(self, n):
        self._first = n

    def setLast(self, n):
        self._last = n

    def setIncrement(self, n):
        self._step = n


class FrameRanges:
    """Several ranges: `FrameRanges("1-5 8")`, `FrameRanges([1, 3])`, `FrameRanges([FrameRange(...)])`."""

    def __init__(self, *args) -> None:
        parts = args[0] if len(args) == 1 and isinstance(args[0], (str, list, tuple)) else args
        parts = parts.replace(",", " ").split() if isinstance(parts, str) else parts
        self._ranges: List[FrameRange] = [self._range(part) for part in parts]

    @staticmethod
    def _range(part) -> FrameRange:
        if isinstance(part, FrameRange):
            return part
        return FrameRange(part, part, 1) if isinstance(part, int) else FrameRange(part)

    def __iter__(self):
        return iter(self._ranges)

    def __str__(self) -> str:
        return " ".join(map(str, self._ranges))

    def add(self, r):
        self._ranges.append(self._range(r))

    def clear(self):
        self._ranges = []

    def size(self):
        return len(self._ranges)

    def toFrameList(self):
        return [frame for part in self._ranges for frame in part]

    def minFrame(self):
        return min(self.toFrameList())

    def maxFrame(self):
        return max(self.toFrameList())


class Format:
    """A picture's size: `Format(width, height, x, y, r, t, pixelAspect, name)`, from the lower left."""

    def __init__(self, width=0, height=0, x=0, y=0, r=0, t=0, pixelAspect=1.0, name="") -> None:
        self._values = [width, height, x, y, r or width, t or height, pixelAspect]
        self._name = name

    @classmethod
    def _from_script(cls, text: str) -> "Format":
        words = text.split()
        numbers = [float(word) for word in words[:7] if re.match(r"^-?[\d.]+$", word)]
        if len(numbers) not in (2, 3, 6, 7):
            raise ScriptError("format {!r}: width height [x y r t] [aspect] name".format(text))
        name = " ".join(words[len(numbers):])
        aspect = numbers.pop() if len(numbers) in (3, 7) else 1.0
        return cls(*[int(number) for number in numbers + [0] * (6 - len(numbers))], aspect, name)

    def _script(self) -> str:
        numbers = ["{:d}".format(value) for value in self._values[:6]] + ["{:g}".format(self._values[6])]
        return " ".join(numbers + ([self._name] if self._name else []))

    def __eq__(self, other) -> bool:
        return isinstance(other, Format) and self._script() == other._script()

    def __hash__(self):
        return hash(self._script())

    def width(self):
        return self._values[0]

    def height(self):
        return self._values[1]

    def x(self):
        return self._values[2]

    def y(self):
        return self._values[3]

    def r(self):
        return self._values[4]

    def t(self):
        return self._values[5]

    def pixelAspect(self):
        return self._values[6]

    def name(self):
        return self._name

    def setName(self, name):
        self._name = name
