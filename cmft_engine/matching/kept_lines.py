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
    kept, opaque = (of_hue[colored.hue] for of_hue in _by_hue(painted))
    length, undecided = np.maximum(colored.count_crests(), 1), np.ones(colored.hue.shape, np.bool_)
    radius = max(NEAR_PX, float(np.hypot(*lines.ink.shape)) * NEAR_RATIO)
    for says, places in near:
        if says is None or not says.hue.size:
            continue
        there = here if places is None else places.reshape(-1, 2)[at]
        nearest = _look_up(says, there, colored.hue[owner], radius)
        found = nearest >= 0
        n_found = colored.count_crests(found)
        n_kept, n_opaque = (colored.count_crests(found & which[nearest]) for which in (says.kept, says.opaque))
        decides = undecided & (n_found >= FOUND_SHARE * length)
        kept[decides], opaque[decides] = (2 * n_kept > n_found)[decides], (2 * n_opaque > n_kept)[decides]
        undecided &= ~decides
    return give_back(lines, colored, kept, opaque)


def _by_hue(painted: Sequence[PaintedLines | None]) -> tuple[Mask, Mask]:
    """Whether most of what all references say of a hue is kept, and most of that opaque: (len(TRACE_HUES),) each."""
    known = [one for one in painted if one is not None]
    n_all, n_kept, n_opaque = (
        sum(np.bincount(one.hue[which], minlength=len(TRACE_HUES)) for one, which in zip(known, flags, strict=True))
        for flags in ([np.ones_like(one.kept) for one in known], [one.kept for one in known],
                      [one.opaque for one in known])
    )
    return np.asarray(2 * n_kept > n_all), np.asarray(2 * n_opaque > n_kept)


def _look_up(says: PaintedLines, there: Floats, hue: NDArray[np.intp], radius: float) -> NDArray[np.intp]:
    """Which of a reference's pixels lies nearest to each place (N, 2) and has the same hue (N,), -1 for none near."""
    found = np.full(hue.size, -1, np.intp)
    for one in np.unique(says.hue):
        mine, known = np.flatnonzero(hue == one), np.flatnonzero(says.hue == one)
        _, nearest = KDTree(says.places[known]).query(there[mine], distance_upper_bound=radius)
        found[mine] = np.append(known, -1)[nearest]
    return found
