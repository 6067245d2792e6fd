"""Pictures at reduced size: what is to be blurred widely loses nothing there."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]  # height, width


def reduction(spread: float, fine: float) -> int:
    """Return by how much a picture may be reduced whose blur has a spread, so that `fine` pixels of it are left."""
    return max(1, int(spread / fine))


def reduced_size(size: Size, by: int) -> Size:
    """Return the size of a picture reduced by a whole number; a part of a pixel counts as one."""
    height, width = size
    return -(-height // by), -(-width // by)


def reduced(picture: NDArray[Any], by: int) -> NDArray[Any]:
    """Return a picture (h, w) at its reduced size, means over the pixels of each."""
    height, width = reduced_size((picture.shape[0], picture.shape[1]), by)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def enlarged(picture: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """Return a reduced picture at a size again, linear between."""
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
