"""One engine that stays for a host's document, and runs that fall back to a process of their own on any trouble.

Imports nothing but the standard library, as `client.py`, whose `EngineClient` has the same face.
"""

import collections
import itertools
import logging
import os
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, Deque, Dict, Iterator, Optional, Sequence, Set, Tuple, Union

from .client import (
    LOG_LINES,
    EngineClient,
    clean_environment,
    program_of,
    read_lines,
    start_process,
    stop_process,
    wait_for,
)
from .errors import Cancelled, DeviceError, EngineError
from .events import Ended, Event, Failed, Finished, FrameDone, Ready, Skipped, Started, Taken, error_from
from .owner import this_owner
from .requests import Cancel, Colorize, Correct, Quit, Request, Undo, Work, read_answer, request_line

log = logging.getLogger(__name__)

IDLE_S = 600.0  # without a request the engine ends
READY_S = 60.0  # patience with an engine that starts, on a slow disk or another machine
ANSWER_S = 5.0  # patience with one that was asked
LATE_S = 20.0  # patience with a request that was to end, before the next one is given to another process
CANCEL_S = 0.7  # patience with one that is to end a request; it may finish its frame behind our back
LEAVE_S = 0.5  # patience with one that is to end
POLL_S = 0.05

_CANCELLED = "cancelled; the frames that were finished stay"
_HALF_UNDONE = ("the engine ended while it took a correction back; look whether the picture is as before, and undo "
                "again if not")
_numbers = itertools.count(1)


class Trouble(Exception):
    """The engine that stays is of no use for a run, which a process of its own may do."""


class StayingEngine:
    """A process that stays, asked from several threads. Once it has ended it is of no use any more."""

    def __init__(self, command: Sequence[str], idle_s: float) -> None:
        """Start it. Raises Trouble."""
        self.command, self.environment = tuple(command), clean_environment(os.environ)
        self.log: Deque[str] = collections.deque(maxlen=LOG_LINES)
        self.ready_at: Optional[float] = None  # on the monotonic clock, once it is
        self._answers: Dict[str, "queue.Queue[Optional[Event]]"] = {}  # None: it has ended
        self._late: Dict[str, float] = {}  # requests that were to end, and since when
        self._is_ended = False
        self._lock = threading.Lock()
        arguments = program_of(command) + ["serve", "--idle={:g}".format(idle_s),
                                           "--owner={}".format(this_owner().short)]
        try:
            self._process = start_process(arguments, stdin=subprocess.PIPE)
        except OSError as error:
            raise Trouble("it cannot be started ({})".format(error)) from error
        self._readers = [read_lines(self._process.stdout, self._sort), read_lines(self._process.stderr, self._note)]

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked, in the environment that the host has now."""
        return not self._is_ended and self.environment == clean_environment(os.environ)

    def may_answer(self, asked: float) -> bool:
        """Say whether it has time left to answer what was asked then."""
        now, ready = time.monotonic(), self.ready_at
        return now - asked < READY_S if ready is None else now - max(asked, ready) < ANSWER_S

    @property
    def is_stuck(self) -> bool:
        """Whether a request that was to end goes on for too long."""
        with self._lock:
            return any(time.monotonic() - since > LATE_S for since in self._late.values())

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits for its answers."""
        with self._lock:
            return bool(self._answers)

    def ask(self, request: Request) -> None:
        """Write a request. Raises Trouble when nobody reads it."""
        try:
            with self._lock:
                assert self._process.stdin is not None  # a pipe was asked for
                self._process.stdin.write(request_line(request) + "\n")
                self._process.stdin.flush()
        except (OSError, ValueError) as error:  # ValueError: it is closed
            raise Trouble("it reads no more ({})".format(error)) from error

    def answers(self, name: str) -> "queue.Queue[Optional[Event]]":
        """Return the queue of a request's events, from now until `forget`."""
        with self._lock:
            found = self._answers.setdefault(name, queue.Queue())
        if self._is_ended:
            found.put(None)
        return found

    def forget(self, name: str, *, is_over: bool) -> None:
        """Let a request's events go nowhere; is_over: whether its last one has come."""
        with self._lock:
            self._answers.pop(name, None)
            if not is_over:
                self._late[name] = time.monotonic()

    def close(self) -> None:
        """End it, in order if it listens; nothing of it is left afterwards. Safe from any thread, and again."""
        try:
            self.ask(Quit())
        except Trouble:
            pass
        if wait_for(self._process, LEAVE_S) is None:
            stop_process(self._process)
        for reader in self._readers:
            reader.join(1.0)
        with self._lock:
            try:
                if self._process.stdin is not None:
                    self._process.stdin.close()
            except OSError:  # what nobody has read is lost
                pass

    def _note(self, line: Optional[str]) -> None:
        if line is not None:
            self.log.append(line)
            log.debug("engine: %s", line)

    def _sort(self, line: Optional[str]) -> None:
        """Hand an answer to whoever waits for it; a line that is none is a library's."""
        name, event = None, None  # type: Optional[str], Optional[Event]
        try:
            name, event = (None, Ended("")) if line is None else read_answer(line)
        except ValueError:
            self._note(line)
            return
        except EngineError as error:  # it speaks another version
            self._note(str(error))
            event = Ended("")
        self.ready_at = time.monotonic() if isinstance(event, Ready) else self.ready_at
        with self._lock:
            if isinstance(event, (Finished, Failed)):
                self._late.pop(name or "", None)
            waiting = [self._answers[name]] if name in self._answers else []
            if isinstance(event, Ended):
                self._is_ended, waiting = True, list(self._answers.values())
        for one in waiting:
            one.put(None if isinstance(event, Ended) else event)


class Engines:
    """The one engine that stays for a document, such as a script; asked for from any thread."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        """idle_s: without a request it ends."""
        self._idle_s = idle_s
        self._engine: Optional[StayingEngine] = None
        self._useless: Set[Tuple[str, ...]] = set()  # commands whose engines do not stay
        self._lock = threading.Lock()

    def take(self, command: Sequence[str]) -> StayingEngine:
        """Return the engine of a command, started if it is not there. Raises Trouble, also when it is busy."""
        with self._lock:
            if tuple(command) in self._useless:
                raise Trouble("it does not stay")
            found = self._engine
            if found is not None and found.is_busy:
                raise Trouble("it colours something else")
            if found is None or found.command != tuple(command) or not found.is_alive or found.is_stuck:
                if found is not None:
                    found.close()
                self._engine = found = StayingEngine(command, self._idle_s)
            return found

    def drop(self, engine: StayingEngine) -> None:
        """End an engine that was of no use; one that was never ready is not started again."""
        with self._lock:
            if engine.ready_at is None:
                self._useless.add(engine.command)
            if self._engine is engine:
                self._engine = None
        engine.close()

    def close(self) -> None:
        """End what stays: the document is closed, or the host goes. It may be asked again."""
        with self._lock:
            found, self._engine = self._engine, None
        if found is not None:
            found.close()


class WarmClient:
    """Runs jobs in the engine that stays, else in a process of their own: `for event in client.run("job.json")`."""

    def __init__(self, command: Sequence[str], engines: Engines, *, first: Optional[int] = None) -> None:
        """command: as for `EngineClient`; first: the frame in view, coloured before the others where it is among them.

        A process of its own knows no such frame.
        """
        self._fresh, self._first = EngineClient(command), first
        self._engines = engines
        self._cancelled = threading.Event()
        self._is_taken = False  # the engine that stays has understood what was asked
        self._log: Sequence[str] = ()

    @property
    def log_text(self) -> str:
        """The end of the engine's stderr."""
        return "\n".join(self._log) if self._log else self._fresh.log_text

    def run(self, job: Union[str, Path], *, only: Optional[str] = None) -> Iterator[Event]:
        """Colour a job and yield its events up to Finished, as `EngineClient.run` does; a fresh process goes on."""
        self._cancelled.clear()
        asked = Colorize("", os.path.abspath(os.fspath(job)), only, self._first)
        return self._run(asked, lambda: self._fresh.run(job, only=only))

    def correct(self, request: Correct) -> Iterator[Event]:
        """Correct a coloured shot and yield its events, as `EngineClient.correct` does; a fresh process goes on.

        Raises EngineError where it is not known whether a correction was taken back already.
        """
        self._cancelled.clear()
        return self._run(request._replace(out=os.path.abspath(request.out)), lambda: self._fresh.correct(request))

    def cancel(self) -> None:
        """End the run within a second; safe from any thread and when nothing runs."""
        self._cancelled.set()
        self._fresh.cancel()

    def _run(self, asked: Work, afresh: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        told: Set[int] = set()
        self._is_taken = False
        try:
            for event in self._warm(asked):
                told |= {event.frame} if isinstance(event, (FrameDone, Skipped)) else set()
                yield event
            return
        except Trouble as trouble:
            log.info("the engine that stays is of no use: %s", trouble)
        if self._cancelled.is_set():
            raise Cancelled(_CANCELLED)
        if self._is_taken and isinstance(asked, Undo):  # a second one would take another correction back
            raise EngineError(_HALF_UNDONE)
        self._log = ()
        for event in afresh():
            if self._cancelled.is_set():
                self._fresh.cancel()  # again: one that came as the run began
            if not (told and isinstance(event, Started)) and not (isinstance(event, Skipped) and event.frame in told):
                yield event

    def _warm(self, asked: Work) -> Iterator[Event]:
        """Yield the events of the engine that stays. Raises Trouble where a fresh process may do better."""
        engine = self._engines.take(self._fresh.command)
        name = "{}-{}".format(os.getpid(), next(_numbers))
        answers = engine.answers(name)
        is_over = False
        engine.log.clear()
        try:
            engine.ask(asked._replace(id=name))
            for event in self._events(engine, answers):
                is_over = isinstance(event, (Finished, Failed))
                if isinstance(event, Failed):
                    self._raise(engine, event)
                yield event
        except Trouble:
            is_over = True
            self._engines.drop(engine)
            raise
        finally:
            self._log = tuple(engine.log)
            if not is_over:
                is_over = self._give_up(engine, name, answers)
            engine.forget(name, is_over=is_over)

    def _raise(self, engine: StayingEngine, failed: Failed) -> None:
        error = error_from(failed)
        if isinstance(error, (EngineError, DeviceError)):  # of its age, or of what it keeps
            raise Trouble(str(error))
        raise Cancelled(_CANCELLED) if isinstance(error, Cancelled) else error

    def _events(self, engine: StayingEngine, answers: "queue.Queue[Optional[Event]]") -> Iterator[Event]:
        asked = time.monotonic()
        while True:
            if self._cancelled.is_set():
                raise Cancelled(_CANCELLED)
            try:
                event = answers.get(timeout=POLL_S)
            except queue.Empty:
                if engine.is_stuck or not (self._is_taken or engine.may_answer(asked)):
                    raise Trouble("it does not answer") from None
                continue
            if event is None:
                raise Trouble("it has ended")
            self._is_taken = True
            if not isinstance(event, Taken):
                yield event
            if isinstance(event, (Finished, Failed)):
                return

    def _give_up(self, engine: StayingEngine, name: str, answers: "queue.Queue[Optional[Event]]") -> bool:
        """Have a request ended, and return whether it is; else it ends behind our back, and the next one waits."""
        try:
            engine.ask(Cancel(name))
        except Trouble:
            return True
        end = time.monotonic() + CANCEL_S
        while time.monotonic() < end:
            try:
                event = answers.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if event is None or isinstance(event, (Finished, Failed)):
                return True
        return False
