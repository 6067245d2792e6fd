"""Ours against the strongest method without learning: wrong against wrong, and the clips where ours is behind."""

from __future__ import annotations

from collections.abc import Sequence

from .bars import ROUNDING, Bar, percent, plain, within, wrong_ratio
from .methods import OURS, RULES_AND_FLOW, RULES_CHAINED, TITLES
from .results import Result, mean_figure

RULES = (RULES_AND_FLOW, RULES_CHAINED)
FIGURES = {"foreground": "foreground pixels", "region": "regions"}
MOST_WRONG = {"foreground": 0.4, "region": 0.5}  # of the rival's wrong
AIM_AT_GAP_1 = {"foreground": 0.99, "region": 0.95}


def render_against_rules(results: Sequence[Result]) -> str:
    """Return the lines below a set's table, empty unless both methods ran."""
    if not {OURS, RULES_AND_FLOW} <= {result.method for result in results}:
        return ""
    lines = [_wrong_line(results, field) for field in FIGURES] + [behind_line(results, field) for field in FIGURES]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def bars(where: str, results: Sequence[Result]) -> list[Bar]:
    """Return the bars of one set, or of all: wrong against wrong at every gap, the aim at gap 1, never behind."""
    if not {OURS, RULES_AND_FLOW} <= {result.method for result in results}:
        return []
    found = []
    for field, name in FIGURES.items():
        ratios = _ratios(results, field)
        met = bool(ratios) and all(within(ratio, MOST_WRONG[field]) for ratio in ratios.values())
        reached = " / ".join(plain(ratio) for ratio in ratios.values())
        asked = f"≤ {MOST_WRONG[field]:.2f} of the rules' at gap {_slashed(ratios)}"
        found.append(Bar(where, f"wrong {name}", asked, reached, met))
        if 1 in ratios:
            right, aim = mean_figure(results, OURS, field, 1), AIM_AT_GAP_1[field]
            asked, reached = f"≥ {percent(aim, 0)} % (an aim)", f"{percent(right)} %"
            found.append(Bar(where, f"right {name} at gap 1", asked, reached, right >= aim))
        behind, pairs = behind_rules(results, field)
        reached = f"behind on {len(behind)} of {pairs}"
        found.append(Bar(where, f"{name}, clip by clip", "never behind the rules", reached, not behind))
    return found


def behind_rules(results: Sequence[Result], field: str) -> tuple[list[tuple[Result, Result]], int]:
    """Return (ours, the rules') of each clip and gap where ours is behind, the farthest first, and how many there are.

    What neither could be counted on is left out.
    """
    rules = {(r.set_name, r.clip, r.gap): r for r in results if r.method == RULES_AND_FLOW}
    both = [(r, rules[key]) for r in results if r.method == OURS and (key := (r.set_name, r.clip, r.gap)) in rules]
    behind = [(mine, theirs) for mine, theirs in both if _deficit(mine, theirs, field) > ROUNDING]
    return sorted(behind, key=lambda pair: -_deficit(pair[0], pair[1], field)), len(both)


def behind_line(results: Sequence[Result], field: str) -> str:
    """Return the sentence that names where ours is behind the rules."""
    behind, pairs = behind_rules(results, field)
    named = "; ".join(
        f"{mine.clip} gap {mine.gap} {percent(_get(mine, field), 2)} < {percent(_get(theirs, field), 2)}"
        for mine, theirs in behind
    )
    return f"Behind the rules in {FIGURES[field]} on {len(behind)} of {pairs} clips × gaps" + (
        f": {named}." if named else "."
    )


def _wrong_line(results: Sequence[Result], field: str) -> str:
    ratios = _ratios(results, field)
    mine = " / ".join(percent(1 - mean_figure(results, OURS, field, gap)) for gap in ratios)
    theirs = " / ".join(percent(1 - _of_rules(results, field, gap)) for gap in ratios)
    missed = [str(gap) for gap, ratio in ratios.items() if not within(ratio, MOST_WRONG[field])]
    verdict = "met" if not missed else "missed at gap " + ", ".join(missed)
    return (
        f"Wrong {FIGURES[field]} at gap {_slashed(ratios)}: {mine} % against {theirs} % of {TITLES[RULES_AND_FLOW]}"
        f"{', direct or from drawing to drawing' if _rules_in(results) == RULES else ''}, "
        f"ratio {' / '.join(plain(ratio) for ratio in ratios.values())} (at most {MOST_WRONG[field]:.2f}: {verdict})."
    )


def _ratios(results: Sequence[Result], field: str) -> dict[int, float]:
    return {
        gap: wrong_ratio(mean_figure(results, OURS, field, gap), _of_rules(results, field, gap))
        for gap in sorted({result.gap for result in results})
    }


def _rules_in(results: Sequence[Result]) -> tuple[str, ...]:
    known = {result.method for result in results}
    return tuple(method for method in RULES if method in known)


def _of_rules(results: Sequence[Result], field: str, gap: int) -> float:
    """Return the mean figure of the better of the rules: they too may go from drawing to drawing."""
    return max(mean_figure(results, method, field, gap) for method in _rules_in(results))


def _slashed(gaps: dict[int, float]) -> str:
    return " / ".join(map(str, gaps))


def _deficit(mine: Result, theirs: Result, field: str) -> float:
    return _get(theirs, field) - _get(mine, field)


def _get(result: Result, field: str) -> float:
    return float(getattr(result.score, field))
