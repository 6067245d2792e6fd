"""Plates that follow their corrections while a person works: the frame in view first, the latest wish alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from ..pipeline.changes import digest_of
from ..pipeline.claims import claimed
from ..pipeline.colored_shot import ColoredShot, is_shown
from ..pipeline.correcting import AT_ONCE
from ..pipeline.report_refresh import refresh_report
from ..pipeline.wanted import Wanted
from ..protocol.errors import CmftError
from .work import Worker


class _Coming(NamedTuple):
    """A plate that is being made as was wanted when it was begun."""

    frame: int
    wanted: Wanted
    made: Future[None]


class PlateWriter:
    """Makes plates again, some at once, behind a thread that chooses them."""

    def __init__(self, colored: ColoredShot, in_view: Callable[[], int], written: Callable[[int], None],
                 failed: Callable[[BaseException], None]) -> None:
        """in_view: the frame to begin with. written, failed: told in the thread."""
        self._colored, self._in_view, self._written = colored, in_view, written
        self.worker = Worker("cmft-plates", failed)
        self._coming = deque[_Coming]()
        self._pool = ThreadPoolExecutor(AT_ONCE, "cmft-plate")
        self._wanted: Wanted | None = None
        self._waiting: set[int] = set()
        self._count, self._followed = 0, threading.Event()
        self._followed.set()
        self._given_up: dict[int, str] = {}  # by frame, what could not be written

    @property
    def waiting(self) -> frozenset[int]:
        """Frames whose plates do not show yet what is wanted."""
        return frozenset(self._waiting)

    @property
    def has_written(self) -> bool:
        """Whether a plate was written."""
        return self._count > 0

    def follow(self, wanted: Wanted) -> None:
        """Write what is wanted from now on."""
        self._followed.clear()
        self.worker.submit("follow", lambda: self._follow(wanted))

    def settle(self) -> None:
        """Wait until it is known which plates wait."""
        self._followed.wait()

    def close(self) -> None:
        """Take no more wishes, and wait for the plates that are being made."""
        self.worker.close()
        self._pool.shutdown(wait=True)

    def _follow(self, wanted: Wanted) -> None:
        try:
            self._wanted = wanted
            self._waiting = {frame for frame in self._colored.stale(wanted)
                             if self._given_up.get(frame) != digest_of(wanted.changes.get(frame, {}))}
            self._waiting.update(one.frame for one in self._coming)  # as was wanted before
        finally:
            self._followed.set()
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self.worker.submit("next", self._take_next, urgency=1)

    def _take_next(self) -> None:
        """Let as many plates be made as may be at once, and wait for the first of them."""
        self._begin()
        if not self._coming:
            return
        frame, wanted, made = self._coming.popleft()
        error = made.exception()
        if wanted is self._wanted:
            self._waiting.discard(frame)
        self._go_on()
        if error is not None:
            if isinstance(error, CmftError):
                self._given_up[frame] = digest_of(wanted.changes.get(frame, {}))
            raise error
        self._count += 1
        if not self._waiting:
            refresh_report(self._colored, wanted)
        self._written(frame)

    def _begin(self) -> None:
        wanted = self._wanted
        assert wanted is not None
        while len(self._coming) < AT_ONCE and (free := self._waiting - {one.frame for one in self._coming}):
            in_view = self._in_view()
            frame = min(free, key=lambda one: (abs(one - in_view), one))
            self._coming.append(_Coming(frame, wanted, self._pool.submit(self._write, frame, wanted)))

    def _write(self, frame: int, wanted: Wanted) -> None:
        with claimed({frame: self._colored.frames[frame].path}):
            if not is_shown(self._colored, frame, wanted):
                self._colored.rewrite(frame, wanted)
