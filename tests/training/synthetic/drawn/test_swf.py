"""The reader of Flash files: shapes, display lists, labels and names of hand-made bytes, and what bad ones say."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.swf import MAIN, parse_swf, read_swf
from tests.training.synthetic.drawn.small_art import (
    RED,
    export,
    label,
    place,
    rig_swf,
    sprite,
    square,
    swf,
    tag,
)


def test_a_frame_keeps_what_no_tag_changes() -> None:
    """A move leaves character and name; a removal takes only its depth; frames are told back to front."""
    tags = place(5, 1, "b") + place(2, 1, "a")
    content = parse_swf(swf(square(1, RED), sprite(9, tags, place(5, None, at=(30, -40)), tag(28, b"\x02\x00"))))
    first, second, third = content.sprites[9]
    assert [placed.name for placed in first] == ["a", "b"]
    assert second[1].matrix == (1.0, 0.0, 0.0, 1.0, 30.0, -40.0)
    assert (second[1].character, second[1].name) == (1, "b")
    assert third == second[1:]


def test_labels_and_names() -> None:
    """Labels stand at their frames, exported names at their characters; the main timeline is there too."""
    content = parse_swf(swf(sprite(4, label("go"), b"", label("stop")), export(Walk=4)))
    assert content.labels[4] == {0: "go", 2: "stop"}
    assert content.names == {"Walk": 4}
    assert len(content.sprites[MAIN]) == 1


def test_deflated_files_are_the_same() -> None:
    """A file that begins with CWS holds what the plain one holds."""
    raw = rig_swf()
    packed = parse_swf(b"CWS" + raw[3:8] + zlib.compress(raw[8:]))
    plain = parse_swf(raw)
    assert (packed.sprites, packed.names, packed.labels) == (plain.sprites, plain.names, plain.labels)


@pytest.mark.parametrize("raw", [b"", b"GIF89a" * 9, rig_swf()[:60], rig_swf()[:-40], b"CWS\x08" + b"\0" * 40])
def test_bad_files_are_named(raw: bytes, tmp_path: Path) -> None:
    """A file that is empty, something else or cut short is named, with what to do."""
    path = tmp_path / "bad.swf"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"bad\.swf: not a whole Flash file \(.*; get it again"):
        read_swf(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """So is a file that is not there."""
    with pytest.raises(InputError, match=r"none\.swf: cannot be read .* get it again"):
        read_swf(tmp_path / "none.swf")
