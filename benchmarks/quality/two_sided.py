"""References on both sides of the drawings to be coloured, for ours and for the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.clips.validation_clip import ValidationClip
from benchmarks.figures.column import FOREGROUND, REGION, Column
from benchmarks.figures.row import Row
from benchmarks.methods.clock import cpu_seconds
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.methods.registry import OURS, RULES_AND_FLOW, RULES_BOTH, RULES_NEAREST, load_method
from benchmarks.metrics.pictures import flats_under_ink
from benchmarks.metrics.score import score

from .against_rules import FIGURES
from .bars import Bar, percent, plain, within, wrong_ratio
from .gallery import Gallery
from .set_table import COLUMNS, mean_figure, render_table

MOST_WRONG = {FOREGROUND: 0.25, REGION: 0.35}  # of the better rival's wrong
INTRODUCTION = """\
The first and the last drawing are references, those between are coloured; a column counts from the first.
Ours gets both references.
The rules get the nearest one, or both.
With both, a region takes the colour of the reference that it matches at less cost.
The bar is the better of the two rows, figure by figure.
"""


def measure(set_name: str, clip: ValidationClip, gallery: Gallery) -> list[Row]:
    """Return the rows of ours and of both rivals on every drawing between the outermost; none without one."""
    shot = shot_between(clip)
    if not shot.targets:
        return []
    first = min(shot.references)
    started = cpu_seconds()
    colored = load_method(OURS)(shot)
    seconds = (cpu_seconds() - started) / (len(shot.targets) + len(shot.between))
    rows = []
    for number, line in shot.targets.items():
        nearest = shot.nearest_reference(number)
        flats = flats_under_ink(nearest.painting, nearest.line)
        known = _known(gallery, number - first) if nearest is shot.references[first] else None
        made = [
            (OURS, colored[number].picture, seconds),
            (RULES_NEAREST, *(known or _alone(RULES_NEAREST, shot, number))),
            (RULES_BOTH, *_alone(RULES_BOTH, shot, number)),
        ]
        for method, picture, spent in made:
            figures = score(picture, clip.paintings[number], line=line, reference_flats=flats)
            rows.append(Row(set_name, clip.name, number - first, method, spent, figures))
    return rows


def shot_between(clip: ValidationClip) -> UncoloredShot:
    """Return a clip as a shot whose references are its first and last drawing, and whose targets all others."""
    first, *targets, last = sorted(clip.lines)
    return UncoloredShot(
        references={number: Painted(clip.lines[number], clip.paintings[number]) for number in (first, last)},
        targets={number: clip.lines[number] for number in targets},
        between={number: line for number, line in clip.between.items() if first < number < last},
    )


def _known(gallery: Gallery, gap: int) -> tuple[np.ndarray, float] | None:
    """Return what the rules made of a gap from the first drawing, with its seconds, if they did."""
    gaps = [pair.gap for pair in gallery.pairs]
    if gap not in gaps or not gallery.has(RULES_AND_FLOW):
        return None
    return gallery.pictures(RULES_AND_FLOW)[gaps.index(gap)], gallery.seconds[RULES_AND_FLOW]


def _alone(method: str, shot: UncoloredShot, number: int) -> tuple[np.ndarray, float]:
    """Return what a method makes of one drawing, and the seconds that it takes."""
    started = cpu_seconds()
    colored = load_method(method)(replace(shot, targets={number: shot.targets[number]}))
    return colored[number].picture, cpu_seconds() - started


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
            goal = f"≤ {MOST_WRONG[column]:.2f} of the rules' at drawing {_slashed(_numbers(of_set))}"
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
        f"Wrong {FIGURES[column]} at drawing {_slashed(numbers)}: {mine} % against {best} % of the better rival, ratio "
        f"{' / '.join(map(plain, ratios))} (at most {MOST_WRONG[column]:.2f}: {verdict})."
    )


def _ratio(rows: Sequence[Row], column: Column, number: int) -> float:
    return wrong_ratio(mean_figure(rows, OURS, column, number), _best_rival(rows, column, number))


def _best_rival(rows: Sequence[Row], column: Column, number: int) -> float:
    return max(mean_figure(rows, method, column, number) for method in (RULES_NEAREST, RULES_BOTH))


def _numbers(rows: Sequence[Row]) -> list[int]:
    return sorted({row.drawing for row in rows})


def _slashed(numbers: Sequence[int]) -> str:
    return " / ".join(map(str, numbers))
