"""The coloured lines of a drawing one by one: taken for trace lines at first, and given back where a painting keeps
them. Does not decide which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from .lineart import TRACE_CHROMA, TRACE_HUES, LineArt, TakenInk, trace_hues
from .paper import Mask

CREST_SHARE = 0.8
"""A pixel with at least this share of the coverage around it lies in the middle of its line."""
EDGE_PX = 3.0
"""The soft edge of a line ends this near."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ColoredLines:
    """The coloured lines of a drawing, numbered: each connected and of one hue.

    hue: (count,), which of TRACE_HUES. owner: int (N,), the line to which each pixel of `taken` belongs, its soft edge
    included, -1 for none. crest: bool (N,), pixels in the middle of a line.
    """

    taken: TakenInk
    hue: NDArray[np.intp]
    owner: NDArray[np.intp]
    crest: Mask

    def count_crests(self, which: Mask | None = None) -> NDArray[np.intp]:
        """Return how many pixels in the middle of it each line has, (count,): about its length.

        which: (M,), of the crest pixels in order, those to count; all by default.
        """
        owner = self.owner[self.crest]
        return np.bincount(owner if which is None else owner[which], minlength=len(self.hue))


def find_colored_lines(lines: LineArt) -> ColoredLines | None:
    """Return the coloured lines that were taken for trace lines; None where there is none."""
    if lines.taken is None or not lines.trace.any():
        return None
    taken, at = lines.taken, np.flatnonzero(lines.trace)
    rows = np.searchsorted(taken.places, at)  # trace pixels are among those taken
    hue_of = trace_hues(taken.color[rows])
    number = np.full(at.size, -1, np.intp)
    hues: list[int] = []
    for hue in range(len(TRACE_HUES)):
        mine = at[hue_of == hue]
        if mine.size:
            mask = np.zeros(lines.trace.shape, np.uint8)
            mask.ravel()[mine] = 1
            count, labels = cv2.connectedComponents(mask, connectivity=8)
            number[hue_of == hue] = labels.ravel()[mine] - 1 + len(hues)
            hues += [hue] * (count - 1)
    owner = _nearest_line(taken.places, at, number, lines.trace.shape[1])
    return ColoredLines(taken, np.array(hues, np.intp), owner, _crest(taken, rows, lines.trace.shape))


def give_back(lines: LineArt, colored: ColoredLines, kept: Mask, opaque: Mask | None = None) -> LineArt:
    """Return the line art with some of its coloured lines as main lines, in their own colour.

    kept: bool (count,), which lines of `colored`, the line art's own. With all of them the ink is as it was drawn.
    opaque: bool (count,), those that hide the paint where they are palest too; none by default.
    """
    if not kept.any():
        return lines
    rows = np.append(kept, False)[colored.owner]  # -1, no line, is the last
    places, taken = colored.taken.places[rows], colored.taken
    if opaque is not None and opaque.any():
        taken = _made_opaque(colored, opaque)
    trace, coverage, color = lines.trace.copy(), lines.coverage.copy(), lines.color.copy()
    trace.ravel()[places] = False
    coverage.ravel()[places] = taken.coverage[rows]
    color.reshape(-1, 3)[places] = taken.color[rows]
    return replace(lines, trace=trace, coverage=coverage, color=color)


def _made_opaque(colored: ColoredLines, opaque: Mask) -> TakenInk:
    """The ink in which pale lines on white paper are pale ink that covers, not strong ink through which paper shows."""
    taken = colored.taken
    middle = np.ones(len(opaque) + 1, np.float32)  # coverage of each line, 1 for no line and for those left alone
    for line in np.flatnonzero(opaque):
        middle[line] = max(float(np.median(taken.coverage[colored.crest & (colored.owner == line)])), 1e-3)
    tinted = np.ptp(taken.color, axis=1) >= TRACE_CHROMA * taken.coverage  # beside it main lines stay as they are
    coverage = np.where(tinted, np.minimum(taken.coverage / middle[colored.owner], 1), taken.coverage)
    white = (coverage - taken.coverage)[:, None]
    return replace(taken, coverage=coverage.astype(np.float32), color=np.clip(taken.color + white, 0, 1))


def _nearest_line(
    places: NDArray[np.intp], at: NDArray[np.intp], number: NDArray[np.intp], width: int
) -> NDArray[np.intp]:
    """The number (N,) of the line that lies nearest to each place, -1 where none is near; at, number: (M,) of lines."""
    tree = KDTree(np.stack(np.divmod(at, width), 1))
    _, nearest = tree.query(np.stack(np.divmod(places, width), 1), distance_upper_bound=EDGE_PX)
    return np.asarray(np.append(number, -1)[nearest])


def _crest(taken: TakenInk, rows: NDArray[np.intp], size: tuple[int, ...]) -> Mask:
    """Which of the taken pixels (N,) lie in the middle of a trace line; rows: those that belong to one."""
    strength = np.zeros(size, np.float32)
    strength.ravel()[taken.places[rows]] = taken.coverage[rows]
    ridge = cv2.dilate(strength, np.ones((3, 3), np.uint8))
    crest = np.zeros(taken.places.size, np.bool_)
    crest[rows] = (strength >= CREST_SHARE * ridge).ravel()[taken.places[rows]]
    return crest
