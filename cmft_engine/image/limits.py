"""How many pixels a picture may have: what is over it is refused before memory is taken.

One limit for the whole process, as image libraries have it, because every thread that reads files obeys it.
"""

from dataclasses import dataclass

from .window import Window

MAX_PIXELS = 1_000_000_000


@dataclass
class _Limit:
    pixels: int = MAX_PIXELS


_LIMIT = _Limit()


def set_max_pixels(pixels: int | None) -> None:
    """Set how many pixels a picture may have from now on, 1 or more; None: the default, a gigapixel."""
    _LIMIT.pixels = MAX_PIXELS if pixels is None else pixels


def over_limit(*windows: Window) -> str | None:
    """Say what is wrong with a picture that has these windows: "is 90000x90000, over the limit of …"; None: nothing."""
    largest = max(windows, key=lambda window: window.width * window.height)
    if largest.width * largest.height <= _LIMIT.pixels:
        return None
    return f"is {largest.size_text}, over the limit of {_LIMIT.pixels:,} pixels"
