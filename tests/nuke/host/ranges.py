"""Frame ranges and formats: plain values without a session."""

from __future__ import annotations

import re
from typing import Any, Iterator, List, Union

from .faults import ScriptError

PART = re.compile(r"^(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?$")


class FrameRange:
    """`FrameRange("1-10x2")`, `FrameRange(1, 10, 2)`."""

    def __init__(self, *args: Any) -> None:
        if len(args) == 1 and isinstance(args[0], str):
            match = PART.match(args[0].strip())
            if match is None:
                raise ValueError("{!r} is no frame range".format(args[0]))
            first, last, step = match.groups()
            args = (int(first), int(last if last is not None else first), int(step or 1))
        numbers: List[int] = (list(args) + [1, 1, 1])[:3]
        self._first, self._last, self._step = numbers

    def __iter__(self) -> Iterator[int]:
        step = self._step or 1
        return iter(range(self._first, self._last + (1 if step > 0 else -1), step))

    def __repr__(self) -> str:
        return "<FrameRange {}>".format(self)

    def __str__(self) -> str:
        text = "{}-{}".format(self._first, self._last)
        return text if self._step == 1 else "{}x{}".format(text, self._step)

    def first(self) -> int:
        return self._first

    def last(self) -> int:
        return self._last

    def increment(self) -> int:
        return self._step

    stepFrame = increment

    def frames(self) -> int:
        return len(list(self))

    def minFrame(self) -> int:
        return min(self._first, self._last)

    def maxFrame(self) -> int:
        return max(self._first, self._last)

    def isInRange(self, n: int) -> bool:
        return n in list(self)

    def getFrame(self, n: int) -> int:
        return list(self)[n]

    def setFirst(self, n: int) -> None:
        self._first = n

    def setLast(self, n: int) -> None:
        self._last = n

    def setIncrement(self, n: int) -> None:
        self._step = n


class FrameRanges:
    """Several ranges: `FrameRanges("1-5 8")`, `FrameRanges([1, 3])`, `FrameRanges([FrameRange(...)])`."""

    def __init__(self, *args: Any) -> None:
        parts = args[0] if len(args) == 1 and isinstance(args[0], (str, list, tuple)) else args
        parts = parts.replace(",", " ").split() if isinstance(parts, str) else parts
        self._ranges: List[FrameRange] = [self._range(part) for part in parts]

    @staticmethod
    def _range(part: Union[FrameRange, int, str]) -> FrameRange:
        if isinstance(part, FrameRange):
            return part
        return FrameRange(part, part, 1) if isinstance(part, int) else FrameRange(part)

    def __iter__(self) -> Iterator[FrameRange]:
        return iter(self._ranges)

    def __str__(self) -> str:
        return " ".join(map(str, self._ranges))

    def add(self, r: Union[FrameRange, int, str]) -> None:
        self._ranges.append(self._range(r))

    def clear(self) -> None:
        self._ranges = []

    def size(self) -> int:
        return len(self._ranges)

    def toFrameList(self) -> List[int]:
        return [frame for part in self._ranges for frame in part]

    def minFrame(self) -> int:
        return min(self.toFrameList())

    def maxFrame(self) -> int:
        return max(self.toFrameList())


class Format:
    """A picture's size: `Format(width, height, x, y, r, t, pixelAspect, name)`, from the lower left."""

    def __init__(self, width: int = 0, height: int = 0, x: int = 0, y: int = 0, r: int = 0, t: int = 0,
                 pixelAspect: float = 1.0, name: str = "") -> None:
        self._box = [width, height, x, y, r or width, t or height]
        self._aspect, self._name = pixelAspect, name

    @classmethod
    def _from_script(cls, text: str) -> "Format":
        words = text.split()
        numbers = [float(word) for word in words[:7] if re.match(r"^-?[\d.]+$", word)]
        if len(numbers) not in (2, 3, 6, 7):
            raise ScriptError("format {!r}: width height [x y r t] [aspect] name".format(text))
        name = " ".join(words[len(numbers):])
        aspect = numbers.pop() if len(numbers) in (3, 7) else 1.0
        width, height, x, y, r, t = (int(number) for number in numbers + [0] * (6 - len(numbers)))
        return cls(width, height, x, y, r, t, aspect, name)

    def _script(self) -> str:
        numbers = ["{:d}".format(value) for value in self._box] + ["{:g}".format(self._aspect)]
        return " ".join(numbers + ([self._name] if self._name else []))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Format) and self._script() == other._script()

    def __hash__(self) -> int:
        return hash(self._script())

    def width(self) -> int:
        return self._box[0]

    def height(self) -> int:
        return self._box[1]

    def x(self) -> int:
        return self._box[2]

    def y(self) -> int:
        return self._box[3]

    def r(self) -> int:
        return self._box[4]

    def t(self) -> int:
        return self._box[5]

    def pixelAspect(self) -> float:
        return self._aspect

    def name(self) -> str:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name
