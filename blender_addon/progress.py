"""How far a run is, as a fraction and a sentence. Imports no `bpy`."""

import time
from typing import Optional

from cmft_engine.protocol.events import Event, FrameDone, Message, Skipped, Started


class Progress:
    """Counts the engine's events; `words` may be read from any thread."""

    def __init__(self, frames: int, shift: int) -> None:
        self.frames, self._shift = max(frames, 1), shift
        self.done = 0
        self.words = "starting the engine"
        self._colored = 0
        self._start: Optional[float] = None

    @property
    def fraction(self) -> float:
        """How much is done, in [0, 1]."""
        return min(1.0, self.done / self.frames)

    def note(self, event: Event) -> bool:
        """Count an event; return whether there is a new sentence."""
        before = self.words
        if isinstance(event, Started):
            self._start = time.monotonic()
            self.words = "{} frames on {}".format(event.frames, event.device or "its device")
        elif isinstance(event, (FrameDone, Skipped)):
            self.done += 1
            self._colored += isinstance(event, FrameDone)
            self.words = "frame {}, {} of {}{}".format(event.frame - self._shift, self.done, self.frames, self._left())
        elif isinstance(event, Message) and event.level == "warning":
            self.words = event.text
        return self.words != before

    def _left(self) -> str:
        left = self.frames - self.done
        if self._start is None or not self._colored or not left:
            return ""
        seconds = (time.monotonic() - self._start) / self._colored * left
        return ", {} left".format("{:.0f} s".format(seconds) if seconds < 100 else "{:.0f} min".format(seconds / 60))
