"""When a long task should end: after some minutes, or when it is asked to."""

from __future__ import annotations

import signal
import time
from types import FrameType


class Stop:
    """Tells when the time is over, or the process was asked to end by SIGTERM or Ctrl-C."""

    def __init__(self, minutes: float) -> None:
        """minutes: from now on, 0 = without end. Call it in the main thread; it handles the signals from then on."""
        self._ends = time.monotonic() + 60 * minutes if minutes > 0 else None
        self._is_asked = False
        for asked in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._is_asked = True

    def is_over(self) -> bool:
        """Return whether to end."""
        return self._is_asked or (self._ends is not None and time.monotonic() >= self._ends)
