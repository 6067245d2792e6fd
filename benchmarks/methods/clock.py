"""What a method costs, measured so that a busy machine does not lengthen it."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path


def cpu_seconds() -> float:
    """Return the processor time of this process and its children."""
    return time.process_time() + sum(os.times()[2:4])  # ours, finely, and our children's


def peak_gb() -> float:
    """Return the most memory that this process, or a child that has ended, had in use, in GB.

    Linux counts what the process that started this one used in `ru_maxrss`, so its own peak is read from `/proc`.
    """
    own, children = (resource.getrusage(who).ru_maxrss / 1024**2
                     for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(peak_gb_of(os.getpid()) or own, children)


def peak_gb_of(pid: int) -> float:
    """Return the most memory that a process has had in use, in GB; 0 if it has ended, or the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024**2 for line in lines if line.startswith("VmHWM:")), 0.0)
