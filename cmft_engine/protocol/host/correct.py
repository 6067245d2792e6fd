"""What both hosts need to correct a coloured shot: its palette, a click's place in the picture, what came of it."""

import math
import struct
from pathlib import Path
from typing import Any, NamedTuple, Tuple

from ..errors import Cancelled, InputError, brief
from ..plain import counted
from ..text_file import parse_json, read_text
from .outcome import Outcome
from .review import JSON, MAX_BYTES

_MAGIC = b"\x76\x2f\x31\x01"  # of an EXR
_HEAD_BYTES = 1 << 20  # in which the windows stand
_LINEAR = ("lin", "scene_linear", "acescg", "aces2065")  # how names of linear colour spaces begin


class Swatch(NamedTuple):
    """A colour of the palette of a shot: its name, and display RGB to draw it, each in [0, 1]."""

    name: str
    display: Tuple[float, float, float]


def read_swatches(folder: Path, name: str) -> Tuple[Swatch, ...]:
    """Return the palette of the result in a folder, in its order; name: of the node.

    Raises InputError, which says what to do, where there is no report, a damaged one, or no colour in it.
    """
    try:
        palette = parse_json(read_text(folder / JSON, most=MAX_BYTES))["palette"]
        is_linear = str(palette["space"]).lower().startswith(_LINEAR)
        found = tuple(Swatch(str(one["name"]), _display(one["rgba"], is_linear)) for one in palette["colors"])
    except FileNotFoundError:
        raise InputError("{}: there is no report yet, and it names the colours; press Colorize first".format(
            name)) from None
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError("{}: the colours cannot be read from {} ({}); delete it and press Colorize".format(
            name, folder / JSON, brief(str(error)))) from error
    if not found:
        raise InputError("{}: the palette of its result is empty; give a painted reference and press Colorize".format(
            name))
    return found


def _display(rgba: Any, is_linear: bool) -> Tuple[float, float, float]:
    red, green, blue = (min(max(float(value), 0.0), 1.0) for value in rgba[:3])
    if not is_linear:
        return red, green, blue
    return _encoded(red), _encoded(green), _encoded(blue)


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * math.pow(value, 1 / 2.4) - 0.055


def check_color(swatches: Tuple[Swatch, ...], color: str, name: str) -> str:
    """Return a colour's name without spaces around. Raises InputError where the palette has none of the name."""
    known = [one.name for one in swatches]
    for written in (color, color.strip()):
        if written in known:
            return written
    raise InputError('{}: {}; choose one of: {}'.format(
        name, 'the palette has no color "{}"'.format(brief(color.strip())) if color.strip() else "no color is chosen",
        ", ".join(known[:30])))


class Windows(NamedTuple):
    """Where a plate has pixels, and what is shown of it: x0, y0 and x1, y1 outside, y downwards."""

    data: Tuple[int, int, int, int]
    display: Tuple[int, int, int, int]


def plate_windows(path: str) -> Windows:
    """Read the windows of an EXR. Raises InputError naming it where it is gone or none."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD_BYTES)
        found = _windows(head)
    except FileNotFoundError:
        raise InputError("{}: the plate is gone; press Colorize first".format(path)) from None
    except OSError as error:
        raise InputError("{}: the plate cannot be read ({}); look at the disk".format(path, error.strerror)) from error
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise InputError("{}: the plate is no EXR; delete it and press Colorize".format(path)) from error
    return found


def _windows(head: bytes) -> Windows:
    if head[:4] != _MAGIC:
        raise ValueError("no EXR")
    found, at = {}, 8
    while head[at] != 0:  # attributes: name, kind, size, value
        name_end = head.index(b"\0", at)
        kind_end = head.index(b"\0", name_end + 1)
        size, = struct.unpack_from("<i", head, kind_end + 1)
        begin = kind_end + 5
        if head[name_end + 1:kind_end] == b"box2i":
            x0, y0, x1, y1 = struct.unpack_from("<4i", head, begin)
            found[head[at:name_end]] = (x0, y0, x1 + 1, y1 + 1)
        if size < 0:
            raise ValueError("a size below 0")
        at = begin + size
    return Windows(found[b"dataWindow"], found[b"displayWindow"])


def point_in_plate(windows: Windows, x: float, y: float, name: str) -> Tuple[float, float]:
    """Return where a place in the shown picture is in the plate's pixels, both in px from their top left corners.

    Raises InputError for a place outside of the plate.
    """
    data, display = windows.data, windows.display
    in_plate = math.floor(x) + 0.5 + display[0] - data[0], math.floor(y) + 0.5 + display[1] - data[1]
    if not (0 <= in_plate[0] < data[2] - data[0] and 0 <= in_plate[1] < data[3] - data[1]):
        raise InputError("{}: the point {:.0f}, {:.0f} lies outside of the picture, which is {} x {}; choose one "
                         "inside of a region".format(name, x, y, display[2] - display[0], display[3] - display[1]))
    return in_plate


def place_in_plate(windows: Windows, point: Tuple[float, float], name: str) -> Tuple[float, float]:
    """Return where a place of the shown picture, px from its lower left, is in the plate's pixels, from the top left.

    Raises InputError as `point_in_plate` does.
    """
    height = windows.display[3] - windows.display[1]
    return point_in_plate(windows, math.floor(point[0]), height - 1 - math.floor(point[1]), name)


def place_in_picture(windows: Windows, at: Tuple[int, int]) -> Tuple[float, float]:
    """Return the middle of a plate's pixel, from the top left, as a place of the shown picture from its lower left."""
    data, display = windows
    x, y = at[0] + data[0] - display[0], at[1] + data[1] - display[1]
    return x + 0.5, display[3] - display[1] - y - 0.5


def corrected_sentence(outcome: Outcome, *, is_undo: bool) -> str:
    """Return what came of a correction, for the person at the node."""
    count = len(outcome.done)
    frames = counted(count, "frame")
    if isinstance(outcome.error, Cancelled):
        return "cancelled: {} follow{} the correction; the next one, or Colorize, brings the others".format(
            frames, "s" if count == 1 else "")
    if outcome.error is not None:
        return str(outcome.error)
    said = "; ".join(outcome.warnings[:2])
    if not count:
        return said or ("taken back; no plate changes by it" if is_undo
                        else "nothing changes: the region has that colour already")
    return "{} in {}{}".format("taken back" if is_undo else "fixed", frames, "; " + said if said else "")
