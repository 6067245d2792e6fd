"""Measure how steady long shots are in time: `python -m benchmarks.flicker [--sets puppets] [--drawings 96]`.

The engine colours each clip from its first drawing, as does the flow warp. Regions are followed and their switches
counted; beside borders without ink the change of the error from drawing to drawing is taken; and a drawing in the
middle is held, its line plate twice in a row, whose two pictures have to be the same.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.baselines import flow_warp
from benchmarks.clips.long import load_long_set
from benchmarks.clips.sets import SETS
from benchmarks.clips.validation_clip import ValidationClip
from benchmarks.methods.engine import color_shot, quiet_engine
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.metrics.flicker import BorderFlicker, Flicker, border_flicker, changed_pixels, flicker
from cmft_engine.protocol.errors import InputError

CLIPS, DRAWINGS, SIZE_PX = 2, 24, 512
LEAST_DRAWINGS, MOST_DRAWINGS = 3, 96  # a painted one and two to compare; at 512 px the most take minutes a clip
DRAWN = ("heads", "heads-anti-aliased", "avatars", "avatars-anti-aliased")
COLUMNS = ("set", "clips", "drawings", "tracked steps", "switches in 100", "flow warp", "border flicker", "flow warp",
           "ratio", "held pixels changed")


@dataclass(frozen=True)
class Steadiness:
    """One clip. drawings: how many it has, the painted one too, the hold once. held: pixels that change across it."""

    clip: str
    drawings: int
    ours: Flicker
    warp: Flicker
    border: BorderFlicker
    warp_border: BorderFlicker
    held: int


def main(arguments: Sequence[str]) -> int:
    """Print the table and a line with the means; returns the exit status."""
    given = _parse(arguments)
    try:
        clips = {name: load_long_set(name, given.drawings, size=given.size, drawn=given.drawn)
                 for name in given.sets.split(",")}
        with quiet_engine():
            found = {name: list(_measured(name, islice(of_set, given.clips))) for name, of_set in clips.items()}
    except InputError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(table(found))
    if given.json:
        values = {name: [asdict(one) for one in rows] for name, rows in found.items()}
        given.json.write_text(json.dumps(values, indent=1), encoding="utf-8")
    print(last_line([one for rows in found.values() for one in rows]))
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flicker", description=__doc__.split("\n")[0])
    parser.add_argument("--sets", help="comma-separated; default all: " + ",".join((*SETS, *DRAWN)))
    parser.add_argument("--clips", type=int, default=CLIPS, help=f"of each set, the first ones; default {CLIPS}")
    parser.add_argument("--drawings", type=int, default=DRAWINGS, help=f"of each clip; default {DRAWINGS}")
    parser.add_argument("--drawn", type=Path, help="prepared folder of the drawn sets, which are left out without it")
    parser.add_argument("--size", type=int, default=SIZE_PX, help=f"side in px; default {SIZE_PX}")
    parser.add_argument("--json", type=Path, help="every clip's figures")
    given = parser.parse_args(arguments)
    if given.clips < 1:
        parser.error("--clips takes 1 or more")
    if not LEAST_DRAWINGS <= given.drawings <= MOST_DRAWINGS:
        parser.error(f"--drawings takes {LEAST_DRAWINGS} to {MOST_DRAWINGS}")
    given.sets = given.sets or ",".join((*SETS, *(DRAWN if given.drawn else ())))
    return given


def _measured(name: str, clips: Iterator[ValidationClip]) -> Iterator[Steadiness]:
    """Yield what each clip gives; progress goes to stderr."""
    for clip in clips:
        one = measure(clip)
        print(f"{name} {clip.name}: {_figures([one])}", file=sys.stderr, flush=True)
        yield one


def measure(clip: ValidationClip) -> Steadiness:
    """Colour a clip whose every truth is known, with a drawing held, by the engine and by the flow warp."""
    first, *targets = sorted(clip.lines)
    lines, truths = [clip.lines[i] for i in targets], [clip.truth(i) for i in targets]
    reference = Painted(clip.lines[first], clip.paintings[first])
    held = len(targets) // 2
    colored = _with_hold(reference, lines, held)
    ours = [*colored[: held + 1], *colored[held + 2 :]]
    warped = [flow_warp(reference.line, reference.painting, line) for line in lines]
    return Steadiness(
        clip.name, len(clip.lines), flicker(ours, truths, lines), flicker(warped, truths, lines),
        border_flicker(ours, truths, lines), border_flicker(warped, truths, lines),
        changed_pixels(colored[held], colored[held + 1]))


def _with_hold(reference: Painted, lines: Sequence[np.ndarray], held: int) -> list[np.ndarray]:
    """Return the engine's pictures of the drawings after a reference, uint8 RGB (H, W, 3), the held one twice."""
    plates = [*lines[: held + 1], *lines[held:]]
    colored = color_shot(UncoloredShot({0: reference}, dict(enumerate(plates, 1))))
    return [colored[frame].picture for frame in sorted(colored)]


def table(found: Mapping[str, Sequence[Steadiness]]) -> str:
    """Return a row a set as Markdown; its steps and pixels count alike, of whichever clip they are."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "| --- |" + " --: |" * (len(COLUMNS) - 1)]
    for name, rows in found.items():
        drawings = sorted({row.drawings for row in rows})
        cells = [name, str(len(rows)), ", ".join(map(str, drawings)), *_figures(rows).cells()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def last_line(rows: Sequence[Steadiness]) -> str:
    """Return the means over all clips' steps and pixels in one sentence."""
    clips = "1 clip" if len(rows) == 1 else f"{len(rows)} clips"
    return f"{clips}: {_figures(rows)}."


@dataclass(frozen=True)
class _Figures:
    """Sums over clips."""

    ours: Flicker
    warp: Flicker
    border: BorderFlicker
    warp_border: BorderFlicker
    held: int

    def cells(self) -> tuple[str, ...]:
        """Return the columns from the tracked steps on."""
        border, warp = self.border.mean(), self.warp_border.mean()
        ratio = border / warp if warp else math.nan
        shares = _number(self.ours.per_hundred()), _number(self.warp.per_hundred())
        return str(self.ours.tracked), *shares, _number(border), _number(warp), _number(ratio), str(self.held)

    def __str__(self) -> str:
        tracked, ours, warp, border, warp_border, ratio, held = self.cells()
        return (f"in {tracked} tracked steps a region switches {ours} times in 100, the flow warp's {warp} times; "
                f"borders without ink flicker by {border} levels, the flow warp's by {warp_border}, ratio {ratio}; "
                f"{held} held pixels changed")


def _figures(rows: Sequence[Steadiness]) -> _Figures:
    ours, warp = (Flicker(*_sum(getattr(row, key) for row in rows)) for key in ("ours", "warp"))
    border, warp_border = ([getattr(row, key) for row in rows] for key in ("border", "warp_border"))
    return _Figures(ours, warp, _summed(border), _summed(warp_border), sum(row.held for row in rows))


def _sum(counts: Iterator[Flicker]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*map(astuple, counts), strict=True))


def _summed(borders: Sequence[BorderFlicker]) -> BorderFlicker:
    return BorderFlicker(sum(one.pixels for one in borders), sum(one.levels for one in borders))


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"
