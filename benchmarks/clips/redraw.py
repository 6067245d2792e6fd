"""The same drawing with another pen, at another size, or damaged: line plates in, line plates out.

A line plate here is grey ink on white, uint8 RGB (H, W, 3). Every function returns a new one.
"""

import cv2
import numpy as np
from skimage.morphology import skeletonize

FINER = 4  # how many times finer than the plate the pen is changed
INK_BELOW = 128  # half coverage
ERASED_SHARE = 0.01  # of all ink
GAP_RADIUS_PX = 2.0  # of the discs that erase it
SHIFT = 4  # fractional bits of places and radii that OpenCV draws with


def with_pen(line: np.ndarray, *, drawn_px: float, wanted_px: float) -> np.ndarray:
    """Return lines of about `wanted_px` where `drawn_px` were drawn.

    On a plate FINER times as large, the border of the ink moves by half the difference, outwards or inwards; the
    middle of every line always keeps `wanted_px`, so that a thin line does not break.
    """
    large = cv2.resize(_grey(line), None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR) < INK_BELOW
    move = FINER * abs(wanted_px - drawn_px) / 2
    if wanted_px >= drawn_px:
        ink = _distance(~large) <= move
    else:
        ink = (_distance(large) > move) | (_distance(~skeletonize(large)) <= FINER * wanted_px / 2)
    paper = np.where(ink, 0, 255).astype(np.uint8)
    return _rgb(cv2.resize(paper, line.shape[1::-1], interpolation=cv2.INTER_AREA))


def at_scale(line: np.ndarray, scale: float) -> np.ndarray:
    """Return the plate `scale` times as large, its lines as much thicker or thinner."""
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return _rgb(cv2.resize(_grey(line), None, fx=scale, fy=scale, interpolation=smooth))


def nearest_at(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return labels, a mask or flats at another (H, W), each pixel copied and none mixed."""
    height, width = picture.shape[:2]
    rows = (np.arange(shape[0]) * 2 + 1) * height // (2 * shape[0])
    columns = (np.arange(shape[1]) * 2 + 1) * width // (2 * shape[1])
    return np.asarray(picture[rows[:, None], columns])


def binary(line: np.ndarray) -> np.ndarray:
    """Return the plate without anti-aliasing: full ink from half coverage on."""
    return _rgb(np.where(_grey(line) < INK_BELOW, 0, 255).astype(np.uint8))


def erased(line: np.ndarray, *, seed: int) -> np.ndarray:
    """Return the plate with at least ERASED_SHARE of its ink gone: paper discs of GAP_RADIUS_PX on random ink."""
    result = _grey(line).copy()
    places = np.argwhere(result < INK_BELOW)
    kept = (1 - ERASED_SHARE) * _ink(result)
    for y, x in np.random.default_rng(seed).permutation(places):
        if _ink(result) <= kept:
            break
        center = (int(x) << SHIFT, int(y) << SHIFT)
        cv2.circle(result, center, round(GAP_RADIUS_PX * (1 << SHIFT)), 255, -1, cv2.LINE_AA, SHIFT)
    return _rgb(result)


def _ink(grey: np.ndarray) -> int:
    """Return how much ink there is, in 255ths of a pixel."""
    return int((255 - grey).sum(dtype=np.int64))


def _grey(line: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(line.min(axis=2))


def _rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


def _distance(inside: np.ndarray) -> np.ndarray:
    """Return for every pixel of a mask the distance in px to the nearest pixel outside, 0 outside."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
