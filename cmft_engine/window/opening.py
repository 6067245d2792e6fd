"""Opens the review window and keeps it until it is closed."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from .actions import Actions
from .qt import application, check_screen, run
from .review_window import ReviewWindow

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of mallopt
_LARGE = 1 << 20  # bytes from which memory is given back as soon as it is free


def give_memory_back() -> None:
    """Let the C library keep no large pieces of memory for later: pictures come and go in several threads."""
    if sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "mallopt"):
        for what, value in ((_MMAP_THRESHOLD, _LARGE), (_ARENA_MAX, 2)):
            ctypes.CDLL(None).mallopt(what, value)


def open_window(out: Path) -> tuple[ReviewWindow, Actions]:
    """Show the review window of a coloured shot. Raises InputError where there is no shot or no screen."""
    check_screen()
    give_memory_back()
    application()
    window = ReviewWindow(out)
    actions = Actions(window)
    window.show()
    window.canvas.setFocus()
    return window, actions


def review(out: Path) -> None:
    """Show the review window of a coloured shot until it is closed, and its plates are written. Raises InputError."""
    window, actions = open_window(out)
    app = application()
    try:
        run(app)
    finally:
        app.removeEventFilter(actions)
        window.session.close()
