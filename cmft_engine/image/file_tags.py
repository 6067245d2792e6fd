"""What a file says of itself where OpenImageIO does not: a PNG's chunks before its pixels, a TIFF's extra samples,
a PSD's picture.

Never fails: a file that cannot be understood says nothing.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PNG = b"\x89PNG\r\n\x1a\n"
_PSD_VERSION = b"8BIM" + struct.pack(">H", 1057)
_EXTRA_SAMPLES = 338
_COLOR_CHUNKS = (b"cHRM", b"sRGB", b"cICP")
_MAX_CHUNK, _MAX_RESOURCES = 1 << 20, 1 << 26
_TIFF_TYPES = {1: 1, 3: 2, 4: 4, 16: 8}  # bytes of a value


def png_primaries(path: Path) -> tuple[float, ...] | None:
    """Return a PNG's chromaticities (red x, y, green x, y, blue x, y, white x, y), None where none count."""
    chunks = {name: data for name, data in png_chunks(path) if name in _COLOR_CHUNKS}
    data = chunks.get(b"cHRM", b"")
    if len(data) != 32 or b"sRGB" in chunks or b"cICP" in chunks:
        return None
    white_first = [value / 100000 for value in struct.unpack(">8I", data)]
    return tuple(white_first[2:] + white_first[:2])


def is_animated_png(path: Path) -> bool:
    """Say whether a PNG holds more pictures than the one that every reader shows."""
    return any(name == b"acTL" and data[:4] > b"\0\0\0\1" for name, data in png_chunks(path))


def psd_lacks_its_picture(path: Path) -> bool:
    """Say whether a PSD says that it holds its layers alone: then its picture is a white sheet."""
    try:
        with open(path, "rb") as stream:
            if stream.read(26)[:4] != b"8BPS":
                return False
            stream.seek(struct.unpack(">I", stream.read(4))[0], os.SEEK_CUR)
            resources = stream.read(min(struct.unpack(">I", stream.read(4))[0], _MAX_RESOURCES))
        at = resources.index(_PSD_VERSION) + len(_PSD_VERSION)
        return resources[at + 10] == 0  # after an empty name, a length and a version
    except (OSError, struct.error, ValueError, IndexError):
        return False


def has_unspecified_extra(path: Path) -> bool:
    """Say whether a TIFF's further channel is not said to be alpha: what it holds is anybody's guess."""
    try:
        with open(path, "rb") as stream:
            kinds = _extra_samples(stream.read(16), stream)
    except (OSError, struct.error, ValueError):
        return False
    return kinds is not None and (not kinds or kinds[0] == 0)


def png_chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of the chunks before the pixels."""
    try:
        with open(path, "rb") as stream:
            if stream.read(8) != _PNG:
                return
            while len(head := stream.read(8)) == 8:
                length, name = struct.unpack(">I4s", head)
                if name == b"IDAT":
                    return
                if length <= _MAX_CHUNK:
                    yield name, stream.read(length)
                stream.seek(4 if length <= _MAX_CHUNK else length + 4, os.SEEK_CUR)
    except OSError:
        return


def _extra_samples(head: bytes, stream: BinaryIO) -> tuple[int, ...] | None:
    """Kinds of a TIFF's further samples in its first directory, () where it says none; None if it is no TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        return None
    magic = struct.unpack(order + "H", head[2:4])[0]
    if magic not in (42, 43):
        return None
    big = magic == 43
    start = struct.unpack(order + ("Q" if big else "I"), head[8:16] if big else head[4:8])[0]
    return _find_tag(stream, order, start, big=big)


def _find_tag(stream: BinaryIO, order: str, start: int, *, big: bool) -> tuple[int, ...]:
    stream.seek(start)
    count = struct.unpack(order + ("Q" if big else "H"), stream.read(8 if big else 2))[0]
    entry = order + ("HHQ8s" if big else "HHI4s")
    for _ in range(min(count, 4096)):
        tag, kind, number, value = struct.unpack(entry, stream.read(struct.calcsize(entry)))
        if tag == _EXTRA_SAMPLES:
            size = _TIFF_TYPES.get(kind, 2)
            letter = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
            fitting = max(min(number, len(value) // size), 1)
            return struct.unpack(f"{order}{fitting}{letter}", value[: fitting * size])
    return ()
