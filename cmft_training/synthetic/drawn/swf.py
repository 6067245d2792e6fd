"""Read what a drawing needs of a Flash (SWF) file: shapes, display lists, labels, exported names.

Colour transforms, filters, morphs, text, pixels of bitmaps, sounds and scripts are passed over.
Written from the SWF 19 specification.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.swf_bits import IDENTITY, Bits, Matrix
from cmft_training.synthetic.drawn.swf_shape import Shape, read_shape

MAIN = 0  # number of the main timeline
_SHAPES = {2: 1, 22: 2, 32: 3, 83: 4}  # tag -> version of its shapes
_SHOW_FRAME, _END, _SPRITE, _LABEL = 1, 0, 39, 43
_PLACE, _REMOVE, _EXPORT = {26, 70}, {5: 2, 28: 0}, {56, 76}  # _REMOVE: where the depth stands


@dataclass(frozen=True)
class Placement:
    """A character of the file, a shape or a sprite, as a frame shows it.

    character: its number, None when a tag moved what was never placed. clip_depth: above 0 it only masks.
    """

    character: int | None
    matrix: Matrix
    name: str
    clip_depth: int


Frame = tuple[Placement, ...]
"""What a frame shows, from back to front."""


@dataclass
class SwfContent:
    """shapes, sprites: by character number; sprites has `MAIN` too. labels: sprite -> frame -> label.

    names: exported name -> character number.
    """

    shapes: dict[int, list[Shape]] = field(default_factory=dict)
    sprites: dict[int, list[Frame]] = field(default_factory=dict)
    labels: dict[int, dict[int, str]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)


def read_swf(path: Path) -> SwfContent:
    """Read a file, deflated or not. Raises InputError when it is missing, cut short or something else."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{path}: cannot be read ({why}); get it again") from error
    try:
        return parse_swf(raw)
    except (IndexError, ValueError, struct.error, zlib.error) as error:
        raise InputError(f"{path}: not a whole Flash file ({error}); get it again") from error


def parse_swf(raw: bytes) -> SwfContent:
    """Return what the bytes of a file hold. Raises IndexError, ValueError, struct.error or zlib.error for bad ones."""
    if raw[1:3] != b"WS" or raw[:1] not in (b"F", b"C"):
        raise ValueError("it does not begin with FWS or CWS")
    data = zlib.decompress(raw[8:]) if raw[:1] == b"C" else raw[8:]
    bits = Bits(data)
    bits.rectangle()
    content = SwfContent()
    _read_timeline(data[bits.byte + 4 :], MAIN, content)  # after the rate and the number of frames
    return content


def _tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        (head,) = struct.unpack_from("<H", data, at)
        at += 2
        code, length = head >> 6, head & 63
        if length == 63:
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
        if at + length > len(data):
            raise ValueError("its last tag is cut short")
        if code == _END:
            return
        yield code, data[at : at + length]
        at += length


def _read_timeline(data: bytes, sprite: int, content: SwfContent) -> None:
    shown: dict[int, Placement] = {}
    frames: list[Frame] = []
    labels: dict[int, str] = {}
    for code, body in _tags(data):
        if code in _SHAPES:
            content.shapes[_u16(body)] = read_shape(body, _SHAPES[code])
        elif code == _SPRITE:
            _read_timeline(body[4:], _u16(body), content)
        elif code in _PLACE:
            _place(body, code, shown)
        elif code in _REMOVE:
            shown.pop(_u16(body[_REMOVE[code] :]), None)
        elif code == _LABEL:
            labels[len(frames)] = body.split(b"\0")[0].decode("latin-1")
        elif code == _SHOW_FRAME:
            frames.append(_in_order(shown))
        elif code in _EXPORT:
            bits = Bits(body)
            for _ in range(bits.u16()):
                number = bits.u16()
                content.names[bits.text()] = number
    content.sprites[sprite] = frames or [_in_order(shown)]
    content.labels[sprite] = labels


def _place(body: bytes, code: int, shown: dict[int, Placement]) -> None:
    """Put a character at a depth, or change what is there; what a tag leaves out stays as it was."""
    bits = Bits(body)
    flags = bits.u8()
    more = bits.u8() if code == 70 else 0
    depth = bits.u16()
    if more & 8 or (more & 16 and flags & 2):
        bits.text()
    old = shown.get(depth, Placement(None, IDENTITY, "", 0))
    character = bits.u16() if flags & 2 else old.character
    matrix = bits.matrix() if flags & 4 else old.matrix
    if flags & 8:
        bits.skip_color_transform()
    if flags & 16:
        bits.u16()
    name = bits.text() if flags & 32 else old.name
    clip_depth = bits.u16() if flags & 64 else old.clip_depth
    shown[depth] = Placement(character, matrix, name, clip_depth)


def _in_order(shown: dict[int, Placement]) -> Frame:
    return tuple(placement for _, placement in sorted(shown.items()))


def _u16(data: bytes) -> int:
    return data[0] | data[1] << 8
