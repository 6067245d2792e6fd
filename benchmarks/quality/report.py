"""The quality page: every section that was measured, and every bar with what was reached."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.figures.row import Row

from . import against_rules, causes, confidence, leak, robustness, two_sided, uninked
from .against_rules import render_against_rules
from .bars import Bar, render_bars
from .examine import CONFIDENCE, FAILURES, TABLE, UNINKED, Outcome, Plan
from .set_table import render_table

INTRODUCTION = """\
# Quality

`python -m benchmarks.quality`: the reference is the first drawing of a clip.
The target is the one 1, 5 or 9 drawings later.
Ours gets the shot as a user has it, with the line art of the drawings between, which nobody painted.
The row below it looks at every drawing by itself, as most rivals do.
The rules from drawing to drawing colour those between too, each from the one before it.
`fg` counts ink-free pixels that are not paper, `region` each inked region once, `mIoU` each colour once;
`palette exact` is the share of pixels whose colour is bit-identical to one of the reference.
Bold is the best of a cell; the last row of a table uses the answer and is no rival.
Where ours leads is said of all but its own row without temporal votes.
"""


def report(outcome: Outcome, plan: Plan) -> str:
    """Return the Markdown page."""
    has_table = TABLE in plan.sections
    parts = [
        INTRODUCTION,
        render_bars(_bars(outcome, plan)),
        *(_set_section(group) for group in _by_set(outcome.results) if has_table),
        two_sided.render(outcome.two_sided),
        uninked.render(outcome.results) if UNINKED in plan.sections else "",
        confidence.render(outcome.verdicts) if CONFIDENCE in plan.sections else "",
        causes.render(outcome.verdicts) if FAILURES in plan.sections else "",
        robustness.render(outcome.losses),
        leak.render(outcome.guesses),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _bars(outcome: Outcome, plan: Plan) -> list[Bar]:
    groups = _by_set(outcome.results) if TABLE in plan.sections else []
    found = [bar for group in groups for bar in against_rules.bars(group[0].set_name, group)]
    if len(groups) > 1:
        found += against_rules.bars("all", outcome.results)
    found += two_sided.bars(outcome.two_sided)
    found += uninked.bars(outcome.results) if UNINKED in plan.sections else []
    found += confidence.bars(outcome.verdicts) if CONFIDENCE in plan.sections else []
    return found + robustness.bars(outcome.losses) + leak.bars(outcome.guesses)


def _by_set(results: Sequence[Row]) -> list[list[Row]]:
    return [[r for r in results if r.set_name == name] for name in dict.fromkeys(r.set_name for r in results)]


def _set_section(results: Sequence[Row]) -> str:
    clips = len({result.clip for result in results})
    return f"## {results[0].set_name}: {clips} clips\n\n{render_table(results)}\n{render_against_rules(results)}"
