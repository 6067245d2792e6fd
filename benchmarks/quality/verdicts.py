"""What is wrong in the engine's own frames, region by region: why, and how sure the engine was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.methods.registry import OURS
from benchmarks.metrics.pictures import ink_free_mask, label_inked_regions
from benchmarks.metrics.score import foreground_mask, judge_regions

from .failures import Failures, sort_failures
from .gallery import Gallery


@dataclass(frozen=True)
class Verdict:
    """One frame of ours with N regions that count.

    confidence: float (N,), the mean of the confidence plate over a region's ink-free pixels. wrong: bool (N,).
    foreground_px: ink-free pixels that are not paper.
    """

    set_name: str
    clip: str
    gap: int
    confidence: np.ndarray
    wrong: np.ndarray
    failures: Failures
    foreground_px: int


def measure(set_name: str, gallery: Gallery) -> Iterator[Verdict]:
    """Yield the verdict on each frame that the engine coloured."""
    for pair, colored in zip(gallery.pairs, gallery.colored(OURS), strict=True):
        picture, confidence = colored.picture, colored.confidence
        assert confidence is not None  # the engine always has one
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
        )


def mean_by_label(values: np.ndarray, *, labels: np.ndarray, valid: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the mean of (H, W) values over the valid pixels of each wanted label (N,); all must have some."""
    at = labels[valid]
    n_labels = int(labels.max()) + 1
    total = np.bincount(at, values[valid].astype(np.float64), minlength=n_labels)
    return np.asarray(total[wanted] / np.bincount(at, minlength=n_labels)[wanted])
