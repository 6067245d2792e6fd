"""What a region looks like in numbers: place, size, shape and neighbours, relative to the drawing.

Places are measured from the ink's centre in units of the ink's spread, so that a pan or zoom changes nothing.
No loop over regions or pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array, csr_array

from ..image.strips import strips

RASTER = 12  # side of the shape raster
RASTER_SPAN = 3.2  # its width in units of sqrt(area)
NODE_FEATURES = 16

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Descriptors:
    """Numbers of n regions (labels 1..n, row i for label i + 1); a label without pixels has area 0.

    node: float32 (n, NODE_FEATURES). raster: float32 (n, RASTER * RASTER) coverage of the region's own frame.
    position: float32 (n, 2) in units of the ink's spread. area: float32 (n,) work pixels.
    touching: float32 (n, n) share of row's border that lies against the column; sparse, for n may be tens of thousands.
    """

    node: Floats
    raster: Floats
    position: Floats
    area: Floats
    touching: csr_array


def describe_regions(labels: Labels, labels_under_ink: Labels, ink: Floats, *, count: int) -> Descriptors:
    """Describe regions 1..count of a work picture.

    labels: int32 (h, w), 0 = ink; labels_under_ink: the same with ink given to the nearest region. ink: (h, w) in
    [0, 1].
    """
    center, spread = ink_frame(ink)
    y, x = np.nonzero(labels)
    owner = labels[y, x].astype(np.intp)

    def total(values: NDArray[np.generic] | None = None) -> NDArray[np.float64]:
        return np.bincount(owner, values, count + 1)[1:].astype(np.float64)

    area = total()
    safe = np.maximum(area, 1)
    cx, cy = total(x) / safe, total(y) / safe
    dx, dy = x - cx[owner - 1], y - cy[owner - 1]
    mxx, mxy, myy = (total(a) / safe + c for a, c in ((dx * dx, 0.08), (dx * dy, 0.0), (dy * dy, 0.08)))
    position = np.stack([cx - center[0], cy - center[1]], 1) / spread
    box = _boxes(labels, count)
    depth = _depths(labels, count)
    touching = _touching(labels_under_ink, count)
    neighbors, most = _told_of(touching)
    round_ = mxx + myy
    node = np.column_stack(
        [
            position,
            np.log(np.sqrt(safe) / spread),
            np.log(np.sqrt(round_) / spread),
            (mxx - myy) / round_,
            2 * mxy / round_,
            np.sqrt((mxx - myy) ** 2 + 4 * mxy**2) / round_,
            (box[:, 0] - cx) / spread,
            (box[:, 1] - cy) / spread,
            (box[:, 2] - cx) / spread,
            (box[:, 3] - cy) / spread,
            area / np.maximum((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]), 1),
            depth / np.sqrt(safe),
            np.log1p(neighbors),
            most,
            np.full(count, np.log(spread / 100)),
        ]
    )
    side = RASTER_SPAN * np.sqrt(safe)
    raster = _rasters(owner - 1, dx / side[owner - 1], dy / side[owner - 1], safe, count)
    return Descriptors(
        node.astype(np.float32), raster, position.astype(np.float32), area.astype(np.float32), touching
    )


def ink_frame(ink: Floats) -> tuple[tuple[float, float], float]:
    """Centre (x, y) and spread of the ink (h, w), in pixels; of the whole picture when there is none."""
    weight = ink.astype(np.float64) + 1e-6
    rows, columns, whole = weight.sum(1), weight.sum(0), weight.sum()
    y, x = np.arange(ink.shape[0]), np.arange(ink.shape[1])
    cy, cx = float((rows * y).sum() / whole), float((columns * x).sum() / whole)
    variance = (rows * (y - cy) ** 2).sum() / whole + (columns * (x - cx) ** 2).sum() / whole
    return (cx, cy), max(1.0, float(np.sqrt(variance)))


def overlap(target: Labels, reference: Labels, counts: tuple[int, int]) -> NDArray[np.float64]:
    """Pixels that hold target label i + 1 and reference label j + 1 at once: (n, m)."""
    n, m = counts
    both = (target > 0) & (reference > 0)
    flat = (target[both].astype(np.int64) - 1) * m + reference[both] - 1
    return np.bincount(flat, minlength=n * m).reshape(n, m).astype(np.float64)


def count_colors(labels: Labels, index: NDArray[np.integer], counts: tuple[int, int]) -> NDArray[np.int64]:
    """Pixels of each colour in each region 1..n: (n, K), for counts = (n, K); labels 0 are passed over."""
    n, k = counts
    found = np.zeros((n + 1, k), np.int64)
    for rows in strips(labels.shape):
        flat = labels[rows].astype(np.int64).ravel() * k + index[rows].ravel()
        found += np.bincount(flat, minlength=found.size).reshape(found.shape)
    return found[1:]


def shares_of(counts: NDArray[np.int64]) -> Floats:
    """Each row of counts (n, K) as shares of its sum; a row of zeros stays zero."""
    shares: Floats = (counts / np.maximum(counts.sum(1, keepdims=True), 1)).astype(np.float32)
    return shares


def _boxes(labels: Labels, count: int) -> NDArray[np.float64]:
    """Bounding boxes (count, 4) as x0, y0, x1, y1; zeros for absent labels."""
    found = ndimage.find_objects(labels, count)
    boxes = [(s[1].start, s[0].start, s[1].stop, s[0].stop) if s else (0, 0, 0, 0) for s in found]
    return np.array(boxes, np.float64).reshape(count, 4)


def _depths(labels: Labels, count: int) -> NDArray[np.float64]:
    """Radius of the largest disc inside each region, in pixels."""
    distance = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 3)
    depth = np.asarray(ndimage.maximum(distance, labels, np.arange(1, count + 1)), np.float64)
    return np.clip(np.nan_to_num(depth), 0, max(labels.shape))  # without ink every distance is a huge number


def _touching(labels_under_ink: Labels, count: int) -> csr_array:
    """Share of each region's border that lies against each other region: (count, count), rows sum to at most 1."""
    pairs = [np.zeros(0, np.int64)]
    for a, b in ((labels_under_ink[:, :-1], labels_under_ink[:, 1:]), (labels_under_ink[:-1], labels_under_ink[1:])):
        differs = (a != b) & (a > 0) & (b > 0)
        one, other = a[differs].astype(np.int64) - 1, b[differs].astype(np.int64) - 1
        pairs += [one * count + other, other * count + one]
    keys, edges = np.unique(np.concatenate(pairs), return_counts=True)
    row, column = np.divmod(keys, max(count, 1))
    total = np.maximum(np.bincount(row, edges, count), 1).astype(np.float32)
    return coo_array((edges.astype(np.float32) / total[row], (row, column)), shape=(count, count)).tocsr()


def _told_of(touching: csr_array) -> tuple[NDArray[np.int64], Floats]:
    """How many regions each region touches, and its largest share of border with one: (n,) each."""
    shares = touching.tocoo()
    most = np.zeros(touching.shape[0], np.float32)
    np.maximum.at(most, shares.row, shares.data)
    return np.bincount(shares.row[shares.data > 0.02], minlength=len(most)), most


def _rasters(
    owner: NDArray[np.intp], x: NDArray[np.float64], y: NDArray[np.float64], area: NDArray[np.float64], count: int
) -> Floats:
    """Coverage of each region in its own RASTER x RASTER frame; x, y in units of the frame's side."""
    column = np.floor((x + 0.5) * RASTER).astype(np.int64)
    row = np.floor((y + 0.5) * RASTER).astype(np.int64)
    inside = (column >= 0) & (column < RASTER) & (row >= 0) & (row < RASTER)
    flat = (owner[inside] * RASTER + row[inside]) * RASTER + column[inside]
    hits = np.bincount(flat, minlength=count * RASTER * RASTER).reshape(count, RASTER * RASTER)
    pixels_a_bin = area[:, None] * RASTER_SPAN**2 / RASTER**2
    return np.minimum(hits / np.maximum(pixels_a_bin, 1.0), 1.0).astype(np.float32)
