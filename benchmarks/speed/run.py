"""Seconds a frame, peak memory and the share of each stage, beside the floor, a naive match and the peers.

`python -m benchmarks.speed [--sizes 512x512,1920x1080] [--device cpu] [--warm | --pins | --modes]`
Every method and size runs in a process of its own, whose peak resident memory is read at its end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures.pages import write_page
from benchmarks.methods.registry import FLOW, OURS

from .floor import Floor, measure_floor
from .material import REFERENCES, TARGETS, UNPAINTED, write_material
from .measurement import Measurement, Task, available_peers, measure_here, with_cpu_seconds
from .modes import measure_modes, render_modes
from .page import Size, render
from .pins import measure_pins, render_pins
from .warm import measure_warm, render_warm

SIZES = ("256x256", "512x512", "1280x720", "1920x1080", "3840x2160")
SLOW_PEER_SIZES = SIZES[:4]  # rules and EbSynth take minutes beyond
GROWTH_SIZE = "512x512"
MAX_MEMORY_GB = {"1920x1080": 4.0, "3840x2160": 6.0}  # promises on the CPU
FLOOR = "floor"
WARM_SIZE = PIN_SIZE = MODES_SIZE = "1920x1080"
EXAMPLE_WIDTH = 960  # px, which pins are measured at some times of


def measure_size(size: str, device: str, *, grows: bool) -> Size:
    """Measure everything at one size; grows: whether also with more references and more frames."""
    with TemporaryDirectory(prefix="cmft-speed-") as folder:
        write_material(size, Path(folder))
        task = Task(OURS, folder, device)
        tasks = [task]
        for peer in available_peers():
            if peer == FLOW or size in SLOW_PEER_SIZES:
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


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", default=",".join(SIZES), help="comma-separated WIDTHxHEIGHT")
    parser.add_argument("--device", default="cpu", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--warm", type=int, nargs="?", const=3, metavar="TIMES",
                        help="measure presses of one frame, cold and in an engine that stays, at the first size")
    parser.add_argument("--pins", type=int, nargs="?", const=100, metavar="FRAMES",
                        help="measure how soon a pin is seen and written in a shot of so many frames")
    parser.add_argument("--modes", action="store_true", help="measure what auto costs beside flats, at the first size")
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _tell(text: str, out: Path | None) -> None:
    if out:
        write_page(out, text)
    else:
        print(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line; exit 1 when memory breaks a promise."""
    options = _parse(arguments)
    if options.child:
        _child(options.child)
        return
    first = options.sizes.split(",")[0] if options.sizes != ",".join(SIZES) else None
    if options.pins:
        size = first or PIN_SIZE
        found = measure_pins(options.pins, enlarged=max(1, int(size.split("x")[0]) // EXAMPLE_WIDTH))
        _tell(render_pins(found, size, os.getloadavg), options.out)
        return
    if options.warm:
        size = first or WARM_SIZE
        _tell(render_warm(measure_warm(size, options.device, options.warm), size, options.device, os.getloadavg),
              options.out)
        return
    if options.modes:
        size = first or MODES_SIZE
        _tell(render_modes(measure_modes(size, options.device, _measure), size), options.out)
        return
    sizes = [measure_size(size, options.device, grows=size == GROWTH_SIZE) for size in options.sizes.split(",")]
    _tell(render(sizes, options.device), options.out)
    over = [one.size for one in sizes if one.ours.peak_gb > MAX_MEMORY_GB.get(one.size, float("inf"))]
    if over:
        sys.exit(f"peak memory is above what was promised at {', '.join(over)}")
