"""Where a plate's pixels lie on the picture that is seen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels; `x`, `y` is its top left corner and may be negative."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size_text(self) -> str:
        """Its width and height as people write them: 1920x1080."""
        return f"{self.width}x{self.height}"

    def union(self, other: "Window") -> "Window":
        """Return the smallest window that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Window(x, y, right - x, bottom - y)

    def slices_in(self, outer: "Window") -> tuple[slice, slice]:
        """Return the rows and columns of `outer` that this window covers."""
        rows = slice(max(self.y - outer.y, 0), max(min(self.y + self.height - outer.y, outer.height), 0))
        columns = slice(max(self.x - outer.x, 0), max(min(self.x + self.width - outer.x, outer.width), 0))
        return rows, columns
