"""The errors that a user of the engine can meet.

CmftError
├─ InputError            exit 2   (also ValueError)
│  ├─ PlateError         missing, unreadable, wrong size: carries path and frame
│  ├─ ShotError          no reference, reference outside the range, no frames
│  ├─ PaletteError       unknown name, two entries alike
│  └─ SettingsError      carries field, value and what is allowed
├─ WeightsError          exit 3   not found, wrong checksum, missing tensors
├─ DeviceError           exit 3   no such device, out of memory: says what to lower
├─ EngineError           exit 1   the engine process ended with a bug
└─ Cancelled             exit 130 the user asked to stop

Every message says what happened, to which file and frame, and what to do.
"""

import errno
import os
from pathlib import Path
from typing import Any, Optional, Union

_LONG = 300  # letters of a value that a message shows


def brief(text: str) -> str:
    """Return a text for a sentence: of a very long one its beginning."""
    return text if len(text) <= _LONG else text[:_LONG] + "…"


def repr_of(value: Any) -> str:
    """Return what a value looks like in Python, whatever it is: a file may hold anything."""
    try:
        return repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
        return "this {}".format(type(value).__name__)


class CmftError(Exception):
    """Base of every error that the engine raises on purpose."""

    exit_code = 1


class InputError(CmftError, ValueError):
    """The job, a file or a setting is wrong; the user can mend it."""

    exit_code = 2


class PlateError(InputError):
    """A plate is missing, unreadable, or does not fit the shot."""

    def __init__(self, message: str, path: Union[str, Path, None] = None, frame: Optional[int] = None) -> None:
        super().__init__(message)
        self.path = None if path is None else str(path)
        self.frame = frame


class ShotError(InputError):
    """The shot as a whole cannot be coloured: no reference, no frames, two references at one frame."""


class PaletteError(InputError):
    """A palette file or a palette operation is wrong."""


class SettingsError(InputError):
    """A setting has a value that is not allowed."""

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        super().__init__("{}: {} is not allowed; use {}".format(brief(field), brief(repr_of(value)), allowed))
        self.field = field
        self.value = value
        self.allowed = allowed


class WeightsError(CmftError):
    """The checkpoint is missing, damaged or of another network."""

    exit_code = 3


class DeviceError(CmftError):
    """The compute device is absent or out of memory."""

    exit_code = 3


class EngineError(CmftError):
    """The engine process ended with a bug; the message holds the end of its log."""


class Cancelled(CmftError):
    """The user stopped the run; finished frames stay."""

    exit_code = 130


def path_error_from(error: BaseException) -> Optional[InputError]:
    """Return the error for a person when the system does not take a path that was given, else None."""
    if isinstance(error, OSError) and error.filename is not None and error.errno in _PATH_ERRORS:
        return InputError("{}: {}; check the path and its permissions".format(
            brief(os.fsdecode(error.filename)), error.strerror))
    return None


_PATH_ERRORS = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP, errno.EINVAL, errno.ENOTDIR, errno.EISDIR)
_NO_MEMORY = ("not enough memory", "out of memory", "can't allocate memory", "cannot allocate memory", "bad_alloc",
              "bad alloc", "insufficient memory", "unable to allocate", "can't start new thread",
              "failed to map segment", "_find_and_load at ",  # libraries that could not be loaded to their end
              "could not create a primitive", "unable to run compression routine", "memory may have run out")


def memory_error_from(error: BaseException) -> Optional[DeviceError]:
    """Return the error for a person when a library's error, or what caused it, means that memory ran out, else None."""
    cause: Optional[BaseException] = error
    while cause is not None:
        if isinstance(cause, DeviceError):
            return None if cause is error else cause
        said = str(cause).lower()
        telling = _NO_MEMORY if not isinstance(cause, InputError) else ("std::bad_alloc",)  # it names files too
        says_so = any(words in said for words in telling)
        if isinstance(cause, MemoryError) or says_so:
            return DeviceError("out of memory; lower the work size (--work-size) or let fewer neighbouring frames vote "
                               "(--temporal-radius 0), or give the engine more memory")
        cause = cause.__cause__
    return None
