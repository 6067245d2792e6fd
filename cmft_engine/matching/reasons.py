"""Why a region is in doubt, in words, by what confidence was judged by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .calibration import CONFIDENCE_FEATURES

REASONS = (
    "no sure match in the references",
    "first seen: no reference shows it",
    "several colours without a line between",
    "too small to be matched, its pixels alone tell",
    "another part looks alike",
    "matched far from where the motion points",
    "its match does not hold in return: it may have fallen to pieces, or grown together",
    "the frames around it, or a correction, say otherwise",
    "a person has left it unpainted",
)
NO_MATCH, FIRST_SEEN, DIVIDED, TINY, ALIKE, FAR, PIECES, SHOT, LEFT = range(len(REASONS))

CLOSE_MARGIN = 0.25  # between the chances of two colours that are nearly even
SMALL_AGREEMENT = 0.3  # of the region, that motion carries to where it was matched
NO_RETURN = 0.5

_AT = {name: place for place, name in enumerate(CONFIDENCE_FEATURES)}


def doubt_reasons(features: NDArray[np.floating], *, unknown: NDArray[np.bool_], divided: NDArray[np.bool_]
                  ) -> NDArray[np.intp]:
    """Return the number in REASONS of each region (n,): the first of them that holds, in the order of a person's need.

    features: (n, len(CONFIDENCE_FEATURES)) as a decision has them. unknown, divided: bool (n,), likewise.
    """
    conditions = {
        FIRST_SEEN: unknown, TINY: features[:, _AT["pixels only"]] > 0, DIVIDED: divided,
        PIECES: features[:, _AT["cycle"]] < NO_RETURN, FAR: features[:, _AT["flow agreement"]] < SMALL_AGREEMENT,
        ALIKE: features[:, _AT["margin"]] < CLOSE_MARGIN,
    }
    return np.asarray(np.select(list(conditions.values()), list(conditions), NO_MATCH), np.intp)
