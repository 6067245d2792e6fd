"""What region matching knows about the regions of one drawing: place, size, shape and neighbours.

Looks at line plates only; colours are attached by the matcher.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from benchmarks.metrics.pictures import fill_from_nearest, label_inked_regions

INK_BELOW = 128  # darker pixels place the drawing as a whole
SHAPE_SIDE = 24  # side of the normalised shape masks
SHAPE_SPAN = 3.2  # side of the square they show, in square roots of the region's area
MIN_AREA_PX = 4
LEAK_RADIUS_PX = 2.5  # a passage narrower than a disk of this radius is a leak
LEAK_CORE_MIN_PX = 60  # each side of a leak must be at least this large


@dataclass(frozen=True)
class RegionFeatures:
    """N regions of one drawing, as arrays along N; `labels` is int32 (H, W) with 0 = ink."""

    labels: np.ndarray
    count: int  # labels in use, 0 included
    kept: np.ndarray  # (N,) the label of each region
    area: np.ndarray  # (N,) px
    center: np.ndarray  # (N, 2) x, y px
    shape: np.ndarray  # (N, S) mask at its own angle, centred, area normalised
    turned: np.ndarray  # (N, S) the same with its long axis level
    moments: np.ndarray  # (N, 4) log Hu moments
    touches: np.ndarray  # (N, 4) touches top, bottom, left, right of the picture
    borders: np.ndarray  # (N, N) px of common border across the ink
    rim_share: np.ndarray  # (N,) share of the picture's rim
    ink_center: np.ndarray  # (2,) x, y px
    ink_spread: float  # px, standard deviation of the ink

    def __len__(self) -> int:
        return len(self.kept)


def describe_regions(line: np.ndarray) -> RegionFeatures:
    """Return the features of every region of at least MIN_AREA_PX in a line plate, uint8 RGB (H, W, 3)."""
    labels, count = label_closed_regions(line)
    areas = np.bincount(labels.ravel(), minlength=count).astype(float)
    kept = np.flatnonzero(areas[1:] >= MIN_AREA_PX) + 1
    center = _centers(labels, areas)[kept]
    shape, turned, moments, touches = _describe_each(labels, kept, areas[kept], center)
    ink_center, ink_spread = _ink_placement(line)
    return RegionFeatures(
        labels=labels,
        count=count,
        kept=kept,
        area=areas[kept],
        center=center,
        shape=shape,
        turned=turned,
        moments=moments,
        touches=touches,
        borders=_common_borders(labels, count)[np.ix_(kept, kept)],
        rim_share=_rim_share(labels, count, kept),
        ink_center=ink_center,
        ink_spread=ink_spread,
    )


def label_closed_regions(line: np.ndarray) -> tuple[np.ndarray, int]:
    """Return regions as `label_inked_regions`, each cut where only a leak joins two of its parts."""
    labels, count = label_inked_regions(line)
    distance = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 5)
    wide = (distance > LEAK_RADIUS_PX).astype(np.uint8)
    core_count, cores = cv2.connectedComponents(wide, connectivity=4, ltype=cv2.CV_32S)
    owner = np.zeros(core_count, np.int64)
    owner[cores[cores > 0]] = labels[cores > 0]
    large = np.bincount(cores.ravel(), minlength=core_count) >= LEAK_CORE_MIN_PX
    large[0] = False
    boxes = ndimage.find_objects(labels, count)
    closed = labels.copy()
    for region in np.flatnonzero(np.bincount(owner[large], minlength=count) >= 2):
        box = boxes[region - 1]
        markers = _renumber(cores[box], np.flatnonzero(large & (owner == region)))
        parts = watershed(-distance[box], markers, mask=labels[box] == region)
        view = closed[box]
        view[parts > 1] = parts[parts > 1] + (count - 2)
        count += int(markers.max()) - 1
    return closed, count


def _renumber(cores: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return int32 markers: the chosen cores as 1, 2, ..., all else 0."""
    lookup = np.zeros(max(int(cores.max()), int(chosen.max())) + 1, np.int32)
    lookup[chosen] = np.arange(1, len(chosen) + 1)
    return np.asarray(lookup[cores])


def _centers(labels: np.ndarray, areas: np.ndarray) -> np.ndarray:
    height, width = labels.shape
    y, x = np.mgrid[:height, :width]
    divisor = np.maximum(areas, 1)
    sums = [np.bincount(labels.ravel(), weights=axis.ravel().astype(float), minlength=len(areas)) for axis in (x, y)]
    return np.stack([total / divisor for total in sums], axis=1)


def _ink_placement(line: np.ndarray) -> tuple[np.ndarray, float]:
    rows, columns = np.nonzero(line.min(axis=2) < INK_BELOW)
    if len(rows) == 0:
        return np.array([line.shape[1] / 2, line.shape[0] / 2]), 1.0
    return np.array([columns.mean(), rows.mean()]), float(np.sqrt(columns.var() + rows.var()) + 1e-6)


def _describe_each(
    labels: np.ndarray, kept: np.ndarray, area: np.ndarray, center: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return shape and turned masks (N, S), Hu moments (N, 4) and touched sides (N, 4)."""
    height, width = labels.shape
    boxes = ndimage.find_objects(labels)
    size = SHAPE_SIDE * SHAPE_SIDE
    shape, turned = np.zeros((len(kept), size), np.float32), np.zeros((len(kept), size), np.float32)
    moments, touches = np.zeros((len(kept), 4)), np.zeros((len(kept), 4))
    for i, label in enumerate(kept):
        rows, columns = boxes[label - 1]
        mask = (labels[rows, columns] == label).astype(np.uint8)
        middle = center[i] - (columns.start, rows.start)
        scale = SHAPE_SIDE / (SHAPE_SPAN * np.sqrt(area[i]))
        raw = cv2.moments(mask, True)
        shape[i] = _normalised_mask(mask, middle, scale, 0.0)
        turned[i] = _normalised_mask(mask, middle, scale, -_axis(raw))
        hu = cv2.HuMoments(raw).ravel()[:4]
        moments[i] = np.sign(hu) * np.log10(np.abs(hu) + 1e-9)
        touches[i] = rows.start <= 1, rows.stop >= height - 1, columns.start <= 1, columns.stop >= width - 1
    return shape, turned, moments, touches


def level_shape(mask: np.ndarray) -> np.ndarray:
    """Return what a non-empty bool mask looks like with its long axis level and its area normalised, flattened.

    Its middle lies in the middle of the cells, so that the cells in reverse order show it mirrored or turned.
    """
    raw = cv2.moments(mask.astype(np.uint8), True)
    middle = np.array([raw["m10"], raw["m01"]]) / raw["m00"]
    scale = SHAPE_SIDE / (SHAPE_SPAN * np.sqrt(raw["m00"]))
    return _normalised_mask(mask, middle, scale, -_axis(raw), to=(SHAPE_SIDE - 1) / 2)


def _axis(moments: Mapping[str, float]) -> float:
    """Return the angle of a mask's long axis in radians."""
    return float(0.5 * np.arctan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"]))


def _normalised_mask(
    mask: np.ndarray, middle: np.ndarray, scale: float, angle: float, *, to: float = SHAPE_SIDE / 2
) -> np.ndarray:
    """Return the mask scaled and turned about its middle into SHAPE_SIDE squared cells, flattened; `to`: where to."""
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = to - turn @ middle
    matrix = np.column_stack([turn, shift]).astype(np.float32)
    return np.asarray(cv2.warpAffine(mask.astype(np.float32), matrix, (SHAPE_SIDE, SHAPE_SIDE)).ravel())


def _common_borders(labels: np.ndarray, count: int) -> np.ndarray:
    """Return (count, count): px along which two labels meet once the ink between them is filled."""
    full = fill_from_nearest(labels, labels > 0).astype(np.int64)
    borders = np.zeros((count, count), np.int64)
    for one, other in ((full[:, :-1], full[:, 1:]), (full[:-1], full[1:])):
        meet = one != other
        pairs = one[meet] * count + other[meet]
        borders += np.bincount(pairs, minlength=count * count).reshape(count, count)
    return borders + borders.T


def _rim_share(labels: np.ndarray, count: int, kept: np.ndarray) -> np.ndarray:
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    pixels = np.bincount(rim[rim > 0], minlength=count)[kept]
    return np.asarray(pixels / max(1, pixels.sum()))
