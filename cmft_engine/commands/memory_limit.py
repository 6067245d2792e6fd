"""Whether a process may take the memory that the engine's libraries need, asked before they are loaded."""

import sys

from ..protocol.errors import DeviceError

LEAST_MB = 1100  # of address space, for the libraries alone; with less some of them wait for ever


def check_memory_limit() -> None:
    """Raise DeviceError when this process's own limit, as `ulimit -v` sets it, is too low to load the engine."""
    if sys.platform == "win32":
        return
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY and most < LEAST_MB * 2**20:
        raise DeviceError(f"out of memory: this process may take {most // 2**20} MB, but the engine's libraries alone "
                          f"need {LEAST_MB}; raise the limit (ulimit -v), or lower what else runs in it")
