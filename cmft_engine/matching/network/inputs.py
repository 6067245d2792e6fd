"""Arrays to the tensors that the network reads, the same in training and in use."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

DISTANCE_PX = 16.0  # distances to ink beyond this many work pixels look alike


def line_channels(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stack ink (H, W) in [0, 1] with the distance to it, clipped and scaled to [0, 1]: float32 (2, H, W)."""
    free = (ink < 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(free, cv2.DIST_L2, 3)
    return np.stack([ink, np.minimum(distance / DISTANCE_PX, 1.0)]).astype(np.float32)


def as_batch(array: NDArray[np.float32], device: torch.device) -> Tensor:
    """Put one picture (C, H, W) on a device as (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(array))[None].to(device)
