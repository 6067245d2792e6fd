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

from pathlib import Path
from typing import Any, Optional, Union


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
        super().__init__("{}: {!r} is not allowed; use {}".format(field, value, allowed))
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
