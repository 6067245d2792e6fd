"""Dense motion between two drawings, a cue beside the network where little moved.

Optical flow on bare lines finds nothing between them; on distance-to-ink maps it does, and is the strongest
method without learning where motion is small. Reads arrays; knows no network.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

TRUNCATE_PX = 24.0  # distances beyond this look alike
LEAST_PX = 32  # the search's patches do not fit into smaller pictures


def distance_map(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Distance to ink (H, W) in [0, 1], truncated and scaled to uint8."""
    distance = cv2.distanceTransform((ink < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    scaled: NDArray[np.uint8] = (np.minimum(distance / TRUNCATE_PX, 1.0) * 255).astype(np.uint8)
    return scaled


def flow_to_reference(
    target: NDArray[np.float32], reference: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each target pixel came from: (x, y) maps in reference pixels, float32 (H, W) each.

    target, reference: ink coverage in [0, 1]; sizes may differ, the pictures are aligned at their centres.
    Dense inverse search (Kroeger et al., ECCV 2016) at its medium preset.
    """
    height, width = target.shape
    top, left = (reference.shape[0] - height) // 2, (reference.shape[1] - width) // 2
    moved = _shifted(reference, top, left, (height, width))
    flow = _search(distance_map(target), distance_map(moved))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x + flow[..., 0] + left, y + flow[..., 1] + top


def refine_flow(
    near: NDArray[np.uint8], far: NDArray[np.uint8], places: NDArray[np.float32], *, outside: int
) -> NDArray[np.float32]:
    """Return places (h, w, 2), x and y in `far`, moved so that what `near` (h, w) shows is found there.

    places: where to begin. outside: what `far` shows beyond its border. Search as in `flow_to_reference`.
    """
    found = cv2.remap(far, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,))
    flow = _search(near, np.asarray(found, np.uint8))
    x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in near.shape[::-1]))
    bent = cv2.remap(places, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent, np.float32)


def flow_between(near: NDArray[np.uint8], far: NDArray[np.uint8], *, longest: int) -> NDArray[np.float32]:
    """Return the places (H, W, 2), x and y in `far`, of the pixels of `near`: flow from where they are, and no warp.

    near, far: two pictures of one size (H, W), searched at `longest` px at most.
    """
    height, width = near.shape
    scale = min(1.0, longest / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = (np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8) for one in (near, far))
    flow = cv2.resize(_search(*small), (width, height), interpolation=cv2.INTER_LINEAR)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([x + flow[..., 0] * (width / size[0]), y + flow[..., 1] * (height / size[1])])


def _search(near: NDArray[np.uint8], far: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Flow (h, w, 2) from one picture to the other of its size; none where the search's patches do not fit."""
    if min(near.shape) < LEAST_PX:
        return np.zeros((*near.shape, 2), np.float32)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(search.calc(near, far, None), np.float32)


def _shifted(picture: NDArray[np.float32], top: int, left: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """Crop or pad (with paper) to `size`, starting at row `top`, column `left`."""
    out = np.zeros(size, np.float32)
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(picture.shape[0], top + size[0]), min(picture.shape[1], left + size[1])
    out[y0 - top : y1 - top, x0 - left : x1 - left] = picture[y0:y1, x0:x1]
    return out
