"""The part of a plate that the network sees: cropped to the drawing and scaled to the work size.

Target and reference share one scale, so that a hand is as large in both. Holds no pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CELL_PX = 16  # work sizes are multiples of this
MARGIN_PX = 12  # paper kept around the drawing, in work pixels
MAX_SCALE = 2.0  # small drawings are enlarged at most this much


@dataclass(frozen=True)
class Framing:
    """A window of the plate and the work picture that it becomes.

    x, y: plate coordinates of the window's top left corner (may lie outside). width, height: work size in pixels.
    scale: work pixels per plate pixel.
    """

    x: int
    y: int
    width: int
    height: int
    scale: float

    def rows(self, limit: int) -> NDArray[np.intp]:
        """Plate row under each work row, clipped to [0, limit)."""
        return self._places(self.y, self.height, limit)

    def columns(self, limit: int) -> NDArray[np.intp]:
        """Plate column under each work column, clipped to [0, limit)."""
        return self._places(self.x, self.width, limit)

    def _places(self, start: int, count: int, limit: int) -> NDArray[np.intp]:
        places = start + (np.arange(count) + 0.5) / self.scale
        clipped: NDArray[np.intp] = np.clip(np.floor(places).astype(np.intp), 0, limit - 1)
        return clipped

    def sample(self, picture: NDArray[np.generic]) -> NDArray[np.generic]:
        """Take the nearest plate pixel for every work pixel of a picture (H, W, ...); the border repeats."""
        return picture[np.ix_(self.rows(picture.shape[0]), self.columns(picture.shape[1]))]

    def sample_ink(self, ink: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Scale a mask (H, W) to coverage (height, width) in [0, 1]; thin lines stay dark, outside is paper."""
        source_width, source_height = round(self.width / self.scale), round(self.height / self.scale)
        canvas = np.zeros((source_height, source_width), np.float32)
        height, width = ink.shape
        y0, x0 = max(0, self.y), max(0, self.x)
        y1, x1 = min(height, self.y + source_height), min(width, self.x + source_width)
        if y1 > y0 and x1 > x0:
            canvas[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x] = ink[y0:y1, x0:x1]
        if self.scale < 0.75:
            size = round(1 / self.scale)
            canvas = cv2.dilate(canvas, np.ones((size, size), np.uint8))
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        work: NDArray[np.float32] = cv2.resize(canvas, (self.width, self.height), interpolation=how)
        return work


def drawing_box(ink: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Find the drawing: (x0, y0, x1, y1) around all ink (H, W), the whole plate when there is none."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if rows.size == 0:
        return 0, 0, ink.shape[1], ink.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def work_scale(ink: NDArray[np.bool_], work_size: int) -> float:
    """Scale at which the drawing's longer side fills `work_size` pixels, margins included."""
    x0, y0, x1, y1 = drawing_box(ink)
    return min(MAX_SCALE, (work_size - 2 * MARGIN_PX) / max(x1 - x0, y1 - y0, 1))


def frame_drawing(ink: NDArray[np.bool_], scale: float, *, limit: int) -> Framing:
    """Frame the drawing at `scale`, or at a smaller one when its longer side would pass `limit` work pixels."""
    x0, y0, x1, y1 = drawing_box(ink)
    scale = min(scale, (limit - 2 * MARGIN_PX) / max(x1 - x0, y1 - y0, 1))
    margin = int(np.ceil(MARGIN_PX / scale))
    width, height = ((-(-round((side + 2 * margin) * scale) // CELL_PX)) * CELL_PX for side in (x1 - x0, y1 - y0))
    x = x0 - round((width / scale - (x1 - x0)) / 2)
    y = y0 - round((height / scale - (y1 - y0)) / 2)
    return Framing(x, y, width, height, scale)
