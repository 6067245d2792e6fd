"""What is wrong in the engine's own frames, region by region: why, and how sure the engine was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.clips.validation_clip import Pair
from benchmarks.methods.registry import OURS
from benchmarks.metrics.pictures import ink_free_mask, label_inked_regions
from benchmarks.metrics.score import foreground_mask, judge_regions

from .failures import Failures, sort_failures
from .gallery import Gallery

SHOWN_SHARE = 0.1  # a region of which the reference shows a smaller share is first seen


@dataclass(frozen=True)
class Verdict:
    """One frame of ours with N regions that count.

    confidence: float (N,), the mean of the confidence plate over a region's ink-free pixels. wrong: bool (N,).
    foreground_px: ink-free pixels that are not paper. first_seen: bool (N,), regions of which the reference shows less
    than a tenth as the same part; None where parts are not known. unknown: bool (N,), those of which ours says so.
    """

    set_name: str
    clip: str
    gap: int
    confidence: np.ndarray
    wrong: np.ndarray
    failures: Failures
    foreground_px: int
    first_seen: np.ndarray | None = None
    unknown: np.ndarray | None = None


def measure(set_name: str, gallery: Gallery) -> Iterator[Verdict]:
    """Yield the verdict on each frame that the engine coloured."""
    for pair, colored in zip(gallery.pairs, gallery.colored(OURS), strict=True):
        picture, confidence, unknown = colored.picture, colored.confidence, colored.unknown
        assert confidence is not None and unknown is not None  # the engine always has them
        labels = label_inked_regions(pair.target_line)[0]
        clean = ink_free_mask(pair.target_line)
        judged = judge_regions(picture, pair.target_gt, labels=labels, valid=clean)
        yield Verdict(
            set_name=set_name,
            clip=pair.clip,
            gap=pair.gap,
            confidence=mean_by_label(confidence, labels=labels, valid=clean, wanted=judged.label),
            wrong=~judged.right,
            failures=sort_failures(picture, pair),
            foreground_px=int(foreground_mask(pair.target_gt, line=pair.target_line).sum()),
            first_seen=first_seen(pair, labels=labels, valid=clean, wanted=judged.label),
            unknown=mean_by_label(unknown, labels=labels, valid=clean, wanted=judged.label) > 0.5,
        )


def first_seen(pair: Pair, *, labels: np.ndarray, valid: np.ndarray, wanted: np.ndarray) -> np.ndarray | None:
    """Return which wanted regions (N,) show what the reference does not; None where parts are not known.

    Paper, part 0, is in every reference.
    """
    if pair.target_part is None or pair.reference_part is None:
        return None
    known = np.append(np.unique(pair.reference_part), 0)
    shown = np.isin(pair.target_part, known)
    return mean_by_label(shown, labels=labels, valid=valid, wanted=wanted) < SHOWN_SHARE


def mean_by_label(values: np.ndarray, *, labels: np.ndarray, valid: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the mean of (H, W) values over the valid pixels of each wanted label (N,); all must have some."""
    at = labels[valid]
    n_labels = int(labels.max()) + 1
    total = np.bincount(at, values[valid].astype(np.float64), minlength=n_labels)
    return np.asarray(total[wanted] / np.bincount(at, minlength=n_labels)[wanted])
