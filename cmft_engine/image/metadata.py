"""A file's metadata: what is carried from plate to plate, and what belongs to one file alone."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import numpy as np
import OpenImageIO as oiio

from ..protocol.file_formats import EXR, JPEG, PNG, FileFormat, format_of
from ..protocol.text_file import is_unicode
from .color_space import (
    ICC_NAME,
    ICC_SPACE,
    PRIMARIES,
    chromaticities,
    display_space,
    has_code_points,
    interop_id,
    is_rec709,
)
from .file_tags import png_primaries
from .icc import SRGB, read_profile

log = logging.getLogger(__name__)

# Layout, compression, colour tags and containers of one file; the writer sets its own.
_OWN_TO_A_FILE = re.compile(
    r"(oiio|tiff|png|jpeg|openexr|gif|webp|bmp|dpx|tga|targa|psd|hdr|Exif|GPS|IPTC|photoshop):|"
    r"(PixelAspectRatio|screenWindowCenter|screenWindowWidth|Orientation|compression|planarconfig|colorInteropID|"
    r"chunkCount|name|type|version|view|multiView|tiles|ICCProfile|CICP|thumbnail_\w+|"
    r"chromaticities|adoptedNeutral|whiteLuminance|acesImageContainerFlag|renderingTransform|lookModTransform|"
    r"colou?r_?space|gamma|BitsPerSample|preview|idManifest|deepImageState|maxSamplesPerPixel|dwaCompressionLevel|"
    r"originalDataWindow|chlist|channels)$|ICCProfile:|cmft:"
)
_EXR_ONLY = re.compile(r"cryptomatte/")
_CRYPTOMATTE = re.compile(r"(cryptomatte/[^/]+/)")
_MAX_TEXT = 60000  # a PNG text or a TIFF tag of more is refused or slow


class TypedValue(NamedTuple):
    """A value that is more than a text or a number: OpenImageIO's type name and the value."""

    type: str
    value: Any


class Tags(NamedTuple):
    """What a file says of its colours, by name, and the ICC profile, b"" where it has none or plain sRGB's."""

    declared: dict[str, Any]
    profile: bytes


def read_tags(spec: oiio.ImageSpec, path: Path) -> Tags:
    """Return what the first part says of its colours; see `color_space.declared_space` for the names."""
    declared = dict(_attributes(spec))
    raw = declared.pop("ICCProfile", None)
    if raw is None or has_code_points(declared):
        if PRIMARIES not in declared and (primaries := png_primaries(path)):
            declared[PRIMARIES] = primaries
        return Tags(declared, b"")
    data = np.asarray(raw, np.uint8).tobytes()
    profile = read_profile(data)
    if profile.space == SRGB:
        return Tags({**declared, ICC_NAME: profile.name, ICC_SPACE: display_space()}, b"")
    named = {ICC_NAME: profile.name or "without a name", ICC_SPACE: profile.space}
    return Tags({**declared, **named}, data if profile.model == "RGB" else b"")


def read_metadata(specs: Sequence[oiio.ImageSpec], path: Path) -> dict[str, Any]:
    """Return what the first part says, and the Cryptomatte entries of all, as texts, numbers and TypedValues."""
    metadata: dict[str, Any] = {}
    for number, spec in enumerate(specs):
        kinds = {item.name: str(item.type) for item in spec.extra_attribs}
        for name, value in _attributes(spec):
            if _OWN_TO_A_FILE.match(name) or (number and not _EXR_ONLY.match(name)):
                continue
            value = _as_text(value, path) if isinstance(value, str) else value
            if not (_has_unicode(name) and _has_unicode(value)):
                log.warning("%s: its metadata %r is left out, because it is not UTF-8", path, name)
                continue
            metadata[name] = value if kinds[name] in ("string", "int", "float") else TypedValue(kinds[name], value)
    if metadata.get("ResolutionUnit") == "none":  # a pixel aspect in disguise
        for name in ("ResolutionUnit", "XResolution", "YResolution"):
            metadata.pop(name, None)
    return metadata


def _attributes(spec: oiio.ImageSpec) -> Iterator[tuple[str, Any]]:
    for item in spec.extra_attribs:
        yield item.name, item.value


def _as_text(value: str, path: Path) -> str:
    """A text as it is, or in a PNG, whose bytes are Latin-1 where they are no UTF-8, so read."""
    if _has_unicode(value) or format_of(path.name) != PNG:
        return value
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _has_unicode(value: Any) -> bool:
    """Whether a value has no bytes that are no UTF-8, which OpenImageIO reads as surrogates."""
    if isinstance(value, str):
        return is_unicode(value)
    return all(map(_has_unicode, value)) if isinstance(value, (tuple, list)) else True


def write_metadata(spec: oiio.ImageSpec, metadata: Mapping[str, Any], space: str, kind: FileFormat, *,
                   profile: bytes = b"") -> None:
    """Put metadata and the file's own tags on `spec`; what the format cannot hold or is not true of it is left out.

    profile: the ICC profile that the colours are in, instead of `space`; for formats that can hold one.
    """
    absent = _absent_mattes(spec.channelnames, metadata)
    for name, value in metadata.items():
        if _OWN_TO_A_FILE.match(name) or (not kind.has_layers and (_EXR_ONLY.match(name) or _is_long(value))):
            continue
        if name.startswith(absent):
            continue
        if isinstance(value, TypedValue):
            spec.attribute(name, oiio.TypeDesc(value.type), value.value)
        elif isinstance(value, PurePath):
            spec.attribute(name, str(value))
        elif isinstance(value, (str, int, float)):
            spec.attribute(name, value)
    if kind == EXR and "DateTime" not in metadata:
        spec.attribute("DateTime", "")  # else the clock's time is written, and no two files are alike
    _write_colors(spec, space, kind, profile)
    if not kind.has_layers:
        spec.attribute("oiio:UnassociatedAlpha", 1)
    if kind == JPEG:
        spec.attribute("compression", "jpeg:95")
        spec.attribute("jpeg:subsampling", "4:4:4")
    else:
        spec.attribute("compression", "zip")


def _absent_mattes(channels: Sequence[str], metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The beginnings of the Cryptomatte entries whose layers are not among the channels."""
    absent = []
    for name, layer in metadata.items():
        prefix = _CRYPTOMATTE.match(name)
        if prefix and name == prefix.group(1) + "name" and not any(one.startswith(str(layer)) for one in channels):
            absent.append(prefix.group(1))
    return tuple(absent)


def _write_colors(spec: oiio.ImageSpec, space: str, kind: FileFormat, profile: bytes) -> None:
    if profile and kind.has_profile:
        spec.attribute("oiio:ColorSpace", "unknown")  # else a PNG says sRGB beside its profile
        spec.attribute("ICCProfile", oiio.TypeDesc(f"uint8[{len(profile)}]"), np.frombuffer(profile, np.uint8))
        return
    if known := interop_id(space):
        spec.attribute("oiio:ColorSpace", known)
    if kind.is_linear and (primaries := chromaticities(space)) and not is_rec709(primaries):  # which none stand for
        spec.attribute(PRIMARIES, oiio.TypeDesc("float[8]"), primaries)


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _MAX_TEXT
