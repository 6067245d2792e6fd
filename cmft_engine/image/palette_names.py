"""Readable names for palette colours, from how they look on a display. Decides no colour, only what it is called."""

import colorsys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..protocol.errors import PaletteError, brief
from ..protocol.text_file import is_unicode

PAPER = "paper"
MAX_NAME = 1000  # letters
MAX_IN_FILE = 4096  # of a palette file: every region gets a chance for each

# Upper end of each hue band in degrees, its name when bright, and its name when dark (empty: "dark" + name).
_HUES = (
    (10, "red", ""), (38, "orange", "brown"), (50, "amber", "brown"), (68, "yellow", "olive"), (95, "lime", ""),
    (150, "green", ""), (172, "mint", "teal"), (190, "cyan", "teal"), (212, "sky blue", "steel blue"),
    (250, "blue", "navy"), (275, "violet", ""), (300, "purple", ""), (328, "magenta", ""), (348, "pink", "crimson"),
    (361, "red", ""),
)
_GRAYS = ((0.09, "black"), (0.35, "dark gray"), (0.65, "gray"), (0.93, "light gray"), (2.0, "white"))


def color_name(rgb: Sequence[float]) -> str:
    """Return a plain name such as "dark red" for one display color, channels in [0, 1]."""
    red, green, blue = (min(max(float(channel), 0.0), 1.0) for channel in rgb[:3])
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    if saturation < 0.08 or value < 0.09 or (value > 0.97 and saturation < 0.04):
        return next(name for limit, name in _GRAYS if luma < limit)
    return _hue_name(hue * 360.0, saturation, value)


def _hue_name(degrees: float, saturation: float, value: float) -> str:
    if 8 <= degrees <= 45 and value > 0.72 and 0.08 <= saturation < 0.5:
        return "skin" if saturation > 0.14 else "cream"
    _, bright, dark = next(band for band in _HUES if degrees < band[0])
    if value < 0.6:
        name = dark or "dark " + bright
        return "dark " + dark if dark and value < 0.35 else name
    if saturation < 0.3:
        return "pale " + bright
    return "light " + bright if saturation < 0.55 and value > 0.8 else bright


def check_color_name(name: str, where: str) -> None:
    """Raise PaletteError for a name that no file can hold: control characters, or halves of a letter."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name) or not is_unicode(name):
        raise PaletteError(f"{where}: the name {brief(repr(name))} holds a control character or half a letter; rename "
                           "the color")
    if len(name) > MAX_NAME:
        raise PaletteError(f"{where}: the name {brief(repr(name))} has {len(name):,} letters; shorten it to {MAX_NAME}")


def check_number(file: Path, number: int) -> None:
    """Raise PaletteError for more colors than a palette may have."""
    if number > MAX_IN_FILE:
        raise PaletteError(f"{file}: the palette holds {number:,} colors, more than {MAX_IN_FILE:,}; delete those that "
                           "are no paint")


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in order, a repeated one numbered from its second appearance: "red", "red 2"."""
    wanted = list(names)
    given, taken, last = frozenset(wanted), set[str](), dict[str, int]()
    found = []
    for name in wanted:
        candidate, number = name, last.get(name, 1)
        while candidate in taken or (number > 1 and candidate in given):
            number += 1
            candidate = f"{name} {number}"
        taken.add(candidate)
        last[name] = number
        found.append(candidate)
    return tuple(found)
