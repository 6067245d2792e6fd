"""A column: one figure, how it is taken from rows, how it is printed, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.metrics.flicker import Flicker

from .row import Row


@dataclass(frozen=True)
class Group:
    """What one cell is about: rows, and where they were measured the flicker of their clips and the peak memory."""

    rows: Sequence[Row]
    flicker: Sequence[Flicker] = ()
    peak_gb: float = math.nan


@dataclass(frozen=True)
class Column:
    """One figure of a table: its name and unit, how it is taken from a group, and how many digits are printed.

    take: NaN where nothing could be counted; shares lie in [0, 1] and are printed in %.
    """

    name: str
    unit: str
    take: Callable[[Group], float]
    digits: int
    higher_is_better: bool = True
    is_quality: bool = True

    @property
    def heading(self) -> str:
        """The head of the column."""
        return f"{self.name} {self.unit}".strip()

    def show(self, value: float) -> str:
        """Return a figure as it is printed, a dash for NaN."""
        scale = 100 if self.unit.endswith("%") else 1
        return "–" if math.isnan(value) else f"{scale * value:.{self.digits}f}"

    def is_best(self, value: float, rivals: Iterable[float]) -> bool:
        """Say whether a figure looks as good as the best of all rivals, itself among them; NaN never is."""
        known = [rival for rival in rivals if not math.isnan(rival)]
        best = (max if self.higher_is_better else min)(known, default=math.nan)
        return bool(known) and self.show(value) == self.show(best)


def mean_known(values: Iterable[float]) -> float:
    """Return the mean, NaN left out, and NaN when there is no figure."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _of_score(field: str) -> Callable[[Group], float]:
    return lambda group: mean_known(getattr(row.score, field) for row in group.rows)


def _clicks(group: Group) -> float:
    return mean_known(row.clicks for row in group.rows if row.clicks is not None)


def _flicker(group: Group) -> float:
    steps = Flicker(sum(f.tracked for f in group.flicker), sum(f.switched for f in group.flicker))
    return steps.per_hundred()


PSNR = Column("PSNR", "dB", _of_score("psnr"), 1)
SSIM = Column("SSIM", "", _of_score("ssim"), 3)
FOREGROUND = Column("fg ΔE≤2", "%", _of_score("foreground"), 1)
REGION = Column("region", "%", _of_score("region"), 1)
MEAN_IOU = Column("mIoU", "%", _of_score("mean_iou"), 1)
PALETTE_EXACT = Column("palette exact", "%", _of_score("palette_exact"), 1)
FLICKER = Column("flicker", "", _flicker, 1, higher_is_better=False)
CLICKS = Column("clicks", "", _clicks, 1, higher_is_better=False)
SECONDS = Column(
    "CPU", "s", lambda group: mean_known(row.seconds for row in group.rows), 2, higher_is_better=False, is_quality=False
)
PEAK_GB = Column("peak", "GB", lambda group: group.peak_gb, 2, higher_is_better=False, is_quality=False)
