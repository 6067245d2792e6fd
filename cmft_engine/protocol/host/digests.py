"""What tells a host that a file, or what a result was made from, has changed. Opens no picture."""

import hashlib
import os
import time
from typing import Callable, Dict, Generic, Hashable, Iterable, Iterator, Sequence, Tuple, TypeVar

from ..errors import InputError
from ..settings import SETTINGS
from .sequences import plate_path

PATIENCE_S = 5.0  # a panel is drawn and a shot is played often; files are looked at again after this
MAX_FILES = 2000  # of one sequence; beyond it every second one, and so on

_LATER = ("edges", "unknown")  # settings that older results know nothing of

Found = TypeVar("Found")


def stamp(path: str) -> str:
    """Return what tells one version of a file from the next without reading it: size and time of change."""
    try:
        found = os.stat(path)
    except OSError:
        return "missing"
    return "{} {}".format(found.st_size, int(found.st_mtime * 1000))


def sequence_stamps(pattern: str, frames: Sequence[int]) -> Tuple[str, ...]:
    """Return the stamps of a sequence's files; of a very long one they are spread over it."""
    return tuple(stamp(plate_path(pattern, frame)) for frame in frames[::1 + len(frames) // MAX_FILES])


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


def setting_lines(read: Callable[[str], object]) -> Iterator[str]:
    """Yield what a signature says of the settings, by a reader of their values.

    Those that came later are told only where they differ from their default: what was coloured before stays ready.
    """
    for setting in SETTINGS:
        found = read(setting.name)
        if setting.name not in _LATER or found != setting.default:
            yield "{}={}".format(setting.name, found)


def signature_of(lines: Iterable[str]) -> str:
    """Return the digest of all lines that describe what a result is made from."""
    look = SlowLook(lines)
    while not look.advance(PATIENCE_S):
        pass
    return look.signature


class SlowLook:
    """A look at what a result is made from, and whether its plates are there, a little at a time.

    `signature` and `is_gone` are told once `advance` has said that all is read.
    """

    def __init__(self, lines: Iterable[str], plates: Iterable[str] = ()) -> None:
        self.signature, self.is_gone = "", False
        self._digest = hashlib.blake2b(digest_size=12)
        self._steps = self._read(lines, plates)
        self._is_read = False

    def advance(self, seconds: float) -> bool:
        """Read on for about so long, at least one line; return whether all is read."""
        end = time.monotonic() + seconds
        while not self._is_read:
            self._is_read = next(self._steps, None) is None
            if time.monotonic() > end:
                break
        return self._is_read

    def _read(self, lines: Iterable[str], plates: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self._digest.update(line.encode("utf-8", "replace") + b"\n")
            yield line
        self.signature = self._digest.hexdigest()
        for plate in plates:
            self.is_gone = self.is_gone or not os.path.isfile(plate)
            yield plate


class Recent(Generic[Found]):
    """Answers that are kept for a few seconds, so that drawing and playing cost nothing on a slow disk."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._known: Dict[Hashable, Tuple[float, Found]] = {}

    def get(self, key: Hashable, ask: Callable[[], Found]) -> Found:
        """Return the answer for a key: the one that is kept while it is young, else a new one."""
        known, now = self._known.get(key), time.monotonic()
        if known is None or now - known[0] > self._patience_s:
            known = (now, ask())
            self._known[key] = known
        return known[1]

    def forget(self) -> None:
        """Let the next question be asked anew."""
        self._known.clear()
