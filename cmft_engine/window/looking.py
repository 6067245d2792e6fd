"""How the picture is looked at: overlays, wipe, zoom, search and help."""

from __future__ import annotations

from .pictures import View
from .qt import Qt
from .review_window import ReviewWindow


class Looking:
    """Its methods are named as the keys' actions."""

    def __init__(self, window: ReviewWindow) -> None:
        """window: that is looked at."""
        self.window, self.session = window, window.session

    def look_again(self) -> None:
        """Show what the buttons say."""
        on = {name: button.isChecked() for name, button in self.window.bar.shown.items()}
        self.session.looks.view = View(*(on[f"toggle_{name}"] for name in View._fields))
        self.window.show_frame()

    def wipe(self) -> None:
        """Show before and after, or no longer."""
        canvas = self.window.canvas
        canvas.wipe = canvas.picture_middle if self.window.bar.shown["wipe"].isChecked() else None
        self.window.show_frame()
        canvas.update()

    def fit(self) -> None:
        """Show the whole frame."""
        self.window.canvas.fit()

    def full_size(self) -> None:
        """Show one pixel a pixel."""
        self.window.canvas.full_size()

    def zoom_in(self) -> None:
        """Show the picture larger."""
        self.window.canvas.zoom(1.5)

    def zoom_out(self) -> None:
        """Show the picture smaller."""
        self.window.canvas.zoom(1 / 1.5)

    def search(self) -> None:
        """Type a colour."""
        self.window.palette_view.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.window.palette_view.search.selectAll()

    def help(self) -> None:
        """Show the keys."""
        self.window.help.toggle()

    def back(self) -> None:
        """Leave what one was at."""
        self.window.palette_view.search.clear()
        self.window.canvas.setFocus()

    def quit(self) -> None:
        """Close the window."""
        self.window.close()
