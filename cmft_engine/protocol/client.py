"""Start the engine in its own Python, watch its events, stop it: all that a host needs to run a job.

Imports nothing but the standard library and shares no memory with the engine: a crash there is an error here.
"""

import collections
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Callable, Deque, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from .errors import Cancelled, EngineError, InputError
from .events import Event, Failed, Finished, Message, error_from, from_line
from .requests import Correct, Pin

log = logging.getLogger(__name__)

LOG_LINES = 60  # of stderr, kept for the message of a crash
INTERRUPT_S, TERMINATE_S = 0.5, 0.2  # patience before the next, harder signal: together under a second
EXIT_S = 10.0  # patience with an engine that has said its last word

_PYTHON = re.compile(r"(python|pypy)[\d.]*w?(\.exe)?$", re.IGNORECASE)
_DROPPED = ("LD_PRELOAD", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "CONDA_PREFIX")
_DROPPED_PREFIXES = ("PYTHON", "DYLD_", "QT_", "NUKE_", "BLENDER_")


def clean_environment(environment: Mapping[str, str]) -> Dict[str, str]:
    """Return a copy without what a host sets for its own Python, libraries and Qt; OCIO and the rest stay."""
    return {
        name: value
        for name, value in environment.items()
        if name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES)
    }


def no_program(command: Sequence[str]) -> str:
    """Say that the first word of a command is no program, and which words are one if a path's quotes are missing."""
    said = "there is no {}".format(command[0])
    for count in range(2, len(command) + 1):
        path = " ".join(command[:count])
        if os.path.isfile(path):
            return '{}, for a path with spaces needs quotes: "{}"'.format(said, path)
    return said


def program_of(command: Sequence[str]) -> List[str]:
    """Return the words that start the engine; a Python gets -I so that no folder of the host is on its path."""
    words = [os.fspath(part) for part in command]
    if _PYTHON.search(os.path.basename(words[0].replace("\\", "/"))) and "-I" not in words:
        words.insert(1, "-I")
    return words


def engine_arguments(command: Sequence[str], job: Union[str, Path], only: Optional[str] = None) -> List[str]:
    """Return the whole command line of a run; only: the frames of the job that are coloured; None for all."""
    chosen = [] if only is None else ["--only={}".format(only)]  # one word, for a negative frame is no option
    return program_of(command) + ["colorize", "--job", os.fspath(job), "--events", *chosen]


def correct_arguments(command: Sequence[str], request: Correct) -> List[str]:
    """Return the whole command line of a correction."""
    out = os.path.abspath(request.out)
    words = ["corrections", "undo", out]
    if isinstance(request, Pin):
        words = ["pin", out, "--frame={}".format(request.frame), "--at={!r},{!r}".format(request.x, request.y),
                 "--color={}".format(request.color)]
    return program_of(command) + [*words, "--events"]


class EngineClient:
    """Runs jobs, one at a time, in a child process: `for event in client.run("job.json")`.

    `command` starts the engine, such as [".venv/bin/python", "-m", "cmft_engine"] or ["ssh", "host", "cmft"].
    """

    def __init__(self, command: Sequence[str]) -> None:
        if not command:
            raise InputError("no engine command; set it to the engine's Python, -m and cmft_engine")
        self.command = tuple(command)
        self._lock = threading.Lock()
        self._process: Optional[subprocess.Popen[str]] = None
        self._cancelled = threading.Event()
        self._log: Deque[str] = collections.deque(maxlen=LOG_LINES)

    @property
    def log_text(self) -> str:
        """The end of the engine's stderr."""
        return "\n".join(self._log)

    def run(self, job: Union[str, Path], *, only: Optional[str] = None) -> Iterator[Event]:
        """Start the engine at the first `next()` and yield its events up to Finished; only: some frames of the job.

        Raises the engine's own error from `errors.py`, EngineError after a crash, Cancelled after `cancel()`.
        Closing the iterator early stops the engine.
        """
        self._cancelled.clear()
        return self._run(engine_arguments(self.command, job, only))

    def correct(self, request: Correct) -> Iterator[Event]:
        """Correct a coloured shot; its events are FrameDone for each plate that changed, and those of a run else.

        Raises as `run` does.
        """
        self._cancelled.clear()
        return self._run(correct_arguments(self.command, request))

    def cancel(self) -> None:
        """Stop the running engine within a second; safe from any thread and when nothing runs."""
        self._cancelled.set()
        with self._lock:
            process = self._process
        if process is not None:
            stop_process(process)

    def _run(self, arguments: List[str]) -> Iterator[Event]:
        process = self._start(arguments)
        lines: queue.Queue[Optional[str]] = queue.Queue()
        readers = [read_lines(process.stdout, lines.put), read_lines(process.stderr, self._note)]
        last: Optional[Event] = None
        try:
            for event in self._events(lines):
                last = event
                if isinstance(event, Failed):
                    break
                yield event
            self._end(process, readers, last)
        finally:
            said_all = isinstance(last, (Failed, Finished)) and not self._cancelled.is_set()
            self._release(process, readers, patience=EXIT_S if said_all else 0.0)

    def _start(self, arguments: List[str]) -> "subprocess.Popen[str]":
        with self._lock:
            if self._process is not None:
                raise EngineError("this client is already running a job; wait for it or cancel it")
            if self._cancelled.is_set():
                raise Cancelled("cancelled before the engine started")
            self._log.clear()
            try:
                self._process = start_process(arguments)
            except OSError as error:
                raise InputError("{}: the engine cannot be started ({}); check the engine command".format(
                    arguments[0], error.strerror)) from error
            return self._process

    def _note(self, line: Optional[str]) -> None:
        if line is not None:
            self._log.append(line)
            log.debug("engine: %s", line)

    def _events(self, lines: "queue.Queue[Optional[str]]") -> Iterator[Event]:
        """Yield events until the engine closes its stdout or has been silent for long after Finished."""
        patience: Optional[float] = None
        while True:
            try:
                line = lines.get(timeout=patience)
            except queue.Empty:
                return
            if line is None:
                return
            event = event_of(line)
            if event is None:
                continue
            patience = EXIT_S if isinstance(event, Finished) else patience
            yield event

    def _end(self, process: "subprocess.Popen[str]", readers: List[threading.Thread], last: Optional[Event]) -> None:
        """Return after a good run, else raise what went wrong."""
        if self._cancelled.is_set():
            raise Cancelled("cancelled; the frames that were finished stay")
        if isinstance(last, Failed):
            raise error_from(last)
        if isinstance(last, Finished):
            return
        code = wait_for(process, EXIT_S)
        readers[1].join(1.0)
        if self._cancelled.is_set():  # while it was ending
            raise Cancelled("cancelled; the frames that were finished stay")
        raise EngineError("the engine ended without a result (exit code {}); the end of its log:\n{}".format(
            code, self.log_text or "(empty)"))

    def _release(self, process: "subprocess.Popen[str]", readers: List[threading.Thread], *, patience: float) -> None:
        if wait_for(process, patience) is None:
            stop_process(process)
        for reader in readers:
            reader.join(1.0)
        with self._lock:
            self._process = None


def event_of(line: str) -> Optional[Event]:
    """Return the event of a line, what a library prints as a message; None for an empty one. Raises EngineError."""
    if not line.strip():
        return None
    try:
        return from_line(line)
    except ValueError:  # a library that prints; no reason to stop
        return Message("log", line)


def start_process(arguments: List[str], *, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
    """Start the engine as the head of its own process group, without a console window on Windows. Raises OSError."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        arguments,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(os.environ),
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        creationflags=flags,
    )


def read_lines(stream: Optional[IO[str]], put: Callable[[Optional[str]], None]) -> threading.Thread:
    """Read lines in a thread (pipes cannot be polled on Windows); None marks the end."""

    def read() -> None:
        if stream is not None:
            with stream:
                for line in stream:
                    put(line.rstrip("\r\n"))
        put(None)

    thread = threading.Thread(target=read, name="cmft-engine-reader", daemon=True)
    thread.start()
    return thread


def wait_for(process: "subprocess.Popen[str]", seconds: float) -> Optional[int]:
    """Return the exit code, or None while the process still runs after `seconds`."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    return process.returncode


def stop_process(process: "subprocess.Popen[str]") -> None:
    """Ask, then insist: the whole process group is gone afterwards."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        subprocess.call(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        return
    for number, patience in ((signal.SIGINT, INTERRUPT_S), (signal.SIGTERM, TERMINATE_S)):
        if process.poll() is None:
            _signal_group(process, number)
            wait_for(process, patience)
    _signal_group(process, signal.SIGKILL)  # also what the engine may have started
    wait_for(process, 0.2)


def _signal_group(process: "subprocess.Popen[str]", number: int) -> None:
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):  # all gone; macOS says so by the second
            pass
