"""How much a person has to mend in a coloured drawing: clicks with a paint bucket."""

from __future__ import annotations

import numpy as np
from skimage.measure import label

from .pictures import ink_free_mask, label_inked_regions, pack_colors
from .score import REGION_MIN_PX, wrong_pixels

SEEN_SHARE = 0.01  # of an area; fewer wrong pixels are not seen


def clicks_to_fix(prediction: np.ndarray, truth: np.ndarray, *, line: np.ndarray) -> int:
    """Return how many areas need a click, all pictures uint8 RGB (H, W, 3).

    An area is what a bucket would fill in the truth: connected pixels of one colour between the lines, REGION_MIN_PX
    or more. It needs a click when SEEN_SHARE of it, and no fewer than REGION_MIN_PX pixels, are wrong to a viewer.
    """
    clean = ink_free_mask(line)
    areas = _areas(truth, line, clean)
    count = int(areas.max()) + 1
    size = np.bincount(areas[clean], minlength=count)
    wrong = np.bincount(areas[wrong_pixels(prediction, truth, line=line)], minlength=count)
    needs = wrong >= np.maximum(SEEN_SHARE * size, REGION_MIN_PX)
    return int(needs[1:].sum())


def _areas(truth: np.ndarray, line: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """Return int (H, W): the number of each clean pixel's area, from 1, and 0 elsewhere."""
    regions, _ = label_inked_regions(line)
    codes = regions.astype(np.int64) << 24 | pack_colors(truth)
    kinds = np.zeros(codes.shape, np.int32)
    kinds[clean] = np.unique(codes[clean], return_inverse=True)[1].ravel() + 1
    return np.asarray(label(kinds, background=0, connectivity=1))
