"""Why ours is wrong where it is wrong: the section of failure categories."""

from __future__ import annotations

from collections.abc import Sequence

from . import failures as rules
from .failures import CATEGORIES
from .verdicts import Verdict

MEANINGS = {
    rules.FIRST_SEEN: "its colour is nowhere in the reference, or, where the parts are known (puppets), its part "
    "is not",
    rules.UNINKED: "the truth paints the region in several colours with no line between, or no region of the reference "
    "has the right colour as its main one",
    rules.NEEDLESS: "pixels of a region that is one colour in truth and mostly right, but was divided",
    rules.TINY: f"under {rules.TINY_SHARE * 512**2:.0f} px at 512 x 512",
    rules.LOOK_ALIKE: "a region of the reference in the wrong colour has the same shape, mirrored or turned by half at "
    f"most (overlap ≥ {rules.LOOK_ALIKE_IOU}, areas within {rules.LOOK_ALIKE_AREA} times): twin limbs, and others "
    "that look alike",
    rules.FAR: f"every region of the right colour lies over {100 * rules.FAR_SHARE:.0f} % of the picture's side away "
    f"in the reference, or none is within {rules.RESIZED_AREA:.0f} times the area: far motion, zoom, occlusion",
    rules.OTHER: "none of these",
}
INTRODUCTION = """\
Every wrong region, and every wrong foreground pixel, counts in the first category that applies, from the top.
A cell is the category's share of the wrong regions / of the wrong pixels of its set, in %.
"""


def render(verdicts: Sequence[Verdict]) -> str:
    """Return the Markdown section."""
    if not verdicts:
        return ""
    names = list(dict.fromkeys(verdict.set_name for verdict in verdicts))
    groups = {name: [v for v in verdicts if v.set_name == name] for name in names} | {"all": list(verdicts)}
    lines = ["| category | " + " | ".join(groups) + " | what it is |", "|---" * (len(groups) + 2) + "|"]
    for category in CATEGORIES:
        cells = [_cell(group, category) for group in groups.values()]
        lines.append(f"| {category} | " + " | ".join(cells) + f" | {MEANINGS[category]} |")
    totals = [f"{_regions(group)} / {_pixels(group)}" for group in groups.values()]
    lines.append("| wrong regions / pixels | " + " | ".join(totals) + " | in all frames |")
    return f"## Failures\n\n{INTRODUCTION}\n" + "\n".join(lines) + f"\n\n{_unknowable(verdicts)}\n"


def _unknowable(verdicts: Sequence[Verdict]) -> str:
    colors = sum(v.failures.unknowable_regions for v in verdicts)
    seen = sum(v.failures.regions.get(rules.FIRST_SEEN, 0) for v in verdicts)
    pixels, wrong = sum(v.failures.unknowable_pixels for v in verdicts), _pixels(verdicts)
    share = f", {100 * pixels / wrong:.1f} % of the wrong pixels" if wrong else ""
    return (
        f"No method could know {colors} of the {_regions(verdicts)} wrong regions{share}: their colour is not in the "
        f"reference.\nFor {seen - colors} more regions the part is first seen in a colour that the reference has."
    )


def _regions(verdicts: Sequence[Verdict]) -> int:
    return sum(sum(v.failures.regions.values()) for v in verdicts)


def _pixels(verdicts: Sequence[Verdict]) -> int:
    return sum(sum(v.failures.pixels.values()) for v in verdicts)


def _cell(verdicts: Sequence[Verdict], category: str) -> str:
    regions = sum(v.failures.regions.get(category, 0) for v in verdicts)
    pixels = sum(v.failures.pixels.get(category, 0) for v in verdicts)
    return f"{_share(regions, _regions(verdicts))} / {_share(pixels, _pixels(verdicts))}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
