"""Points lost when the same drawings come with another pen, at another size, or damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.clips import redraw
from benchmarks.clips.puppets import PUPPET_STYLES, draw_puppet_clip
from benchmarks.clips.validation_clip import Pair, ValidationClip
from benchmarks.methods.registry import OURS, RULES_AND_FLOW
from benchmarks.metrics.pictures import flats_under_ink, ink_free_mask, label_inked_regions, lay_ink, pack_colors
from benchmarks.metrics.score import REGION_MIN_PX, judge_regions, mean_of, paper_color, wrong_pixels

from .bars import Bar, within
from .gallery import Gallery

SETS = ("toon", "puppets")
CLIPS, GAPS = 6, (1, 5)  # of each set: a run colours every one of them with each disturbance
STORED_LINE_PX = 2.0
PENS = {f"lines {px} px wide": float(px) for px in (1, 2, 3, 4)}
SCALES = {"half size": 0.5, "double size": 2.0}
ERASED, BINARY = f"{100 * redraw.ERASED_SHARE:.0f} % of the ink erased", "binary lines"
VARIANTS = (*PENS, *SCALES, ERASED, BINARY)
MOST_LOST = 2.0  # points
METHODS = (OURS, RULES_AND_FLOW)
FIGURES = {"foreground": "foreground pixels", "region": "regions"}
INTRODUCTION = f"""\
At most {CLIPS} clips of each set, evenly spread, at gaps {GAPS[0]} and {GAPS[1]}.
Reference and target are both redrawn, and with them the drawings between.
A cell is the points lost at gap {GAPS[0]} / {GAPS[1]} against the drawing as it is; less than 0 is a gain.
All but binary lines are anti-aliased, the drawing as it is among them.
Both are compared on the same pixels, those without ink in either, and on the regions of the drawing as it is.
- Widths: the stored lines are {STORED_LINE_PX:.0f} px wide.
  On a plate {redraw.FINER} times as large their border moves by half of the difference.
  The middle of a thinner line stays.
  Puppets are drawn again by their program with the pen as named; as they are, each clip has its own.
- Sizes: stored plates are scaled; puppets are drawn at the size.
  The smallest region that counts scales along.
- {ERASED}: paper discs of {redraw.GAP_RADIUS_PX:.0f} px radius on random ink.
- {BINARY}: full ink from half coverage on.
"""


@dataclass(frozen=True)
class Loss:
    """One method on one redrawn pair: shares right in [0, 1], before and after."""

    set_name: str
    clip: str
    gap: int
    variant: str
    method: str
    foreground: tuple[float, float]
    region: tuple[float, float]


def spread(count: int) -> list[int]:
    """Return the places of at most CLIPS clips of `count`, evenly spread from the first."""
    chosen = min(CLIPS, count)
    return [i * count // chosen for i in range(chosen)]


def measure(set_name: str, clip: ValidationClip, gallery: Gallery) -> Iterator[Loss]:
    """Yield what every variant costs ours and the rules."""
    chosen = [i for i, pair in enumerate(gallery.pairs) if pair.gap in GAPS]
    if not chosen:
        return
    for variant in VARIANTS:
        if set_name not in PUPPET_STYLES and PENS.get(variant) == STORED_LINE_PX:
            continue
        other = redraw_clip(set_name, clip, variant)
        redrawn = Gallery(other.pairs([gallery.pairs[i].gap for i in chosen]), other.between_by_gap())
        for method in METHODS:
            for i, pair, picture in zip(chosen, redrawn.pairs, redrawn.pictures(method), strict=True):
                foreground, region = compare(gallery.pictures(method)[i], gallery.pairs[i], picture, pair)
                yield Loss(set_name, clip.name, pair.gap, variant, method, foreground, region)


def redraw_clip(set_name: str, clip: ValidationClip, variant: str) -> ValidationClip:
    """Return the clip with all its drawings changed as the variant says."""
    if set_name in PUPPET_STYLES and variant in (*PENS, *SCALES):
        side = next(iter(clip.lines.values())).shape[0]
        return draw_puppet_clip(
            int(clip.name.split("-")[0]),
            style=PUPPET_STYLES[set_name],
            size=round(side * SCALES.get(variant, 1.0)),
            line_px=PENS.get(variant),
        )
    lines, paintings = {}, {}
    between = {number: _change(variant, number)(line) for number, line in clip.between.items()}
    for number, line in clip.lines.items():
        lines[number] = _change(variant, number)(line)
        flats = flats_under_ink(clip.paintings[number], line)
        paintings[number] = lay_ink(redraw.nearest_at(flats, lines[number].shape[:2]), lines[number])
    return replace(clip, lines=lines, paintings=paintings, parts={}, between=between, truths={})


def _change(variant: str, number: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return what a variant does to line plate `number`."""
    if variant in PENS:
        return lambda line: redraw.with_pen(line, drawn_px=STORED_LINE_PX, wanted_px=PENS[variant])
    if variant in SCALES:
        return lambda line: redraw.at_scale(line, SCALES[variant])
    return redraw.binary if variant == BINARY else lambda line: redraw.erased(line, seed=number)


def compare(
    picture: np.ndarray, pair: Pair, redrawn_picture: np.ndarray, redrawn: Pair
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (before, after) of the foreground pixels right and of the regions right, on what both drawings share."""
    shape = redrawn.target_line.shape[:2]
    clean = ink_free_mask(pair.target_line)
    valid = redraw.nearest_at(clean, shape) & ink_free_mask(redrawn.target_line)
    true = pack_colors(redrawn.target_gt)
    foreground = valid & (true != paper_color(true))
    wrong = redraw.nearest_at(wrong_pixels(picture, pair.target_gt, line=pair.target_line), shape)
    redrawn_wrong = wrong_pixels(redrawn_picture, redrawn.target_gt, line=redrawn.target_line)
    labels = label_inked_regions(pair.target_line)[0]
    before = judge_regions(picture, pair.target_gt, labels=labels, valid=clean)
    after = judge_regions(
        redrawn_picture,
        redrawn.target_gt,
        labels=redraw.nearest_at(labels, shape),
        valid=valid,
        min_px=REGION_MIN_PX * valid.size / clean.size,
    )
    _, i, j = np.intersect1d(before.label, after.label, return_indices=True)
    pixels = mean_of(~wrong[foreground]), mean_of(~redrawn_wrong[foreground])
    return pixels, (mean_of(before.right[i]), mean_of(after.right[j]))


def render(losses: Sequence[Loss]) -> str:
    """Return the Markdown section."""
    if not losses:
        return ""
    names = list(dict.fromkeys(loss.set_name for loss in losses))
    columns = [(name, method, field) for name in names for method in METHODS for field in FIGURES]
    short = {OURS: "ours", RULES_AND_FLOW: "rules", "foreground": "fg", "region": "region"}
    heading = " | ".join(f"{name}, {short[method]}, {short[field]}" for name, method, field in columns)
    lines = ["| redrawn with | " + heading + " |", "|---" * (len(columns) + 1) + "|"]
    for variant in (v for v in VARIANTS if any(loss.variant == v for loss in losses)):
        cells = [" / ".join(map(_shown, points_lost(losses, variant, *column).values())) or "–" for column in columns]
        lines.append(f"| {variant} | " + " | ".join(cells) + " |")
    counts = [f"{len({x.clip for x in losses if x.set_name == name})} of {name}" for name in names]
    return f"## Robustness: {', '.join(counts)}\n\n{INTRODUCTION}\n" + "\n".join(lines) + "\n"


def bars(losses: Sequence[Loss]) -> list[Bar]:
    """Return one bar a set and figure: no variant and gap costs ours more than MOST_LOST points."""
    found = []
    for name in dict.fromkeys(loss.set_name for loss in losses):
        for field, title in FIGURES.items():
            lost = {
                f"{variant}, gap {gap}": points
                for variant in VARIANTS
                for gap, points in points_lost(losses, variant, name, OURS, field).items()
            }
            over = [f"{_shown(points)} at {where}" for where, points in lost.items() if not within(points, MOST_LOST)]
            reached = "; ".join(over) or f"at most {_shown(max(lost.values()))}"
            found.append(Bar(name, f"{title} lost when redrawn", f"≤ {MOST_LOST:.0f} points", reached, not over))
    return found


def points_lost(losses: Sequence[Loss], variant: str, set_name: str, method: str, field: str) -> dict[int, float]:
    """Return the mean points lost by gap; a pair with nothing to count is left out."""
    of_cell = [x for x in losses if (x.variant, x.set_name, x.method) == (variant, set_name, method)]
    found = {}
    for gap in sorted({loss.gap for loss in of_cell}):
        pairs = np.array([getattr(loss, field) for loss in of_cell if loss.gap == gap])
        found[gap] = mean_of(100 * (pairs[:, 0] - pairs[:, 1])[~np.isnan(pairs).any(axis=1)])
    return found


def _shown(points: float) -> str:
    return "–" if np.isnan(points) else f"{points:.1f}".replace("-0.0", "0.0").replace("-", "−")
