"""File formats are spelled once; names tell them whatever their case and folder."""

from pathlib import Path

import pytest

from cmft_engine.protocol.file_formats import EXR, FORMATS, JPEG, format_of, is_plate, suffix_of, writable


@pytest.mark.parametrize(("name", "suffix"), [
    ("a.EXR", ".exr"), ("b/c.d/e", ""), (".exr", ""), ("C:\\x.y\\z.tif", ".tif"), (Path("a/b.0001.JPEG"), ".jpeg"),
    ("", ""),
])
def test_the_suffix_of_a_name(name, suffix):
    """Lower case with its dot; a folder's dots and a hidden file's name are none."""
    assert suffix_of(name) == suffix


def test_no_suffix_belongs_to_two_formats():
    """A name has one format."""
    suffixes = [suffix for kind in FORMATS for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)


def test_what_can_be_read_and_written():
    """EXR, PNG, TIFF and JPEG are written, others are read alone, and what is unknown is no plate."""
    assert format_of("a.exr") is EXR and EXR.has_layers and EXR.is_linear and not EXR.is_lossy
    written = [name for name in ("exr", "png", "tif", "tiff", "jpg", "jpeg", "dpx", "txt") if writable(f"a.{name}")]
    assert written == ["exr", "png", "tif", "tiff", "jpg", "jpeg"]
    assert is_plate("a.dpx") and not is_plate("a.txt") and not is_plate("a")
    assert format_of("a.jpg") is JPEG and JPEG.is_lossy and not JPEG.has_alpha
    assert not format_of("a.txt").suffixes
