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

import cv2
import numpy as np
import OpenImageIO as oiio

from ..protocol.errors import PlateError
from ..protocol.file_formats import EXR, JPEG, FileFormat, format_inside, suffix_of, writable
from ..protocol.text_file import make_temporary, remove_quietly, write_remedy
from .channels import ColorChannels, alpha_name, cryptomatte_channels, find_color, layers_to_choose_from
from .color_space import convert, declared_space, from_display, resolve_space, to_display
from .file_tags import has_unspecified_extra
from .metadata import read_metadata, read_tags, write_metadata
from .sequence import PlateSequence
from .source import (
    at,
    channel_depths,
    find_parts,
    merged_names,
    open_source,
    plate_error,
    read_part,
    utf8_name,
    windows,
)
from .storage import as_associated, as_integers, clean, fill_empty_alpha, make_straight
from .strips import strips
from .window import Window

__all__ = ["Header", "Plate", "PlateSequence", "Window", "convert", "from_display", "read_header", "read_plate",
           "read_without_pixels", "to_display", "write_plate"]

PathLike = str | Path
log = logging.getLogger(__name__)

_JPEG_RESERVE = 32768
_NO_REASON = "no reason is given; memory may have run out"
_PNG_FILTER_NONE = 8  # flat colours deflate as small without one, in a sixth of the time
_PNG_LEVEL = 3  # two per cent larger than by the usual 6, in half the time


class Header(NamedTuple):
    """What a file says of itself before its pixels are read."""

    data_window: Window
    display_window: Window
    pixel_aspect: float
    channels: tuple[str, ...]
    bit_depth: str


@dataclasses.dataclass(frozen=True)
class MoreChannels:
    """Channels of a plate that are worked out for some of its rows at a time, so that a large one is never all there.

    of_rows: from rows, a slice, to their values `(h, W, len(names))` float32.
    """

    names: tuple[str, ...]
    of_rows: Callable[[slice], np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Plate:
    """The image of one frame: `pixels` `(H, W, C)` float32, straight alpha, covering `data_window`.

    more: channels besides `channels`, for formats of many layers.
    """

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
    profile: bytes = b""  # the ICC profile of the colours, b"" where it is plain sRGB or there is none
    left_out: str = ""  # which of the file's colour tags no known space fits
    more: MoreChannels | None = None

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
        if color == (0, 1, 2) and self.pixels.shape[2] == 4 and self.pixels.size and self.pixels.flags.c_contiguous:
            return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGBA2RGB))  # a copy, in a fifth of the time
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

    @property
    def all_channels(self) -> tuple[str, ...]:
        """Return the names of its channels, those of `more` last."""
        return self.channels if self.more is None else (*self.channels, *self.more.names)

    def rows(self, rows: slice) -> "Plate":
        """Return some rows with all channels: `slice(None)` for the whole plate without `more`."""
        start, stop, _ = rows.indices(self.data_window.height)
        pixels = self.pixels[rows]
        if self.more is not None:
            pixels = np.dstack([pixels, self.more.of_rows(slice(start, stop))])
        window = dataclasses.replace(self.data_window, y=self.data_window.y + start, height=stop - start)
        return dataclasses.replace(self, pixels=pixels, channels=self.all_channels, data_window=window, more=None)

    def without_pixels(self) -> "Plate":
        """Return what the plate says of itself; of its pixels, which are all 0, none takes memory."""
        return dataclasses.replace(self, pixels=np.broadcast_to(np.float32(0), self.pixels.shape), more=None)

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
            raise plate_error(self.path or "plate", self.frame,
                              f"has no colour among its channels {_names(self.channels)}", "render R, G, B or Y")
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
    source = open_source(Path(path), frame)
    try:
        return _header(source.spec())
    finally:
        source.close()


def read_plate(path: PathLike, *, frame: int | None = None, space: str = "") -> Plate:
    """Read an image file; `space` overrides the colour space that the file declares or its format implies.

    NaN becomes 0 and infinity the largest half, with a warning; an alpha that is 0 everywhere over a picture counts as
    none. Raises PlateError, or SettingsError for a bad space.
    """
    path = Path(path)
    source = open_source(path, frame)
    try:
        specs, kind = find_parts(source, path, frame), format_inside(source.format_name(), path)
        arrays = [read_part(source, part, path, frame) for part in range(len(specs))]
    finally:
        source.close()
    plate = _without_pixels(specs, kind, path, frame, space)
    channels, metadata = plate.channels, plate.metadata
    if layers := layers_to_choose_from(channels):
        log.warning("%s%s: it holds several layers of colour (%s), of which only %s is read; save the one that is "
                    "meant as R, G, B", path, at(frame), ", ".join(layers), layers[0])
    pixels = arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=2)
    is_whole = all(depth.startswith("uint") for depth in _depths(specs).values())
    if not is_whole and (broken := clean(pixels, channels, metadata)):
        log.warning("%s%s: %d pixels are NaN or infinite; NaN is read as 0", path, at(frame), broken)
    if fill_empty_alpha(pixels, channels):
        level = logging.INFO if kind.is_padded else logging.WARNING
        log.log(level, "%s%s: its alpha is 0 everywhere over a picture, which is read as opaque", path, at(frame))
    if not (specs[0].getattribute("oiio:UnassociatedAlpha") or has_unspecified_extra(path)):
        make_straight(pixels, channels, metadata)
    return dataclasses.replace(plate, pixels=pixels)


def read_without_pixels(path: PathLike, *, frame: int | None = None, space: str = "") -> Plate:
    """Return what an image file says of itself, as `read_plate` does; its pixels are all 0. Raises so."""
    path = Path(path)
    source = open_source(path, frame)
    try:
        specs, kind = find_parts(source, path, frame), format_inside(source.format_name(), path)
    finally:
        source.close()
    return _without_pixels(specs, kind, path, frame, space)


def _without_pixels(specs: list[oiio.ImageSpec], kind: FileFormat, path: Path, frame: int | None, space: str) -> Plate:
    header, channels, depths = _header(specs[0]), merged_names(specs), _depths(specs)
    if space:
        resolve_space(space)
    tags = read_tags(specs[0], path)
    declared = declared_space(kind, tags.declared)
    window = header.data_window
    return Plate(
        np.broadcast_to(np.float32(0), (window.height, window.width, len(channels))), channels, window,
        header.display_window, header.pixel_aspect, read_metadata(specs, path), header.bit_depth,
        space or declared.space, path, frame,
        tuple(name for name in channels if header.bit_depth == "half" and depths[name] == "float"),
        profile=b"" if space else tags.profile, left_out="" if space else declared.left_out,
    )


def _depths(specs: list[oiio.ImageSpec]) -> dict[str, str]:
    """Depths of all channels by their merged names."""
    return dict(zip(merged_names(specs), (depth for spec in specs for depth in channel_depths(spec)), strict=True))


def _header(spec: oiio.ImageSpec) -> Header:
    data, display = windows(spec)
    aspect = float(spec.get_float_attribute("PixelAspectRatio", 1.0))
    depths = channel_depths(spec)
    found = find_color(spec.channelnames)
    main = found.color[0] if found and found.color else 0
    return Header(data, display, aspect if aspect > 0 else 1.0, tuple(spec.channelnames), depths[main])


# Writing


def write_plate(plate: Plate, path: PathLike, *, before_rename: Callable[[Path], None] | None = None) -> None:
    """Write the plate in the format that the suffix names, whole or not at all; folders are made.

    before_rename: called with the finished file while it has a temporary name. The same plate gives the same bytes.
    EXR keeps every channel and both windows; PNG, TIFF and JPEG hold the main colour on the display window.
    Integer formats round to nearest and clip to [0, 1]; JPEG has no alpha and gets white paper. Raises PlateError.
    """
    path = Path(path)
    utf8_name(path, plate.frame)
    kind = writable(path)
    if kind is None:
        raise plate_error(path, plate.frame,
                          f"cannot be written: {suffix_of(path) or 'no suffix'} is no format for plates",
                          "name it .exr, .png, .tif or .jpg")
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = make_temporary(path)  # the system's own reason when it cannot be written
        _encode(plate if kind.has_layers else _flattened(plate, kind), temporary, kind)
        _verify(temporary)
        if before_rename is not None:
            before_rename(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise plate_error(path, plate.frame, f"cannot be written ({error.strerror or error})",
                          write_remedy(error, path)) from error
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
                             bit_depth=plate.bit_depth, data_window=window, display_window=window, frame=plate.frame,
                             profile=plate.profile)


def _encode(plate: Plate, path: Path, kind: FileFormat) -> None:
    """Write the file; raise OSError with OpenImageIO's reason."""
    depth = plate.bit_depth if plate.bit_depth in kind.depths else kind.depths[-1]
    if kind == EXR and plate.bit_depth == "uint8":
        depth = "half"
    spec = _spec(plate, depth)
    write_metadata(spec, plate.metadata, plate.space, kind, profile=plate.profile)
    spec.attribute("png:filter", _PNG_FILTER_NONE)
    spec.attribute("png:compressionLevel", _PNG_LEVEL)
    if kind == JPEG:
        with open(path, "wb") as reserved:  # libjpeg ends the process when the disk is full
            reserved.write(bytes(plate.pixels.size + _JPEG_RESERVE))
    name = utf8_name(path, plate.frame)
    target = oiio.ImageOutput.create(name)
    if target is None or not target.open(name, spec):
        raise OSError(" ".join((target.geterror() if target else oiio.geterror()).split()) or _NO_REASON)
    written = _write_pixels(target, plate, depth, kind)
    reason = " ".join(target.geterror().split())
    closed = target.close()
    if not written or not closed:
        raise OSError(reason or "the file could not be finished")


def _write_pixels(target: Any, plate: Plate, depth: str, kind: FileFormat) -> bool:
    """Write all pixels, of a large plate in layers some rows at a time; say whether it went well."""
    parts = list(strips(plate.pixels.shape))
    if len(parts) <= 1 or not kind.has_layers:
        return bool(target.write_image(_stored(plate.rows(slice(None)), depth, kind)))
    top = plate.data_window.y
    return all(target.write_scanlines(top + rows.start, top + rows.stop, 0, _stored(plate.rows(rows), depth, kind))
               for rows in parts)


def _spec(plate: Plate, depth: str) -> oiio.ImageSpec:
    data, display, channels = plate.data_window, plate.display_window, plate.all_channels
    spec = oiio.ImageSpec(data.width, data.height, len(channels), depth)
    spec.x, spec.y = data.x, data.y
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = display.x, display.y, display.width, display.height
    spec.channelnames = channels
    if "A" in channels:
        spec.alpha_channel = channels.index("A")
    if depth == "half" and (wide := _wide_channels(plate)):
        spec.channelformats = tuple("float" if name in wide else "half" for name in channels)
    spec.attribute("PixelAspectRatio", float(plate.pixel_aspect))
    return spec


def _wide_channels(plate: Plate) -> set[str]:
    return {*plate.float_channels, *cryptomatte_channels(plate.all_channels, plate.metadata)}


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
        source = open_source(path, None)
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


def _names(channels: tuple[str, ...]) -> str:
    return ", ".join(channels)
