"""Does anything but the reference tell the engine the colours? References without a drawing score like guessing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.clips.validation_clip import Pair
from benchmarks.methods.method import UncoloredShot
from benchmarks.methods.registry import OURS, load_method
from benchmarks.metrics.pictures import ink_free_mask, label_inked_regions, pack_colors, unpack_colors
from benchmarks.metrics.score import (
    foreground_mask,
    judge_regions,
    mean_of,
    same_color,
    scored_palette,
    wrong_pixels,
)

from .bars import Bar, percent, within

EMPTY, SWATCHES = "empty", "swatches"
KINDS = {EMPTY: "blank line and blank paint", SWATCHES: "blank line, the palette as equal bands in random order"}
FIGURES = {"foreground": "foreground pixels", "region": "regions"}
GAP = 5  # one is enough: what a reference without a drawing gives does not depend on it
MARGIN = 0.05  # above guessing: what a mean over some sixty clips may be off by
INTRODUCTION = f"""\
At gap {GAP} alone, the reference holds no drawing: its line plate is blank, and so is its paint.
Or its paint is the clip's palette in equal bands, so that the colours are known and nothing else.
Guessing gives every region one of the reference's colours by chance.
The last columns fill each clip with the one colour that is right most often there, which takes the answer to know.
"""


@dataclass(frozen=True)
class Guess:
    """One frame of ours from a reference without a drawing, as (foreground, region) shares right in [0, 1].

    chance: what a random colour of the reference gets on average. single: the best that one colour gets everywhere.
    """

    set_name: str
    clip: str
    gap: int
    kind: str
    ours: tuple[float, float]
    chance: tuple[float, float]
    single: tuple[float, float]


def measure(set_name: str, pairs: Sequence[Pair]) -> Iterator[Guess]:
    """Yield ours and the guesses for the clip's pair of gap GAP, if there is one, and each kind of reference."""
    for kind in KINDS:
        blind = [_without_drawing(pair, kind) for pair in pairs if pair.gap == GAP]
        colored = load_method(OURS)(UncoloredShot.of_pairs(blind)) if blind else {}
        for pair in blind:
            colors = np.unique(pack_colors(pair.reference_gt))
            chance, single = guesses(pair, colors)
            shares = right_shares(colored[pair.gap].picture, pair)
            yield Guess(set_name, pair.clip, pair.gap, kind, shares, chance, single)


def _without_drawing(pair: Pair, kind: str) -> Pair:
    blank = np.full_like(pair.reference_line, 255)
    if kind == EMPTY:
        return replace(pair, reference_line=blank, reference_gt=blank)
    bare = pair.reference_line.min(axis=2) == 255  # a trace of ink would make a second white
    paint = pack_colors(pair.reference_gt)[bare]
    palette = scored_palette(paint, paint)
    np.random.default_rng(zlib.crc32(pair.clip.encode())).shuffle(palette)  # the same for all gaps of a clip
    width = blank.shape[1]
    bands = unpack_colors(palette[np.arange(width) * len(palette) // width])
    return replace(pair, reference_line=blank, reference_gt=np.repeat(bands[None], len(blank), axis=0))


def right_shares(picture: np.ndarray, pair: Pair) -> tuple[float, float]:
    """Return the shares of foreground pixels and of regions that are right."""
    wrong = wrong_pixels(picture, pair.target_gt, line=pair.target_line)
    foreground = foreground_mask(pair.target_gt, line=pair.target_line)
    labels, clean = label_inked_regions(pair.target_line)[0], ink_free_mask(pair.target_line)
    regions = judge_regions(picture, pair.target_gt, labels=labels, valid=clean)
    return mean_of(~wrong[foreground]), mean_of(regions.right)


def guesses(pair: Pair, colors: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return what a random one and what the best single one of packed colours (K,) gets: foreground, region."""
    labels, clean = label_inked_regions(pair.target_line)[0], ink_free_mask(pair.target_line)
    regions = judge_regions(pair.target_gt, pair.target_gt, labels=labels, valid=clean).true
    pixels = pack_colors(pair.target_gt)[foreground_mask(pair.target_gt, line=pair.target_line)]
    of_pixels, of_regions = _shares(pixels, colors), _shares(regions, colors)
    chance = float(of_pixels.mean()), float(of_regions.mean())
    return chance, (float(of_pixels.max()), float(of_regions.max()))


def _shares(true: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """Return how much of the true packed colours (N,) each of the colours (K,) gets right, NaN when N is 0."""
    distinct, counts = np.unique(true, return_counts=True)
    same = same_color(np.repeat(colors, len(distinct)), np.tile(distinct, len(colors)))
    right = same.reshape(len(colors), len(distinct)) @ counts
    return right / len(true) if len(true) else np.full(len(colors), np.nan)


def render(found: Sequence[Guess]) -> str:
    """Return the Markdown section."""
    if not found:
        return ""
    lines = [
        "| reference | set | ours fg % | guessing fg % | ours region % | guessing region % "
        "| one colour fg % | one colour region % |",
        "|---" * 8 + "|",
    ]
    for kind, name, group in _groups(found):
        ours, chance, single = (_mean(group, field) for field in ("ours", "chance", "single"))
        cells = [ours[0], chance[0], ours[1], chance[1], single[0], single[1]]
        lines.append(f"| {KINDS[kind]} | {name} | " + " | ".join(map(percent, cells)) + " |")
    return f"## Leak test\n\n{INTRODUCTION}\n" + "\n".join(lines) + "\n"


def bars(found: Sequence[Guess]) -> list[Bar]:
    """Return one bar a kind and figure over all sets: at most MARGIN above guessing."""
    found_bars = []
    for kind in dict.fromkeys(guess.kind for guess in found):
        group = [guess for guess in found if guess.kind == kind]
        ours, chance = (_mean(group, field) for field in ("ours", "chance"))
        for i, title in enumerate(FIGURES.values()):
            goal = f"≤ the {percent(chance[i])} % of guessing + {100 * MARGIN:.0f} points"
            met = within(ours[i], chance[i] + MARGIN)
            found_bars.append(Bar("all", f"{title}, {KINDS[kind]}", goal, f"{percent(ours[i])} %", met))
    return found_bars


def _groups(found: Sequence[Guess]) -> Iterator[tuple[str, str, list[Guess]]]:
    for kind in dict.fromkeys(guess.kind for guess in found):
        for name in dict.fromkeys(guess.set_name for guess in found):
            yield kind, name, [guess for guess in found if (guess.kind, guess.set_name) == (kind, name)]


def _mean(found: Sequence[Guess], field: str) -> tuple[float, float]:
    """Return the means of (foreground, region), NaN left out."""
    figures = np.array([getattr(guess, field) for guess in found])
    foreground, region = (mean_of(column[~np.isnan(column)]) for column in figures.T)
    return foreground, region
