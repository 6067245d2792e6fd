"""What is written on stdout and stderr: safe for a terminal, and an end in order when nobody reads it any more."""

import contextlib
import logging
import os
import sys
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape

from .protocol.errors import Cancelled
from .protocol.plain import plain

GONE = "nobody reads what is told any more ({}), so the run ends; the plates that are finished stay"


def say(text: str) -> None:
    """Write a line on stdout, at once. Raises Cancelled when it cannot be written."""
    if sys.stdout is None:
        raise Cancelled(GONE.format("stdout is closed"))
    try:
        sys.stdout.write(plain(text) + "\n")
        sys.stdout.flush()
    except OSError as error:
        _give_up(sys.stdout)
        raise Cancelled(GONE.format(error.strerror)) from error


class PlainConsole(Console):
    """A console of Rich that ends the run in order when its reader has gone."""

    def on_broken_pipe(self) -> None:
        """Raise Cancelled."""
        _give_up(self.file)
        raise Cancelled(GONE.format("Broken pipe"))


def complain(text: str) -> None:
    """Write what went wrong on stderr, if anybody reads it."""
    with contextlib.suppress(OSError, Cancelled):
        PlainConsole(stderr=True).print(f"[bold red]cmft:[/] {escape(plain(text))}", highlight=False, soft_wrap=True)


def lost_stream(error: Exception) -> Cancelled | None:
    """Return what ends a run where an error comes from stdout or stderr, such as to a full disk."""
    if not isinstance(error, OSError) or error.filename is not None:
        return None
    for stream, text in ((sys.stdout, ""), (sys.stderr, "\n")):  # what stdout could not write is still to be written
        try:
            if stream is not None:
                stream.write(text)
                stream.flush()
        except OSError:
            _give_up(stream)
            return Cancelled(GONE.format(error.strerror))
    return None


def _give_up(stream: Any) -> None:
    """Let what is still to be written on a stream go nowhere, so that the end of the process cannot fail on it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Once(logging.Filter):
    """Lets every message through once: a file that is read twice is not told of twice."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is new."""
        text = record.getMessage()
        is_new = text not in self._said
        self._said.add(text)
        return is_new


    def forget(self) -> None:
        """Let everything be said once more."""
        self._said.clear()


def say_again() -> None:
    """Let the log say what it has said before: another run begins."""
    for handler in logging.getLogger().handlers:
        for found in handler.filters:
            if isinstance(found, Once):
                found.forget()


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


def prepare_streams(*, is_program: bool) -> None:
    """Replace letters that stdout or stderr cannot hold, and log to stderr. is_program: a program reads stdout.

    A stream that was closed before the start takes everything and shows nothing, but for a program.
    """
    for name in ("stderr",) if is_program else ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, until the end
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)
    handler = logging.StreamHandler() if is_program else RichHandler(console=PlainConsole(stderr=True), show_path=False)
    handler.addFilter(Once())
    handler.setFormatter(_PlainFormatter("%(levelname)s %(name)s: %(message)s" if is_program else "%(message)s"))
    logging.basicConfig(level=logging.INFO if is_program else logging.WARNING, handlers=[handler])
