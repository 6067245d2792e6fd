"""A chunk of a PNG, for files that no library writes: another size than they say, text of another code, odd sums."""

from __future__ import annotations

import struct
import zlib


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return the bytes of a chunk: length, four letters, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
