"""Whose a lock or a temporary file is: the process that made it, and whether that one is known to be gone.

Ends no process and removes no file.
"""

import hashlib
import os
import platform
import re
import sys
from typing import Any, NamedTuple, Optional

_SHORT = re.compile(r"([0-9a-f]{8})-([0-9]{1,10})-([0-9a-f]{8})$")


class Owner(NamedTuple):
    """A process: its machine's name and digest, its number, and what tells it from a later one of that number."""

    host: str
    machine: str
    pid: int
    mark: str

    @property
    def short(self) -> str:
        """The owner as a part of a file's name; `owner_of` reads it back, without the host's name."""
        return "{}-{}-{}".format(self.machine, self.pid, self.mark)

    def is_gone(self) -> bool:
        """Say whether the process is known to be over; one on another machine never is."""
        return self.is_local and _mark(self.pid) != self.mark

    @property
    def is_local(self) -> bool:
        """Whether the process runs, or ran, where this one does, so that its number means something here."""
        return self.machine == _machine()


def this_owner() -> Owner:
    """Return this very process."""
    return Owner(platform.node() or "this machine", _machine(), os.getpid(), _mark(os.getpid()) or _digest(""))


def owner_of(text: str) -> Optional[Owner]:
    """Return the owner that `Owner.short` wrote, None where the text is none."""
    match = _SHORT.match(text)
    return None if match is None else Owner("", match.group(1), int(match.group(2)), match.group(3))


def owner_from(values: Any) -> Optional[Owner]:
    """Return the owner of plain JSON values, None where they are none."""
    if not isinstance(values, dict):
        return None
    host, short = values.get("host"), values.get("owner")
    found = owner_of(short) if isinstance(short, str) else None
    return None if found is None or not isinstance(host, str) else found._replace(host=host[:200])


def _machine() -> str:
    """Return a digest of the machine, and of the container on it, for process numbers mean nothing outside of one."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except (OSError, AttributeError):
        space = ""
    return _digest(platform.node() + space)


def _mark(pid: int) -> Optional[str]:
    """Return what tells a running process from others that had its number, None when no such process runs."""
    if sys.platform == "win32":
        return _digest("") if _runs_on_windows(pid) else None
    try:
        with open("/proc/{}/stat".format(pid), "rb") as stream:
            fields = stream.read().rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else _digest(fields[19].decode("ascii"))  # since the machine's start
    except (OSError, IndexError, ValueError):
        pass
    if os.path.exists("/proc/self/stat"):
        return None
    try:  # no /proc, as on macOS
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (OSError, OverflowError):
        pass
    return _digest("")


def _runs_on_windows(pid: int) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return bool(kernel.GetLastError() == 5)  # access denied: it runs, for somebody else
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259  # STILL_ACTIVE


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
