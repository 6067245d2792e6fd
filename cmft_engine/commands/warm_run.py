"""What an engine that stays does for its requests: it loads while nobody asks, and colours with what it has kept."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from ..protocol.errors import CmftError, PlateError
from ..protocol.events import Event, Finished, FrameDone, FrameFailed, Message, Skipped, Started
from ..protocol.job import Job
from ..protocol.requests import Colorize, Work
from ..shot.named import check_named
from .memory_limit import check_memory_limit

if TYPE_CHECKING:
    from ..pipeline.kept import Kept

LOW = 10  # niceness
_TROUBLE = (CmftError, OSError, ImportError, MemoryError, RuntimeError)  # a request that meets it tells of it


class WarmEngine:
    """Weights, references, drawings and matches of one process, and what is done with them."""

    def __init__(self, limit: int) -> None:
        """limit: bytes that are kept."""
        self._limit = limit
        self._kept: Kept | None = None
        self._is_light = threading.Event()  # what looks at a shot is loaded
        self._loader = threading.Thread(target=self._load, name="cmft-load", daemon=True)
        self._seen: Callable[[], Iterator[int]] | None = None  # how to look ahead of the frame that was coloured last
        self._stop_ahead = threading.Event()

    def load(self) -> None:
        """Begin to load libraries and weights."""
        self._loader.start()

    def _load(self) -> None:
        """Load in the order in which a request needs it, so that no two threads load the same."""
        try:
            with suppress(*_TROUBLE):
                check_memory_limit()
                from ..pipeline import open_shot  # noqa: F401

                self._is_light.set()
                from ..pipeline import ahead  # noqa: F401
                from ..pipeline.kept import Kept
                from ..pipeline.reference_matcher import kept_checkpoint

                self._kept = Kept(self._limit)
                kept_checkpoint(self._kept, "auto")
        finally:
            self._is_light.set()

    def forget(self) -> None:
        """Keep nothing: memory has run out, or something unforeseen has happened."""
        self._seen = None
        if self._kept is not None:
            self._kept.forget()

    def work(self, request: Work) -> Iterator[Event]:
        """Colour or correct a shot as a process of its own would. Raises what that would."""
        if isinstance(request, Colorize):
            yield from self.color(request)
            return
        check_memory_limit()
        self._loader.join()
        from .correct_events import correct_events

        yield from correct_events(request)

    def color(self, request: Colorize) -> Iterator[Event]:
        """Colour a request as a process of its own would. Raises what that would."""
        job = request.load()
        check_memory_limit()
        check_named(job, request.only)
        self._is_light.wait()
        if request.first is not None and request.only is None:
            yield from self._first(job, request.first)
        else:
            yield from self._run(job, request.only)

    def _run(self, job: Job, only: str | None) -> Iterator[Event]:
        from ..pipeline.open_shot import open_run

        shot, palette = open_run(job, only)
        self._loader.join()
        from ..pipeline.colorize import colorize_iter
        from ..pipeline.kept import Kept

        self._kept = self._kept or Kept(self._limit)
        self._kept.mark()
        yield from colorize_iter(shot, job.out, settings=job.settings, palette=palette, overwrite=job.overwrite,
                                 resume=job.resume, kept=self._kept)
        if only is not None and len(shot.todo) == 1:
            from ..pipeline.ahead import look_ahead

            self._seen = partial(look_ahead, shot, shot.todo[0], job.out, settings=job.settings, palette=palette,
                                 kept=self._kept)

    def _first(self, job: Job, first: int) -> Iterator[Event]:
        """Colour the whole job, the frame in view before the others; it is told once, and so is a warning."""
        from ..pipeline.open_shot import open_run

        frames = open_run(job, None)[0].todo
        spent, said = 0.0, set[Event]()
        runs = [(job, str(first))] if first in frames else []
        for part, only in [*runs, (job if job.overwrite else job._replace(resume=True), None)]:
            with suppress(*([PlateError] if only else [])):  # the whole names it again, at its end
                for event in self._run(part, only):
                    if isinstance(event, Finished):
                        spent += event.seconds
                        if only is None:
                            yield event._replace(seconds=spent)
                    elif isinstance(event, Started):
                        if Started not in map(type, said):
                            said.add(event)
                            yield event._replace(frames=len(frames))
                    elif event not in said and not (only is None and runs and _frame_of(event) == first):
                        said |= {event} if isinstance(event, Message) else set()
                        yield event

    def look_ahead(self) -> None:
        """Match what the frames beside the last one need, until somebody asks for something."""
        if self._seen is not None:
            self._stop_ahead = threading.Event()
            seen, self._seen = self._seen, None
            threading.Thread(target=_drain, args=(seen, self._stop_ahead), daemon=True).start()

    def stop_looking_ahead(self) -> None:
        """Begin no further match that nobody has asked for."""
        self._stop_ahead.set()


def _drain(work: Callable[[], Iterator[int]], stop: threading.Event) -> None:
    """Do some work step by step until it is to stop; what fails is told to whoever asks for it.

    Others go first where a thread may have a priority of its own.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW)
    with suppress(*_TROUBLE):
        for _ in work():
            if stop.is_set():
                return


def _frame_of(event: Event) -> int | None:
    return event.frame if isinstance(event, FrameDone | FrameFailed | Skipped) else None
