"""Where a picture lies in a widget: its scale and its place. Knows no window."""

from __future__ import annotations

CLOSEST = 32.0  # most screen pixels a pixel
MARGIN = 12  # px of the screen around a picture that fits

Point = tuple[float, float]


class Zoom:
    """Scale and offset of a picture in a widget; sizes are width and height in px."""

    def __init__(self) -> None:
        """One pixel a pixel, until `fit`."""
        self.scale, self.offset = 1.0, (0.0, 0.0)
        self.is_fit = True

    def fit(self, picture: tuple[int, int], widget: tuple[int, int]) -> None:
        """Show the whole picture."""
        self.is_fit = True
        self.scale = max(min((room - 2 * MARGIN) / size for room, size in zip(widget, picture, strict=True)), 1e-3)
        x, y = ((room - size * self.scale) / 2 for room, size in zip(widget, picture, strict=True))
        self.offset = x, y

    def by(self, factor: float, at: Point, least: float) -> None:
        """Show the picture so much larger, but not under a scale; the place under a point of the widget stays."""
        scale = min(max(self.scale * factor, least), CLOSEST)
        ratio = scale / self.scale
        self.offset = at[0] - (at[0] - self.offset[0]) * ratio, at[1] - (at[1] - self.offset[1]) * ratio
        self.scale, self.is_fit = scale, False

    def move(self, x: float, y: float) -> None:
        """Move the picture by px of the screen."""
        self.offset, self.is_fit = (self.offset[0] + x, self.offset[1] + y), False

    def to_screen(self, x: float, y: float) -> Point:
        """Return where a place of the picture is in the widget, px."""
        return self.offset[0] + x * self.scale, self.offset[1] + y * self.scale

    def to_picture(self, x: float, y: float) -> Point:
        """Return which place of the picture is at a place of the widget, px."""
        return (x - self.offset[0]) / self.scale, (y - self.offset[1]) / self.scale
