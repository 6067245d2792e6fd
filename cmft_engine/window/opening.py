"""Opens the review window and keeps it until it is closed."""

from __future__ import annotations

from pathlib import Path

from .actions import Actions
from .qt import application, check_screen, run
from .review_window import ReviewWindow


def open_window(out: Path) -> tuple[ReviewWindow, Actions]:
    """Show the review window of a coloured shot. Raises InputError where there is no shot or no screen."""
    check_screen()
    application()
    window = ReviewWindow(out)
    actions = Actions(window)
    window.show()
    window.canvas.setFocus()
    return window, actions


def review(out: Path) -> None:
    """Show the review window of a coloured shot until it is closed, and its plates are written. Raises InputError."""
    check_screen()
    app = application()
    window, actions = open_window(out)
    try:
        run(app)
    finally:
        app.removeEventFilter(actions)
        window.session.close()
