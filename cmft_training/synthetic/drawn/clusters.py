"""Painted frames cut into the few colours of their run: stand-ins for parts where a source has none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]
"""Straight alpha, (H, W, 4)."""
Labels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOST_COLORS = 14
_WEIGHT = np.array([0.6, 1.0, 1.0], np.float32)  # of Lab: light and shade count less than hue
_JOIN = 14.0  # colours nearer than this in weighted Lab are one
_RAREST = 0.004  # share of the figure below which a colour is left out
_PIXELS = 4000  # looked at in a frame
_SPECK = 0.00015  # share of the frame below which a piece goes to its surroundings
_SOLID = 128  # alpha from which a pixel is of the figure


def find_palette(frames: Sequence[Rgba]) -> Floats:
    """Return the weighted Lab colours (n, 3), 1 to 14, that these frames of one run are painted in."""
    rng = np.random.default_rng(0)
    taken = []
    for frame in frames:
        pixels = _features(frame)[frame[..., 3] > 200]
        if len(pixels):
            taken.append(pixels[rng.integers(0, len(pixels), min(_PIXELS, len(pixels)))])
    if not taken:
        return np.zeros((1, 3), np.float32)
    pixels = np.concatenate(taken)
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    count = min(MOST_COLORS, len(pixels))
    _, label, centers = cv2.kmeans(pixels, count, None, stop, 2, cv2.KMEANS_PP_CENTERS)
    return _joined(np.asarray(centers, np.float32), np.bincount(label.ravel(), minlength=count) / len(pixels))


def _joined(centers: Floats, share: NDArray[np.float64]) -> Floats:
    """Return the colours without rare ones, the nearest two joined while they are near."""
    keep = share > min(_RAREST, share.max() / 2)
    centers, share = centers[keep], share[keep]
    while len(centers) > 1:
        distance = np.linalg.norm(centers[:, None] - centers[None], axis=-1)
        np.fill_diagonal(distance, np.inf)
        i, j = np.unravel_index(int(distance.argmin()), distance.shape)
        if distance[i, j] > _JOIN:
            break
        centers[i] = (centers[i] * share[i] + centers[j] * share[j]) / (share[i] + share[j])
        share[i] += share[j]
        centers, share = np.delete(centers, j, 0), np.delete(share, j)
    return centers


def cut_by_color(frame: Rgba, palette: Floats) -> Labels:
    """Return 1 + the nearest colour of the palette for every pixel of the figure, 0 outside, without specks."""
    features = _features(frame)
    distance = np.stack([((features - color) ** 2).sum(-1) for color in palette], -1)
    label = (distance.argmin(-1) + 1).astype(np.uint8)
    label[frame[..., 3] < _SOLID] = 0
    return _without_specks(label, max(4, round(_SPECK * label.size)))


def palette_rgb(palette: Floats) -> NDArray[np.uint8]:
    """Return weighted Lab colours (n, 3) as sRGB."""
    lab = np.clip(palette / _WEIGHT, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(lab[None], cv2.COLOR_LAB2RGB)[0], np.uint8)


def _features(frame: Rgba) -> Floats:
    """Return weighted Lab (H, W, 3) of a frame whose soft shading is evened out."""
    rgb = frame[..., :3].copy()
    rgb[frame[..., 3] < _SOLID] = 128
    for _ in range(2):
        rgb = cv2.bilateralFilter(rgb, 9, 28, 7)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32) * _WEIGHT, np.float32)


def _without_specks(label: Labels, smallest: int) -> Labels:
    """Return the labels with each piece of fewer pixels given to what is nearest to it."""
    speck = np.zeros(label.shape, np.uint8)
    for number in np.unique(label):
        _, piece, stats, _ = cv2.connectedComponentsWithStats((label == number).astype(np.uint8), connectivity=4)
        small = stats[:, cv2.CC_STAT_AREA] < smallest
        small[0] = False
        speck |= small[piece].astype(np.uint8)
    if not speck.any() or speck.all():
        return label
    _, nearest = cv2.distanceTransformWithLabels(speck, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    value = np.zeros(int(nearest.max()) + 1, np.uint8)
    value[nearest[speck == 0]] = label[speck == 0]
    filled: Labels = value[nearest]
    return filled


def enlarged(label: Labels, width: int, height: int) -> Labels:
    """Return a label picture at another size with smooth borders: of each pixel the label that covers most of it."""
    best, chosen = np.full((height, width), -1.0, np.float32), np.zeros((height, width), np.uint8)
    for number in np.unique(label):
        mask = cv2.GaussianBlur((label == number).astype(np.float32), (0, 0), 0.8)
        cover = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
        larger = cover > best
        best[larger] = cover[larger]
        chosen[larger] = number
    return chosen
