"""The quality page: every section that was measured, and every bar with what was reached."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.clips.drawn import DRAWN_CLIPS, DRAWN_SETS, JPEG_QUALITY
from benchmarks.figures.row import Row

from . import against_flow, against_rules, causes, confidence, leak, robustness, two_sided, uninked
from .against_flow import MOST_WRONG_AT_GAP_1, MOST_WRONG_LATER, render_against_flow
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
A method that refuses a clip has all of it wrong, at the PSNR of white paper; the refusals are counted in its row.
"""
DRAWN_INTRODUCTION = f"""\
## Drawn sets

Figures of free art drawn by hand, which `cmft_training/drawn_split.json` keeps out of training:
`heads` are inked, `avatars` and `clipart` are cut-out figures, `inhabitants` is real drawn animation.
The animation's art has no ink, so that its lines are drawn where its colours meet.
`--drawn FOLDER` names the folder that `python -m cmft_training.synthetic.drawn.prepare` made.
Each family has {DRAWN_CLIPS} clips from fixed seeds, drawn at three times the size, of figures that move at every gap.
They are painted in several manners, `--variants`; each but the flat one is a set of its own, such as `heads-jpeg`:
- `flat`: one colour a part.
- `anti-aliased`: the mean of nine samples, so that paints mix along borders without ink.
- `jpeg`: anti-aliased, the reference read back from a JPEG file of quality {JPEG_QUALITY}; the truth is uncompressed.
- `soft`: light from one side, and a darker rim.
- `gradient`: each part runs from one tone to another.
- `painted` (of `inhabitants` alone): the very frames of the animation, softly shaded, as they were painted.
- `film` (likewise): these frames drift over painted scenery that stands still, with grain and JPEG in every frame;
  the line plates are what `cmft lines` finds in the frames, `benchmarks/clips/film.py`.

Drawn sets are in the tables alone, with bars of their own:
at most {MOST_WRONG_AT_GAP_1} of the flow warp's wrong foreground pixels at gap 1 and {MOST_WRONG_LATER} later.
As on every set, ours is to be above the flow warp and the rules in foreground, PSNR and mIoU at every gap, or flawless.
A part in minutes: `python -m benchmarks.quality --drawn FOLDER --sets heads,avatars --variants flat,jpeg --clips 3`.
"""


def report(outcome: Outcome, plan: Plan) -> str:
    """Return the Markdown page."""
    has_table = TABLE in plan.sections
    parts = [
        INTRODUCTION,
        render_bars(_bars(outcome, plan)),
        *(_set_sections(_by_set(outcome.results)) if has_table else []),
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
    ruled = [group for group in groups if not _is_drawn(group)]
    found = [bar for group in ruled for bar in against_rules.bars(group[0].set_name, group)]
    if len(ruled) > 1:
        where = "all" if ruled == groups else "all but drawn sets"
        found += against_rules.bars(where, [row for group in ruled for row in group])
    found += [bar for group in groups for bar in against_flow.bars(group)]
    found += two_sided.bars(outcome.two_sided)
    found += uninked.bars(outcome.results) if UNINKED in plan.sections else []
    found += confidence.bars(outcome.verdicts) if CONFIDENCE in plan.sections else []
    return found + robustness.bars(outcome.losses) + leak.bars(outcome.guesses)


def _by_set(results: Sequence[Row]) -> list[list[Row]]:
    return [[r for r in results if r.set_name == name] for name in dict.fromkeys(r.set_name for r in results)]


def _set_sections(groups: Sequence[Sequence[Row]]) -> list[str]:
    """Return a section a set, those of the drawn sets last, below what they are."""
    drawn = [_set_section(group) for group in groups if _is_drawn(group)]
    others = [_set_section(group) for group in groups if not _is_drawn(group)]
    return [*others, DRAWN_INTRODUCTION, *drawn] if drawn else others


def _set_section(results: Sequence[Row]) -> str:
    clips = len({result.clip for result in results})
    against = render_against_flow(results)
    if not _is_drawn(results):
        against = render_against_rules(results) + against
    return f"## {results[0].set_name}: {clips} clips\n\n{render_table(results)}\n{against}"


def _is_drawn(results: Sequence[Row]) -> bool:
    return results[0].set_name in DRAWN_SETS
