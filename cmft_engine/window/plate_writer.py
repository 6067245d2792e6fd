"""Plates that follow their corrections while a person works: the frame in view first, the latest wish alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..pipeline.changes import digest_of
from ..pipeline.claims import claimed
from ..pipeline.colored_shot import ColoredShot, is_shown
from ..pipeline.report_refresh import refresh_report
from ..pipeline.wanted import Wanted
from ..protocol.errors import CmftError
from .work import Worker


class PlateWriter:
    """Makes plates again, in a thread of its own."""

    def __init__(self, colored: ColoredShot, in_view: Callable[[], int], written: Callable[[int], None],
                 failed: Callable[[BaseException], None]) -> None:
        """in_view: the frame to begin with. written, failed: told in the thread."""
        self._colored, self._in_view, self._written = colored, in_view, written
        self.worker = Worker("cmft-plates", failed)
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

    def _follow(self, wanted: Wanted) -> None:
        try:
            self._wanted = wanted
            self._waiting = {frame for frame in self._colored.stale(wanted)
                             if self._given_up.get(frame) != digest_of(wanted.changes.get(frame, {}))}
        finally:
            self._followed.set()
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self.worker.submit("next", self._write_next, urgency=1)

    def _write_next(self) -> None:
        wanted = self._wanted
        if wanted is None or not self._waiting:
            return
        frame = min(self._waiting, key=lambda one: (abs(one - self._in_view()), one))
        try:
            with claimed({frame: self._colored.frames[frame].path}):
                if not is_shown(self._colored, frame, wanted):
                    self._colored.rewrite(frame, wanted)
        except CmftError:
            self._given_up[frame] = digest_of(wanted.changes.get(frame, {}))
            raise
        finally:
            self._waiting.discard(frame)
            self._go_on()
        self._count += 1
        if not self._waiting:
            refresh_report(self._colored, wanted)
        self._written(frame)
