"""File sequences on disk as the engine names them: `line.####.exr` and frames. Imports no `nuke`."""

import hashlib
import os
import re
from typing import Iterable, List, NamedTuple, Optional, Tuple

from cmft_engine.protocol.errors import InputError

_TOKEN = re.compile(r"#+|%0?\d*d")
_NUMBER = re.compile(r"(?:(?<=[._ \-])-|^-)?\d+")
READABLE = (".exr", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".tga", ".dpx", ".bmp", ".sgi", ".psd", ".hdr")


class Plates(NamedTuple):
    """Plates of one input: a pattern, or one file, and the frames wanted of it. `baked` ones were written by us."""

    pattern: str
    frames: Tuple[int, ...]
    baked: bool = False

    def path(self, frame: int) -> str:
        """Return the file of a frame."""
        return plate_path(self.pattern, frame)


def token_of(pattern: str) -> Optional["re.Match[str]"]:
    """Return the place of the frame number in the file name, None when it has none."""
    start = max(pattern.rfind("/"), pattern.rfind("\\")) + 1
    found = list(_TOKEN.finditer(pattern, start))
    return found[-1] if found else None


def plate_path(pattern: str, frame: int) -> str:
    """Return the file of a frame; negative frames as the engine or as Nuke writes them, whichever exists."""
    token = token_of(pattern)
    if token is None:
        return pattern
    word = token.group()
    width = len(word) if word.startswith("#") else int(word[1:-1] or 1)
    names = [("-" if frame < 0 else "") + str(abs(frame)).zfill(width), "{:0{}d}".format(frame, width)]
    paths = [pattern[:token.start()] + name + pattern[token.end():] for name in names]
    return paths[1] if paths[0] != paths[1] and not os.path.isfile(paths[0]) and os.path.isfile(paths[1]) else paths[0]


def in_view(pattern: str, view: str) -> str:
    """Return the pattern with Nuke's places for the view filled in: %V its name, %v its first letter."""
    return pattern.replace("%V", view).replace("%v", view[:1])


def existing(pattern: str, frames: Iterable[int]) -> Tuple[int, ...]:
    """Return those of the frames that have a file."""
    return tuple(frame for frame in frames if os.path.isfile(plate_path(pattern, frame)))


def frames_on_disk(pattern: str) -> Tuple[int, ...]:
    """Return every frame that has a file of this name, sorted."""
    token = token_of(pattern)
    folder, head = os.path.split(pattern[:token.start()] if token else pattern)
    if token is None or not os.path.isdir(folder):
        return ()
    tail = pattern[token.end():]
    found = [name[len(head):len(name) - len(tail)] for name in os.listdir(folder)
             if name.startswith(head) and name.endswith(tail)]
    return tuple(sorted({int(number) for number in found if re.match(r"-?\d+$", number)}))


def frame_in_name(path: str) -> Optional[int]:
    """Return the last number in a file's name, None when it has none."""
    numbers = _NUMBER.findall(os.path.splitext(os.path.basename(path))[0])
    return int(numbers[-1]) if numbers else None


def stamp(path: str) -> str:
    """Return what tells one version of a file from the next without reading it: size and time of change."""
    try:
        found = os.stat(path)
    except OSError:
        return "missing"
    return "{} {}".format(found.st_size, int(found.st_mtime * 1000))


def content_digest(paths: Iterable[str], texts: Iterable[str]) -> str:
    """Return a short digest of files' contents and of texts; a file that is not there counts as empty.

    Raises InputError for one that is there and cannot be read.
    """
    digest = hashlib.blake2b(digest_size=6)
    for text in texts:
        digest.update(text.encode("utf-8") + b"\0")
    for path in paths:
        if os.path.isfile(path):
            try:
                with open(path, "rb") as stream:
                    for block in iter(lambda: stream.read(1 << 20), b""):
                        digest.update(block)
            except OSError as error:
                raise InputError("{}: the file cannot be read ({}); look at its rights, or choose another".format(
                    path, error.strerror)) from error
        digest.update(b"\0")
    return digest.hexdigest()


def runs(frames: Iterable[int]) -> List[Tuple[int, int]]:
    """Return sorted frames as first and last of each unbroken run."""
    found: List[Tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found
