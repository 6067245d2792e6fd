"""Regions painted in several colours with no line between: each pixel gets the colour that most around it got.

Shapes: H W plate size, n regions, K palette colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.reduced import enlarged, reduced, reduced_size, reduction

SMOOTH_RATIO = 0.004  # spread of the vote among neighbours, as a share of the longer side
SMOOTH_SMALL_PX = 2.5  # a spread of several times this is taken at reduced size
ORDER_BONUS = 0.02  # of a vote, for each map that is named before another: it breaks ties

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Indices = NDArray[np.signedinteger[Any]]


def divide(
    index: Labels, labels_under_ink: Labels, warped_indices: Sequence[Indices], allowed: NDArray[np.bool_]
) -> Labels:
    """Return the index (H, W) with every pixel of a divided region in the colour that most of its surroundings got.

    warped_indices: (H, W) each, the palette index that one way of carrying brings to a pixel, -1 for none; all
    count alike. allowed: bool (n, K) which colours a region may have, none where it is not divided.
    """
    out = index.copy()
    sigma = SMOOTH_RATIO * max(index.shape)
    boxes = ndimage.find_objects(labels_under_ink, len(allowed))
    for region in np.flatnonzero(allowed.any(1)):
        box = boxes[region]
        if box is None:
            continue
        inside = labels_under_ink[box] == region + 1
        within = [np.where(inside, warped[box], -1) for warped in warped_indices]
        best, most = out[box], np.zeros(inside.shape, np.float32)
        for color in np.flatnonzero(allowed[region]):
            votes = smoothed_votes(within, int(color), sigma)
            wins = inside & (votes > most)
            best[wins], most[wins] = color, votes[wins]
    return out


def agreement(
    index: Labels, labels_under_ink: Labels, warped_indices: Sequence[Indices], wanted: NDArray[np.bool_]
) -> Floats:
    """Share of the pixels of each wanted region to which a way of carrying brings the colour that they got.

    warped_indices: as for `divide`; wanted: bool (n,). Returns (len(warped_indices), n), 0 for what is not wanted and
    for a label without pixels.
    """
    shares = np.zeros((len(warped_indices), len(wanted)), np.float32)
    boxes = ndimage.find_objects(labels_under_ink, len(wanted))
    for region in np.flatnonzero(wanted):
        box = boxes[region]
        if box is None:
            continue
        inside = labels_under_ink[box] == region + 1
        got = index[box][inside]
        shares[:, region] = [(warped[box][inside] == got).mean() for warped in warped_indices]
    return shares


def smoothed_votes(warped_indices: Sequence[Indices], color: int, sigma: float) -> Floats:
    """How much of each pixel's surroundings gets a colour (h, w), summed over the maps, nothing outside the region.

    A wide spread is taken of a smaller picture: nothing is left of the details that get lost there.
    """
    by, size = reduction(sigma, SMOOTH_SMALL_PX), warped_indices[0].shape
    votes = np.zeros(reduced_size(size, by), np.float32)
    for place, warped in enumerate(reversed(warped_indices), start=1):
        seen = (warped == color).view(np.uint8) * np.uint8(255)
        votes += np.float32((1 + ORDER_BONUS * place) / 255) * reduced(seen, by)
    if not votes.any():
        return np.zeros(size, np.float32)
    near = cv2.GaussianBlur(votes, (0, 0), sigma / by, borderType=cv2.BORDER_CONSTANT)
    return enlarged(np.asarray(near, np.float32), size)
