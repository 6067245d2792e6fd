"""What the speed benchmark measured, as a Markdown page."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.methods.registry import OURS, title_of

from .floor import Floor
from .measurement import Measurement

GOALS = {"512x512": 0.2, "1920x1080": 0.8, "3840x2160": 2.5}  # seconds a frame on two cores


@dataclass(frozen=True)
class Size:
    """All that was measured at one size; growth: rows by what grew, how far."""

    size: str
    rows: tuple[Measurement, ...]
    floor: Floor
    growth: tuple[tuple[str, Measurement], ...] = ()

    @property
    def ours(self) -> Measurement:
        """The engine's row."""
        return next(row for row in self.rows if row.method == OURS)


def render(sizes: Sequence[Size], device: str) -> str:
    """Return the Markdown of all measurements."""
    where = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {device}"
    parts = [
        ["# Speed", "", f"`python -m benchmarks.speed --device {device}` on {where}: line plates read, coloured PNG "
         "plates written.", "A frame is one after the first; the first takes in the weights and the reference."],
        _peers(sizes),
        _floors(sizes),
        _stages(sizes),
        _growth(sizes),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _peers(sizes: Sequence[Size]) -> list[str]:
    lines = [
        "| size | method | first frame | s a frame | CPU s a frame | ours takes | peak memory | goal |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sizes:
        for row in one.rows:
            mine = row.method == OURS
            ratio = "–" if mine else f"{one.ours.cpu_seconds / max(row.cpu_seconds, 1e-9):.1f} times as long"
            goal = GOALS.get(one.size) if mine else None
            verdict = "" if goal is None else f"≤ {goal:g} s: {'met' if row.seconds <= goal else '**missed**'}"
            lines.append(f"| {one.size} | {title_of(row.method)} | {row.first:.2f} | {row.seconds:.2f} | "
                         f"{row.cpu_seconds:.2f} | {ratio} | {row.peak_gb:.2f} GB | {verdict} |")
    return lines


def _floors(sizes: Sequence[Size]) -> list[str]:
    lines = [
        "The floor is the networks' counted arithmetic at the rate of a large matrix product, all threads.",
        "The naive match stores all pairs of cells at 1/8, 1/4 and 1/2; its seconds are of the match alone.",
        "Regions differ when the networks as they were trained, in plain fp32, give them another colour.",
        "",
        "| size | GFLOP a frame | rate, GFLOP/s | floor, s | ours takes | naive match, s | its largest matrix | "
        "regions that differ |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sizes:
        floor = one.floor
        share = 100 * floor.differing / max(floor.regions, 1)
        lines.append(f"| {one.size} | {floor.gflop:.1f} | {floor.rate:.0f} | {floor.seconds:.2f} | "
                     f"{one.ours.seconds / floor.seconds:.1f} times the floor | {floor.naive_seconds:.1f} | "
                     f"{floor.naive_gb:.1f} GB | {floor.differing} of {floor.regions}, {share:.2f} % |")
    return lines


def _stages(sizes: Sequence[Size]) -> list[str]:
    names = list(dict.fromkeys(name for one in sizes for name in one.ours.stages))
    if not names:
        return []
    lines = ["Stages overlap and two frames are matched at once, so they add up to more than a frame;"
             " references are taken in once and shared out.", "",
             "| size | " + " | ".join(f"{name}, s a frame" for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    for one in sizes:
        lines.append(f"| {one.size} | " + " | ".join(f"{one.ours.stages.get(name, 0):.2f}" for name in names) + " |")
    return lines


def _growth(sizes: Sequence[Size]) -> list[str]:
    rows = [(one.size, what, row) for one in sizes for what, row in one.growth]
    if not rows:
        return []
    lines = ["| size | with | first frame | s a frame | CPU s a frame | in all | peak memory |", "|---" * 7 + "|"]
    for size, what, row in rows:
        lines.append(f"| {size} | {what} | {row.first:.2f} | {row.seconds:.2f} | {row.cpu_seconds:.2f} | "
                     f"{row.total:.2f} | {row.peak_gb:.2f} GB |")
    return lines
