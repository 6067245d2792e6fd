"""Pictures at the one square size that the paper's rivals work at, and their results back at full size."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.clips.stored import letterbox

WORK_PX = 256  # side at which all of the originals train and paint; Deep Image Analogy takes 200 to 700


def shrink(picture: np.ndarray) -> np.ndarray:
    """Return a picture, uint8 RGB (H, W, 3), on a square of WORK_PX."""
    return letterbox(picture, WORK_PX)


def enlarge(square: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Undo `shrink`: uint8 RGB (WORK_PX, WORK_PX, 3) without its margins, bilinear, at (H, W) = size."""
    scale = WORK_PX / max(size)
    height, width = (max(1, round(side * scale)) for side in size)
    top, left = (WORK_PX - height) // 2, (WORK_PX - width) // 2
    inner = np.ascontiguousarray(square[top : top + height, left : left + width])
    return np.asarray(cv2.resize(inner, (size[1], size[0]), interpolation=cv2.INTER_LINEAR))
