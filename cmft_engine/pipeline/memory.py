"""Running out of memory, wherever in a run it happens, as an error that says what to lower."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from ..protocol.errors import CmftError, memory_error_from


@contextmanager
def memory_told() -> Iterator[None]:
    """Turn an error of a with block that means that memory ran out into a DeviceError; others pass."""
    try:
        yield
    except (MemoryError, OSError, RuntimeError, ImportError, SystemError, CmftError, cv2.error) as error:
        told = memory_error_from(error)
        if told is None:
            raise
        raise told from error
