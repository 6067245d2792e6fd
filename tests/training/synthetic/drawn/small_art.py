"""Art of a few bytes, made by hand: Flash files, an SVG, frames; and families that draw from them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import cv2
import numpy as np

from cmft_training.synthetic.drawn.avatar_rig import RIG
from cmft_training.synthetic.drawn.avatars import Avatars, file_name
from cmft_training.synthetic.drawn.clipart import Clipart
from cmft_training.synthetic.drawn.inhabitants import TABLE, Inhabitants
from cmft_training.synthetic.drawn.movie import write_movie
from cmft_training.synthetic.drawn.split import names_of
from cmft_training.synthetic.drawn.swf import parse_swf

RED, GREEN, BLUE = (220, 40, 40), (40, 200, 40), (40, 40, 220)
BITMAP = (1, 1, 1)
"""Stands for a fill with a bitmap, which the rig's skin is."""

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">
<g transform="translate(10 10)" style="stroke:#000000;stroke-width:3">
<path d="M0 0h40v80h-40z" fill="#ff8000"/>
<path d="M40,0 L80,0 80,80 40,80 Z" style="fill:rgb(0,128,255)"/>
<circle cx="20" cy="20" r="8" fill="white"/>
</g></svg>"""


class BitWriter:
    """Writes numbers of any number of bits, then bytes."""

    def __init__(self) -> None:
        self._bits = ""

    def put(self, value: int, n: int) -> BitWriter:
        """Append the low n bits of a number."""
        self._bits += format(value & ((1 << n) - 1), f"0{n}b") if n else ""
        return self

    def bytes(self) -> bytes:
        """Return all, filled up with zeros."""
        bits = self._bits + "0" * (-len(self._bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big") if bits else b""


def rectangle(x0: int, x1: int, y0: int, y1: int) -> bytes:
    """Return a RECT record of 16-bit numbers."""
    bits = BitWriter().put(16, 5)
    for value in (x0, x1, y0, y1):
        bits.put(value, 16)
    return bits.bytes()


def matrix(tx: int, ty: int) -> bytes:
    """Return a MATRIX record that only moves."""
    return BitWriter().put(0, 2).put(16, 5).put(tx, 16).put(ty, 16).bytes()


def tag(code: int, body: bytes) -> bytes:
    """Return a tag, in the long form when it must be."""
    if len(body) < 63:
        return struct.pack("<H", code << 6 | len(body)) + body
    return struct.pack("<HI", code << 6 | 63, len(body)) + body


def square(number: int, color: tuple[int, int, int], side: int = 400, stroke: int = 0) -> bytes:
    """Return a DefineShape tag of a square with its corner at 0, filled, and stroked in blue if stroke is above 0."""
    fill = bytes([0x41, 0, 0]) + matrix(0, 0) if color == BITMAP else bytes([0, *color])
    lines = bytes([1]) + struct.pack("<H", stroke) + bytes(BLUE) if stroke else bytes([0])
    bits = BitWriter().put(1, 4).put(1 if stroke else 0, 4)
    bits.put(0b001101 if stroke else 0b000101, 6).put(16, 5).put(0, 16).put(0, 16).put(1, 1)
    if stroke:
        bits.put(1, 1)
    for dx, dy in ((side, 0), (0, side), (-side, 0), (0, -side)):
        bits.put(0b11, 2).put(14, 4).put(1, 1).put(dx, 16).put(dy, 16)
    bits.put(0, 6)
    return tag(2, struct.pack("<H", number) + rectangle(0, side, 0, side) + bytes([1]) + fill + lines + bits.bytes())


def place(depth: int, character: int | None, name: str = "", at: tuple[int, int] | None = (0, 0)) -> bytes:
    """Return a PlaceObject2 tag; character None moves what is at the depth."""
    flags = (1 if character is None else 2) | (4 if at else 0) | (32 if name else 0)
    body = struct.pack("<BH", flags, depth) + (b"" if character is None else struct.pack("<H", character))
    body += matrix(*at) if at else b""
    return tag(26, body + (name.encode() + b"\0" if name else b""))


def sprite(number: int, *frames: bytes) -> bytes:
    """Return a DefineSprite tag with these tags before the end of each frame."""
    body = struct.pack("<HH", number, len(frames))
    return tag(39, body + b"".join(frame + tag(1, b"") for frame in frames) + tag(0, b""))


def label(text: str) -> bytes:
    """Return a FrameLabel tag."""
    return tag(43, text.encode() + b"\0")


def export(**names: int) -> bytes:
    """Return an ExportAssets tag."""
    entries = [struct.pack("<H", number) + name.encode() + b"\0" for name, number in names.items()]
    return tag(56, struct.pack("<H", len(names)) + b"".join(entries))


def swf(*tags: bytes) -> bytes:
    """Return a whole file, not deflated."""
    body = rectangle(0, 2000, 0, 2000) + struct.pack("<HH", 24 << 8, 1) + b"".join(tags) + tag(1, b"") + tag(0, b"")
    return b"FWS\x08" + struct.pack("<I", len(body) + 8) + body


def rig_swf() -> bytes:
    """Return a rig: a skull of skin, 800 twips wide, on which an eye's container moves 100 twips a frame.

    The back of the head is drawn 2000 twips to the right.
    """
    skull = square(1, BITMAP, 800) + sprite(2, place(1, 1)) + sprite(3, place(1, 2))
    eye = sprite(4, b"")
    first = label("look") + place(1, 3, "sideSkullContainer") + place(2, 4, "sideEyeContainer", (100, 100))
    first += place(3, 3, "backHeadContainer", (2000, 0))
    frames = [first] + [place(2, None, at=(100 + 100 * k, 100)) for k in (1, 2, 3)]
    return swf(skull, eye, sprite(5, *frames), export(avatarContainer=5))


def eye_swf() -> bytes:
    """Return eyes: a green square of 200 twips with a red one in it."""
    white = square(1, GREEN, 200) + square(2, RED, 80) + sprite(3, place(1, 1) + place(2, 2, at=(60, 60)))
    return swf(white, export(sideEye=3))


def avatar_folder(folder: Path) -> Path:
    """Prepare the rig and one pair of eyes of each split."""
    (folder / "avatars").mkdir(parents=True)
    write_movie(parse_swf(rig_swf()), folder / "avatars" / file_name(RIG))
    for split in ("train", "validation"):
        eyes = next(item for item in names_of("avatars", split) if item.startswith("vanity/eyes/"))
        write_movie(parse_swf(eye_swf()), folder / "avatars" / file_name(eyes))
    return folder


def clipart_folder(folder: Path) -> Path:
    """Prepare one figure of each split."""
    (folder / "clipart").mkdir(parents=True)
    for split in ("train", "validation"):
        (folder / "clipart" / names_of("clipart", split)[0]).write_text(SVG, encoding="utf-8")
    return folder


def inhabitant_folder(folder: Path) -> Path:
    """Prepare one run of one figure of each split: a square of two colours that moves 8 px a frame; frame 3 is held."""
    table = {}
    for split in ("train", "validation"):
        figure = names_of("inhabitants", split)[0]
        run = folder / "inhabitants" / figure / "walk"
        run.mkdir(parents=True)
        for number in (1, 2, 4):
            frame = np.zeros((60, 90), np.uint8)
            frame[20:40, 8 * number : 8 * number + 20] = 1
            frame[20:40, 8 * number + 10 : 8 * number + 20] = 2
            cv2.imwrite(str(run / f"{number:04d}.png"), frame)
            bgra = np.array([(0, 0, 0, 0), (*RED[::-1], 255), (*GREEN[::-1], 255)], np.uint8)[frame]
            cv2.imwrite(str(run / f"{number:04d}.webp"), bgra[::2, ::2], [cv2.IMWRITE_WEBP_QUALITY, 101])
        table[f"{figure}/walk"] = {"figure": figure, "frames": [1, 2, 4], "color": [RED, GREEN]}
    (folder / "inhabitants" / TABLE).write_text(json.dumps(table), encoding="utf-8")
    return folder


def small_families(folder: Path) -> list[Avatars | Clipart | Inhabitants]:
    """Return the three families that draw from a folder, prepared from the art above."""
    for make in (avatar_folder, clipart_folder, inhabitant_folder):
        make(folder)
    return [Avatars(folder, "train"), Clipart(folder, "train"), Inhabitants(folder, "train")]
