"""Seconds a frame, peak memory and the share of each stage, beside the floor, a naive match and the peers.

`python -m benchmarks.speed [--sizes 512x512,1920x1080] [--device cpu]`
Every method and size runs in a process of its own, whose peak resident memory is read at its end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..clips.pages import write_page
from ..quality.methods import OURS
from .floor import Floor, measure_floor
from .material import REFERENCES, TARGETS, UNPAINTED, write_material
from .methods import PEERS, Measurement, Task, available_peers, measure_here, with_cpu_seconds

SIZES = ("256x256", "512x512", "1280x720", "1920x1080", "3840x2160")
SLOW_PEER_SIZES = SIZES[:4]  # rules and EbSynth take minutes beyond
GROWTH_SIZE = "512x512"
MAX_MEMORY_GB = {"1920x1080": 4.0, "3840x2160": 6.0}  # promises on the CPU
GOALS = {"512x512": 0.2, "1920x1080": 0.8, "3840x2160": 2.5}  # seconds a frame on two cores
FLOOR = "floor"


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


def measure_size(size: str, device: str, *, grows: bool) -> Size:
    """Measure everything at one size; grows: whether also with more references and more frames."""
    with TemporaryDirectory(prefix="cmft-speed-") as folder:
        write_material(size, Path(folder))
        task = Task(OURS, folder, device)
        tasks = [task]
        for peer in available_peers():
            if peer == "flow" or size in SLOW_PEER_SIZES:
                tasks.append(replace(task, method=peer))
        rows = tuple(_measure(one, size) for one in tasks)
        floor = Floor(**_in_child(replace(task, method=FLOOR), size))
        growth = tuple(
            (what, _measure(one, f"{size} {what}")) for what, one in _growing(task)
        ) if grows else ()
    return Size(size, rows, floor, growth)


def _measure(task: Task, size: str) -> Measurement:
    whole, first = (
        Measurement(**_in_child(replace(task, frames=frames), size)) for frames in (task.frames, task.frames[:1])
    )
    return with_cpu_seconds(whole, first, len(task.frames))


def _growing(task: Task) -> list[tuple[str, Task]]:
    counts = [replace(task, frames=UNPAINTED, references=REFERENCES[:n]) for n in (1, 2, 4)]
    references = [(f"{len(one.references)} references", one) for one in counts]
    return [*references, *((f"{n} frames", replace(task, frames=TARGETS[:n])) for n in (3, 5, 7))]


def _in_child(task: Task, size: str) -> dict[str, Any]:
    """Run one task in a process of its own; its errors go to stderr and end the benchmark."""
    print(f"{size} {task.method}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.speed", "--child", json.dumps(asdict(task))]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    row: dict[str, Any] = json.loads(output.splitlines()[-1])
    return row


def _child(values: Mapping[str, Any]) -> None:
    task = Task(**{**values, "frames": tuple(values["frames"]), "references": tuple(values["references"])})
    done = measure_floor(Path(task.folder), task.device) if task.method == FLOOR else measure_here(task)
    print(json.dumps(asdict(done)))


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
        "| size | method | first frame | s a frame | CPU s a frame | ours takes | peak memory | asked |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sizes:
        for row in one.rows:
            mine = row.method == OURS
            ratio = "–" if mine else f"{one.ours.cpu_seconds / max(row.cpu_seconds, 1e-9):.1f} times as long"
            goal = GOALS.get(one.size) if mine else None
            asked = "" if goal is None else f"≤ {goal:g} s: {'met' if row.seconds <= goal else '**missed**'}"
            lines.append(f"| {one.size} | {PEERS.get(row.method, row.method)} | {row.first:.2f} | {row.seconds:.2f} | "
                         f"{row.cpu_seconds:.2f} | {ratio} | {row.peak_gb:.2f} GB | {asked} |")
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


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", default=",".join(SIZES), help="comma-separated WIDTHxHEIGHT")
    parser.add_argument("--device", default="cpu", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line; exit 1 when memory breaks a promise."""
    options = _parse(arguments)
    if options.child:
        _child(options.child)
        return
    sizes = [measure_size(size, options.device, grows=size == GROWTH_SIZE) for size in options.sizes.split(",")]
    text = render(sizes, options.device)
    if options.out:
        write_page(options.out, text)
    else:
        print(text)
    over = [one.size for one in sizes if one.ours.peak_gb > MAX_MEMORY_GB.get(one.size, float("inf"))]
    if over:
        sys.exit(f"peak memory is above what was promised at {', '.join(over)}")


if __name__ == "__main__":
    main()
