"""How unsteady colours are in time: regions that switch, borders without ink that jitter, held drawings that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from .pictures import INK_FREE_FROM, ink_free_mask, label_inked_regions
from .score import JudgedRegions, judge_regions, same_color

SAME_REGION_IOU = 0.3  # two regions that overlap so far, each the other's best, are one region that moved
BORDER_PX = 2  # on either side of a border, its own pixels among them
BORDER_LEVELS = 255 - INK_FREE_FROM  # 8-bit levels that ink may still darken an ink-free pixel by; a border has more


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


@dataclass(frozen=True)
class BorderFlicker:
    """How the error beside borders without ink changes from a drawing to the next.

    pixels: those beside such a border, counted once a step. levels: the sum over them of the change, in 8-bit levels,
    the mean over the channels.
    """

    pixels: int
    levels: float

    def mean(self) -> float:
        """Return 8-bit levels a pixel and step, NaN when there is no border without ink."""
        return self.levels / self.pixels if self.pixels else float("nan")


def border_flicker(
    predictions: Sequence[np.ndarray], truths: Sequence[np.ndarray], lines: Sequence[np.ndarray]
) -> BorderFlicker:
    """Compare each drawing's error with the next one's, in the order of time; all pictures uint8 RGB (H, W, 3).

    Pixels count that lie beside a border of either drawing and are ink-free in both. An error that stays does not
    flicker.
    """
    pixels, levels = 0, 0.0
    for before, after in pairwise(zip(predictions, truths, lines, strict=True)):
        beside = uninked_borders(before[1], before[2]) | uninked_borders(after[1], after[2])
        beside &= ink_free_mask(before[2]) & ink_free_mask(after[2])
        change = _error(*after[:2], beside) - _error(*before[:2], beside)
        pixels += len(change)
        levels += float(np.abs(change).sum()) / 3
    return BorderFlicker(pixels, levels)


def _error(prediction: np.ndarray, truth: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return prediction minus truth, int16 (N, 3), at the N pixels of a mask."""
    return np.asarray(prediction[where].astype(np.int16) - truth[where])


def uninked_borders(truth: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return bool (H, W): ink-free pixels at most BORDER_PX from a border between two colours that has no ink.

    A border lies between two ink-free neighbours that differ by more than BORDER_LEVELS in a channel.
    """
    bare, levels = ink_free_mask(line), truth.astype(np.int16)
    border = np.zeros(bare.shape, np.uint8)
    for here, there in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        differs = np.abs(levels[here] - levels[there]).max(axis=2) > BORDER_LEVELS
        differs &= bare[here] & bare[there]
        border[here] |= differs
        border[there] |= differs
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(bare & (cv2.dilate(border, cross, iterations=BORDER_PX - 1) > 0))


def changed_pixels(before: np.ndarray, after: np.ndarray) -> int:
    """Return how many pixels of two pictures of one drawing, uint8 RGB (H, W, 3), are not the same."""
    return int((before != after).any(axis=2).sum())
