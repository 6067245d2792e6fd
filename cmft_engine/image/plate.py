"""Plates: the one room that reads and writes image files.

A `Plate` holds straight alpha, the file's own colour space and row 0 on top; whatever a file does differently
(associated alpha, orientation, parts, integer depths) is undone on reading and redone on writing.
Decides nothing about which plates belong together: `sequence.py` and `shot.py` do.
"""

import dataclasses
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import OpenImageIO as oiio

from ..protocol.errors import PlateError
from ..protocol.file_formats import EXR, JPEG, FileFormat, suffix_of, writable
from ..protocol.text_file import make_temporary, remove_quietly
from .channels import ColorChannels, alpha_name, cryptomatte_channels, find_color
from .color_space import convert, default_space, from_display, resolve_space, to_display
from .limits import over_limit
from .metadata import read_metadata, write_metadata
from .sequence import PlateSequence
from .storage import as_associated, as_floats, as_integers, clean, make_straight, upright

__all__ = ["Header", "Plate", "PlateSequence", "Window", "convert", "from_display", "read_header", "read_plate",
           "to_display", "write_plate"]

PathLike = str | Path
log = logging.getLogger(__name__)

_DEPTHS = {"uint8": "uint8", "int8": "uint8", "uint16": "uint16", "int16": "uint16", "half": "half"}
_JPEG_RESERVE = 32768
_NO_REASON = "no reason is given; memory may have run out"
_PNG_FILTER_NONE = 8  # flat colours deflate as small without one, in a sixth of the time


@dataclasses.dataclass(frozen=True)
class Window:
    """A rectangle of pixels; `x`, `y` is its top left corner and may be negative."""

    x: int
    y: int
    width: int
    height: int

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


class Header(NamedTuple):
    """What a file says of itself before its pixels are read."""

    data_window: Window
    display_window: Window
    pixel_aspect: float
    channels: tuple[str, ...]
    bit_depth: str


@dataclasses.dataclass(frozen=True, eq=False)
class Plate:
    """The image of one frame: `pixels` `(H, W, C)` float32, straight alpha, covering `data_window`."""

    pixels: np.ndarray
    channels: tuple[str, ...]
    data_window: Window
    display_window: Window
    pixel_aspect: float = 1.0
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    bit_depth: str = "uint8"  # "uint8", "uint16", "half" or "float"
    space: str = "sRGB"
    path: Path | None = None
    frame: int | None = None
    float_channels: tuple[str, ...] = ()  # stored in 32 bits though `bit_depth` is half

    def __post_init__(self) -> None:
        expected = (self.data_window.height, self.data_window.width, len(self.channels))
        if self.pixels.shape != expected:
            raise ValueError(f"pixels of shape {self.pixels.shape} do not fit {expected}")

    @classmethod
    def from_pixels(cls, pixels: np.ndarray, **fields: Any) -> "Plate":
        """Wrap `(H, W, C)` pixels as Y, YA, RGB or RGBA, both windows from (0, 0), unless `fields` say otherwise."""
        height, width, count = pixels.shape
        window = Window(0, 0, width, height)
        names = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}.get(count, ())
        values: dict[str, Any] = {"channels": names, "data_window": window, "display_window": window}
        return cls(np.asarray(pixels, dtype=np.float32), **{**values, **fields})

    def rgb(self) -> np.ndarray:
        """Return `(H, W, 3)` straight colour in the plate's own space; grey thrice, zeros if there is only alpha."""
        color = self._color().color
        if not color:
            return np.zeros(self.pixels.shape[:2] + (3,), np.float32)
        first = color[0]
        if color == (first, first + 1, first + 2):
            return self.pixels[..., first : first + 3].copy()
        return self.pixels[..., list(color if len(color) == 3 else color * 3)]

    def alpha(self) -> np.ndarray | None:
        """Return `(H, W)` alpha of the main colour, or None."""
        alpha = self._color().alpha
        return None if alpha is None else self.pixels[..., alpha]

    def rgb_alpha(self) -> np.ndarray:
        """Return `(H, W, 4)` straight colour and alpha; alpha is 1 where the plate has none."""
        alpha = self.alpha()
        if alpha is None:
            alpha = np.ones(self.pixels.shape[:2], np.float32)
        return np.dstack([self.rgb(), alpha])

    def on_canvas(self, window: Window) -> "Plate":
        """Return the plate cropped or padded with 0 to `window`; padding gives a plate without alpha one."""
        if window == self.data_window:
            return self
        plate = self if window.union(self.data_window) == self.data_window else self._with_alpha()
        pixels = np.zeros((window.height, window.width, len(plate.channels)), np.float32)
        pixels[plate.data_window.slices_in(window)] = plate.pixels[window.slices_in(plate.data_window)]
        return dataclasses.replace(plate, pixels=pixels, data_window=window)

    def _color(self) -> ColorChannels:
        found = find_color(self.channels)
        if found is None:
            raise _error(self.path or "plate", self.frame, f"has no colour among its channels {_names(self.channels)}",
                         "render R, G, B or Y")
        return found

    def _with_alpha(self) -> "Plate":
        found = find_color(self.channels)
        if found is None or found.alpha is not None:
            return self
        pixels = np.concatenate([self.pixels, np.ones(self.pixels.shape[:2] + (1,), np.float32)], axis=2)
        return dataclasses.replace(self, pixels=pixels, channels=(*self.channels, alpha_name(self.channels)))


# Reading


def read_header(path: PathLike, *, frame: int | None = None) -> Header:
    """Return windows, channels and depth of an image file without its pixels. Raises PlateError."""
    source = _open(Path(path), frame)
    try:
        return _header(source.spec())
    finally:
        source.close()


def read_plate(path: PathLike, *, frame: int | None = None, space: str = "") -> Plate:
    """Read an image file; `space` overrides the colour space that the file declares or its format implies.

    NaN becomes 0 and infinity the largest half, with a warning. Raises PlateError, or SettingsError for a bad space.
    """
    path = Path(path)
    source = _open(path, frame)
    try:
        specs = _parts(source, path, frame)
        header = _header(specs[0])
        arrays = [_read_part(source, part, path, frame) for part in range(len(specs))]
    finally:
        source.close()
    metadata = read_metadata(specs)
    channels = _merged_names(specs)
    pixels = arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=2)
    whole_numbers = all(depth.startswith("uint") for spec in specs for depth in _channel_depths(spec))
    if not whole_numbers and (broken := clean(pixels, channels, metadata)):
        log.warning("%s%s: %d pixels are NaN or infinite; NaN is read as 0", path, _at(frame), broken)
    if not specs[0].getattribute("oiio:UnassociatedAlpha"):
        make_straight(pixels, channels, metadata)
    depths = dict(zip(channels, (depth for spec in specs for depth in _channel_depths(spec)), strict=True))
    if space:
        resolve_space(space)
    declared = {item.name: item.value for item in specs[0].extra_attribs}
    return Plate(
        pixels, channels, header.data_window, header.display_window, header.pixel_aspect, metadata,
        header.bit_depth, space or default_space(path.name, declared), path, frame,
        tuple(name for name in channels if header.bit_depth == "half" and depths[name] == "float"),
    )


def _open(path: Path, frame: int | None) -> Any:
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise _error(path, frame, what, "give an image file")
    try:
        if os.path.getsize(path) == 0:
            raise _error(path, frame, "is empty (0 bytes)", "render or copy it again")
    except OSError as error:
        raise _error(path, frame, f"cannot be read ({error.strerror})", "check its permissions") from error
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), hints)
    if source is None:
        reason = " ".join(oiio.geterror().split())
        raise _error(path, frame, f"cannot be read as an image ({reason})",
                     "check that it is a whole EXR, PNG, TIFF or JPEG file and that you may read it")
    if said := over_limit(*_header(source.spec())[:2]):
        source.close()
        raise _error(path, frame, said, "check the file, or raise --max-pixels")
    return source


def _header(spec: oiio.ImageSpec) -> Header:
    data = Window(spec.x, spec.y, spec.width, spec.height)
    display = Window(spec.full_x, spec.full_y, spec.full_width, spec.full_height)
    if _orientation(spec) >= 5:
        data, display = (Window(w.y, w.x, w.height, w.width) for w in (data, display))
    aspect = float(spec.get_float_attribute("PixelAspectRatio", 1.0))
    depths = _channel_depths(spec)
    found = find_color(spec.channelnames)
    main = found.color[0] if found and found.color else 0
    return Header(data, display, aspect if aspect > 0 else 1.0, tuple(spec.channelnames), depths[main])


def _orientation(spec: oiio.ImageSpec) -> int:
    return int(spec.get_int_attribute("Orientation", 1))


def _channel_depths(spec: oiio.ImageSpec) -> list[str]:
    formats = spec.channelformats or [spec.format] * spec.nchannels
    return [_DEPTHS.get(str(item), "float") for item in formats]


def _parts(source: Any, path: Path, frame: int | None) -> list[oiio.ImageSpec]:
    """Return the parts of an EXR that share the first one's data window; the first image of any other format."""
    specs = [source.spec(0, 0)]
    if specs[0].deep:
        raise _error(path, frame, "is a deep image", "flatten it first")
    if source.format_name() != "openexr":
        return specs
    while source.seek_subimage(len(specs), 0):
        spec = source.spec(len(specs), 0)
        if spec.deep or _header(spec).data_window != _header(specs[0]).data_window:
            log.warning("%s: only its first part is read; its parts have different data windows", path)
            return specs[:1]
        specs.append(spec)
    return specs


def _read_part(source: Any, part: int, path: Path, frame: int | None) -> np.ndarray:
    spec = source.spec(part, 0)
    kind = {"uint8": oiio.UINT8, "uint16": oiio.UINT16}.get(str(spec.format), oiio.FLOAT)
    pixels = source.read_image(part, 0, 0, spec.nchannels, kind)
    problem = " ".join(source.geterror().split())
    if pixels is None or "Premature end" in problem:  # a cut JPEG is filled up with grey
        raise _error(path, frame, f"is cut off or damaged ({problem})", "render or copy it again")
    if problem:
        log.warning("%s: %s", path, problem)
    for index, depth in enumerate(spec.channelformats or []):
        if str(depth) == "uint":  # an id, which OpenImageIO scales to [0, 1]
            pixels[..., index] *= np.float32(0xFFFFFFFF)
    return upright(as_floats(pixels), _orientation(spec))


def _merged_names(specs: list[oiio.ImageSpec]) -> tuple[str, ...]:
    names = list(specs[0].channelnames)
    for number, spec in enumerate(specs[1:], start=1):
        part = str(spec.getattribute("oiio:subimagename") or f"part{number}")
        for name in spec.channelnames:
            names.append(name if "." in name and name not in names else f"{part}.{name}")
    return tuple(names)


# Writing


def write_plate(plate: Plate, path: PathLike, *, before_rename: Callable[[Path], None] | None = None) -> None:
    """Write the plate in the format that the suffix names, whole or not at all; folders are made.

    before_rename: called with the finished file while it has a temporary name. The same plate gives the same bytes.
    EXR keeps every channel and both windows; PNG, TIFF and JPEG hold the main colour on the display window.
    Integer formats round to nearest and clip to [0, 1]; JPEG has no alpha and gets white paper. Raises PlateError.
    """
    path = Path(path)
    kind = writable(path)
    if kind is None:
        raise _error(path, plate.frame, f"cannot be written: {suffix_of(path) or 'no suffix'} is no format for plates",
                     "name it .exr, .png, .tif or .jpg")
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = make_temporary(path)
        _encode(plate if kind.has_layers else _flattened(plate, kind), temporary, kind)
        _verify(temporary)
        if before_rename is not None:
            before_rename(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise _error(path, plate.frame, f"cannot be written ({error.strerror or error})",
                     "free disk space, allow writing there, or choose another output folder") from error
    finally:
        if temporary is not None:
            remove_quietly(temporary)


def _flattened(plate: Plate, kind: FileFormat) -> Plate:
    """Return the main colour alone, on the display window, as formats of one layer hold it."""
    plate = plate.on_canvas(plate.display_window)
    found = plate._color()
    grey, alpha = len(found.color) == 1, plate.alpha()
    pixels = plate.pixels[..., list(found.color)] if grey else plate.rgb()
    if alpha is not None and not kind.has_alpha:
        pixels = pixels * alpha[..., None] + (1 - alpha[..., None])
    elif alpha is not None:
        pixels = np.dstack([pixels, alpha])
    window = Window(0, 0, plate.display_window.width, plate.display_window.height)
    return Plate.from_pixels(pixels, pixel_aspect=plate.pixel_aspect, metadata=plate.metadata, space=plate.space,
                             bit_depth=plate.bit_depth, data_window=window, display_window=window, frame=plate.frame)


def _encode(plate: Plate, path: Path, kind: FileFormat) -> None:
    """Write the file; raise OSError with OpenImageIO's reason."""
    depth = plate.bit_depth if plate.bit_depth in kind.depths else kind.depths[-1]
    if kind == EXR and plate.bit_depth == "uint8":
        depth = "half"
    spec, pixels = _spec(plate, depth), _stored(plate, depth, kind)
    write_metadata(spec, plate.metadata, plate.space, kind)
    spec.attribute("png:filter", _PNG_FILTER_NONE)
    if kind == JPEG:
        with open(path, "wb") as reserved:  # libjpeg ends the process when the disk is full
            reserved.write(bytes(pixels.nbytes + _JPEG_RESERVE))
    target = oiio.ImageOutput.create(str(path))
    if target is None or not target.open(str(path), spec):
        raise OSError(" ".join((target.geterror() if target else oiio.geterror()).split()) or _NO_REASON)
    written = target.write_image(pixels)
    reason = " ".join(target.geterror().split())
    closed = target.close()
    if not written or not closed:
        raise OSError(reason or "the file could not be finished")


def _spec(plate: Plate, depth: str) -> oiio.ImageSpec:
    data, display = plate.data_window, plate.display_window
    spec = oiio.ImageSpec(data.width, data.height, len(plate.channels), depth)
    spec.x, spec.y = data.x, data.y
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = display.x, display.y, display.width, display.height
    spec.channelnames = plate.channels
    if "A" in plate.channels:
        spec.alpha_channel = plate.channels.index("A")
    if depth == "half" and (wide := _wide_channels(plate)):
        spec.channelformats = tuple("float" if name in wide else "half" for name in plate.channels)
    spec.attribute("PixelAspectRatio", float(plate.pixel_aspect))
    return spec


def _wide_channels(plate: Plate) -> set[str]:
    return {*plate.float_channels, *cryptomatte_channels(plate.channels, plate.metadata)}


def _stored(plate: Plate, depth: str, kind: FileFormat) -> np.ndarray:
    """Return the pixels for the file; only the rounding to half (nearest, ties to even) is left to OpenImageIO."""
    if depth in ("uint8", "uint16"):
        return as_integers(plate.pixels, depth)
    if not kind.has_layers:
        return np.ascontiguousarray(plate.pixels, dtype=np.float32)
    wide = _wide_channels(plate) if depth == "half" else set(plate.channels)
    return as_associated(plate.pixels, plate.channels, plate.metadata, wide=wide)


def _verify(path: Path) -> None:
    """Raise OSError unless the last rows decode: on a full disk every writer may report success."""
    try:
        source = _open(path, None)
    except PlateError as error:
        raise OSError("the disk is full or the file could not be finished") from error
    try:
        spec = source.spec()
        bottom = spec.y + spec.height
        rows = source.read_scanlines(0, 0, max(spec.y, bottom - 2), bottom, spec.z, 0, spec.nchannels, oiio.FLOAT)
        if rows is None or "Premature end" in source.geterror(False):
            raise OSError("the disk is full or the file could not be finished")
    finally:
        source.close()


# Messages


def _error(path: PathLike, frame: int | None, what: str, remedy: str) -> PlateError:
    return PlateError(f"{path}{_at(frame)} {what}; {remedy}", path, frame)


def _at(frame: int | None) -> str:
    return "" if frame is None else f" (frame {frame})"


def _names(channels: tuple[str, ...]) -> str:
    return ", ".join(channels)
