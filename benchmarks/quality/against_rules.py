"""Ours against the strongest method without learning: wrong against wrong, and the clips where ours is behind."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures.column import FOREGROUND, REGION, Column, Group
from benchmarks.figures.row import Row
from benchmarks.methods.registry import OURS, RULES_AND_FLOW, RULES_CHAINED, title_of

from .bars import ROUNDING, Bar, percent, plain, slashed, within, wrong_ratio
from .set_table import mean_figure

RULES = (RULES_AND_FLOW, RULES_CHAINED)
FIGURES = {FOREGROUND: "foreground pixels", REGION: "regions"}
MOST_WRONG = {FOREGROUND: 0.4, REGION: 0.5}  # of the rival's wrong
AIM_AT_GAP_1 = {FOREGROUND: 0.99, REGION: 0.95}


def render_against_rules(rows: Sequence[Row]) -> str:
    """Return the lines below a set's table, empty unless both methods ran."""
    if not {OURS, RULES_AND_FLOW} <= {row.method for row in rows}:
        return ""
    lines = [_wrong_line(rows, column) for column in FIGURES] + [behind_line(rows, column) for column in FIGURES]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def bars(where: str, rows: Sequence[Row]) -> list[Bar]:
    """Return the bars of one set, or of all: wrong against wrong at every gap, the aim at gap 1, never behind."""
    if not {OURS, RULES_AND_FLOW} <= {row.method for row in rows}:
        return []
    found = []
    for column, name in FIGURES.items():
        ratios = _ratios(rows, column)
        met = bool(ratios) and all(within(ratio, MOST_WRONG[column]) for ratio in ratios.values())
        reached = " / ".join(plain(ratio) for ratio in ratios.values())
        goal = f"≤ {MOST_WRONG[column]:.2f} of the rules' at gap {slashed(ratios)}"
        found.append(Bar(where, f"wrong {name}", goal, reached, met))
        if 1 in ratios:
            right, aim = mean_figure(rows, OURS, column, 1), AIM_AT_GAP_1[column]
            goal, reached = f"≥ {percent(aim, 0)} % (an aim)", f"{percent(right)} %"
            found.append(Bar(where, f"right {name} at gap 1", goal, reached, right >= aim))
        behind, pairs = behind_rules(rows, column)
        reached = f"behind on {len(behind)} of {pairs}"
        found.append(Bar(where, f"{name}, clip by clip", "never behind the rules", reached, not behind))
    return found


def behind_rules(rows: Sequence[Row], column: Column) -> tuple[list[tuple[Row, Row]], int]:
    """Return (ours, the rules') of each clip and gap where ours is behind, the farthest first, and how many there are.

    What neither could be counted on is left out.
    """
    rules = {(r.set_name, r.clip, r.drawing): r for r in rows if r.method == RULES_AND_FLOW}
    both = [(r, rules[key]) for r in rows if r.method == OURS and (key := (r.set_name, r.clip, r.drawing)) in rules]
    behind = [(mine, theirs) for mine, theirs in both if _deficit(mine, theirs, column) > ROUNDING]
    return sorted(behind, key=lambda pair: -_deficit(pair[0], pair[1], column)), len(both)


def behind_line(rows: Sequence[Row], column: Column) -> str:
    """Return the sentence that names where ours is behind the rules."""
    behind, pairs = behind_rules(rows, column)
    named = "; ".join(
        f"{mine.clip} gap {mine.drawing} {percent(_get(mine, column), 2)} < {percent(_get(theirs, column), 2)}"
        for mine, theirs in behind
    )
    return f"Behind the rules in {FIGURES[column]} on {len(behind)} of {pairs} clips × gaps" + (
        f": {named}." if named else "."
    )


def _wrong_line(rows: Sequence[Row], column: Column) -> str:
    ratios = _ratios(rows, column)
    mine = " / ".join(percent(1 - mean_figure(rows, OURS, column, gap)) for gap in ratios)
    theirs = " / ".join(percent(1 - _of_rules(rows, column, gap)) for gap in ratios)
    missed = [str(gap) for gap, ratio in ratios.items() if not within(ratio, MOST_WRONG[column])]
    verdict = "met" if not missed else "missed at gap " + ", ".join(missed)
    return (
        f"Wrong {FIGURES[column]} at gap {slashed(ratios)}: {mine} % against {theirs} % of {title_of(RULES_AND_FLOW)}"
        f"{', direct or from drawing to drawing' if _rules_in(rows) == RULES else ''}, "
        f"ratio {' / '.join(plain(ratio) for ratio in ratios.values())} (at most {MOST_WRONG[column]:.2f}: {verdict})."
    )


def _ratios(rows: Sequence[Row], column: Column) -> dict[int, float]:
    return {
        gap: wrong_ratio(mean_figure(rows, OURS, column, gap), _of_rules(rows, column, gap))
        for gap in sorted({row.drawing for row in rows})
    }


def _rules_in(rows: Sequence[Row]) -> tuple[str, ...]:
    known = {row.method for row in rows}
    return tuple(method for method in RULES if method in known)


def _of_rules(rows: Sequence[Row], column: Column, gap: int) -> float:
    """Return the mean figure of the better of the rules: they too may go from drawing to drawing."""
    return max(mean_figure(rows, method, column, gap) for method in _rules_in(rows))


def _deficit(mine: Row, theirs: Row, column: Column) -> float:
    return _get(theirs, column) - _get(mine, column)


def _get(row: Row, column: Column) -> float:
    return column.take(Group([row]))
