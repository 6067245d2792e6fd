"""The table as a Markdown page: one table a mode, what the paper's order is and what was found, budgets, failures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.figures.column import (
    CLICKS,
    FLICKER,
    FOREGROUND,
    MEAN_IOU,
    PALETTE_EXACT,
    PEAK_GB,
    PSNR,
    REGION,
    SECONDS,
    SSIM,
    Column,
    Group,
)
from benchmarks.methods.registry import OURS, TRAINED, title_of

from .clip_runs import FIRST, PREV, STRIDE_PAIRS
from .outcome import Outcome, group
from .systems import SEEDS

COLUMNS = (
    PSNR,
    SSIM,
    replace(FOREGROUND, name="pixels"),
    replace(REGION, name="regions"),
    MEAN_IOU,
    PALETTE_EXACT,
    FLICKER,
    CLICKS,
    SECONDS,
    PEAK_GB,
)
INTRODUCTION = """# The systems that the paper compares, and today's peers

`{command}` printed this page but for the remarks at its end.
{extent}
Every system gets the same line plates and paintings of {size} px.
The learned ones work at 256 px, which they were made for, and so does Deep Image Analogy, whose paper has 200 to \
700 px; what they paint is scaled up, bilinear.
Ink is laid over at full size for all but ours, which lays its own.

- **PSNR** is over the whole picture, ink included, with a data range of 255.
- **SSIM** is scikit-image's `structural_similarity` over RGB: a uniform window of 7 px, K1 = 0.01, K2 = 0.03, \
sample covariance, a data range of 255.
- **pixels** counts ink-free pixels that are not paper and within ΔE 2 (CIEDE2000) of the truth.
- **regions** counts each inked region once by its commonest colour, by the same ΔE.
- **mIoU** is the intersection over union of the areas of one colour, each colour counted once.
- **palette exact** counts ink-free pixels whose colour is bit-identical to one of the painting they were coloured from.
  In *prev* that painting is the artist's in the step before.
- **flicker** is how many times in 100 a region changes its colour from a drawing to the next where the painter's stays.
  A region that is wrong in one colour all the time does not flicker.
- **clicks** are what it takes to mend a drawing with a paint bucket: areas of one colour between the lines \
of which 10 or more pixels, and 1 % or more, are wrong.
- **CPU s** is processor time a drawing, one thread for arithmetic, weights loaded; ours counts files and weights too.
- **peak GB** is the most memory that the system's own process had in use, Python and its libraries included.

Bold is the best of a column.
EbSynth joins when the environment variable `EBSYNTH` names its program, Deep Image Analogy on VGG-19 with `--vgg FILE`,
and any other program with `--program 'NAME=COMMAND {{reference_line}} {{reference}} {{target_line}} {{out}}'`.
"""
MODES = {
    FIRST: "Every drawing is coloured from the first painting; scored 1, 5 and 9 drawings later, "
    "flicker over all of them.",
    PREV: "Every drawing is coloured from the one before it, which the system coloured itself.\n"
    "That is how TCVC is meant, and nothing else here: ours is made for paintings alone as references.",
}


STRIDE = "At most {pairs} drawings of a clip, each coloured from the true painting {step} before it."


@dataclass(frozen=True)
class Facts:
    """What the page says of the run itself: its command, extent, size in px, and the trained systems' budgets."""

    command: str
    extent: str
    size: int
    budgets: Mapping[str, Mapping[str, object]]


def render_page(outcome: Outcome, systems: Sequence[str], facts: Facts) -> str:
    """Return the whole page."""
    modes = list(dict.fromkeys(row.mode for row in outcome.rows))
    head = INTRODUCTION.format(command=facts.command, extent=facts.extent, size=facts.size)
    parts = [head, *(_section(outcome, mode, systems) for mode in modes)]
    parts += [_order(outcome, modes), _budgets(facts), _by_set(outcome, systems), _failures(outcome)]
    return "\n".join(part for part in parts if part)


def _section(outcome: Outcome, mode: str, systems: Sequence[str]) -> str:
    text = MODES.get(mode) or STRIDE.format(step=mode.split()[1], pairs=STRIDE_PAIRS)
    found = _found(outcome, mode, systems)
    verdict = _verdict(found)
    return "\n".join([f"## {mode}", "", text, "", render_table(found), *([verdict, ""] if verdict else [])])


def _found(outcome: Outcome, mode: str, systems: Sequence[str]) -> dict[str, Group]:
    known = {name: group(outcome, name, mode) for name in systems}
    return {name: of_system for name, of_system in known.items() if of_system is not None}


def render_table(found: Mapping[str, Group]) -> str:
    """Return one Markdown table, a line a system; columns without any figure are left out."""
    columns = [c for c in COLUMNS if not all(math.isnan(c.take(of_system)) for of_system in found.values())]
    lines = ["| system | " + " | ".join(c.heading for c in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, of_system in found.items():
        cells = (_cell(column, of_system, found) for column in columns)
        lines.append(f"| {title_of(name)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _is_best(column: Column, of_system: Group, found: Mapping[str, Group]) -> bool:
    return column.is_best(column.take(of_system), map(column.take, found.values()))


def _cell(column: Column, of_system: Group, found: Mapping[str, Group]) -> str:
    shown = column.show(column.take(of_system))
    return f"**{shown}**" if _is_best(column, of_system, found) else shown


def _verdict(found: Mapping[str, Group]) -> str:
    """Return in which quality columns ours is best, "" when it did not run."""
    if OURS not in found:
        return ""
    columns = [c for c in COLUMNS if c.is_quality and not math.isnan(c.take(found[OURS]))]
    lost = [c.heading for c in columns if not _is_best(c, found[OURS], found)]
    behind = f"; behind in {', '.join(lost)}" if lost else ""
    return f"Ours leads or ties in {len(columns) - len(lost)} of {len(columns)} quality columns{behind}."


def _order(outcome: Outcome, modes: Sequence[str]) -> str:
    """Return what the paper's order is, and what was found for each of its steps."""
    lines = [
        "## The paper's order",
        "",
        "The paper finds Deep Image Analogy < Pix2Pix ≈ TCVC < CMFT.",
        "The authors of TRE-Net, who trained all four anew on films, print SSIM 0.771 < 0.850 ≈ 0.857 < 0.903 "
        "and PSNR 19.3 < 23.5 ≈ 23.5 < 24.7 dB.",
        "",
    ]
    for mode in modes:
        found = _found(outcome, mode, list(SEEDS.values()))
        if len(found) == len(SEEDS):
            lines += [_order_in(mode, found, column) for column in (PSNR, SSIM)]
    return "\n".join([*lines, "", *WHY, ""]) if len(lines) > 5 else ""


ENOUGH_MINUTES = 12.0  # the training command's default
TOO_SHORT = (
    f"Less than {ENOUGH_MINUTES:g} minutes, the command's default, is too little to learn from: "
    "these rows show that the systems run, not how good they can be."
)
PAPER_STEPS = (("Deep Image Analogy", "Pix2Pix"), ("Deep Image Analogy", "TCVC"), ("Pix2Pix", "CMFT"), ("TCVC", "CMFT"))
WHY = (
    "Three things differ from films, and each moves a system.",
    "Colours are drawn anew for every clip, so a system that remembers colours, as Pix2Pix on the line alone must, can "
    "but guess here, while Deep Image Analogy carries what it is shown.",
    "Deep Image Analogy reads our own trained line features, which suit these drawings better than VGG suits film.",
    "And the learned ones had the short budget below, not days on a GPU; the row with our trained network shows the "
    "plain CMFT after a long one.",
)


def _order_in(mode: str, found: Mapping[str, Group], column: Column) -> str:
    values = {seed: column.take(found[name]) for seed, name in SEEDS.items()}
    ranked = sorted(values, key=lambda seed: values[seed])
    order = " < ".join(f"{seed} {column.show(values[seed])}" for seed in ranked)
    broken = [f"{a} is above {b}" for a, b in PAPER_STEPS if values[a] >= values[b]]
    verdict = "as in the paper" if not broken else "other than in the paper: " + ", ".join(broken)
    return f"- {mode}, {column.name}: {order}; {verdict}."


def _budgets(facts: Facts) -> str:
    if not facts.budgets:
        return ""
    lines = ["## The learned systems' budget", ""]
    lines += ["| system | minutes of processor time | pairs to learn from | steps |", "|---|---|---|---|"]
    for name in TRAINED:
        if name in facts.budgets:
            budget = facts.budgets[name]
            lines.append(
                f"| {title_of(name)} | {budget['minutes']:g} | {budget['pairs']} | {budget['steps']} |"
            )
    lines += ["", "All learned from the same pairs, on one thread, by `python -m benchmarks.baselines.train`."]
    if any(float(str(budget["minutes"])) < ENOUGH_MINUTES for budget in facts.budgets.values()):
        lines.append(TOO_SHORT)
    return "\n".join([*lines, ""])


def _by_set(outcome: Outcome, systems: Sequence[str]) -> str:
    """Return the mode `first` set by set."""
    parts = []
    for set_name in dict.fromkeys(row.set_name for row in outcome.rows):
        of_set = Outcome(
            [row for row in outcome.rows if row.set_name == set_name],
            [row for row in outcome.flicker if row.set_name == set_name],
            outcome.peak_gb,
        )
        if found := _found(of_set, FIRST, systems):
            parts += [f"### {set_name}", "", render_table(found)]
    return "\n".join(["## first, set by set", "", *parts]) if parts else ""


def _failures(outcome: Outcome) -> str:
    if not outcome.failures:
        return ""
    named = {title_of(name): reason for name, reason in outcome.failures.items()}
    lines = [f"- {reason}" if reason.startswith(title) else f"- {title}: {reason}" for title, reason in named.items()]
    return "\n".join(["## Not measured", "", *lines, ""])
