"""The review window beside a host: a process of its own, and a look at which plates it, or anyone, writes anew."""

import os
import threading
import time
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from ..client import program_of, read_lines, start_process
from ..errors import EngineError, InputError
from ..text_file import file_stamp
from .sequences import numbers_on_disk, plate_path

LOOK_S = 0.5  # how often plates are looked at while a window is open
SOON_S = 2.0  # a folder that has changed within this time may change again without a later time of its own
_SAYS = "cmft: "
_MAX_LINES = 40


class PlateWatch:
    """Tells which plates have been written anew; while none is, a look costs one question to the disk."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._seen_at = 0.0  # when the folder had changed last
        self._plates: Dict[int, Tuple[int, int]] = {}
        self.changed()

    def changed(self) -> Tuple[int, ...]:
        """Return the numbers of plates that are others than at the last look, in order; those that are gone too."""
        try:
            changed_at = os.stat(os.path.dirname(self.pattern)).st_mtime
        except OSError:
            return ()  # the folder has gone, which the node says
        if changed_at == self._seen_at and time.time() - changed_at > SOON_S:
            return ()
        self._seen_at = changed_at
        before, self._plates = self._plates, {number: file_stamp(plate_path(self.pattern, number))
                                              for number in numbers_on_disk(self.pattern)}
        return tuple(sorted(number for number in {*before, *self._plates}
                            if before.get(number) != self._plates.get(number)))


class ReviewWindow:
    """`cmft review` on the plates of a node. It outlives the host: what is corrected in it is written by itself."""

    def __init__(self, engine: Sequence[str], folder: Path) -> None:
        """Open it. engine: its command; folder: of the plates. Raises EngineError when it cannot be started."""
        self._said: List[str] = []
        try:
            self._process = start_process([*program_of(engine), "review", str(folder), "--window"])
        except OSError as error:
            raise EngineError("the engine cannot be started ({}); correct the engine command".format(error)) from error
        self._readers = [read_lines(self._process.stdout, lambda _: None),
                         read_lines(self._process.stderr, self._note)]

    def _note(self, line: Optional[str]) -> None:
        if line is not None:
            self._said = [*self._said, line][-_MAX_LINES:]

    @property
    def is_open(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def error(self) -> Optional[EngineError]:
        """Return why there was no window, as the engine says it; None when it was closed in order, or is open."""
        if self.is_open or self._process.returncode == 0:
            return None
        for reader in self._readers:
            reader.join(1.0)
        said = " ".join(self._said).rpartition(_SAYS)  # what stands before is a library's
        unasked = "the review window has ended unasked (exit code {}); run cmft review in a terminal to see why".format(
            self._process.returncode)
        return EngineError(said[2].strip() if said[1] else unasked)


class ReviewWindows:
    """The windows that a host has opened, one a folder. Main thread only."""

    def __init__(self) -> None:
        self._open: Dict[Path, ReviewWindow] = {}

    def open(self, engine: Sequence[str], folder: Path, name: str) -> ReviewWindow:
        """Open the window on the plates of a node. Raises InputError when it is open already, EngineError."""
        known = self._open.get(folder)
        if known is not None and known.is_open:
            raise InputError("{}: its review window is open already; look for it behind the others".format(name))
        self._open[folder] = window = ReviewWindow(engine, folder)
        return window


class OwnRuns:
    """Tells a node's own runs, which say themselves what they did, from what others write."""

    def __init__(self, ended: Callable[[str], object]) -> None:
        """ended: as `Runs.ended`, the last run of a node that is over."""
        self._ended = ended
        self._known: Dict[str, object] = {}

    def have_ended(self, uid: str) -> bool:
        """Say whether one of a node's has ended since this was asked last."""
        before, self._known[uid] = self._known.get(uid), self._ended(uid)
        return self._known[uid] is not before


def anew_sentence(count: int) -> str:
    """Say that plates were written anew by others."""
    return "{} written anew, by a correction or another run".format("1 frame was" if count == 1 else
                                                                    "{} frames were".format(count))


def follow(window: ReviewWindow, watch: PlateWatch, tell: Callable[[Tuple[int, ...]], None]) -> Optional[EngineError]:
    """Wait until a window is closed and return why there was none, or None; tell: called with plates that changed."""
    while True:
        is_open = window.is_open  # asked first: what it has written last is seen
        changed = watch.changed()
        if changed:
            tell(changed)
        if not is_open:
            return window.error()
        time.sleep(LOOK_S)


def in_thread(work: Callable[[], None], name: str) -> threading.Thread:
    """Begin work in a thread of its own that ends with the host."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
