"""Made-up figures, so that tables can be checked against numbers known by hand."""

import numpy as np

from benchmarks.figures.row import Row
from benchmarks.methods.registry import OURS
from benchmarks.metrics.flicker import Flicker
from benchmarks.metrics.score import Score
from benchmarks.quality.failures import Failures
from benchmarks.quality.verdicts import Verdict
from benchmarks.table.clip_runs import FIRST, stride
from benchmarks.table.outcome import FlickerRow, Outcome
from benchmarks.table.systems import SHOWN


def result(
    method: str,
    foreground: float,
    *,
    region: float = 0.5,
    gap: int = 1,
    clip: str = "face",
    set_name: str = "toon",
) -> Row:
    """Return a row of the quality page."""
    figures = Score(20.0, 0.9, foreground, region, float("nan"), 1.0, 6)
    return Row(set_name, clip, gap, method, 0.25, figures)


def table_row(system: str, psnr: float, *, mode: str = FIRST, clicks: int = 3) -> Row:
    """Return a row of the table."""
    figures = Score(psnr, psnr / 100, 0.5, 0.5, float("nan"), 1.0, 6)
    return Row("toon", "face", 1, system, 0.25, figures, mode, clicks)


def full_outcome() -> Outcome:
    """Return one row a system in two modes, ours ahead in all but the clicks."""
    rows = [
        table_row(n, 30.0 if n == OURS else 20.0 + i, mode=mode, clicks=1 + (n == OURS))
        for mode in (FIRST, stride(4))
        for i, n in enumerate(SHOWN[:9])
    ]
    rows += [table_row(n, 10.0) for n in SHOWN[9:]]
    return Outcome(rows, [FlickerRow("toon", "face", OURS, FIRST, Flicker(50, 2))], {OURS: 0.5})


def verdict(
    confidence: list[float], wrong: list[int], *, set_name: str = "toon", failures: Failures | None = None
) -> Verdict:
    """Return the verdict on one frame whose regions have these confidences."""
    nothing = Failures({}, {}, 0, 0)
    return Verdict(set_name, "face", 1, np.array(confidence), np.array(wrong, bool), failures or nothing, 100)
