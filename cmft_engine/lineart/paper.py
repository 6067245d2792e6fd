"""Take the ink of a drawing off its paper, be that transparent, white, off-white, scanned or dark.

Says how much of each pixel is ink and of what color; does not decide what is a line.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

FAINT = 0.02
"""Coverage under this is rounding or noise of the paper and counts as none."""

TRANSPARENT_SHARE = 0.02
"""When this share of a plate is transparent, the paper is transparent and alpha tells the ink."""
FILL_SHARE = 0.1
"""When this share of the drawn pixels is near white beside dark ones, they are paper laid under the lines."""
NO_CONTRAST = 0.04
"""A plate whose channels all vary less than this has no drawing on it."""
SOLID_DARKNESS = 0.75
"""An even plate at least this dark is solid ink, a lighter one is blank paper."""
FILL_CONTRAST, FILL_NEAR, FILL_EVEN = 0.25, 0.04, 0.02
"""A fill under lines is lighter than ink by so much, in luminance; its pixels differ by less than so much, and
neighbours by less than so much."""
FILL_SIDE, FILL_COLORS = 1 / 60, 8
"""A fill holds a square of this share of the plate's diagonal somewhere; fills that are looked for, the largest."""
FILL_PLATE, INK_PLATE = 0.01, 0.002
"""A fill and the ink have at least these shares of an opaque plate."""
THIN_PX, THIN_WIDTHS, THIN_MOST, THIN_EVEN = 7, 1.75, 0.125, 1.6
"""On dark paper the light parts are lines: hardly anything of them holds a square of this many pixels, or of so many
times their usual width; that is at most this share of the plate's shorter side, and hardly any is this many times as
wide."""
THIN_SHARE = 0.1
"""Hardly anything, in the sense of THIN_PX, is less than this share."""
SCAN_DEVIATION = 0.015
"""Paper that varies more than this (median, in any channel) is scanned and measured in cells, not as one color."""
SCAN_CELLS = 24
"""Cells along the longer side in which scanned paper is measured."""
NOISE_PEAK = 4.0
"""The grain of the paper reaches this many times its median."""


@dataclass(frozen=True)
class Unmixed:
    """Ink taken off its paper: coverage (H, W) in [0, 1], 0 where there is none.

    color: (H, W, 3), what the ink adds, premultiplied. on_dark: whether the paper is darker than the ink.
    """

    coverage: Pixels
    color: Pixels
    on_dark: bool = False


def unmix(rgb: Pixels, alpha: Pixels | None) -> Unmixed:
    """Return the ink of a drawing in display RGB (H, W, 3) with alpha (H, W) or without."""
    if alpha is None or float(np.mean(alpha < 0.5)) <= TRANSPARENT_SHARE:
        return _unmix_opaque(rgb if alpha is None else over_white(rgb, alpha))
    white, drawn = np.ones(3, np.float32), alpha > 0.5
    shares = FILL_SHARE * float(drawn.mean()), 0.2 * FILL_SHARE * float(drawn.mean())
    picture = over_white(rgb, alpha)
    if (local := _with_fills(picture, white, shares, drawn=drawn)) is not None:
        return _unmix_light(picture, local, FAINT)
    if _is_filled(rgb, alpha):
        return _unmix_light(picture, white, FAINT)
    coverage = np.where(alpha < FAINT, 0, alpha).astype(np.float32)
    return Unmixed(coverage, rgb * coverage[..., None])


def over_white(rgb: Pixels, alpha: Pixels) -> Pixels:
    """Return straight RGB (H, W, 3) with alpha (H, W) as it looks on white paper."""
    return rgb * alpha[..., None] + (1 - alpha[..., None])


def _is_filled(rgb: Pixels, alpha: Pixels) -> bool:
    """Whether white paper is laid under the lines of a plate with transparency."""
    drawn = rgb[alpha > 0.5]
    if drawn.size == 0:
        return False
    is_white = float(np.mean(drawn.min(axis=1) > 0.85))
    is_dark = float(np.mean(drawn.mean(axis=1) < 0.5))
    return is_white > FILL_SHARE and is_dark > 0.2 * FILL_SHARE


def _unmix_opaque(rgb: Pixels) -> Unmixed:
    if max(float(np.ptp(channel)) for channel in cv2.split(rgb)) < NO_CONTRAST:  # each in one piece is far quicker
        darkness = 1 - float(rgb.mean())
        full = np.full(rgb.shape[:2], float(darkness >= SOLID_DARKNESS), np.float32)
        return Unmixed(full, rgb * full[..., None])
    luminance = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if _is_dark_paper(luminance):
        return _unmix_dark(rgb, _paper_color(rgb, luminance < 0.5))
    middle = 0.5 * (float(luminance.min()) + float(luminance.max()))
    paper = _paper_color(rgb, luminance >= middle)
    local, noise = _scanned_paper(rgb, paper)
    if local is paper and (filled := _with_fills(rgb, paper, (FILL_PLATE, INK_PLATE))) is not None:
        local = filled
    return _unmix_light(rgb, local, max(FAINT, noise))


def _with_fills(
    rgb: Pixels, paper: Pixels, shares: tuple[float, float], *, drawn: Mask | None = None
) -> Pixels | None:
    """Return the paper (H, W, 3) where fills of other colors lie under the lines; None where there are none.

    paper: color (3,). shares: of the plate that all fills and that the ink below them have at least. drawn: where to
    look for fills, everywhere by default. Under ink the paper is that of the nearest bare pixel.
    """
    if not _may_have_fills(rgb, paper, shares[0]):
        return None
    fills = [fill for fill in _wide_colors(rgb, drawn) if np.abs(fill - paper).max() >= FILL_NEAR]
    luminance = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    local, bare = np.broadcast_to(paper, rgb.shape).copy(), np.abs(rgb - paper).max(axis=2) < FILL_NEAR
    found = np.zeros(bare.shape, np.bool_)
    for fill in fills:
        darker = luminance < float(fill @ np.array([0.299, 0.587, 0.114], np.float32)) - FILL_CONTRAST
        if float(darker.mean()) < shares[1]:
            continue
        pixels = (np.abs(rgb - fill).max(axis=2) < FILL_NEAR).astype(np.uint8)
        inside = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0  # no soft edges of lines
        local[inside] = fill
        found |= inside
    if not found.any() or float(found.mean()) < shares[0]:
        return None
    known = bare | found
    _, labels = cv2.distanceTransformWithLabels((~known).view(np.uint8), cv2.DIST_L2, 5,
                                                labelType=cv2.DIST_LABEL_PIXEL)
    return np.asarray(local[known][labels - 1])


def _may_have_fills(rgb: Pixels, paper: Pixels, share: float) -> bool:
    """Whether a sample of the plate has so many even pixels that are neither paper nor dark: a fast look."""
    height, width = rgb.shape[:2]
    if min(height, width) <= 2 * THIN_PX:
        return True
    step = max(1, int(np.sqrt(height * width / 60_000)))
    sample = rgb[:-THIN_PX:step, :-THIN_PX:step]
    beside = rgb[THIN_PX // 2 :: step, THIN_PX // 2 :: step][: sample.shape[0], : sample.shape[1]]
    even = np.abs(sample - beside).max(axis=2) < FILL_NEAR
    other = (np.abs(sample - paper).max(axis=2) >= FILL_NEAR) & (sample.max(axis=2) >= FILL_CONTRAST)
    return float((even & other).mean()) >= 0.5 * share


def _wide_colors(rgb: Pixels, drawn: Mask | None) -> list[Pixels]:
    """The colors (3,) that fill a wide square somewhere, the commonest first."""
    side = max(THIN_PX, round(float(np.hypot(*rgb.shape[:2])) * FILL_SIDE))
    square = np.ones((side, side), np.uint8)
    flat = (cv2.dilate(rgb, np.ones((3, 3))) - cv2.erode(rgb, np.ones((3, 3)))).max(axis=2) < FILL_EVEN
    wide = cv2.erode((flat if drawn is None else flat & drawn).astype(np.uint8), square, borderValue=0) > 0
    left, found = rgb[wide], list[Pixels]()
    while left.size and len(found) < FILL_COLORS:
        bins = np.minimum(left * 32, 31).astype(np.int64) @ np.array([1024, 32, 1])
        color = np.median(left[bins == np.bincount(bins).argmax()], axis=0).astype(np.float32)
        found.append(color)
        left = left[np.abs(left - color).max(axis=1) >= FILL_NEAR]
    return found


def _is_dark_paper(luminance: Pixels) -> bool:
    """Whether most of the plate and of its border is dark and the light parts are thin."""
    light = luminance >= 0.5
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    if float(light.mean()) >= 0.5 or float(border.mean()) >= 0.5:
        return False
    side = max(THIN_PX, min(round(THIN_WIDTHS * _usual_width(light)), int(THIN_MOST * min(light.shape))))
    wide = cv2.erode(light.astype(np.uint8), np.ones((side, side), np.uint8))
    return bool(wide.sum() < THIN_SHARE * light.sum())


def _usual_width(lines: Mask) -> float:
    """The median width of lines (H, W) in px, along their middles; 0 where they are no lines of about one width."""
    depth = cv2.distanceTransform(lines.astype(np.uint8), cv2.DIST_L2, 5)
    middle = depth[(depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))]
    if not middle.size or np.percentile(middle, 95) > THIN_EVEN * np.median(middle):
        return 0.0
    return 2 * float(np.median(middle))


def _paper_color(rgb: Pixels, candidates: Mask) -> Pixels:
    """Return the commonest color (3,) among the candidate pixels, of which there is at least one."""
    step = max(1, int(np.sqrt(candidates.size / 60_000)))
    sample = rgb[::step, ::step][candidates[::step, ::step]]
    if sample.size == 0:
        sample = rgb[candidates]
    bins = np.minimum(sample * 32, 31).astype(np.int64) @ np.array([1024, 32, 1])
    commonest = sample[bins == np.bincount(bins).argmax()].mean(axis=0)
    near = np.abs(sample - commonest).max(axis=1) < 0.04
    return np.asarray(np.median(sample[near] if near.any() else sample, axis=0), np.float32)


def _scanned_paper(rgb: Pixels, paper: Pixels) -> tuple[Pixels, float]:
    """Return the paper as one color (3,) or, when it varies, as a smooth picture (H, W, 3), and its noise."""
    step = max(1, int(np.sqrt(rgb.shape[0] * rgb.shape[1] / 60_000)))
    rest = np.abs(rgb[::step, ::step] - paper).max(axis=2)
    near = rest < 0.25
    if not near.any():
        return paper, 0.0
    local = paper
    if float(np.median(rest[near])) >= SCAN_DEVIATION:
        local = _paper_field(rgb, paper)
        rest = np.abs((rgb - local)[::step, ::step]).max(axis=2)
    return local, NOISE_PEAK * float(np.median(rest[near]))


def _paper_field(rgb: Pixels, paper: Pixels) -> Pixels:
    """Return the light three quarters' level of each cell of the plate, smoothed to full size (H, W, 3)."""
    height, width = rgb.shape[:2]
    cell = max(16, -(-max(height, width) // SCAN_CELLS))
    rows, columns = -(-height // cell), -(-width // cell)
    full = np.pad(rgb, ((0, rows * cell - height), (0, columns * cell - width), (0, 0)), mode="edge")
    cells = full.reshape(rows, cell, columns, cell, 3).transpose(0, 2, 1, 3, 4).reshape(rows, columns, -1, 3)
    level = np.percentile(cells, 75, axis=2).astype(np.float32)
    level = np.where((level < 0.6 * paper).any(axis=2, keepdims=True), paper, level)  # a cell full of ink
    smooth = cv2.resize(cv2.blur(level, (3, 3)), (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    return np.maximum(np.asarray(smooth, np.float32)[:height, :width], 1e-3)


def _unmix_light(rgb: Pixels, paper: Pixels, faint: float) -> Unmixed:
    """Take off light paper: the least coverage that explains every pixel, so that black ink adds no color."""
    return _unmixed(rgb, paper, _coverage(rgb, paper, faint), on_dark=False)


def _unmix_dark(rgb: Pixels, paper: Pixels) -> Unmixed:
    return _unmixed(rgb, paper, _coverage(1 - rgb, 1 - paper, FAINT), on_dark=True)


def _coverage(pixels: Pixels, paper: Pixels, faint: float) -> Pixels:
    """Return 1 - min over channels of pixels / paper; paper is one color (3,) or a picture (H, W, 3)."""
    levels = np.maximum(paper, 1e-3)
    red, green, blue = (channel / levels[..., at] for at, channel in enumerate(cv2.split(pixels)))
    coverage: Pixels = np.minimum(1 - np.minimum(np.minimum(red, green), blue), 1)
    coverage[coverage < faint] = 0
    return coverage


def _unmixed(rgb: Pixels, paper: Pixels, coverage: Pixels, *, on_dark: bool) -> Unmixed:
    """Put coverage (H, W) and the color that is left after removing the paper together."""
    drawn = np.flatnonzero(coverage > 0)
    behind = paper if paper.ndim == 1 else paper.reshape(-1, 3)[drawn]
    left = rgb.reshape(-1, 3)[drawn] - behind * (1 - coverage.ravel()[drawn, None])
    color = np.zeros(rgb.shape, np.float32)
    color.reshape(-1, 3)[drawn] = np.clip(left, 0, 1)
    return Unmixed(coverage, color, on_dark)
