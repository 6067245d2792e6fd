"""What a method costs, measured so that a busy machine does not lengthen it."""

from __future__ import annotations

import os
import time


def cpu_seconds() -> float:
    """Return the processor time of this process and its children."""
    return time.process_time() + sum(os.times()[2:4])  # ours, finely, and our children's
