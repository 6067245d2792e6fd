"""Faint lines below clear ones, such as a construction sketch, that cut a drawing into crumbs. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .lineart import CREST_FAINT, LineArt
from .paper import Mask, Pixels

CLEAR = 0.6
"""Clear lines cover at least so much in their middle."""
LEAST_FAINT, LEAST_CLEAR = 0.2, 0.05
"""Faint lines, and clear ones, have at least these shares of the middles of all lines."""
ABOVE, STEP = 1.45, 0.05
"""The threshold that leaves faint lines out: so many times what nearly all of them cover, in whole steps."""
CRUMBS, LEAST_CRUMBS = 4, 30
"""Faint lines are worth a word when they make this many times as many regions, and at least so many."""


@dataclass(frozen=True)
class FaintLines:
    """Lines that may not belong to a drawing: the ink threshold that leaves them out, and the regions without them."""

    threshold: float
    regions: int


def find_faint_lines(lines: LineArt, *, regions: int) -> FaintLines | None:
    """Return the faint lines that cut a drawing of clear lines into `regions`, None where there are none."""
    if regions < LEAST_CRUMBS:
        return None
    coverage = _drawn_coverage(lines)
    ridge = cv2.dilate(coverage, np.ones((3, 3), np.uint8))
    crests = coverage[(coverage >= ridge) & (coverage > CREST_FAINT)]
    faint = crests[crests < CLEAR]
    if not LEAST_FAINT * crests.size <= faint.size <= (1 - LEAST_CLEAR) * crests.size:
        return None
    threshold = round(float(np.ceil(ABOVE * np.percentile(faint, 90) / STEP - 1e-6)) * STEP, 2)
    if threshold >= 1:
        return None
    without = _count(coverage < threshold)
    return FaintLines(threshold, without) if regions >= CRUMBS * without else None


def _drawn_coverage(lines: LineArt) -> Pixels:
    """The coverage (H, W) of all lines, trace lines too."""
    if lines.taken is None:
        return lines.coverage
    coverage = lines.coverage.copy()
    coverage.ravel()[lines.taken.places] = lines.taken.coverage
    return coverage


def _count(free: Mask) -> int:
    return int(cv2.connectedComponents(free.view(np.uint8), connectivity=4)[0]) - 1


def faint_note(lines: LineArt, *, regions: int) -> str:
    """Return what to do about faint lines that cut a drawing into many regions, as a sentence without a name, or ""."""
    found = find_faint_lines(lines, regions=regions)
    if found is None:
        return ""
    return (f"faint lines cut the drawing into {regions} regions; if they are construction lines, "
            f"--ink-threshold {found.threshold:g} leaves them out (about {found.regions} regions)")
