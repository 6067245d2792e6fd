"""How often a region changes its colour from one drawing of a clip to the next where the painter's does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .pictures import ink_free_mask, label_inked_regions
from .score import JudgedRegions, judge_regions, same_color

SAME_REGION_IOU = 0.3  # two regions that overlap so far, each the other's best, are one region that moved


@dataclass(frozen=True)
class Flicker:
    """How many steps of regions from a drawing to the next could be followed, and in how many the colour switched.

    A region that is wrong in the same colour all the time does not flicker.
    """

    tracked: int
    switched: int

    def per_hundred(self) -> float:
        """Return switches in 100 tracked steps, NaN when none was tracked."""
        return 100 * self.switched / self.tracked if self.tracked else float("nan")


@dataclass(frozen=True)
class _Judged:
    labels: np.ndarray
    regions: JudgedRegions


def flicker(predictions: Sequence[np.ndarray], truths: Sequence[np.ndarray], lines: Sequence[np.ndarray]) -> Flicker:
    """Follow the regions through drawings in the order of time, all pictures uint8 RGB (H, W, 3).

    A step counts when the truth gives the region the same colour in both drawings.
    """
    judged = [_judge(*pictures) for pictures in zip(predictions, truths, lines, strict=True)]
    tracked = switched = 0
    for before, after in pairwise(judged):
        rows, columns = _partners(before, after)
        kept = same_color(before.regions.true[rows], after.regions.true[columns])
        is_same = same_color(before.regions.predicted[rows], after.regions.predicted[columns])
        tracked += int(kept.sum())
        switched += int((kept & ~is_same).sum())
    return Flicker(tracked, switched)


def _judge(prediction: np.ndarray, truth: np.ndarray, line: np.ndarray) -> _Judged:
    labels, _ = label_inked_regions(line)
    return _Judged(labels, judge_regions(prediction, truth, labels=labels, valid=ink_free_mask(line)))


def _partners(before: _Judged, after: _Judged) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of `before` and of `after` that are one region: each other's best overlap, and enough of it."""
    n, m = int(before.labels.max()) + 1, int(after.labels.max()) + 1
    shared = np.bincount((before.labels.astype(np.int64) * m + after.labels).ravel(), minlength=n * m).reshape(n, m)
    union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None] - shared
    overlap = (shared / np.maximum(union, 1))[np.ix_(before.regions.label, after.regions.label)]
    if not overlap.size:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    best = overlap.argmax(axis=1)
    rows = np.arange(len(overlap))
    is_pair = (overlap.argmax(axis=0)[best] == rows) & (overlap[rows, best] >= SAME_REGION_IOU)
    return rows[is_pair], best[is_pair]
