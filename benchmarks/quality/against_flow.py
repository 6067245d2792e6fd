"""Ours against the flow warp, which takes any kind of paint: wrong against wrong on drawn sets, the lead on all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from benchmarks.clips.drawn import DRAWN_SETS
from benchmarks.figures.column import FOREGROUND, MEAN_IOU, PSNR, Column
from benchmarks.figures.row import Row
from benchmarks.methods.registry import FLOW, OURS, REGIONS, RULES_AND_FLOW, RULES_CHAINED, title_of
from benchmarks.metrics.score import IDENTICAL_PSNR

from .bars import Bar, percent, plain, slashed, within, wrong_ratio
from .set_table import mean_figure

RULES = (REGIONS, RULES_AND_FLOW, RULES_CHAINED)
LEADS = {FOREGROUND: "foreground pixels", PSNR: "PSNR", MEAN_IOU: "mIoU"}
FLAWLESS = {FOREGROUND: 1.0, PSNR: IDENTICAL_PSNR, MEAN_IOU: 1.0}  # nothing is left to be ahead by
MOST_WRONG_AT_GAP_1, MOST_WRONG_LATER = 0.9, 0.75  # of the flow warp's wrong foreground pixels, on drawn sets


def render_against_flow(rows: Sequence[Row]) -> str:
    """Return the lines below a set's table, empty unless ours and the flow warp ran."""
    lines = [f"{b.what}, {b.goal}: {b.reached}, {'met' if b.met else 'missed'}." for b in bars(rows)]
    return "".join(f"- Bar of {line}\n" for line in lines)


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bars of one set's rows, none unless ours and the flow warp ran.

    A figure that no method of the set has, as the mean IoU of paintings in too many colours, has no bar.
    """
    if not {OURS, FLOW} <= {row.method for row in rows}:
        return []
    found = [_wrong_bar(rows)] if rows[0].set_name in DRAWN_SETS else []
    return found + [bar for column in LEADS if (bar := _lead_bar(rows, column))]


def _wrong_bar(rows: Sequence[Row]) -> Bar:
    mine, theirs = ([mean_figure(rows, m, FOREGROUND, gap) for gap in _gaps(rows)] for m in (OURS, FLOW))
    ratios = [wrong_ratio(ours, flow) for ours, flow in zip(mine, theirs, strict=True)]
    most = [MOST_WRONG_AT_GAP_1 if gap == 1 else MOST_WRONG_LATER for gap in _gaps(rows)]
    wrong = [slashed(percent(1 - share, 2) for share in shares) for shares in (mine, theirs)]
    return Bar(
        rows[0].set_name,
        "wrong foreground pixels",
        f"≤ {slashed(f'{limit:.2f}' for limit in most)} of the {title_of(FLOW)}'s at gap {slashed(_gaps(rows))}",
        f"{slashed(map(plain, ratios))} ({wrong[0]} % against {wrong[1]} %)",
        all(within(ratio, limit) for ratio, limit in zip(ratios, most, strict=True)),
    )


def _lead_bar(rows: Sequence[Row], column: Column) -> Bar | None:
    gaps, known = _gaps(rows), {row.method for row in rows}
    rivals = [method for method in (FLOW, *RULES) if method in known]
    mine = [mean_figure(rows, OURS, column, gap) for gap in gaps]
    best = [_best(mean_figure(rows, rival, column, gap) for rival in rivals) for gap in gaps]
    if all(map(math.isnan, [*mine, *best])):
        return None
    return Bar(
        rows[0].set_name,
        LEADS[column],
        f"above {title_of(FLOW)}{' and rules' if len(rivals) > 1 else ''} at gap {slashed(gaps)}",
        f"{slashed(map(column.show, mine))} against {slashed(map(column.show, best))} {column.unit}",
        all(_is_ahead(ours, rival, column) for ours, rival in zip(mine, best, strict=True)),
    )


def _is_ahead(ours: float, rival: float, column: Column) -> bool:
    """Say whether a figure is larger than a rival's, or as large as can be; NaN is ahead of nothing."""
    return ours > rival or ours >= FLAWLESS[column] or (math.isnan(rival) and not math.isnan(ours))


def _best(figures: Iterable[float]) -> float:
    """Return the largest figure, NaN when none is known."""
    return max((figure for figure in figures if not math.isnan(figure)), default=math.nan)


def _gaps(rows: Sequence[Row]) -> list[int]:
    return sorted({row.drawing for row in rows})
