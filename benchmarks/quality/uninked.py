"""Drawings whose shading has no ink: ours beside the flow warp and beside one colour a region by an oracle."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures.column import FOREGROUND
from benchmarks.figures.row import Row
from benchmarks.methods.registry import FLOW, ORACLE, OURS, title_of

from .bars import Bar, percent
from .set_table import mean_figure

SETS = ("shaded", "puppets-shaded")
RIVALS = (FLOW, ORACLE)
INTRODUCTION = "Foreground pixels right, in %, on the sets in which one enclosed region holds several colours.\n"


def _rows(results: Sequence[Row]) -> list[tuple[str, int, dict[str, float]]]:
    """Return set, gap and the mean of each method, for every set and gap where all three ran."""
    rows = []
    for name in SETS:
        of_set = [result for result in results if result.set_name == name]
        if not {OURS, *RIVALS} <= {result.method for result in of_set}:
            continue
        for gap in sorted({result.drawing for result in of_set}):
            rows.append((name, gap, {m: mean_figure(of_set, m, FOREGROUND, gap) for m in (OURS, *RIVALS)}))
    return rows


def render(results: Sequence[Row]) -> str:
    """Return the Markdown section; empty when no un-inked set ran."""
    rows = _rows(results)
    if not rows:
        return ""
    lines = ["| set | gap | ours | " + " | ".join(title_of(rival) for rival in RIVALS) + " |", "|---|---|---|---|---|"]
    for name, gap, means in rows:
        cells = [f"{percent(means[rival])}: ours {_place(means, rival)}" for rival in RIVALS]
        lines.append(f"| {name} | {gap} | {percent(means[OURS])} | " + " | ".join(cells) + " |")
    return f"## Shading without ink\n\n{INTRODUCTION}\n" + "\n".join(lines) + "\n"


def bars(results: Sequence[Row]) -> list[Bar]:
    """Return one bar a set: above both rivals at every gap."""
    rows = _rows(results)
    found = []
    for name in dict.fromkeys(row[0] for row in rows):
        of_set = [(gap, means) for set_name, gap, means in rows if set_name == name]
        lost = [f"{rival} at gap {gap}" for gap, means in of_set for rival in RIVALS if not _is_above(means, rival)]
        reached = "not above " + ", ".join(lost) if lost else "above both at every gap"
        found.append(Bar(name, "foreground pixels", "above flow warp and oracle at every gap", reached, not lost))
    return found


def _is_above(means: dict[str, float], rival: str) -> bool:
    return means[OURS] > means[rival]


def _place(means: dict[str, float], rival: str) -> str:
    return "above" if _is_above(means, rival) else "below"
