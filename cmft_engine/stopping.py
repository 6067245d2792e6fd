"""How a signal ends the engine: at once while libraries load, else in order. Imports nothing that takes time."""

import _thread
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

from .protocol.errors import Cancelled
from .protocol.events import failed_from, to_line

CANCELLED = "cancelled; the frames that are finished stay, --resume goes on from them"


class Stopped(BaseException):
    """A signal asked the run to end; no library takes it for an error of its own."""


@dataclass
class _Phase:
    is_loading: bool = True  # until the command line is there
    is_asked: bool = False  # to stop
    is_staying: bool = False  # after a run is cancelled


_PHASE = _Phase()


def catch_signals() -> None:
    """End the process in order at the first signal; a second one ends it at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


@contextmanager
def loading(is_loading: bool = True) -> Iterator[None]:
    """Say that libraries load in a with block, which nothing may interrupt in the middle; False: that none do."""
    before, _PHASE.is_loading = _PHASE.is_loading, is_loading
    try:
        yield
    finally:
        _PHASE.is_loading = before


def go_on() -> None:
    """Raise Stopped when a signal has asked for it and a library has lost that on its way."""
    if _PHASE.is_asked:
        raise Stopped


def stay() -> None:
    """Take the next signal as the first: a run was cancelled, and the process goes on."""
    _PHASE.is_asked, _PHASE.is_staying = False, True
    catch_signals()


def interrupt() -> None:
    """Let the main thread stop what it does, as a signal would; safe from any thread."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def end_at_once(code: int) -> None:
    """End the process, whatever other threads do; all that was said is written."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    if _PHASE.is_loading and _PHASE.is_staying:
        _PHASE.is_asked = True  # it stops when all is loaded
        return
    if _PHASE.is_loading:  # nothing is written yet, and a library that is half loaded takes no exception
        _end_now()
    _PHASE.is_asked = True
    raise Stopped


def _end_now() -> None:
    if "--events" in sys.argv:
        _write(1, to_line(failed_from(Cancelled(CANCELLED))))
    elif "--openjd" in sys.argv:
        _write(1, f"openjd_fail: {CANCELLED}")
    _write(2, f"cmft: {CANCELLED}")
    os._exit(Cancelled.exit_code)


def _write(stream: int, text: str) -> None:
    try:
        os.write(stream, (text + "\n").encode())
    except OSError:  # nobody reads it
        return
