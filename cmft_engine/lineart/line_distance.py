"""How far pixels are from the lines of a drawing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_DISTANCE_PX = 24.0  # farther from a line all places look alike


def line_distance(ink: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Distance (H, W) to the nearest line in tenths of a pixel, up to MAX_DISTANCE_PX."""
    distance = cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_L2, 5)
    np.minimum(distance, np.float32(MAX_DISTANCE_PX), out=distance)
    return np.asarray(np.multiply(distance, np.float32(10), out=distance), np.uint8)
