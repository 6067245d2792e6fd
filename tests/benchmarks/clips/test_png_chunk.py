"""A chunk of a PNG is what the format's own readers take it for."""

import zlib

from benchmarks.clips.png_chunk import png_chunk
from cmft_engine.image.file_tags import png_chunks


def test_the_last_chunk_is_the_standards_own():
    """IEND has no data and always the same twelve bytes."""
    assert png_chunk(b"IEND", b"") == bytes.fromhex("0000000049454e44ae426082")


def test_a_reader_finds_it(tmp_path):
    """Letters and data come back, and the checksum is over both."""
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + png_chunk(b"tEXt", b"a\0b") + png_chunk(b"IEND", b""))
    assert next(iter(png_chunks(path))) == (b"tEXt", b"a\0b")
    assert png_chunk(b"tEXt", b"a\0b")[-4:] == zlib.crc32(b"tEXta\0b").to_bytes(4, "big")
