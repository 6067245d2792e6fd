"""Compare coloured frames of the example shot with what its program paints."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from benchmarks.metrics.clicks import SEEN_SHARE, clicks_to_fix
from benchmarks.metrics.pictures import ink_free_mask, label_inked_regions, pack_colors
from benchmarks.metrics.score import REGION_MIN_PX, wrong_pixels
from cmft_training.synthetic.example_shot import ExampleFrame

Picture = NDArray[np.uint8]
Areas = NDArray[np.int32]

OUTLINE = (255, 0, 190)  # in no palette of the example
OUTLINE_PX = 5


def over_white(rgba: Picture) -> Picture:
    """Return straight RGBA (H, W, 4) as a person sees it on white, RGB (H, W, 3)."""
    alpha = rgba[..., 3:].astype(np.float64) / 255
    return np.rint(rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def bucket_areas(frame: ExampleFrame) -> Areas:
    """Return the number, from 1, of the area that a paint bucket fills at each pixel (H, W); 0 is ink.

    Areas are connected pixels of one true colour between the lines, as `clicks_to_fix` counts them.
    """
    line, truth = over_white(frame.line), over_white(frame.flats)
    clean = ink_free_mask(line)
    codes = label_inked_regions(line)[0].astype(np.int64) << 24 | pack_colors(truth)
    kinds = np.zeros(codes.shape, np.int32)
    kinds[clean] = np.unique(codes[clean], return_inverse=True)[1].ravel() + 1
    return np.asarray(label(kinds, background=0, connectivity=1), np.int32)


def wrong_areas(plate: Picture, frame: ExampleFrame) -> Areas:
    """Return the areas of a coloured plate, RGBA (H, W, 4), that need a click; 0 elsewhere.

    An area needs one when a hundredth of it, and no fewer than ten pixels, are wrong to a viewer.
    """
    line, truth, seen = over_white(frame.line), over_white(frame.flats), over_white(plate)
    areas = bucket_areas(frame)
    size = np.bincount(areas.ravel())
    wrong = np.bincount(areas[wrong_pixels(seen, truth, line=line)], minlength=size.size)
    needs = wrong >= np.maximum(SEEN_SHARE * size, REGION_MIN_PX)
    needs[0] = False
    assert needs.sum() == clicks_to_fix(seen, truth, line=line), "the benchmark counts other areas"
    return np.where(needs[areas], areas, 0).astype(np.int32)


def count(areas: Areas) -> int:
    """Return how many areas there are."""
    return int(np.unique(areas[areas > 0]).size)


def outlined(plate: Picture, areas: Areas) -> Picture:
    """Return the plate on white, RGB (H, W, 3), with a line around every area."""
    inside = (areas > 0).astype(np.uint8)
    side = 2 * OUTLINE_PX + 1
    ring = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))) > inside
    picture = over_white(plate)
    picture[ring] = OUTLINE
    return picture
