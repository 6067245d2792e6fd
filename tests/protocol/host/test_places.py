"""What lies beside a host's file is kept relative to it, and found again where it is."""

import pytest

from cmft_engine.protocol.host import places


@pytest.mark.parametrize(("path", "folder", "expected"), [
    ("/s/a/b.png", "/s", "a/b.png"), ("/s/../t/b.png", "/s", ""), ("/t/b.png", "/s", ""), ("b.png", "/s", ""),
    ("/s/b.png", "", ""),
])
def test_relative_where_it_lies_inside(path, folder, expected):
    """A path inside of the folder is kept relative to it, any other whole; a file without a place has no inside."""
    assert places.inside(path, folder) == expected


def test_found_where_it_is(tmp_path):
    """The first folder that has the file; the first of all when none has, so that the sentence names that."""
    there = tmp_path / "old"
    there.mkdir()
    (there / "b.png").touch()
    folders = [(tmp_path / "new").as_posix(), there.as_posix()]
    assert places.found("b.png", folders) == (there / "b.png").as_posix()
    assert places.found("c.png", folders) == (tmp_path / "new" / "c.png").as_posix()
    assert places.found("c.png", ["", ""]) == "c.png"
