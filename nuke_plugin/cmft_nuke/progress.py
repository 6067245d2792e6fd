"""Showing the person how far a run is: Nuke's progress window, or lines in the terminal."""

from typing import Callable, Optional

import nuke

from cmft_engine.protocol.host.progress import Progress


class Window:
    """Nuke's progress window; made, used and closed in the thread that watches the run."""

    def __init__(self, title: str) -> None:
        self._task: Optional[nuke.ProgressTask] = nuke.ProgressTask(title)
        self._task.setMessage("starting the engine")

    def show(self, progress: Progress) -> None:
        """Show a number and a sentence."""
        if self._task is not None:
            self._task.setProgress(progress.percent)
            self._task.setMessage(progress.words)

    def is_cancelled(self) -> bool:
        """Say whether its Cancel was pressed."""
        return self._task is not None and bool(self._task.isCancelled())

    def close(self) -> None:
        """Take the window away; Nuke does so when its object goes."""
        self._task = None


class Terminal:
    """One line a frame on the terminal."""

    def __init__(self, title: str, say: Callable[[str], None]) -> None:
        self._title, self._say = title, say

    def show(self, progress: Progress) -> None:
        """Write a line."""
        self._say("{}: {} %, {}".format(self._title, progress.percent, progress.words))

    def is_cancelled(self) -> bool:
        """Ctrl-C arrives as KeyboardInterrupt; nothing else cancels."""
        return False

    def close(self) -> None:
        """Nothing to take away."""
