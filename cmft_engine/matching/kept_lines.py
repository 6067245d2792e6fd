"""Which coloured lines of a drawing stay: those that the references keep at the places that flow names.

Where flow finds no coloured line, the hue decides: as in most of all references, by length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ..lineart.colored_lines import find_colored_lines, give_back
from ..lineart.lineart import TRACE_HUES, LineArt
from ..lineart.paper import Mask
from ..shot.painted_lines import PaintedLines

NEAR_RATIO, NEAR_PX = 1 / 240, 4.0  # a line is found within this share of the diagonal, and within so many pixels
FOUND_SHARE = 0.3  # a reference decides on a line that it shows so much of

Floats = NDArray[np.float32]


def keeps_any(painted: Sequence[PaintedLines | None]) -> bool:
    """Return whether any painting keeps a coloured line; if not, all of them are trace lines."""
    return any(one is not None and bool(one.kept.any()) for one in painted)


def keep_lines(
    lines: LineArt, painted: Sequence[PaintedLines | None], near: Sequence[tuple[PaintedLines | None, Floats | None]]
) -> LineArt:
    """Return the line art of a drawing with the coloured lines that stay given back.

    painted: what all references say. near: of those that serve the drawing, the nearest first, what they say and
    places: float32 (H, W, 2), x and y in the reference of every pixel; None where the drawing is the reference's own.
    """
    colored = find_colored_lines(lines) if keeps_any(painted) else None
    if colored is None:
        return lines
    at, owner = colored.taken.places[colored.crest], colored.owner[colored.crest]
    here = np.stack(np.divmod(at, lines.ink.shape[1])[::-1], 1).astype(np.float32)
    kept, open_ = _keeps_hue(painted)[colored.hue], np.ones(colored.hue.shape, np.bool_)
    length = np.maximum(colored.count_crests(), 1)
    radius = max(NEAR_PX, float(np.hypot(*lines.ink.shape)) * NEAR_RATIO)
    for says, places in near:
        if says is None:
            continue
        there = here if places is None else places.reshape(-1, 2)[at]
        found, stays = _look_up(says, there, colored.hue[owner], radius)
        n_found, n_kept = colored.count_crests(found), colored.count_crests(stays)
        decides = open_ & (n_found >= FOUND_SHARE * length)
        kept[decides] = 2 * n_kept[decides] > n_found[decides]
        open_ &= ~decides
    return give_back(lines, colored, kept)


def _keeps_hue(painted: Sequence[PaintedLines | None]) -> Mask:
    """Whether most of what all references say of a hue is kept, by length: (len(TRACE_HUES),)."""
    balance = np.zeros(len(TRACE_HUES))
    for one in painted:
        if one is not None:
            balance += np.bincount(one.hue, np.where(one.kept, 1, -1), len(TRACE_HUES))
    return np.asarray(balance > 0)


def _look_up(says: PaintedLines, there: Floats, hue: NDArray[np.intp], radius: float) -> tuple[Mask, Mask]:
    """Which places (N, 2) in a reference have a line of the same hue (N,) near, and which of these lines are kept."""
    found, stays = np.zeros(hue.size, np.bool_), np.zeros(hue.size, np.bool_)
    for one in np.unique(says.hue):
        mine, known = np.flatnonzero(hue == one), says.hue == one
        _, nearest = KDTree(says.places[known]).query(there[mine], distance_upper_bound=radius)
        found[mine] = nearest < known.sum()
        stays[mine] = np.append(says.kept[known], False)[nearest]
    return found, stays
