"""Dense optical flow: the reference's paint warped along the motion of the lines.

DIS flow (Kroeger et al. 2016, OpenCV's medium preset) between distance maps of the line plates,
because bare lines are too sparse for patch matching. No region is looked at.
"""

import cv2
import numpy as np

from benchmarks.metrics.pictures import flats_under_ink, lay_ink

INK_BELOW = 128  # a channel darker than this is a line, for the distance map
DISTANCE_CAP_PX = 24.0
MIN_FLOW_SIDE_PX = 32  # DIS needs its patches on a pyramid level; smaller drawings are taken as still


def distance_map(line: np.ndarray) -> np.ndarray:
    """Return the distance to the nearest line, 0 to DISTANCE_CAP_PX pixels as uint8 (H, W) 0 to 255."""
    paper = (line.min(axis=2) >= INK_BELOW).astype(np.uint8)
    distance = cv2.distanceTransform(paper, cv2.DIST_L2, 5)
    return np.asarray((np.clip(distance / DISTANCE_CAP_PX, 0, 1) * 255).astype(np.uint8))


def flow_to_reference(reference_line: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return float32 (H, W, 2): for each target pixel the offset x, y in px to its place in the reference."""
    height, width = target_line.shape[:2]
    if min(height, width) < MIN_FLOW_SIDE_PX:
        return np.zeros((height, width, 2), np.float32)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(dis.calc(distance_map(target_line), distance_map(reference_line), None))


def warp_nearest(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return picture[y + flow y, x + flow x] by the nearest pixel, so that no new colour appears."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x, y = x + flow[..., 0], y + flow[..., 1]
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE))


def flow_warp(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return the reference's flats moved by the flow, under the target's ink; uint8 RGB (H, W, 3)."""
    flats = flats_under_ink(reference_gt, reference_line)
    return lay_ink(warp_nearest(flats, flow_to_reference(reference_line, target_line)), target_line)
