"""Telling the person how far a run is: Nuke's progress window, or lines in the terminal."""

import time
from typing import Callable, Optional

import nuke

from cmft_engine.protocol.events import Event, FrameDone, Message, Skipped, Started


class Progress:
    """How far a run is, as a number and a sentence."""

    def __init__(self, title: str, frames: int) -> None:
        self.title, self.frames = title, max(frames, 1)
        self.done = 0
        self.colored = 0
        self._start: Optional[float] = None

    def note(self, event: Event) -> str:
        """Count an event and return the sentence to show, "" for none."""
        if isinstance(event, Started):
            self._start = time.monotonic()
            return "{} frames on {}".format(event.frames, event.device or "its device")
        if isinstance(event, (FrameDone, Skipped)):
            self.done += 1
            self.colored += isinstance(event, FrameDone)
            return "frame {}, {} of {}{}".format(event.frame, self.done, self.frames, self._left())
        if isinstance(event, Message) and event.level == "warning":
            return event.text
        return ""

    @property
    def percent(self) -> int:
        """Return how much is done, 0 to 100."""
        return min(100, 100 * self.done // self.frames)

    def _left(self) -> str:
        left = self.frames - self.done
        if self._start is None or not self.colored or not left:
            return ""
        seconds = (time.monotonic() - self._start) / self.colored * left
        return ", {} left".format("{:.0f} s".format(seconds) if seconds < 100 else "{:.0f} min".format(seconds / 60))


class Window:
    """Nuke's progress window; made, used and closed in the thread that watches the run."""

    def __init__(self, title: str) -> None:
        self._task: Optional[nuke.ProgressTask] = nuke.ProgressTask(title)
        self._task.setMessage("starting the engine")

    def show(self, percent: int, text: str) -> None:
        """Show a number and a sentence."""
        if self._task is not None:
            self._task.setProgress(percent)
            self._task.setMessage(text)

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

    def show(self, percent: int, text: str) -> None:
        """Write a line."""
        self._say("{}: {} %, {}".format(self._title, percent, text))

    def is_cancelled(self) -> bool:
        """Ctrl-C arrives as KeyboardInterrupt; nothing else cancels."""
        return False

    def close(self) -> None:
        """Nothing to take away."""
