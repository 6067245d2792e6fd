"""Pictures looked up at the nearest pixel, whatever numbers they hold."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

_KINDS = {1: np.uint8, 2: np.int16, 4: np.float32, 8: np.float64}  # those that cv2.remap moves, by their bytes

Value = TypeVar("Value", bound=np.generic)


def look_up(picture: NDArray[Value], places: NDArray[np.float32]) -> NDArray[Value]:
    """Take picture (h, w) at the nearest pixel of places (..., ..., 2), x and y; values are copied bit by bit.

    The border repeats. The values may be of any kind of one, two, four or eight bytes.
    """
    moved = picture.view(_KINDS[picture.itemsize])
    found = cv2.remap(moved, places, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found).view(picture.dtype)
