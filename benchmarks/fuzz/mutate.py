"""Mutations of a file, each from a random generator that a seed starts: bytes, chunks of a PNG, values of a JSON."""

from __future__ import annotations

import copy
import json
import random
import struct
from typing import Any

from benchmarks.clips.png_chunk import png_chunk

_EDGES = (0, 1, 2, 3, 7, 8, 15, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
_WORDS = (b"\0", b"\xff" * 4, b"NaN", b"-Infinity", b"1e999", b"[" * 2000, b'{"a":' * 2000, b"9" * 5000, b"\\ud800",
          b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b'"', b"\\u0000", b"<script>", b"\x1b[2J")
_HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**53, 2**63, -(2**64), 10**400, float("nan"), float("inf"), -float("inf"), 1e308,
    "", " ", "a\0b", "\ud800", "\udc80", "a" * 300, "a" * 5000, "../" * 200, "/dev/null", "/", ".", "%s%n", "[/]",
    "[red]", "<img src=x>", "\x1b[2J", "\u202e", "####", "%0999999999d", "1-999999999", "1-1000000 " * 50, "9" * 5000,
    "-", [], {}, [[]], [{}], {"": None}, ["a"] * 50, [0] * 4, [1e39] * 4, {"frame": 1})


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return another content: one to six changes, by its values where it is JSON and chance wills it."""
    if content[:1] == b"{" and rng.random() < 0.6:
        return _json(content, rng)
    fixes_sums = content[:4] == b"\x89PNG" and rng.random() < 0.7
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        _change(changed, rng)
    return _with_sums(bytes(changed)) if fixes_sums else bytes(changed)


def _change(content: bytearray, rng: random.Random) -> None:
    place, kind = rng.randrange(len(content) + 1), rng.randrange(9)
    if kind == 0 and place < len(content):
        content[place] ^= 1 << rng.randrange(8)
    elif kind == 1 and place < len(content):
        content[place] = rng.randrange(256)
    elif kind in (2, 3):
        order, letter = rng.choice("<>"), rng.choice("BHI")
        size = struct.calcsize(letter)
        content[place : place + size] = struct.pack(order + letter, rng.choice(_EDGES) % 256**size)
    elif kind == 4:
        del content[place : place + rng.choice((1, 2, 4, 16, 100))]
    elif kind == 5:
        content[place:place] = rng.choice(_WORDS)
    elif kind == 6:
        start = rng.randrange(len(content) + 1)
        content[place:place] = content[start : start + rng.choice((1, 4, 16, 64, 400))]
    elif kind == 7 and rng.random() < 0.3:
        del content[place:]
    else:  # the beginning says what the rest is
        place = rng.randrange(min(len(content), 400) + 1)
        content[place : place + 1] = bytes([rng.choice((0, 1, 2, 127, 128, 255, rng.randrange(256)))])


def _with_sums(png: bytes) -> bytes:
    """Return a PNG whose chunks have the right sums, so that readers look into them."""
    fixed, place = bytearray(png[:8]), 8
    while place + 12 <= len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        if place + 12 + length > len(png):
            break
        kind = place + 4
        fixed += png_chunk(png[kind : kind + 4], png[kind + 4 : kind + 4 + length])
        place += 12 + length
    return bytes(fixed + png[place:])


def _json(content: bytes, rng: random.Random) -> bytes:
    values = json.loads(content)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(values))
        if not places:
            break
        parent, key = rng.choice(places)
        kind = rng.randrange(6)
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, list):
            parent.extend(copy.deepcopy(parent[key]) for _ in range(rng.choice((1, 5, 300))))
        elif kind == 2:
            parent[key] = [parent[key]]
        else:
            parent[key] = copy.deepcopy(rng.choice(_HOSTILE))
    return json.dumps(values).encode("utf-8", "surrogatepass")


def _places(values: Any) -> list[tuple[Any, Any]]:
    """Return every place of a value: what holds it, and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [values]
    while waiting:
        one = waiting.pop()
        keys: Any = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found
