"""What is said on stdout, whatever its encoding, until its reader goes away. Decides nothing of what is said."""

from __future__ import annotations

import logging
import os
import sys

from rich.console import Console

from ..protocol.errors import Cancelled

GONE = "the program that reads stdout has ended, so the run ends too; the plates that are finished stay"


class ReaderGone(Cancelled):
    """Nobody reads stdout any more."""


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


class StdoutConsole(Console):
    """A console on stdout that raises ReaderGone."""

    def on_broken_pipe(self) -> None:
        """Raise ReaderGone."""
        raise _gone()


def take_any_letter() -> None:
    """Let stdout and stderr replace letters that their encoding lacks, as an ASCII or Windows one does."""
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def write_line(text: str) -> None:
    """Write a line to stdout, at once. Raises ReaderGone."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise _gone() from error


def _gone() -> ReaderGone:
    """Let what is still in the buffer go nowhere, so that the process can end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return ReaderGone(GONE)
