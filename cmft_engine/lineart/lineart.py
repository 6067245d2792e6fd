"""Line art: which pixels of a drawing are ink, how much paper they cover, and which lines only divide paint.

Finds paper, ink and trace lines in pixels already in display RGB; reads no files and labels no regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_engine.lineart.paper import Mask, Pixels, Unmixed, over_white, unmix

THRESHOLD_OF_CREST = 0.45
"""A line that falls between two pixels shows half its coverage in each: ink starts just below half a typical crest."""
THRESHOLD_LIMITS = (0.08, 0.3)
"""The threshold found by itself stays between these: lower picks up dirt, higher breaks thin anti-aliased lines."""
CREST_FAINT = 0.06
"""Pixels under this coverage have no say in what a typical line looks like."""

TRACE_CHROMA = 0.5
"""Ink whose strongest and weakest channel differ by this, after the paper is removed, is coloured; brown is not."""
TRACE_HUES = ((350.0, 25.0), (120.0, 45.0), (225.0, 40.0))
"""Centre and half width, in degrees, of the hues that count as red, green and blue."""
NEUTRAL_SHARE = 0.1
"""With less uncoloured ink than this share of all ink, the drawing is in coloured ink and has no trace lines."""
CROSSING_DARKNESS = 0.3
"""Where a trace line touches a main line, a pixel at least this dark under its color belongs to the main line."""

INK_WIDTH_RATIO = 1 / 240
"""Ink is thinner than this share of the picture's diagonal, and than 5 pixels on small pictures."""
INK_CONTRAST = 0.08
"""Ink is darker than the paint on both its sides by this, in luminance."""
INK_LUMINANCE = 0.5
"""Ink is darker than this, whatever its color."""
INK_EVEN = 0.03
"""Ink of one line differs by no more than this in luminance."""
SWOLLEN = 2
"""Where lines meet, ink is thinner than so many lines."""
INK_SHARE = 0.3
"""A picture has ink when at least this share of its color borders lies at ink; else the borders are the lines."""
EDGE_CONTRAST = 0.03
"""Neighbouring pixels that differ by this in any channel, or in alpha, are of different paint."""


@dataclass(frozen=True)
class TakenInk:
    """The ink that was there before trace lines were taken away, main lines that they touch included.

    places: (N,) flat index of the pixels of trace lines and of those beside them, ascending. coverage: float32 (N,),
    [0, 1]; color: float32 (N, 3): as in `LineArt`.
    """

    places: NDArray[np.intp]
    coverage: Pixels
    color: Pixels


@dataclass(frozen=True)
class LineArt:
    """The lines of one drawing; a picture of it is flats * (1 - coverage) + color.

    ink: bool (H, W), main and trace lines. trace: bool (H, W), the trace lines among them. coverage: float32 (H, W),
    [0, 1], of the main lines alone. color: float32 (H, W, 3), what the main lines add, premultiplied display RGB.
    taken: what trace lines had of both; None where there is no trace line.
    """

    ink: Mask
    trace: Mask
    coverage: Pixels
    color: Pixels
    taken: TakenInk | None = None


def extract_line_art(
    rgb: Pixels, alpha: Pixels | None = None, *, threshold: float = 0.0, trace_lines: bool = True
) -> LineArt:
    """Return the lines of a drawing on transparent, white, off-white, scanned or dark paper.

    rgb: display RGB (H, W, 3), straight; alpha: (H, W) in [0, 1] or None. threshold: coverage from which a pixel is
    ink, 0 finds it. trace_lines: whether red, green and blue lines divide regions without being seen.
    """
    unmixed = unmix(rgb, alpha)
    raw = unmixed.coverage
    ink = raw >= (threshold if threshold > 0 else find_threshold(raw))
    tinted = _find_trace(unmixed) if trace_lines else np.zeros(ink.shape, np.bool_)
    if not tinted.any():
        return LineArt(ink, tinted, raw, unmixed.color)
    return _without_trace(unmixed, ink, tinted)


def line_art_from_painting(rgb: Pixels, alpha: Pixels | None = None) -> LineArt:
    """Return the lines of a painted picture: its thin dark ink, or one pixel wide borders when it has none.

    rgb: display RGB (H, W, 3); alpha: (H, W) or None. Borders lie on the upper or left one of two different pixels
    and count as trace lines: nothing of them is seen.
    """
    picture = rgb if alpha is None else over_white(rgb, alpha)
    edges = _color_edges(picture, alpha)
    paint = _without_thin_dark(picture)
    ink = _find_ink(picture, paint)
    near = cv2.dilate(ink.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not ink.any() or float((edges & near).sum()) < INK_SHARE * float(edges.sum()):
        nothing = np.zeros(edges.shape, np.float32)
        return LineArt(edges, edges.copy(), nothing, np.zeros_like(rgb))
    return _inked(picture, *_swollen(picture, paint, ink))


def find_threshold(coverage: Pixels) -> float:
    """Return the coverage from which a pixel is ink, judged by the crests of the lines; (H, W) in [0, 1]."""
    ridge = cv2.dilate(coverage, np.ones((3, 3), np.uint8))
    crests = coverage[(coverage >= ridge) & (coverage > CREST_FAINT)]
    if crests.size == 0:
        return THRESHOLD_LIMITS[1]
    return float(np.clip(THRESHOLD_OF_CREST * float(np.median(crests)), *THRESHOLD_LIMITS))


def _find_trace(unmixed: Unmixed) -> Mask:
    """Return the pixels of red, green and blue ink; none when there is hardly any other ink."""
    tinted = np.zeros(unmixed.coverage.shape, np.bool_)
    drawn = np.flatnonzero(unmixed.coverage > 0)
    coverage = unmixed.coverage.ravel()[drawn]
    found = _is_trace_color(unmixed.color.reshape(-1, 3)[drawn], coverage)
    if float(coverage[~found].sum()) >= NEUTRAL_SHARE * float(coverage.sum()):
        tinted.ravel()[drawn[found]] = True
    return tinted


def _is_trace_color(color: Pixels, coverage: Pixels) -> Mask:
    """Whether the ink with premultiplied colors (N, 3) and coverage (N,) is clearly red, green or blue."""
    red, green, blue = color.T
    chroma = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    found: Mask = chroma >= TRACE_CHROMA * coverage
    found[found] = np.any([off <= half_width for off, (_, half_width) in _hue_distances(color[found])], axis=0)
    return found


def trace_hues(color: Pixels) -> NDArray[np.intp]:
    """Return which of TRACE_HUES is nearest to each color (N, 3) of coloured ink, premultiplied or not: (N,)."""
    return np.asarray(np.argmin([off for off, _ in _hue_distances(color)], axis=0), np.intp)


def _hue_distances(color: Pixels) -> list[tuple[Pixels, tuple[float, float]]]:
    """How far the hues of colors (N, 3) lie from the centre of each of TRACE_HUES, in degrees (N,), and that hue."""
    red, green, blue = color.T
    hue = np.degrees(np.arctan2(np.sqrt(3.0) * (green - blue), 2 * red - green - blue))
    return [(np.abs((hue - of[0] + 180) % 360 - 180), of) for of in TRACE_HUES]


def _without_trace(unmixed: Unmixed, ink: Mask, tinted: Mask) -> LineArt:
    """Return the line art whose trace lines add nothing; main lines win where both meet."""
    around = np.ones((3, 3), np.uint8)
    touched = np.flatnonzero(tinted & (cv2.dilate((ink & ~tinted).astype(np.uint8), around) > 0))
    crossing = _neutral_part(unmixed, touched)[0] >= CROSSING_DARKNESS
    tinted = tinted.copy()
    tinted.ravel()[touched[crossing]] = False
    coverage, color = unmixed.coverage.copy(), unmixed.color.copy()
    beside = np.flatnonzero(cv2.dilate(tinted.astype(np.uint8), around, iterations=2))
    taken = TakenInk(beside, coverage.ravel()[beside], color.reshape(-1, 3)[beside])
    coverage.ravel()[beside], color.reshape(-1, 3)[beside] = _neutral_part(unmixed, beside)
    coverage[tinted] = 0
    color[tinted] = 0
    return LineArt(ink, ink & tinted, coverage, color, taken)


def _neutral_part(unmixed: Unmixed, places: NDArray[np.intp]) -> tuple[Pixels, Pixels]:
    """Return coverage (N,) and color (N, 3) of the grey ink in pixels given by flat index, their tint left out."""
    color = unmixed.color.reshape(-1, 3)[places]
    if unmixed.on_dark:
        light = color.min(axis=1)
        return light, np.repeat(light[:, None], 3, axis=1)
    dark = np.maximum(unmixed.coverage.ravel()[places] - color.max(axis=1), 0)
    return dark, np.zeros_like(color)


def _color_edges(picture: Pixels, alpha: Pixels | None) -> Mask:
    """Pixels that differ from their right or lower neighbour."""
    layers = picture if alpha is None else np.dstack([picture, alpha])
    edges = np.zeros(picture.shape[:2], np.bool_)
    edges[:, :-1] |= np.abs(np.diff(layers, axis=1)).max(axis=2) >= EDGE_CONTRAST
    edges[:-1] |= np.abs(np.diff(layers, axis=0)).max(axis=2) >= EDGE_CONTRAST
    return edges


def _without_thin_dark(picture: Pixels, *, times: int = 1) -> Pixels:
    """Return the picture with everything dark and thinner than ink, or some times that, gone, (H, W, 3)."""
    side = times * max(5, round(float(np.hypot(*picture.shape[:2])) * INK_WIDTH_RATIO) | 1) | 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(picture, cv2.MORPH_CLOSE, disk), np.float32)


def _find_ink(picture: Pixels, paint: Pixels) -> Mask:
    luminance = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    contrast = cv2.cvtColor(paint, cv2.COLOR_RGB2GRAY) - luminance
    return np.asarray((contrast >= INK_CONTRAST) & (luminance < INK_LUMINANCE), np.bool_)


def _swollen(picture: Pixels, paint: Pixels, ink: Mask) -> tuple[Pixels, Mask]:
    """Return the paint (H, W, 3) and the ink (H, W) with the places where lines meet or swell, wider than a line.

    They are as dark as the ink beside them, and thinner than SWOLLEN lines.
    """
    wide = _without_thin_dark(picture, times=SWOLLEN)
    luminance = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    thin, found = _find_ink(picture, wide), ink
    for _ in range(SWOLLEN):
        darkest = cv2.erode(np.where(found, luminance, 1).astype(np.float32), np.ones((5, 5), np.uint8))
        found = found | (thin & (luminance <= darkest + INK_EVEN))
    return np.where((found & ~ink)[..., None], wide, paint), found


def _inked(picture: Pixels, paint: Pixels, ink: Mask) -> LineArt:
    """Return the line art of ink over paint; its color is what the picture has beyond the paint."""
    ratio = (picture / np.maximum(paint, 1e-3)).min(axis=2)
    coverage = np.where(ink, np.clip(1 - ratio, 0, 1), 0).astype(np.float32)
    color = np.clip(picture - paint * (1 - coverage[..., None]), 0, 1)
    color[~ink] = 0
    return LineArt(ink, np.zeros(ink.shape, np.bool_), coverage, color)
