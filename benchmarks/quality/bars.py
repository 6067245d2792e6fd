"""The bars that this project sets itself, each with what was reached, and the arithmetic of "wrong against wrong"."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUNDING = 1e-9


@dataclass(frozen=True)
class Bar:
    """One promise: whose drawings and what is measured, what the goal is, what was reached, and whether that is met."""

    where: str
    what: str
    goal: str
    reached: str
    met: bool


def render_bars(bars: Sequence[Bar]) -> str:
    """Return all bars as one Markdown table, with how many are met."""
    if not bars:
        return ""
    lines = ["| drawings | what | goal | reached | |", "|---|---|---|---|---|"]
    lines += [f"| {b.where} | {b.what} | {b.goal} | {b.reached} | {'met' if b.met else '**missed**'} |" for b in bars]
    return f"## Bars\n\n{sum(b.met for b in bars)} of {len(bars)} are met.\n\n" + "\n".join(lines) + "\n"


def wrong_ratio(ours: float, rival: float) -> float:
    """Return our wrong share over a rival's, from shares right in [0, 1].

    Nothing wrong in ours is 0, something wrong where the rival has nothing is infinite; NaN stays NaN.
    """
    if math.isnan(ours) or math.isnan(rival):
        return math.nan
    wrong, rival_wrong = 1 - ours, 1 - rival
    if wrong <= 0:
        return 0.0
    return wrong / rival_wrong if rival_wrong > 0 else math.inf


def within(ratio: float, most: float) -> bool:
    """Say whether a ratio is at most `most`, rounding of its arithmetic forgiven; NaN is not."""
    return ratio <= most + ROUNDING


def percent(share: float, digits: int = 1) -> str:
    """Return a share in [0, 1] as a percentage without its sign; a dash where nothing could be counted."""
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f}"


def slashed(values: Iterable[object]) -> str:
    """Return values side by side as in a table's cells."""
    return " / ".join(map(str, values))


def plain(value: float) -> str:
    """Return a number with three digits, a dash when it is none, ∞ when it has no end."""
    if math.isnan(value):
        return "–"
    return "∞" if math.isinf(value) else f"{value:.3f}"
