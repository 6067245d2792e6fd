"""What the table is made of: one row a scored drawing, one a clip for flicker, one a system for memory or failure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.figures.column import Group
from benchmarks.figures.row import Row
from benchmarks.metrics.clicks import clicks_to_fix
from benchmarks.metrics.flicker import Flicker, flicker
from benchmarks.metrics.pictures import flats_under_ink
from benchmarks.metrics.score import score
from cmft_engine.protocol.errors import InputError

from .clip_runs import FIRST, PREV, ClipRun, ModeRun

JSON_KEYS = {
    "set_name": "set_name",
    "clip": "clip",
    "method": "system",
    "mode": "mode",
    "drawing": "drawing",
    "seconds": "seconds",
    "clicks": "clicks",
}


@dataclass(frozen=True)
class FlickerRow:
    """The flicker of one system over one clip in a mode that colours whole clips."""

    set_name: str
    clip: str
    system: str
    mode: str
    flicker: Flicker


@dataclass
class Outcome:
    """All that was measured. peak_gb, failures: by system."""

    rows: list[Row] = field(default_factory=list)
    flicker: list[FlickerRow] = field(default_factory=list)
    peak_gb: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Take over another outcome's figures of the systems that this one lacks."""
        own = self.systems()
        self.rows += [row for row in other.rows if row.method not in own]
        self.flicker += [row for row in other.flicker if row.system not in own]
        self.peak_gb = {**other.peak_gb, **self.peak_gb}
        self.failures = {**other.failures, **self.failures}

    def systems(self) -> set[str]:
        """Return the systems that were measured or have failed."""
        return {row.method for row in self.rows} | set(self.failures)

    def drawings(self) -> set[tuple[str, str, str, int]]:
        """Return what was coloured: set, clip, mode and number of a drawing."""
        return {(row.set_name, row.clip, row.mode, row.drawing) for row in self.rows}

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {
            "rows": [row.to_dict(JSON_KEYS) for row in self.rows],
            "flicker": [asdict(row) for row in self.flicker],
            "peak_gb": self.peak_gb,
            "failures": self.failures,
        }


def read_outcome(path: Path) -> Outcome:
    """Return what an earlier run wrote. Raises InputError when the file is missing or no such thing."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Outcome(
            [Row.from_dict(row, JSON_KEYS) for row in values["rows"]],
            [FlickerRow(**{**row, "flicker": Flicker(**row["flicker"])}) for row in values["flicker"]],
            dict(values["peak_gb"]),
            dict(values["failures"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no figures of an earlier run ({error}); name what --json has written") from error


@dataclass(frozen=True)
class Shown:
    """A clip of a set."""

    set_name: str
    clip: ValidationClip


def measure(shown: Shown, system: str, run: ClipRun, outcome: Outcome) -> None:
    """Score what a system made of a clip and add it to the outcome."""
    if run.failure:
        outcome.failures[system] = run.failure
        return
    outcome.peak_gb[system] = max(run.peak_gb, outcome.peak_gb.get(system, 0.0))
    for mode in run.modes:
        outcome.rows += _score(shown, system, mode)
        if mode.mode in (FIRST, PREV):
            found = _flicker(shown.clip, mode.pictures)
            outcome.flicker.append(FlickerRow(shown.set_name, shown.clip.name, system, mode.mode, found))


def _score(shown: Shown, system: str, mode: ModeRun) -> Iterator[Row]:
    clip = shown.clip
    for number in scored_drawings(mode):
        line, truth, from_number = clip.lines[number], clip.paintings[number], mode.reference[number]
        flats = flats_under_ink(clip.paintings[from_number], clip.lines[from_number])
        figures = score(mode.pictures[number], truth, line=line, reference_flats=flats)
        clicks = clicks_to_fix(mode.pictures[number], truth, line=line)
        yield Row(shown.set_name, clip.name, number, system, mode.seconds, figures, mode.mode, clicks)


def scored_drawings(mode: ModeRun) -> list[int]:
    """Return the drawings GAPS after the first one where whole clips are coloured, else all."""
    if mode.mode not in (FIRST, PREV):
        return list(mode.pictures)
    begin = min(mode.reference.values())
    return [begin + gap for gap in GAPS if begin + gap in mode.pictures]


def _flicker(clip: ValidationClip, pictures: Mapping[int, np.ndarray]) -> Flicker:
    numbers = sorted(pictures)

    def of(side: Mapping[int, np.ndarray]) -> list[np.ndarray]:
        return [side[number] for number in numbers]

    return flicker(of(pictures), of(clip.paintings), of(clip.lines))


def group(outcome: Outcome, system: str, mode: str) -> Group | None:
    """Return what a system's line in a mode's table is about, None when it coloured nothing."""
    rows = [row for row in outcome.rows if (row.method, row.mode) == (system, mode)]
    flickers = [row.flicker for row in outcome.flicker if (row.system, row.mode) == (system, mode)]
    return Group(rows, flickers, outcome.peak_gb.get(system, math.nan)) if rows else None
