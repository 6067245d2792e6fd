"""The bits, numbers and records that a Flash (SWF) file is made of. Nothing here knows a tag."""

from __future__ import annotations

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, tx, ty): x' = a x + c y + tx, y' = b x + d y + ty; in twips, 1/20 px."""
Color = tuple[int, int, int, int]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_BITMAP_COLOR: Color = (128, 128, 128, 255)


class Bits:
    """Reads bits and little-endian bytes one after another; past the end it raises IndexError."""

    def __init__(self, data: bytes) -> None:
        self._data = data + bytes(8)  # the last numbers are read eight bytes at a time
        self._end = len(data) * 8
        self._at = 0

    @property
    def byte(self) -> int:
        """The byte that the next aligned read begins with."""
        return (self._at + 7) >> 3

    def unsigned(self, n: int) -> int:
        """Return the next n bits, 0 to 32, as a number."""
        if n == 0:
            return 0
        if self._at + n > self._end:
            raise IndexError("past the end")
        first = self._at >> 3
        window = int.from_bytes(self._data[first : first + 8], "big")
        value = window >> (64 - (self._at & 7) - n) & ((1 << n) - 1)
        self._at += n
        return value

    def signed(self, n: int) -> int:
        """Return the next n bits as a number in two's complement."""
        value = self.unsigned(n)
        return value - (1 << n) if n and value >> (n - 1) else value

    def align(self) -> None:
        """Go on at the next whole byte."""
        self._at = (self._at + 7) & ~7

    def u8(self) -> int:
        self.align()
        return self.unsigned(8)

    def u16(self) -> int:
        return self.u8() | self.u8() << 8

    def text(self) -> str:
        """Return the bytes up to the next zero as Latin-1."""
        first = self.byte
        last = self._data.index(0, first)
        self._at = (last + 1) * 8
        return self._data[first:last].decode("latin-1")

    def rectangle(self) -> tuple[int, int, int, int]:
        """Return (x min, x max, y min, y max) in twips."""
        self.align()
        n = self.unsigned(5)
        x0, x1, y0, y1 = (self.signed(n) for _ in range(4))
        self.align()
        return x0, x1, y0, y1

    def color(self, *, has_alpha: bool) -> Color:
        return self.u8(), self.u8(), self.u8(), self.u8() if has_alpha else 255

    def matrix(self) -> Matrix:
        self.align()
        a = d = 1.0
        b = c = 0.0
        if self.unsigned(1):
            n = self.unsigned(5)
            a, d = self.signed(n) / 65536, self.signed(n) / 65536
        if self.unsigned(1):
            n = self.unsigned(5)
            b, c = self.signed(n) / 65536, self.signed(n) / 65536
        n = self.unsigned(5)
        tx, ty = float(self.signed(n)), float(self.signed(n))
        self.align()
        return a, b, c, d, tx, ty

    def skip_color_transform(self) -> None:
        self.align()
        terms = self.unsigned(1) + self.unsigned(1)
        n = self.unsigned(4)
        for _ in range(4 * terms):
            self.signed(n)
        self.align()

    def fill_style(self, version: int) -> tuple[str, Color]:
        """Return what fills a shape, "fill" or "bitmap", and its colour; a gradient gives the mean of its colours."""
        kind = self.u8()
        if kind == 0:
            return "fill", self.color(has_alpha=version >= 3)
        if kind in (0x10, 0x12, 0x13):
            self.matrix()
            colors = []
            for _ in range(self.u8() & 15):
                self.u8()
                colors.append(self.color(has_alpha=version >= 3))
            if kind == 0x13:
                self.u16()
            return "fill", _mean(colors)
        self.u16()
        self.matrix()
        return "bitmap", _BITMAP_COLOR

    def line_style(self, version: int) -> tuple[int, Color]:
        """Return a stroke's width in twips and its colour."""
        width = self.u16()
        if version < 4:
            return width, self.color(has_alpha=version >= 3)
        flags = self.u8()
        self.u8()
        if flags >> 4 & 3 == 2:
            self.u16()
        return width, self.fill_style(version)[1] if flags & 8 else self.color(has_alpha=True)

    def count(self, version: int) -> int:
        """Return the number of styles that follow."""
        n = self.u8()
        return self.u16() if n == 255 and version > 1 else n


def _mean(colors: list[Color]) -> Color:
    n = max(1, len(colors))
    r, g, b, a = (sum(color[k] for color in colors) // n for k in range(4))
    return r, g, b, a
