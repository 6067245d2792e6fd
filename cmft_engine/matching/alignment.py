"""Lay one region over another, so that what is painted inside the one can be carried into the other.

Where colours meet without ink, the outline of the enclosed region is all that both drawings show. Knows no colours.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .flow import refine_flow

REACH_PX = 24  # the outline is felt this far to either side
MARGIN_PX = 16  # around the region that is looked at
ROUNDING_PX2 = 0.3  # a region's spread is at least this, in px²

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Box = tuple[slice, slice]


def align_regions(target: Mask, reference: Mask) -> tuple[Box, list[Floats]]:
    """Say where each pixel of a target region lies in a reference region.

    target, reference: bool (h, w), sizes may differ; each holds a region. Returns a box of the target with some margin
    and, for it, two answers: float32 (rows, columns, 2), x and y in the reference. The first starts with the regions'
    centres laid over each other, the second also with one stretched to the other's spread, without a turn. Dense
    inverse search (Kroeger et al., ECCV 2016) between the distances to both outlines then bends either.
    """
    box, there = _box(target), _box(reference, REACH_PX)
    near, far = _outline(target[box]), _outline(reference[there])
    center, form = _spread(target[box])
    center_there, form_there = _spread(reference[there])
    starts = np.eye(2), form_there @ np.linalg.inv(form)
    corner = np.array([there[1].start, there[0].start], np.float32)
    return box, [
        refine_flow(near, far, _places(near.shape, center, center_there, turn), outside=0) + corner for turn in starts
    ]


def _box(mask: Mask, margin: int = MARGIN_PX) -> Box:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, int(rows[0]) - margin), min(mask.shape[0], int(rows[-1]) + 1 + margin)),
        slice(max(0, int(columns[0]) - margin), min(mask.shape[1], int(columns[-1]) + 1 + margin)),
    )


def _spread(mask: Mask) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre (x, y) and the square root (2, 2) of the covariance of a region's pixels."""
    y, x = np.nonzero(mask)
    places = np.stack([x, y]).astype(np.float64)
    center = places.mean(1)
    apart = places - center[:, None]
    values, vectors = np.linalg.eigh(apart @ apart.T / x.size + ROUNDING_PX2 * np.eye(2))
    return center, (vectors * np.sqrt(values)) @ vectors.T


def _outline(mask: Mask) -> NDArray[np.uint8]:
    """Signed distance to the region's outline, within REACH_PX, as uint8: 127 at the outline, more inside."""
    inside = mask.astype(np.uint8)
    signed = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    scaled: NDArray[np.uint8] = ((np.clip(signed / REACH_PX, -1, 1) + 1) * 127).astype(np.uint8)
    return scaled


def _places(
    size: tuple[int, ...], center: NDArray[np.float64], center_there: NDArray[np.float64], turn: NDArray[np.float64]
) -> Floats:
    """Places (h, w, 2) that a linear map about the centres gives."""
    grid = np.stack(np.meshgrid(np.arange(size[1]), np.arange(size[0])), -1)
    return ((grid - center) @ turn.T + center_there).astype(np.float32)
