"""References on both sides of the drawings to be coloured, for ours and for the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.baselines import region_match_all, region_match_with_flow
from benchmarks.clips.clips import ValidationClip
from benchmarks.metrics.metrics import score
from benchmarks.metrics.pictures import flats_under_ink

from ..clips.ours import Painted, color_shot
from .against_rules import FIGURES
from .bars import Bar, percent, plain, within, wrong_ratio
from .methods import OURS, RULES_AND_FLOW, RULES_BOTH, RULES_NEAREST, Gallery, cpu_seconds
from .results import COLUMNS, Result, mean_figure, render_table

MOST_WRONG = {"foreground": 0.25, "region": 0.35}  # of the better rival's wrong
INTRODUCTION = """\
The first and the last drawing are references, those between are coloured; a column counts from the first.
Ours gets both references.
The rules get the nearest one, or both.
With both, a region takes the colour of the reference that it matches at less cost.
The bar is the better of the two rows, figure by figure.
"""


def measure(set_name: str, clip: ValidationClip, gallery: Gallery) -> list[Result]:
    """Return the results of ours and of both rivals on every drawing between the outermost; none without one."""
    first, *between, last = sorted(clip.lines)
    if not between:
        return []
    ends = {number: Painted(clip.lines[number], clip.paintings[number]) for number in (first, last)}
    started = cpu_seconds()
    inside = {number: line for number, line in (dict(clip.lines) | dict(clip.between)).items() if first < number < last}
    colored = color_shot(ends, inside)
    seconds = (cpu_seconds() - started) / len(inside)
    results = []
    for number in between:
        nearest = min(ends, key=lambda end: (abs(end - number), end))
        flats = flats_under_ink(ends[nearest].painting, ends[nearest].line)
        rivals = _rivals(clip.lines[number], ends, nearest, _known(gallery, number - first))
        made = [(OURS, colored[number].picture, seconds), *rivals]
        for method, picture, spent in made:
            figures = score(picture, clip.paintings[number], line=clip.lines[number], reference_flats=flats)
            results.append(Result(set_name, clip.name, number - first, method, spent, figures))
    return results


def _known(gallery: Gallery, gap: int) -> tuple[np.ndarray, float] | None:
    """Return what the rules made of a gap from the first drawing, with its seconds, if they did."""
    gaps = [pair.gap for pair in gallery.pairs]
    if gap not in gaps or not gallery.has(RULES_AND_FLOW):
        return None
    return gallery.pictures(RULES_AND_FLOW)[gaps.index(gap)], gallery.seconds[RULES_AND_FLOW]


def _rivals(
    line: np.ndarray, ends: dict[int, Painted], nearest: int, known: tuple[np.ndarray, float] | None
) -> Iterator[tuple[str, np.ndarray, float]]:
    """Yield method, picture and seconds of the rules with one and with both references."""
    if known is not None and nearest == min(ends):
        yield RULES_NEAREST, *known
    else:
        started = cpu_seconds()
        picture = region_match_with_flow(ends[nearest].line, ends[nearest].painting, line)
        yield RULES_NEAREST, picture, cpu_seconds() - started
    started = cpu_seconds()
    picture = region_match_all([(end.line, end.painting) for end in ends.values()], line)
    yield RULES_BOTH, picture, cpu_seconds() - started


def render(results: Sequence[Result]) -> str:
    """Return the Markdown section of all sets."""
    if not results:
        return ""
    parts = [f"## References on both sides\n\n{INTRODUCTION}"]
    for set_name in dict.fromkeys(result.set_name for result in results):
        of_set = [result for result in results if result.set_name == set_name]
        lines = "\n".join(f"- {_line(of_set, field)}" for field in FIGURES)
        parts.append(f"### {set_name}\n\n{render_table(of_set, told_by='drawing', columns=COLUMNS[:-1])}\n{lines}\n")
    return "\n".join(parts)


def bars(results: Sequence[Result]) -> list[Bar]:
    """Return the bars of every set."""
    found = []
    for set_name in dict.fromkeys(result.set_name for result in results):
        of_set = [result for result in results if result.set_name == set_name]
        for field, name in FIGURES.items():
            ratios = [_ratio(of_set, field, number) for number in _numbers(of_set)]
            asked = f"≤ {MOST_WRONG[field]:.2f} of the rules' at drawing {_slashed(_numbers(of_set))}"
            met = all(within(ratio, MOST_WRONG[field]) for ratio in ratios)
            found.append(Bar(f"{set_name}, both sides", f"wrong {name}", asked, " / ".join(map(plain, ratios)), met))
    return found


def _line(results: Sequence[Result], field: str) -> str:
    numbers = _numbers(results)
    mine = " / ".join(percent(1 - mean_figure(results, OURS, field, number)) for number in numbers)
    best = " / ".join(percent(1 - _best_rival(results, field, number)) for number in numbers)
    ratios = [_ratio(results, field, number) for number in numbers]
    missed = [str(n) for n, ratio in zip(numbers, ratios, strict=True) if not within(ratio, MOST_WRONG[field])]
    verdict = "missed at drawing " + ", ".join(missed) if missed else "met"
    return (
        f"Wrong {FIGURES[field]} at drawing {_slashed(numbers)}: {mine} % against {best} % of the better rival, ratio "
        f"{' / '.join(map(plain, ratios))} (at most {MOST_WRONG[field]:.2f}: {verdict})."
    )


def _ratio(results: Sequence[Result], field: str, number: int) -> float:
    return wrong_ratio(mean_figure(results, OURS, field, number), _best_rival(results, field, number))


def _best_rival(results: Sequence[Result], field: str, number: int) -> float:
    return max(mean_figure(results, method, field, number) for method in (RULES_NEAREST, RULES_BOTH))


def _numbers(results: Sequence[Result]) -> list[int]:
    return sorted({result.gap for result in results})


def _slashed(numbers: Sequence[int]) -> str:
    return " / ".join(map(str, numbers))
