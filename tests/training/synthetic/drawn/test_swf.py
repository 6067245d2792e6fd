"""The reader of Flash files: shapes, display lists, labels and names of hand-made bytes, and what bad ones say."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.swf import MAIN, parse_swf, read_swf
from cmft_training.synthetic.drawn.swf_bits import Bits
from cmft_training.synthetic.drawn.swf_shape import CURVE, LINE, MOVE, closed_path
from tests.training.synthetic.drawn.small_art import (
    BITMAP,
    BLUE,
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


def test_a_square_is_one_closed_path() -> None:
    """A filled square gives its colour and its four corners, its stroke the same corners after it."""
    fill, line = parse_swf(swf(square(7, RED, 40, stroke=20))).shapes[7]
    assert (fill.kind, fill.rgba, fill.width) == ("fill", (*RED, 255), 0)
    corners = [MOVE, 0, 0, LINE, 40, 0, LINE, 40, 40, LINE, 0, 40, LINE, 0, 0]
    np.testing.assert_array_equal(fill.path, corners)
    assert (line.kind, line.rgba, line.width) == ("line", (*BLUE, 255), 20)
    np.testing.assert_array_equal(line.path, corners)


def test_bitmaps_are_named_as_such() -> None:
    """What a bitmap fills is told apart, for the rig's skin is filled so."""
    assert parse_swf(swf(square(1, BITMAP))).shapes[1][0].kind == "bitmap"


def test_loose_edges_form_loops() -> None:
    """Edges in any order are joined end to start; each loop begins with a move."""
    edges = [((0.0, 0.0), (4.0, 0.0)), ((9.0, 9.0), (8.0, 8.0), (9.0, 9.0)), ((4.0, 0.0), (2.0, 3.0), (0.0, 0.0))]
    path = [MOVE, 0, 0, LINE, 4, 0, CURVE, 2, 3, 0, 0, MOVE, 9, 9, CURVE, 8, 8, 9, 9]
    np.testing.assert_array_equal(closed_path(edges), path)


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


def test_numbers_have_signs_and_ends() -> None:
    """Two's complement, little-endian words, and an error past the end."""
    bits = Bits(b"\xf0\x34\x12")
    assert bits.signed(4) == -1
    assert bits.u16() == 0x1234
    with pytest.raises(IndexError):
        bits.u8()
