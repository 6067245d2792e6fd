"""An image file opened for reading: its parts, and each part's pixels as numbers. Knows no plates.

Every refusal is a PlateError that names file, frame and a remedy that fits what the library said.
"""

import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

from ..protocol.errors import PlateError
from ..protocol.text_file import what_is_there
from .channels import is_luminance_chroma, is_main_layer
from .file_tags import is_animated_png, psd_lacks_its_picture
from .limits import over_limit
from .storage import as_floats, upright
from .window import Window

log = logging.getLogger(__name__)

PathLike = str | Path

_DEPTHS = {"uint8": "uint8", "int8": "uint8", "uint16": "uint16", "int16": "uint16", "half": "half"}
_NOT_SUPPORTED = re.compile(r"support|compress|codec|not configured|unknown|unimplemented|cannot handle|"
                            r"unable to handle|bits per|bit depth|photometric|colou?r ?model|no reader", re.IGNORECASE)
_PHOTOMETRIC, _WHITE_IS_ZERO, _CIELAB = "tiff:PhotometricInterpretation", 0, 8
_MANY = 10  # pictures of a file that are counted
_SEVERAL = ("tiff", "gif", "webp", "jpegxl", "ico", "fits")  # not PSD, whose first picture is the whole
_RESAVE = "save it again as PNG, TIFF with LZW, or EXR with ZIP"


def plate_error(path: PathLike, frame: int | None, what: str, remedy: str) -> PlateError:
    """Return the error that says what is wrong with a file and what to do."""
    return PlateError(f"{shown(path)}{at(frame)} {what}; {remedy}", path, frame)


def at(frame: int | None) -> str:
    """Return the frame for a message, "" where there is none."""
    return "" if frame is None else f" (frame {frame})"


def shown(path: PathLike) -> str:
    """Return a file name for a message; bytes of it that are no UTF-8 as \\x8c."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def utf8_name(path: PathLike, frame: int | None) -> str:
    """Return a file name as OpenImageIO takes it, whatever the locale; raise PlateError where it is no UTF-8."""
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeError as error:
        raise plate_error(path, frame, "has a name that is not UTF-8 (unpacked from a zip of another system?)",
                          "rename the file or folder") from error


def open_source(path: Path, frame: int | None) -> Any:
    """Open an image file, its alpha to be read as it is stored. Raises PlateError, also for too many pixels."""
    name = utf8_name(path, frame)
    if not os.path.isfile(path):
        raise plate_error(path, frame, what_is_there(path), "give an image file")
    try:
        if os.path.getsize(path) == 0:
            raise plate_error(path, frame, "is empty (0 bytes)", "render or copy it again")
    except OSError as error:
        raise plate_error(path, frame, f"cannot be read ({error.strerror})", "check its permissions") from error
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(name, hints)
    if source is None:
        raise _unreadable(path, frame, reason_of(oiio.geterror))
    if said := over_limit(*windows(source.spec())):
        source.close()
        raise plate_error(path, frame, said, "check the file, or raise --max-pixels")
    return source


def reason_of(tell: Callable[[], str]) -> str:
    """Return what the library says of an error, on one line; it may quote bytes of the file, which are no text."""
    try:
        said = tell()
    except UnicodeDecodeError as error:
        said = error.object.decode("utf-8", "backslashreplace")
    return " ".join(said.split())


def _unreadable(path: Path, frame: int | None, reason: str) -> PlateError:
    if not os.access(path, os.R_OK):
        return plate_error(path, frame, f"cannot be read ({reason})", "check its permissions")
    remedy = "check that it is a whole EXR, PNG, TIFF or JPEG file and that you may read it"
    if _NOT_SUPPORTED.search(reason):
        remedy = f"{_RESAVE}, or check that it is a picture at all"
    return plate_error(path, frame, f"cannot be read as an image ({reason})", remedy)


def orientation(spec: oiio.ImageSpec) -> int:
    """Return how the file asks to be turned, 1 to 8 as in Exif."""
    return int(spec.get_int_attribute("Orientation", 1))


def windows(spec: oiio.ImageSpec) -> tuple[Window, Window]:
    """Return the data and the display window of a part, upright."""
    data = Window(spec.x, spec.y, spec.width, spec.height)
    display = Window(spec.full_x, spec.full_y, spec.full_width, spec.full_height)
    if orientation(spec) >= 5:
        data, display = (Window(w.y, w.x, w.height, w.width) for w in (data, display))
    return data, display


def channel_depths(spec: oiio.ImageSpec) -> list[str]:
    """Return the depth of each channel: "uint8", "uint16", "half" or "float"."""
    formats = spec.channelformats or [spec.format] * spec.nchannels
    return [_DEPTHS.get(str(item), "float") for item in formats]


def find_parts(source: Any, path: Path, frame: int | None) -> list[oiio.ImageSpec]:
    """Return the parts of an EXR that share the first one's data window; the first picture of any other format.

    Warns when that leaves something out.
    """
    specs = [source.spec(0, 0)]
    if specs[0].deep:
        raise plate_error(path, frame, "is a deep image", "flatten it first")
    if is_luminance_chroma(specs[0].channelnames):
        raise plate_error(path, frame, "holds luminance and chroma, not colours", "save it again with R, G, B")
    if specs[0].get_int_attribute(_PHOTOMETRIC, -1) == _CIELAB:
        raise plate_error(path, frame, "is in CIE L*a*b*, which is not read", "convert it to RGB")
    if source.format_name() == "psd" and psd_lacks_its_picture(path):
        raise plate_error(path, frame, "holds layers alone, without the picture that they make",
                          "save it again with Maximize Compatibility, or as PNG")
    if source.format_name() != "openexr":
        pictures = _count_pictures(source.format_name(), specs[0], path, utf8_name(path, frame))
        if pictures > 1:
            many = f"{pictures} pictures" if pictures < _MANY else "several pictures"
            log.warning("%s: it holds %s, of which only the first is read; save one picture a file", path, many)
        return specs
    while source.seek_subimage(len(specs), 0):
        spec = source.spec(len(specs), 0)
        if spec.deep or windows(spec)[0] != windows(specs[0])[0]:
            log.warning("%s: only its first part is read; its parts have different data windows", path)
            return specs[:1]
        specs.append(spec)
    return specs


def _count_pictures(kind: str, first: oiio.ImageSpec, path: Path, name: str) -> int:
    """How many pictures a file shows one after another, at most _MANY; smaller copies of the first are none."""
    if kind == "png":
        return _MANY if is_animated_png(path) else 1
    number = 1
    source = oiio.ImageInput.open(name) if kind in _SEVERAL else None  # one of its own: WebP does not seek back
    while source is not None and number < _MANY and source.seek_subimage(number, 0):
        spec = source.spec(number, 0)
        if kind == "tiff" and spec.width < first.width and spec.height < first.height:
            break
        number += 1
    if source is not None:
        reason_of(source.geterror)  # the end of the pictures is no error
        source.close()
    return number


def read_part(source: Any, part: int, path: Path, frame: int | None) -> np.ndarray:
    """Return the pixels of a part, float32 (H, W, C), upright, colours as associated as they are stored."""
    spec = source.spec(part, 0)
    kind = {"uint8": oiio.UINT8, "uint16": oiio.UINT16}.get(str(spec.format), oiio.FLOAT)
    pixels = source.read_image(part, 0, 0, spec.nchannels, kind)
    problem = reason_of(source.geterror)
    if pixels is None and _NOT_SUPPORTED.search(problem):
        raise plate_error(path, frame, f"is stored in a way that is not supported ({problem})", _RESAVE)
    if pixels is None or "Premature end" in problem:  # a cut JPEG is filled up with grey
        raise plate_error(path, frame, f"is cut off or damaged ({problem})", "render or copy it again")
    if problem:
        log.warning("%s: %s", path, problem)
    for index, depth in enumerate(spec.channelformats or []):
        if str(depth) == "uint":  # an id, which OpenImageIO scales to [0, 1]
            pixels[..., index] *= np.float32(0xFFFFFFFF)
    if spec.get_int_attribute(_PHOTOMETRIC, -1) == _WHITE_IS_ZERO:
        turned = slice(1, None) if kind == oiio.UINT8 else slice(0, 1)  # of 8 bits OpenImageIO turns all, alpha too
        pixels[..., turned] = (1 if kind == oiio.FLOAT else np.iinfo(pixels.dtype).max) - pixels[..., turned]
    return upright(as_floats(pixels), orientation(spec))


def merged_names(specs: list[oiio.ImageSpec]) -> tuple[str, ...]:
    """Return the channel names of all parts, those of a part that is not the main one under its own name."""
    parts = [str(spec.getattribute("oiio:subimagename") or (f"part{number}" if number else ""))
             for number, spec in enumerate(specs)]
    names = list(specs[0].channelnames)
    if not is_main_layer(parts[0]) and any(map(is_main_layer, parts[1:])):
        names = [name if "." in name else f"{parts[0]}.{name}" for name in names]
    for part, spec in zip(parts[1:], specs[1:], strict=True):
        for name in spec.channelnames:
            names.append(name if "." in name and name not in names else f"{part}.{name}")
    return tuple(names)
