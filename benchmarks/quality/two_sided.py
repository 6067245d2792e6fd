"""References on both sides of the drawings to be coloured, for ours and for the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.clips.validation_clip import Pair, ValidationClip
from benchmarks.figures.column import FOREGROUND, REGION, Column
from benchmarks.figures.row import Row
from benchmarks.methods.clock import cpu_seconds
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.methods.refusal import color_or_none
from benchmarks.methods.registry import COPY, FLOW, OURS, RULES_AND_FLOW, RULES_BOTH, RULES_NEAREST, load_method
from benchmarks.metrics.score import Score

from .against_rules import FIGURES
from .bars import Bar, percent, plain, slashed, within, wrong_ratio
from .gallery import Gallery, score_pair
from .set_table import COLUMNS, mean_figure, render_table

RIVALS: dict[str, str | None] = {RULES_NEAREST: RULES_AND_FLOW, RULES_BOTH: None, COPY: COPY, FLOW: FLOW}
"""Each rival, and the method of the tables that does the same from the first drawing, if one does."""
MOST_WRONG = {FOREGROUND: 0.25, REGION: 0.35}  # of the better rival's wrong
INTRODUCTION = """\
The first and the last drawing are references, those between are coloured; a column counts from the first.
Ours gets both references.
The rules get the nearest one, or both; copy and flow warp the nearest one.
With both, a region takes the colour of the reference that it matches at less cost.
The bar is the better of the two rows of rules, figure by figure.
"""


def measure(set_name: str, clip: ValidationClip, gallery: Gallery) -> list[Row]:
    """Return the rows of ours and of the rivals on every drawing between the outermost; none without one."""
    shot = shot_between(clip)
    if not shot.targets:
        return []
    first = min(shot.references)
    started = cpu_seconds()
    mine = color_or_none(load_method(OURS), shot)
    seconds = (cpu_seconds() - started) / (len(shot.targets) + len(shot.between))
    rows = []
    for number in shot.targets:
        is_first = shot.nearest_reference(number) is shot.references[first]
        made = {OURS: (None if mine is None else mine[number].picture, seconds)}
        for method, in_table in RIVALS.items():
            known = _known(gallery, in_table, number - first) if is_first else None
            made[method] = known or _alone(method, shot, number)
        for method, (picture, spent) in made.items():
            figures = _score(picture, clip, shot, number)
            refused = picture is None
            rows.append(Row(set_name, clip.name, number - first, method, spent, figures, refused=refused))
    return rows


def _score(picture: np.ndarray | None, clip: ValidationClip, shot: UncoloredShot, number: int) -> Score:
    """Return the figures of a drawing, the nearest reference's colours being those that could be taken."""
    nearest, line = shot.nearest_reference(number), clip.lines[number]
    reference = Pair(clip.name, number, nearest.line, nearest.painting, line, clip.truth(number))
    return score_pair(picture, reference)


def shot_between(clip: ValidationClip) -> UncoloredShot:
    """Return a clip as a shot whose references are its first and last drawing, and whose targets all others."""
    first, *targets, last = sorted(clip.lines)
    return UncoloredShot(
        references={number: Painted(clip.lines[number], clip.paintings[number]) for number in (first, last)},
        targets={number: clip.lines[number] for number in targets},
        between={number: line for number, line in clip.between.items() if first < number < last},
    )


def _known(gallery: Gallery, method: str | None, gap: int) -> tuple[np.ndarray | None, float] | None:
    """Return what a method of the tables made of a gap from the first drawing, with its seconds, if it did."""
    gaps = [pair.gap for pair in gallery.pairs]
    if method is None or gap not in gaps or not gallery.has(method):
        return None
    picture = None if method in gallery.refused else gallery.pictures(method)[gaps.index(gap)]
    return picture, gallery.seconds[method]


def _alone(method: str, shot: UncoloredShot, number: int) -> tuple[np.ndarray | None, float]:
    """Return what a method makes of one drawing, None for a refusal, and the seconds that it takes."""
    color = load_method(method)
    started = cpu_seconds()
    colored = color_or_none(color, replace(shot, targets={number: shot.targets[number]}))
    return None if colored is None else colored[number].picture, cpu_seconds() - started


def render(rows: Sequence[Row]) -> str:
    """Return the Markdown section of all sets."""
    if not rows:
        return ""
    parts = [f"## References on both sides\n\n{INTRODUCTION}"]
    for set_name in dict.fromkeys(row.set_name for row in rows):
        of_set = [row for row in rows if row.set_name == set_name]
        lines = "\n".join(f"- {_line(of_set, column)}" for column in FIGURES)
        parts.append(f"### {set_name}\n\n{render_table(of_set, told_by='drawing', columns=COLUMNS[:-1])}\n{lines}\n")
    return "\n".join(parts)


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bars of every set."""
    found = []
    for set_name in dict.fromkeys(row.set_name for row in rows):
        of_set = [row for row in rows if row.set_name == set_name]
        for column, name in FIGURES.items():
            ratios = [_ratio(of_set, column, number) for number in _numbers(of_set)]
            goal = f"≤ {MOST_WRONG[column]:.2f} of the rules' at drawing {slashed(_numbers(of_set))}"
            met = all(within(ratio, MOST_WRONG[column]) for ratio in ratios)
            found.append(Bar(f"{set_name}, both sides", f"wrong {name}", goal, " / ".join(map(plain, ratios)), met))
    return found


def _line(rows: Sequence[Row], column: Column) -> str:
    numbers = _numbers(rows)
    mine = " / ".join(percent(1 - mean_figure(rows, OURS, column, number)) for number in numbers)
    best = " / ".join(percent(1 - _best_rival(rows, column, number)) for number in numbers)
    ratios = [_ratio(rows, column, number) for number in numbers]
    missed = [str(n) for n, ratio in zip(numbers, ratios, strict=True) if not within(ratio, MOST_WRONG[column])]
    verdict = "missed at drawing " + ", ".join(missed) if missed else "met"
    return (
        f"Wrong {FIGURES[column]} at drawing {slashed(numbers)}: {mine} % against {best} % of the better rival, ratio "
        f"{' / '.join(map(plain, ratios))} (at most {MOST_WRONG[column]:.2f}: {verdict})."
    )


def _ratio(rows: Sequence[Row], column: Column, number: int) -> float:
    return wrong_ratio(mean_figure(rows, OURS, column, number), _best_rival(rows, column, number))


def _best_rival(rows: Sequence[Row], column: Column, number: int) -> float:
    return max(mean_figure(rows, method, column, number) for method in (RULES_NEAREST, RULES_BOTH))


def _numbers(rows: Sequence[Row]) -> list[int]:
    return sorted({row.drawing for row in rows})
