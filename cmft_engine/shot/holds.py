"""Which frames show the same drawing; a part of the shot is decoded at a time, so that long shots start soon."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

import numpy as np

from ..image.plate import Plate, read_plate
from ..image.sequence import PlateSequence
from ..protocol.errors import PlateError

MAX_KNOWN = 20000  # digests that a process keeps of files that it has decoded
PART = 240  # frames of a shot that are compared with each other, by their place in the shot
HASH_THREADS = 2  # plates decoded at once; each takes its memory

Found = TypeVar("Found")


class Holds:
    """For each frame the first of its part of the shot with the same drawing; pixels and alpha are identical.

    A part is decoded when one of its frames is asked about. Which frames a part has depends on the shot alone, so that
    a task of a farm finds what a run over the whole shot finds.
    """

    def __init__(self, lines: PlateSequence, frames: Sequence[int], readable: Collection[int]) -> None:
        """frames: of the shot; readable: those whose headers are as they must be."""
        self._lines = lines
        self._part_of = {frame: place // PART for place, frame in enumerate(frames)}
        self._readable = [[frame for frame in frames[start : start + PART] if frame in readable]
                          for start in range(0, len(frames), PART)]
        self._found: dict[int, _Part] = {}
        self._lock = Lock()

    def first(self, frame: int) -> int | None:
        """Return the first frame with the drawing of this one; None: it is not of the shot, or cannot be read."""
        part = self._part(frame)
        return None if part is None else part.first.get(frame)

    def same(self, frame: int) -> Sequence[int]:
        """Return all frames with the drawing of this one, in order; none if it cannot be read."""
        part = self._part(frame)
        return () if part is None else part.same.get(part.first.get(frame, -1), ())

    def are_same(self, one: int, other: int) -> bool:
        """Say whether two frames of the shot show the same drawing; of parts far from each other they never do."""
        if self._part_of.get(one) != self._part_of.get(other):
            return False
        first = self.first(one)
        return first is not None and first == self.first(other)

    def failure(self, frame: int) -> PlateError | None:
        """Return why a frame cannot be decoded."""
        part = self._part(frame)
        return None if part is None else part.failed.get(frame)

    def give_up(self, frame: int, error: PlateError) -> None:
        """Count a frame among those that cannot be decoded: its plate has gone bad since it was looked at."""
        if (part := self._part(frame)) is None:
            return
        first, same = dict(part.first), dict(part.same)
        left = tuple(other for other in same.pop(first.pop(frame, frame), ()) if other != frame)
        if left:
            same[left[0]] = left
            first.update(dict.fromkeys(left, left[0]))
        with self._lock:
            self._found[self._part_of[frame]] = _Part(first, same, {**part.failed, frame: error})

    def _part(self, frame: int) -> "_Part | None":
        number = self._part_of.get(frame)
        if number is None:
            return None
        with self._lock:
            if number not in self._found:
                self._found[number] = _find(self._lines, self._readable[number])
            return self._found[number]


class _Part(NamedTuple):
    first: dict[int, int]
    same: dict[int, tuple[int, ...]]  # by the first of them
    failed: dict[int, PlateError]


class _Decoded:
    """What files' pixels are, by their suffixes and bytes, so that a process decodes the same file once."""

    def __init__(self) -> None:
        self._pixels: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def pixels(self, path: Path, frame: int, content: str) -> str:
        """Return the digest of a file's pixels; content: of its bytes. Raises PlateError."""
        key = path.suffix.lower(), content
        with self._lock:
            known = self._pixels.get(key)
        if known is not None:
            return known
        found = _hash_pixels(read_plate(path, frame=frame))
        if _hash_file(path, frame) == content:  # else it has changed meanwhile
            with self._lock:
                if len(self._pixels) >= MAX_KNOWN:
                    self._pixels.clear()
                self._pixels[key] = found
        return found


_DECODED = _Decoded()


def _find(lines: PlateSequence, frames: Sequence[int]) -> _Part:
    def hash_drawing(frame: int) -> str | PlateError:
        try:
            return _DECODED.pixels(lines.path(frame), frame, bytes_of[frame])
        except PlateError as error:
            return error

    first_of: dict[str, int] = {}
    bytes_of, failed = apart({frame: _hash_file(lines.path(frame), frame) for frame in frames})
    alone = [frame for frame, digest in bytes_of.items() if first_of.setdefault(digest, frame) == frame]
    with ThreadPoolExecutor(HASH_THREADS, "cmft-holds") as pool:  # the same bytes need no decoding
        pixels_of, damaged = apart(dict(zip(alone, pool.map(hash_drawing, alone), strict=True)))
    by_pixels: dict[str, int] = {}
    drawing = {bytes_of[frame]: by_pixels.setdefault(pixels, frame) for frame, pixels in pixels_of.items()}
    copies = {frame: hash_drawing(frame) for frame, digest in bytes_of.items() if first_of[digest] in damaged}
    first = {frame: drawing[digest] for frame, digest in bytes_of.items() if digest in drawing}
    same: dict[int, tuple[int, ...]] = {}
    for frame, of_it in first.items():
        same[of_it] = (*same.get(of_it, ()), frame)
    return _Part(first, same, {**failed, **apart(copies)[1]})


def apart(found: Mapping[int, Found | PlateError]) -> tuple[dict[int, Found], dict[int, PlateError]]:
    """Return what was found by frame, and what went wrong."""
    good = {frame: one for frame, one in found.items() if not isinstance(one, PlateError)}
    return good, {frame: one for frame, one in found.items() if isinstance(one, PlateError)}


def _hash_file(path: Path, frame: int) -> str | PlateError:
    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        return PlateError(f"{path} (frame {frame}) cannot be read ({error.strerror}); check that it exists and may be "
                          "read", path, frame)


def _hash_pixels(plate: Plate) -> str:
    """Hash what the drawing shows: windows and pixels, whatever the order of the channels."""
    order = sorted(range(len(plate.channels)), key=lambda i: ("RGBA".find(plate.channels[i]), plate.channels[i]))
    names = [plate.channels[i] for i in order]
    pixels = plate.pixels if order == list(range(len(order))) else plate.pixels[..., order]
    if not plate.bit_depth.startswith("uint"):
        pixels = pixels + np.float32(0)  # -0 and 0 are one
    digest = hashlib.sha256(repr((plate.data_window, plate.display_window, names)).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
