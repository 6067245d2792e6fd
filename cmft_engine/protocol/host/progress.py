"""How far a run is, as a number and a sentence."""

import time
from typing import Optional

from ..events import Event, FrameDone, FrameFailed, Message, Skipped, Started
from ..plain import counted


class Progress:
    """Counts the engine's events; may be read from any thread. `shift`: from a host's frame to the engine's."""

    def __init__(self, frames: int, shift: int = 0) -> None:
        self.frames, self.shift = max(frames, 1), shift
        self.done = 0
        self.words = "starting the engine"
        self._colored = 0
        self._start: Optional[float] = None

    @property
    def fraction(self) -> float:
        """How much is done, in [0, 1]."""
        return min(1.0, self.done / self.frames)

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return min(100, 100 * self.done // self.frames)

    def note(self, event: Event) -> bool:
        """Count an event; return whether there is something new to show."""
        if isinstance(event, Started):
            self._start = time.monotonic()
            self.words = "{} on {}".format(counted(event.frames, "frame"), event.device or "its device")
        elif isinstance(event, (FrameDone, Skipped)):
            self.done += 1
            self._colored += isinstance(event, FrameDone)
            self.words = "frame {}, {} of {}{}".format(event.frame - self.shift, self.done, self.frames, self._left())
        elif isinstance(event, FrameFailed):
            self.done += 1
            self.words = event.message
        elif isinstance(event, Message) and event.level == "warning":
            self.words = event.text
        else:
            return False
        return True

    def _left(self) -> str:
        left = self.frames - self.done
        if self._start is None or not self._colored or not left:
            return ""
        seconds = (time.monotonic() - self._start) / self._colored * left
        return ", {} left".format("{:.0f} s".format(seconds) if seconds < 100 else "{:.0f} min".format(seconds / 60))
