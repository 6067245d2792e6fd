"""All measurements of one clip, so that what several sections need is coloured once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.clips.drawn import DRAWN_SETS
from benchmarks.clips.validation_clip import ValidationClip
from benchmarks.figures.row import Row
from benchmarks.methods.registry import FLOW, ORACLE, OURS

from . import leak, robustness, two_sided, verdicts
from .gallery import Gallery, score_pair
from .leak import Guess
from .robustness import Loss
from .sheet import WorstFrame, worst_frame
from .uninked import SETS as UNINKED_SETS
from .verdicts import Verdict

TABLE, TWO_SIDED, UNINKED, CONFIDENCE = "table", "two-sided", "uninked", "confidence"
FAILURES, ROBUSTNESS, LEAK = "failures", "robustness", "leak"
SECTIONS = (TABLE, TWO_SIDED, UNINKED, CONFIDENCE, FAILURES, ROBUSTNESS, LEAK)


@dataclass(frozen=True)
class Plan:
    """What a run measures; `sheet` says whether the worst frames are wanted."""

    gaps: tuple[int, ...]
    methods: tuple[str, ...]
    sections: tuple[str, ...] = SECTIONS
    sheet: bool = False


@dataclass
class Outcome:
    """What was measured, of one clip or of many."""

    results: list[Row] = field(default_factory=list)
    two_sided: list[Row] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    worst: list[WorstFrame] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Append another outcome's measurements."""
        for name, measurements in vars(other).items():
            getattr(self, name).extend(measurements)


def examine(set_name: str, clip: ValidationClip, plan: Plan, *, is_redrawn: bool) -> Outcome:
    """Measure one clip; is_redrawn: whether it is one of those that show robustness."""
    gallery = Gallery(clip.pairs(plan.gaps), clip.between_by_gap())
    if not gallery.pairs:
        return Outcome()
    sections = sections_of(set_name, plan)
    outcome = Outcome(results=score_methods(set_name, gallery, methods_needed(set_name, plan)))
    if TWO_SIDED in sections:
        outcome.two_sided += two_sided.measure(set_name, clip, gallery)
    if {CONFIDENCE, FAILURES} & sections and OURS in plan.methods:
        outcome.verdicts += verdicts.measure(set_name, gallery)
    if ROBUSTNESS in sections and is_redrawn:
        outcome.losses += robustness.measure(set_name, clip, gallery)
    if LEAK in sections:
        outcome.guesses += leak.measure(set_name, gallery.pairs)
    if plan.sheet and (worst := worst_frame(gallery, outcome.results)):
        outcome.worst.append(worst)
    return outcome


def sections_of(set_name: str, plan: Plan) -> set[str]:
    """Return what is measured of a set: the drawn sets, which are many, are in the tables alone."""
    return set(plan.sections) & ({TABLE} if set_name in DRAWN_SETS else set(SECTIONS))


def methods_needed(set_name: str, plan: Plan) -> list[str]:
    """Return which of the plan's methods have to be scored for its sections."""
    needed: set[str] = set()
    sections = sections_of(set_name, plan)
    if TABLE in sections:
        needed |= set(plan.methods)
    if UNINKED in sections and set_name in UNINKED_SETS:
        needed |= {OURS, FLOW, ORACLE}
    if plan.sheet:
        needed.add(OURS)
    return [name for name in plan.methods if name in needed]


def score_methods(set_name: str, gallery: Gallery, methods: Sequence[str]) -> list[Row]:
    """Return the results of the named methods on the gallery's pairs."""
    results = []
    for name in methods:
        for pair, picture in zip(gallery.pairs, gallery.pictures(name), strict=True):
            refused = name in gallery.refused
            figures = score_pair(None if refused else picture, pair)
            results.append(Row(set_name, pair.clip, pair.gap, name, gallery.seconds[name], figures, refused=refused))
    return results
