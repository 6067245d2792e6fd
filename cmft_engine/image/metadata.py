"""A file's metadata: what is carried from plate to plate, and what belongs to one file alone."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import OpenImageIO as oiio

from ..protocol.file_formats import EXR, JPEG, FileFormat
from .color_space import interop_id

# Layout, compression and colour tags of one file; the writer sets its own.
_OWN_TO_A_FILE = re.compile(
    r"(oiio|tiff|png|jpeg|openexr|gif|webp|bmp|dpx|tga|targa|psd|hdr|Exif|GPS|IPTC|photoshop):|"
    r"(PixelAspectRatio|screenWindowCenter|screenWindowWidth|Orientation|compression|planarconfig|colorInteropID|"
    r"chunkCount|name|type|version|view|multiView|tiles|ICCProfile|CICP|thumbnail_\w+)$|ICCProfile:"
)
_EXR_ONLY = re.compile(r"cryptomatte/")
_MAX_TEXT = 60000  # a PNG text or a TIFF tag of more is refused or slow


class TypedValue(NamedTuple):
    """A value that is more than a text or a number: OpenImageIO's type name and the value."""

    type: str
    value: Any


def read_metadata(specs: Sequence[oiio.ImageSpec]) -> dict[str, Any]:
    """Return what the first part says, and the Cryptomatte entries of all, as texts, numbers and TypedValues."""
    metadata: dict[str, Any] = {}
    for number, spec in enumerate(specs):
        for item in spec.extra_attribs:
            if _OWN_TO_A_FILE.match(item.name) or (number and not _EXR_ONLY.match(item.name)):
                continue
            kind = str(item.type)
            metadata[item.name] = item.value if kind in ("string", "int", "float") else TypedValue(kind, item.value)
    if metadata.get("ResolutionUnit") == "none":  # a pixel aspect in disguise
        for name in ("ResolutionUnit", "XResolution", "YResolution"):
            metadata.pop(name, None)
    return metadata


def write_metadata(spec: oiio.ImageSpec, metadata: Mapping[str, Any], space: str, kind: FileFormat) -> None:
    """Put metadata and the file's own tags on `spec`; what the format cannot hold is left out."""
    for name, value in metadata.items():
        if _OWN_TO_A_FILE.match(name) or (not kind.has_layers and (_EXR_ONLY.match(name) or _is_long(value))):
            continue
        if isinstance(value, TypedValue):
            spec.attribute(name, oiio.TypeDesc(value.type), value.value)
        elif isinstance(value, PurePath):
            spec.attribute(name, str(value))
        elif isinstance(value, (str, int, float)):
            spec.attribute(name, value)
    if kind == EXR and "DateTime" not in metadata:
        spec.attribute("DateTime", "")  # else the clock's time is written, and no two files are alike
    if known := interop_id(space):
        spec.attribute("oiio:ColorSpace", known)
    if not kind.has_layers:
        spec.attribute("oiio:UnassociatedAlpha", 1)
    if kind == JPEG:
        spec.attribute("compression", "jpeg:95")
        spec.attribute("jpeg:subsampling", "4:4:4")
    else:
        spec.attribute("compression", "zip")


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _MAX_TEXT
