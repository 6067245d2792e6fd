"""How well a confidence finds what is wrong: figures of a ranking. Knows neither drawings nor methods."""

import numpy as np
from scipy.stats import rankdata

LEAST_SURE = 0.05  # share of all regions that a person looks at


def area_under_curve(confidence: np.ndarray, wrong: np.ndarray) -> float:
    """Return how often a wrong item is less sure than a right one, a tie counting half; (N,) floats and bools.

    This is the area under the receiver operating characteristic of "this is wrong". NaN when all are right or wrong.
    """
    n_wrong, n_right = int(wrong.sum()), int((~wrong).sum())
    if n_wrong == 0 or n_right == 0:
        return float("nan")
    ranks = rankdata(confidence)
    surer_wrong = ranks[wrong].sum() - n_wrong * (n_wrong + 1) / 2
    return float(1 - surer_wrong / (n_wrong * n_right))


def wrong_among_least_sure(confidence: np.ndarray, wrong: np.ndarray, *, share: float = LEAST_SURE) -> float:
    """Return which part of all wrong items lies in the least sure `share` of all items; NaN when none is wrong.

    Of items that are equally sure at the cut, each counts as much as fits, so that their order plays no part.
    """
    if not wrong.any():
        return float("nan")
    room = share * len(wrong)
    levels, level = np.unique(confidence, return_inverse=True)
    items = np.bincount(level, minlength=len(levels))
    wrongs = np.bincount(level[wrong], minlength=len(levels))
    before = np.cumsum(items) - items
    taken = np.clip((room - before) / items, 0, 1)
    return float((taken * wrongs).sum() / wrong.sum())


def best_among_least_sure(wrong: np.ndarray, *, share: float = LEAST_SURE) -> float:
    """Return what `wrong_among_least_sure` is at most, when every wrong item is less sure than every right one."""
    return min(1.0, share * len(wrong) / int(wrong.sum())) if wrong.any() else float("nan")
