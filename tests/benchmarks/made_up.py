"""Made-up figures, so that tables can be checked against numbers known by hand."""

import numpy as np

from benchmarks.metrics.failures import Failures
from benchmarks.metrics.metrics import Score
from benchmarks.quality.results import Result
from benchmarks.quality.verdicts import Verdict


def result(
    method: str,
    foreground: float,
    *,
    region: float = 0.5,
    gap: int = 1,
    clip: str = "face",
    set_name: str = "toon",
) -> Result:
    figures = Score(20.0, 0.9, foreground, region, float("nan"), 1.0, 6)
    return Result(set_name, clip, gap, method, 0.25, figures)


def verdict(
    confidence: list[float], wrong: list[int], *, set_name: str = "toon", failures: Failures | None = None
) -> Verdict:
    nothing = Failures({}, {}, 0, 0)
    return Verdict(set_name, "face", 1, np.array(confidence), np.array(wrong, bool), failures or nothing, 100)
