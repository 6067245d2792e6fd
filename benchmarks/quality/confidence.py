"""Does the engine know which regions it coloured wrong? The section of its confidence plates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.metrics.ranking import (
    LEAST_SURE,
    area_under_curve,
    best_among_least_sure,
    wrong_among_least_sure,
)

from .bars import Bar, percent, plain
from .verdicts import Verdict

LEAST_AREA, LEAST_SHARE = 0.90, 0.5
ALL = "all"
INTRODUCTION = f"""\
A region's confidence is the mean of the confidence plate that `colorize` writes over the region's ink-free pixels.
AUROC is how often a wrong region is less sure than a right one.
The next column says which part of all wrong regions the {100 * LEAST_SURE:.0f} % least sure regions hold.
The last says how much of them fits in at most, which is less than all when more regions are wrong than that.
"""
FIRST_SEEN = """\
A region is first seen when the reference shows less than a tenth of it as the same part.
*Said* are the regions that the `unknown.Y` plate marks; precision is the share of these that are first seen.
"""


def render(verdicts: Sequence[Verdict]) -> str:
    """Return the Markdown section."""
    if not verdicts:
        return ""
    lines = [
        f"| set | regions | wrong | AUROC | wrong ones in the {100 * LEAST_SURE:.0f} % least sure % | at most % |",
        "|---|---|---|---|---|---|",
    ]
    for name, sure, wrong in _by_set(verdicts):
        figures = area_under_curve(sure, wrong), wrong_among_least_sure(sure, wrong), best_among_least_sure(wrong)
        area, share, most = plain(figures[0]), percent(figures[1]), percent(figures[2])
        lines.append(f"| {name} | {len(wrong)} | {int(wrong.sum())} | {area} | {share} | {most} |")
    return f"## Confidence\n\n{INTRODUCTION}\n" + "\n".join(lines) + "\n" + _render_first_seen(verdicts)


def _render_first_seen(verdicts: Sequence[Verdict]) -> str:
    """Return the table of regions that the reference does not show, of the sets whose parts are known."""
    known = [v for v in verdicts if v.first_seen is not None]
    if not known:
        return ""
    lines = [FIRST_SEEN, "| set | regions | first seen | said | precision % | recall % |", "|---|---|---|---|---|---|"]
    names = [*dict.fromkeys(v.set_name for v in known), ALL]
    for name in names:
        group = [v for v in known if name in (v.set_name, ALL)]
        truth, said = (np.concatenate([np.asarray(getattr(v, field)) for v in group]) for field in ("first_seen",
                                                                                                    "unknown"))
        both = int((truth & said).sum())
        precision, recall = (percent(both / total) if (total := int(one.sum())) else "–" for one in (said, truth))
        lines.append(f"| {name} | {len(truth)} | {int(truth.sum())} | {int(said.sum())} | {precision} | {recall} |")
    return "\n" + "\n".join(lines) + "\n"


def bars(verdicts: Sequence[Verdict]) -> list[Bar]:
    """Return the bars over all sets."""
    for name, sure, wrong in _by_set(verdicts):
        if name == ALL:
            area, share = area_under_curve(sure, wrong), wrong_among_least_sure(sure, wrong)
            most = best_among_least_sure(wrong)
            reached = f"{percent(share)} % (at most {percent(most)} % fit in)"
            goal = f"≥ {percent(LEAST_SHARE, 0)} % of the wrong regions"
            return [
                Bar(ALL, "AUROC of the confidence", f"≥ {LEAST_AREA:.2f}", plain(area), area >= LEAST_AREA),
                Bar(ALL, f"the {percent(LEAST_SURE, 0)} % least sure hold", goal, reached, share >= LEAST_SHARE),
            ]
    return []


def _by_set(verdicts: Sequence[Verdict]) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return name, confidence (N,) and wrong (N,) of every set, then of all."""
    groups = {name: [v for v in verdicts if v.set_name == name] for name in dict.fromkeys(v.set_name for v in verdicts)}
    groups |= {ALL: list(verdicts)} if verdicts else {}
    return [
        (name, np.concatenate([v.confidence for v in group]), np.concatenate([v.wrong for v in group]))
        for name, group in groups.items()
    ]
