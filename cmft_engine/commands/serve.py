"""An engine that stays: requests come in by stdin, a line each, and are done one after the other.

Holds no network: what it keeps from one request to the next is in `pipeline/kept.py`. Prints nothing itself.
"""

import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from .. import __version__
from ..console import say, say_again
from ..protocol.errors import Cancelled, CmftError, DeviceError, EngineError
from ..protocol.events import Ended, Event, Ready, Taken, failed_from
from ..protocol.owner import Owner
from ..protocol.requests import CANCEL, Cancel, Quit, Request, Work, answer_line, read_request
from ..stopping import CANCELLED, Stopped, end_at_once, go_on, interrupt, stay
from .warm_run import WarmEngine

READ_BYTES = 65536
LOOK_S = 1.0  # how often the owner is looked for
OWNER_S = 5.0  # patience with a run whose owner has gone
PACKAGE = Path(__file__).resolve().parents[1]

Attempt = Callable[[Callable[[], None]], Exception | None]


class Session:
    """One engine that stays: its requests, and what it is doing."""

    def __init__(self, *, idle_s: float, limit: int, owner: Owner | None) -> None:
        """idle_s: without a request it ends; limit: bytes to keep; owner: the process that it must not outlive."""
        self._idle_s, self._owner = idle_s, owner
        self._engine = WarmEngine(limit)
        self._requests: queue.Queue[Work | None] = queue.Queue()
        self._waiting: list[Work] = []  # and not begun
        self._running: Work | None = None
        self._is_interrupted = False
        self._reason = "closed"
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._installed = installed()

    def run(self, attempt: Attempt) -> int:
        """Answer until nobody asks any more, and return the exit code. attempt: does something, returns its error."""
        code = 0
        steps = self._steps(attempt)
        while True:
            try:
                if next(steps, None) is None:
                    break
            except Stopped:
                if not self._was_cancelled():
                    self._reason, code = "stopped", Cancelled.exit_code
                    break
                steps = self._answers(attempt)
            except Cancelled:  # nobody reads what is told
                return Cancelled.exit_code
        with suppress(Cancelled):
            self._tell(Ended(self._reason))
        return code

    def _steps(self, attempt: Attempt) -> Iterator[Work]:
        self._tell(Ready(__version__))
        self._engine.load()
        threading.Thread(target=self._listen, daemon=True).start()
        if self._owner is not None:
            threading.Thread(target=end_with, args=(self._owner, partial(self._accept, Quit())), daemon=True).start()
        yield from self._answers(attempt)

    def _answers(self, attempt: Attempt) -> Iterator[Work]:
        while (request := self._next()) is not None:
            self._answer(request, attempt)
            yield request

    def _next(self) -> Work | None:
        """Return the next request, None when there will be none."""
        self._engine.look_ahead()
        try:
            request = self._requests.get(timeout=self._idle_s)
        except queue.Empty:
            self._reason = "idle"
            return None
        with self._lock:
            if request is None or request not in self._waiting:
                return None if request is None else self._next()
            self._waiting.remove(request)
            self._running, self._is_interrupted = request, False
        return request

    def _answer(self, request: Work, attempt: Attempt) -> None:
        say_again()
        error = attempt(lambda: self._work(request))
        with self._lock:
            self._running = None
            is_ours, self._is_interrupted = self._is_interrupted, False
        if is_ours:
            stay()
        if isinstance(error, DeviceError | EngineError) or (error is not None and not isinstance(error, CmftError)):
            self._engine.forget()
        if error is not None:
            self._tell(failed_from(error), request.id)
        if isinstance(error, Cancelled) and not is_ours:
            raise Stopped

    def _work(self, request: Work) -> None:
        for event in self._engine.work(request):
            go_on()
            self._tell(event, request.id)

    def _was_cancelled(self) -> bool:
        """Say whether the signal was our own, for a request that has ended meanwhile."""
        with self._lock:
            is_ours, self._is_interrupted = self._is_interrupted, False
            left, self._running = self._running, None
        if is_ours:
            stay()
            if left is not None:
                self._tell(failed_from(Cancelled(CANCELLED)), left.id)
        return is_ours

    def _listen(self) -> None:
        """Listen to what is asked, while a request runs too."""
        for line in () if sys.stdin is None else lines_of(0):  # closed, when the number may be another file's
            if not line.strip():
                continue
            try:
                request: Request = read_request(line)
            except CmftError as error:
                with suppress(Cancelled):
                    self._tell(failed_from(error))
                continue
            if not self._accept(request):
                break
        self._requests.put(None)

    def _accept(self, request: Request) -> bool:
        """Take a request; return whether more may come."""
        if isinstance(request, Quit):
            self._reason = "quit"
            self._cancel(None)
            self._requests.put(None)
            return False
        if isinstance(request, Cancel):
            self._cancel(request.id)
            return True
        if installed() != self._installed:
            self._reason = "changed"
            return False
        if request.busy == CANCEL:
            self._cancel(None)
        with self._lock:
            before = len(self._waiting) + (self._running is not None)
            self._waiting.append(request)
        with suppress(Cancelled):  # nobody reads it, which the run will see
            self._tell(Taken(before), request.id)
        self._engine.stop_looking_ahead()
        self._requests.put(request)
        return True

    def _cancel(self, name: str | None) -> None:
        """End the requests of a name, or all."""
        with self._lock:
            dropped = [request for request in self._waiting if name in (None, request.id)]
            self._waiting = [request for request in self._waiting if request not in dropped]
            if self._running is not None and name in (None, self._running.id) and not self._is_interrupted:
                self._is_interrupted = True
                interrupt()
        for request in dropped:
            with suppress(Cancelled):
                self._tell(failed_from(Cancelled(CANCELLED)), request.id)

    def _tell(self, event: Event, request: str | None = None) -> None:
        with self._writing:
            say(answer_line(event, request))


def end_with(owner: Owner, leave: Callable[[], object]) -> None:
    """End in order when a process has gone, whoever else may hold the pipes, and then in any case."""
    while not owner.is_gone():
        time.sleep(LOOK_S)
    leave()
    time.sleep(OWNER_S)
    end_at_once(Cancelled.exit_code)


def lines_of(stream: int) -> Iterator[str]:
    """Yield the lines that come in by a file descriptor, without a lock that the end of the process would wait for.

    One that cannot be read is at its end.
    """
    left = b""
    while block := _read(stream):
        *lines, left = (left + block).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    if left:
        yield left.decode("utf-8", "replace")


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, READ_BYTES)
    except OSError:
        return b""


def installed() -> tuple[tuple[str, int, int], ...]:
    """Return what tells this engine, its weights and its colour configuration from those of another version."""
    config = os.environ.get("OCIO", "")
    files = [*sorted(PACKAGE.rglob("*.py")), *sorted((PACKAGE / "weights").glob("*"))]
    files += [Path(config)] if config else []
    found = []
    for path in files:
        with suppress(OSError):
            status = path.stat()
            found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(found)
