"""Lines of a picture that has only been painted or composited: its thin dark ink, and the borders of its paints.

For whole frames with soft backgrounds, texture, grain and JPEG; the lines hold still where the picture does.
`lineart.line_art_from_painting` reads clean painted references instead. Reads no files and labels no regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from .paper import Mask, Pixels, over_white

SMALLEST_PX = 3
"""In a picture with a smaller side nothing can be told."""
REFERENCE_DIAGONAL = 1100.0
"""Diagonal in pixels of a picture on which the sizes below are meant; on others they grow and shrink with it."""
LARGEST_SCALE = 2.5
"""Sizes grow no further, so that a picture of 8K takes no minutes."""

INK_WIDTH_PX = 5.0
"""Ink is thinner than this."""
STEP = (25.0, 8.0)
"""CIE76 difference of two paints, or of ink and paint, that gets a line: at detail 0 and at detail 1."""
LOW = 0.4
"""A line goes on where its difference falls to this share."""
NOISE_STEPS = 5.0
"""No line is of a difference under this many times the noise that smoothing leaves."""
SMOOTH_PX = 1.2
"""Standard deviation of the Gaussian whose derivative finds borders."""
CALM_PX, CALM_SHARE = 2.5, 0.5
"""Reach of the smoothing before that, and the share of a line's difference that it takes for texture."""
SHORTEST_PX = 14
"""A line of fewer pixels is a speck."""
STEADY_PX = 9
"""A line's strength is averaged over a square of this side."""
LINE_PX = 1.7
"""Width of a border line; ink keeps its own width."""


@dataclass(frozen=True)
class _Sizes:
    """What detail and the picture's size make of the constants: pixels, and CIE76 differences."""

    scale: float
    step: float

    @classmethod
    def of(cls, shape: tuple[int, ...], detail: float) -> _Sizes:
        scale = min(max(float(np.hypot(shape[0], shape[1])) / REFERENCE_DIAGONAL, 1.0), LARGEST_SCALE)
        return cls(scale, STEP[0] * (STEP[1] / STEP[0]) ** detail)

    @property
    def ink_side(self) -> int:
        return round(INK_WIDTH_PX * self.scale) | 1

    @property
    def shortest(self) -> float:
        return SHORTEST_PX * self.scale


def extract_lines(rgb: Pixels, alpha: Pixels | None = None, *, detail: float = 0.5) -> Pixels:
    """Return the coverage of the lines of a picture, float32 (H, W) in [0, 1]: 1 is ink, 0 is paper.

    rgb: display RGB (H, W, 3), straight; alpha: (H, W) in [0, 1] or None, seen over white. detail: from 0, only the
    strongest borders, to 1, faint ones too. Dark ink keeps its width, borders of paints are lines of 1.7 px. Equal
    pictures give equal lines; a picture under 3 px has none.
    """
    if min(rgb.shape[:2]) < SMALLEST_PX:
        return np.zeros(rgb.shape[:2], np.float32)
    sizes = _Sizes.of(rgb.shape, detail)
    picture = np.clip(rgb, 0, 1).astype(np.float32)
    if alpha is not None:
        share = np.clip(alpha, 0, 1).astype(np.float32)
        picture = over_white(picture, share)
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)
    ink, paint = _ink(lab, sizes)
    lines = np.maximum(ink, _borders(_calm(paint, sizes), sizes))
    if alpha is not None and np.ptp(alpha) > 0:  # white paint beside nothing has a border too
        lines = np.maximum(lines, _borders(np.repeat(100 * share[..., None], 3, axis=2), sizes))
    return lines


def _noise(layer: Pixels) -> float:
    """Standard deviation of the grain in one layer (H, W): half of its pixels differ less from their neighbours."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    return float(np.median(np.abs(cv2.filter2D(layer, -1, kernel)))) / (6 * 0.6745)


def _ink(lab: Pixels, sizes: _Sizes) -> tuple[Pixels, Pixels]:
    """Return the coverage (H, W) of thin ink darker than both its sides, and the Lab picture without it (H, W, 3)."""
    side = sizes.ink_side
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    lightness = np.ascontiguousarray(lab[..., 0])
    fine = cv2.GaussianBlur(lightness, (0, 0), 0.6)
    depth = cv2.morphologyEx(fine, cv2.MORPH_CLOSE, disk) - fine
    high = max(sizes.step, NOISE_STEPS * _noise(lightness))
    ridge = _long(depth, depth >= LOW * high, high=high, shortest=sizes.shortest)
    coverage = _ink_coverage(fine, depth, ridge, side)
    holes = cv2.dilate((coverage > 0).view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return coverage, _filled(lab, holes)


def _ink_coverage(lightness: Pixels, depth: Pixels, ridge: Mask, side: int) -> Pixels:
    """Return how much ink (H, W) covers each pixel, from how much darker than its sides it is.

    Where lines meet, they are wider than a line: there, what is as dark as the ink beside it is ink as well.
    """
    around = np.ones((2 * side + 1, 2 * side + 1), np.uint8)
    crest = np.maximum(cv2.dilate(np.where(ridge, depth, 0).astype(np.float32), around), 1e-3)
    darkest = cv2.erode(np.where(ridge, lightness, 200).astype(np.float32), around)
    covered = np.maximum((depth / crest - 0.1) / 0.5, (0.2 - (lightness - darkest) / crest) / 0.15)
    covered[~(cv2.dilate(ridge.view(np.uint8), np.ones((side, side), np.uint8)) > 0)] = 0
    return np.asarray(np.clip(covered, 0, 1), np.float32)


def _filled(lab: Pixels, holes: Mask) -> Pixels:
    """Return the picture (H, W, 3) with each hole's pixel that of the nearest pixel outside."""
    if not holes.any() or holes.all():
        return lab
    y, x = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    return np.ascontiguousarray(lab[y, x])


def _long(strength: Pixels, places: Mask, *, high: float, shortest: float) -> Mask:
    """Those of the places (H, W) that form lines which are long enough, and strong over a part of their length.

    The strength of a line is averaged along it, strong pixels most, so that grain decides nothing.
    """
    kernel = (STEADY_PX, STEADY_PX)
    here = np.where(places, strength, 0).astype(np.float32)
    steady = cv2.blur(here * here, kernel) / np.maximum(cv2.blur(here, kernel), 1e-6)
    weak = places & (np.minimum(steady, 2 * strength) >= LOW * high)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak.view(np.uint8), connectivity=8)
    strong = np.bincount(labels.ravel(), (steady >= high).ravel(), count)
    extent = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = (strong >= 0.5 * shortest) & (stats[:, cv2.CC_STAT_AREA] >= shortest) & (extent >= 0.4 * shortest)
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)


def _calm(lab: Pixels, sizes: _Sizes) -> Pixels:
    """Return the Lab picture (H, W, 3) without grain and faint texture, its borders as sharp as they were."""
    tolerance = max(CALM_SHARE * sizes.step, 3 * _noise(np.ascontiguousarray(lab[..., 0])))
    reach = CALM_PX * sizes.scale**0.5
    calm = cv2.medianBlur(lab, 3)
    for _ in range(2):
        calm = cv2.bilateralFilter(calm, -1, tolerance, reach)
    return np.asarray(calm, np.float32)


def _borders(lab: Pixels, sizes: _Sizes) -> Pixels:
    """Return the coverage (H, W) of a line along each border between paints."""
    sigma = SMOOTH_PX * sizes.scale**0.5
    strength, across = _gradient(lab, sigma)
    crest, offset = _crests(strength, across)
    floor = NOISE_STEPS * _noise(np.ascontiguousarray(lab[..., 0]))
    high = max(sizes.step, floor)
    kept = _long(strength, crest, high=high, shortest=sizes.shortest)
    return _drawn(kept, across, offset)


def _gradient(lab: Pixels, sigma: float) -> tuple[Pixels, Pixels]:
    """Return the difference (H, W) of the two sides of each pixel in CIE76, and the direction across (H, W, 2) x, y."""
    soft = cv2.GaussianBlur(lab, (0, 0), sigma)
    dx, dy = cv2.Sobel(soft, -1, 1, 0, scale=1 / 8), cv2.Sobel(soft, -1, 0, 1, scale=1 / 8)
    xx, yy, xy = (dx * dx).sum(2), (dy * dy).sum(2), (dx * dy).sum(2)
    root = np.sqrt((xx - yy) ** 2 + 4 * xy**2)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    slope = np.sqrt(np.maximum((xx + yy + root) / 2, 0))
    per_step = np.sqrt(2 * np.pi * (sigma**2 + 0.8))  # the slope of a step of 1 is the crest of a Gaussian
    return (slope * per_step).astype(np.float32), np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def _crests(strength: Pixels, across: Pixels) -> tuple[Mask, Pixels]:
    """Return which pixels are the highest along their direction, and how far the crest is from their middle, in px."""
    y, x = np.indices(strength.shape, np.float32)
    before, after = (
        cv2.remap(strength, x + way * across[..., 0], y + way * across[..., 1], cv2.INTER_LINEAR,
                  borderMode=cv2.BORDER_REPLICATE)
        for way in (-1, 1)
    )
    crest = (strength > before) & (strength >= after)
    bend = before - 2 * strength + after
    offset = np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0)
    return crest, np.clip(offset, -0.7, 0.7).astype(np.float32)


def _drawn(crest: Mask, across: Pixels, offset: Pixels) -> Pixels:
    """Return the coverage (H, W) of anti-aliased lines through the crests."""
    coverage = np.zeros(crest.shape, np.float32)
    at_y, at_x = np.nonzero(crest)
    way, shift = across[at_y, at_x], offset[at_y, at_x]
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            beside = np.abs(dx * way[:, 0] + dy * way[:, 1] - shift)
            along = np.abs(dy * way[:, 0] - dx * way[:, 1])
            ink = np.clip(LINE_PX / 2 + 0.5 - beside, 0, 1) * np.clip(1.6 - along, 0, 1)
            y, x = at_y + dy, at_x + dx
            inside = (ink > 0) & (y >= 0) & (y < crest.shape[0]) & (x >= 0) & (x < crest.shape[1])
            np.maximum.at(coverage, (y[inside], x[inside]), ink[inside].astype(np.float32))
    return coverage
