"""Array tools that the metrics and the baselines share: ink, inked regions, majority colours, laying ink over paint.

Pictures are uint8 RGB (H, W, 3), row 0 on top; a line plate is dark ink on white paper.
Independent of `image/`, so that an error of the engine's own line art cannot hide in its evaluation.
"""

import cv2
import numpy as np
from scipy import ndimage

PAINTABLE_ABOVE = 191  # a pixel of a line plate brighter than this in every channel can be painted
INK_FREE_FROM = 247  # a pixel at least this bright holds no ink at all and is scored


def paintable_mask(line: np.ndarray) -> np.ndarray:
    """Return bool (H, W): pixels that belong to a region rather than to ink or a coloured trace line."""
    return np.asarray(line.min(axis=2) > PAINTABLE_ABOVE)


def ink_free_mask(line: np.ndarray) -> np.ndarray:
    """Return bool (H, W): pixels without any ink, antialiasing included."""
    return np.asarray(line.min(axis=2) >= INK_FREE_FROM)


def label_inked_regions(line: np.ndarray) -> tuple[np.ndarray, int]:
    """Return 4-connected regions between the lines as int32 (H, W), 0 = ink, and the number of labels with 0."""
    count, labels = cv2.connectedComponents(paintable_mask(line).astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return labels, count


def fill_from_nearest(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return `values` (H, W, ...) with every pixel outside `valid` copied from the nearest pixel inside.

    Nothing valid leaves the values as they are.
    """
    if not valid.any():
        return values
    rows, columns = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)
    return np.asarray(values[rows, columns])


def flats_under_ink(painting: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return the painting with its paint continued under the lines: colour without ink."""
    return fill_from_nearest(painting, ink_free_mask(line))


def lay_ink(flats: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return the flats with the black ink over them; coloured trace lines carry no ink."""
    coverage = (255 - line.max(axis=2)).astype(np.float32)[..., None] / 255
    return np.asarray(np.round(flats.astype(np.float32) * (1 - coverage)).astype(np.uint8))


def pack_colors(picture: np.ndarray) -> np.ndarray:
    """Return RGB (..., 3) as one int64 a colour, 0xRRGGBB."""
    wide = picture.astype(np.int64)
    return np.asarray((wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2])


def unpack_colors(packed: np.ndarray) -> np.ndarray:
    """Return packed colours as uint8 RGB (..., 3)."""
    return np.stack([packed >> 16, (packed >> 8) & 255, packed & 255], axis=-1).astype(np.uint8)


def majority_colors(labels: np.ndarray, count: int, picture: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return the commonest packed colour of each label among its valid pixels, int64 (count,).

    -1 where a label has no valid pixel; label 0 (ink) is never counted. Ties go to the lower packed value.
    """
    counted = valid & (labels > 0)
    colors, color_index = np.unique(pack_colors(picture[counted]), return_inverse=True)
    keys, pixels = np.unique(labels[counted].astype(np.int64) * len(colors) + color_index, return_counts=True)
    majority = np.full(count, -1, np.int64)
    if len(keys) == 0:
        return majority
    owners = keys // len(colors)
    order = np.lexsort((-pixels, owners))
    owners, winners = owners[order], keys[order] % len(colors)
    first = np.r_[True, owners[1:] != owners[:-1]]
    majority[owners[first]] = colors[winners[first]]
    return majority


def paint_regions(labels: np.ndarray, colors: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return uint8 RGB: each label in its packed colour, the ink over it.

    Labels with colour -1, and the pixels under the ink, take the nearest painted label's colour.
    """
    painted = (labels > 0) & (colors >= 0)[labels]
    full = fill_from_nearest(labels, painted)
    return lay_ink(unpack_colors(np.maximum(colors, 0)[full]), line)


def pour_majority(flats: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return the flats with every inked region in its commonest colour: what a paint bucket would give."""
    labels, count = label_inked_regions(line)
    return paint_regions(labels, majority_colors(labels, count, flats, labels > 0), line)
