"""Why a region or pixel was coloured wrong: categories told by rules from the drawings and the truth.

The first rule that applies decides, in the order of CATEGORIES. Knows no method and judges none.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.baselines.region_features import SHAPE_SIDE, level_shape
from benchmarks.clips.validation_clip import Pair
from benchmarks.metrics.pictures import ink_free_mask, label_inked_regions, majority_colors, pack_colors
from benchmarks.metrics.score import (
    REGION_MIN_PX,
    JudgedRegions,
    foreground_mask,
    judge_regions,
    same_color,
    wrong_pixels,
)

FIRST_SEEN, UNINKED, TINY, LOOK_ALIKE = "first seen", "un-inked border", "tiny", "look-alike"
FAR, NEEDLESS, OTHER = "far or resized", "divided without need", "other"
CATEGORIES = (FIRST_SEEN, UNINKED, NEEDLESS, TINY, LOOK_ALIKE, FAR, OTHER)
SECOND_COLOR_SHARE = 0.03  # a region with this share of further colours in truth has an un-inked border
TINY_SHARE = 50 / 512**2  # of the picture; smaller regions are tiny
LOOK_ALIKE_IOU, LOOK_ALIKE_AREA = 0.75, 1.5  # overlap of the level shapes, and ratio of the areas
FAR_SHARE = 0.12  # of the longer side, from a region to the nearest one of its colour in the reference
RESIZED_AREA = 2.0  # no region of its colour has an area within this ratio


@dataclass(frozen=True)
class Failures:
    """Wrong regions, and wrong foreground pixels, of one drawing by category; absent categories have none.

    unknowable_regions, unknowable_pixels: how many of the first seen have a colour that the reference nowhere shows.
    """

    regions: Mapping[str, int]
    pixels: Mapping[str, int]
    unknowable_regions: int
    unknowable_pixels: int


def sort_failures(prediction: np.ndarray, pair: Pair) -> Failures:
    """Return the categories of all that is wrong in a coloured target, uint8 RGB (H, W, 3)."""
    labels, count = label_inked_regions(pair.target_line)
    clean = ink_free_mask(pair.target_line)
    judged = judge_regions(prediction, pair.target_gt, labels=labels, valid=clean)
    rules = _Rules(pair, labels, clean)
    wrong = np.flatnonzero(~judged.right)
    by_label = np.full(count, TINY, object)  # what is not counted is small
    by_label[judged.label[judged.right]] = NEEDLESS
    by_label[judged.label[judged.right & rules.divided[judged.label]]] = UNINKED
    for i in wrong:
        by_label[judged.label[i]] = rules.category(judged, int(i))
    at = wrong_pixels(prediction, pair.target_gt, line=pair.target_line)
    at &= foreground_mask(pair.target_gt, line=pair.target_line)
    unknowable = rules.is_absent(pack_colors(pair.target_gt)[at])
    of_pixel = np.where(unknowable, FIRST_SEEN, by_label[labels[at]])
    return Failures(
        regions=Counter(by_label[judged.label[wrong]].tolist()),
        pixels=Counter(of_pixel.tolist()),
        unknowable_regions=int(rules.is_absent(judged.true[wrong]).sum()),
        unknowable_pixels=int(unknowable.sum()),
    )


class _Rules:
    """What the rules need to know of one pair, found once."""

    def __init__(self, pair: Pair, labels: np.ndarray, clean: np.ndarray) -> None:
        self._labels = labels
        self._side = max(labels.shape)
        reference_clean = ink_free_mask(pair.reference_line)
        self._shown = np.unique(pack_colors(pair.reference_gt)[reference_clean])
        self._reference_labels = label_inked_regions(pair.reference_line)[0]
        self._reference = judge_regions(
            pair.reference_gt, pair.reference_gt, labels=self._reference_labels, valid=reference_clean
        )
        self._center = centers(self._reference_labels, self._reference.label)
        self._unseen = _unseen(pair, labels, clean, reference_clean)
        self.divided = _divided(pair, labels, clean)

    def is_absent(self, colors: np.ndarray) -> np.ndarray:
        """Return bool (N,): packed colours that the reference shows nowhere."""
        distinct, inverse = np.unique(colors, return_inverse=True)
        same = same_color(np.repeat(distinct, len(self._shown)), np.tile(self._shown, len(distinct)))
        absent = np.asarray(~same.reshape(len(distinct), len(self._shown)).any(axis=1))
        return np.asarray(absent[inverse.ravel()])

    def category(self, judged: JudgedRegions, i: int) -> str:
        """Return why wrong region `i` is wrong."""
        label, true = judged.label[i], judged.true[i]
        partners = self._in_color(true)
        if self._unseen[label] or self.is_absent(true[None])[0]:
            return FIRST_SEEN
        if self.divided[label] or not len(partners):
            return UNINKED
        if judged.area[i] < TINY_SHARE * self._labels.size:
            return TINY
        if self._looks_alike(int(label), float(judged.area[i]), self._in_color(judged.predicted[i])):
            return LOOK_ALIKE
        return FAR if self._is_far(int(label), float(judged.area[i]), partners) else OTHER

    def _in_color(self, color: np.ndarray) -> np.ndarray:
        """Return which of the reference's regions are painted in a packed colour."""
        return np.flatnonzero(same_color(self._reference.true, np.full(len(self._reference.true), color)))

    def _looks_alike(self, label: int, area: float, givers: np.ndarray) -> bool:
        """Say whether one of the regions that may have given the wrong colour has the same shape."""
        ratio = self._reference.area[givers] / area
        alike = givers[np.maximum(ratio, 1 / ratio) <= LOOK_ALIKE_AREA]
        shape = level_shape(_cut_out(self._labels, label))
        others = (level_shape(_cut_out(self._reference_labels, int(self._reference.label[i]))) for i in alike)
        return any(likeness(shape, other) >= LOOK_ALIKE_IOU for other in others)

    def _is_far(self, label: int, area: float, partners: np.ndarray) -> bool:
        """Say whether every region of the right colour lies far away, or none has nearly its size."""
        away = np.linalg.norm(self._center[partners] - centers(self._labels, np.array([label])), axis=1)
        ratio = self._reference.area[partners] / area
        return bool(away.min() > FAR_SHARE * self._side or np.maximum(ratio, 1 / ratio).min() > RESIZED_AREA)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Return the best overlap, in [0, 1], of two level shapes (S,) when one may be turned by half and mirrored."""
    square = other.reshape(SHAPE_SIDE, SHAPE_SIDE)
    poses = (square, square[::-1], square[:, ::-1], square[::-1, ::-1])
    return max(float(np.minimum(one, p.ravel()).sum() / np.maximum(one, p.ravel()).sum()) for p in poses)


def centers(labels: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the mean x, y in px of labels (N,) that all have pixels, float (N, 2)."""
    y, x = np.nonzero(labels)
    of = labels[y, x]
    area = np.bincount(of, minlength=int(labels.max()) + 1)[wanted]
    return np.stack([np.bincount(of, axis, minlength=int(labels.max()) + 1)[wanted] / area for axis in (x, y)], axis=1)


def _cut_out(labels: np.ndarray, label: int) -> np.ndarray:
    y, x = np.nonzero(labels == label)
    return np.asarray(labels[y.min() : y.max() + 1, x.min() : x.max() + 1] == label)


def _divided(pair: Pair, labels: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """Return bool (n labels,): the truth paints the region in several colours."""
    count = int(labels.max()) + 1
    colors = pack_colors(pair.target_gt)
    main = majority_colors(labels, count, pair.target_gt, clean)
    further = clean.copy()
    further[clean] = ~same_color(colors[clean], main[labels[clean]])
    other = np.bincount(labels[further], minlength=count)
    every = np.bincount(labels[clean], minlength=count)
    return np.asarray((other >= SECOND_COLOR_SHARE * every) & (other >= REGION_MIN_PX))


def _unseen(pair: Pair, labels: np.ndarray, clean: np.ndarray, reference_clean: np.ndarray) -> np.ndarray:
    """Return bool (n labels,): the part that most of the region shows is not visible in the reference.

    Nothing is unseen where no one knows the parts.
    """
    count = int(labels.max()) + 1
    unseen = np.zeros(count, bool)
    if pair.reference_part is None or pair.target_part is None:
        return unseen
    n_parts = int(pair.target_part.max()) + 1
    votes = np.bincount(labels[clean].astype(np.int64) * n_parts + pair.target_part[clean], minlength=count * n_parts)
    main = votes.reshape(count, n_parts).argmax(axis=1)
    unseen[1:] = ~np.isin(main, np.unique(pair.reference_part[reference_clean]))[1:]
    return unseen
