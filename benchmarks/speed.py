"""Seconds a frame, peak memory and the share of each stage, beside the peers in the same run.

`python -m benchmarks.speed [--sizes 512x512,1280x720,1920x1080] [--device cpu]`
Every method and size runs in a process of its own, whose peak resident memory is read at its end.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import cmft_engine
from cmft_engine.evaluation.baselines import flow_warp, region_match_with_flow
from cmft_engine.evaluation.clips import GAPS, draw_puppet_clip, read_rgb8

from .methods import OURS
from .ours import write_rgb8

SIZES = ("512x512", "1280x720", "1920x1080")
PEERS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    "flow warp": flow_warp,
    "region matching + flow": region_match_with_flow,
}
MAX_MEMORY_GB = 4.0  # the promise for 1920x1080 on the CPU


@dataclass(frozen=True)
class Measurement:
    """One method at one size: wall and processor seconds a frame, peak memory, wall seconds of each stage a frame."""

    method: str
    size: str
    seconds: float
    cpu_seconds: float
    peak_gb: float
    stages: dict[str, float]


def write_material(size: str, folder: Path) -> None:
    """Write a reference drawing and its painting (0) and three later line plates at `size`, "WIDTHxHEIGHT"."""
    width, height = (int(number) for number in size.split("x"))
    tiles = [draw_puppet_clip(number, style="shaded", size=height).pairs() for number in range(-(-width // height))]
    first = [row[0] for row in tiles]
    write_rgb8(_row([pair.reference_gt for pair in first], width), folder / "painted.png")
    write_rgb8(_row([pair.reference_line for pair in first], width), folder / "line.0000.png")
    for i, gap in enumerate(GAPS):
        write_rgb8(_row([row[i].target_line for row in tiles], width), folder / f"line.{gap:04d}.png")


def _row(pictures: Sequence[np.ndarray], width: int) -> np.ndarray:
    return np.hstack(pictures)[:, :width]


def measure_here(method: str, folder: Path, device: str) -> Measurement:
    """Colour the material in this process and return what it took; `size` is left empty."""
    stages: dict[str, float] = {}
    work = _engine_work(folder, device, stages) if method == OURS else _peer_work(method, folder)
    started, cpu_started = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    frames = len(GAPS)
    return Measurement(
        method=method,
        size="",
        seconds=seconds / frames,
        cpu_seconds=cpu_seconds / frames,
        peak_gb=peak_kb / 1024**2,
        stages={name: spent / frames for name, spent in stages.items()},
    )


def _peer_work(method: str, folder: Path) -> Callable[[], None]:
    line, painting = read_rgb8(folder / "line.0000.png"), read_rgb8(folder / "painted.png")
    targets = [read_rgb8(folder / f"line.{gap:04d}.png") for gap in GAPS]

    def work() -> None:
        for target in targets:
            PEERS[method](line, painting, target)

    return work


def _engine_work(folder: Path, device: str, stages: dict[str, float]) -> Callable[[], None]:
    """Return the whole call, files and loading of the weights included; it fills `stages` with their seconds."""
    shot = cmft_engine.Shot.open(
        str(folder / "line.####.png"), reference=f"{folder / 'painted.png'}@0", frames=list(GAPS)
    )
    settings, colorize = cmft_engine.Settings(device=device), cmft_engine.colorize  # imports torch here, not in work

    def work() -> None:
        report = colorize(shot, str(folder / "colored" / "frame.####.png"), settings=settings)
        stages.update(json.loads(report.json.read_text(encoding="utf-8"))["timings"])

    return work


def measure(method: str, size: str, *, folder: Path, device: str) -> Measurement:
    """Run one method in a child process; its errors go to stderr and end the benchmark."""
    print(f"{size} {method}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.speed", "--device", device, "--child", method, str(folder)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    row = json.loads(output.splitlines()[-1])
    return Measurement(**{**row, "size": size})


def render(measurements: Sequence[Measurement]) -> str:
    """Return the Markdown of all measurements."""
    processor = platform.processor() or platform.machine()
    lines = [
        "# Speed",
        "",
        f"`python -m benchmarks.speed` on {processor}: time of a shot of {len(GAPS)} frames and one reference,",
        "weights, files and report included, divided by the frames; the ratio is of processor time.",
        "",
        "| size | method | s a frame | CPU s a frame | ours takes | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    ours = {m.size: m.cpu_seconds for m in measurements if m.method == OURS}
    for m in measurements:
        ratio = f"{ours[m.size] / m.cpu_seconds:.1f} times as long" if m.method != OURS and m.size in ours else "–"
        lines.append(
            f"| {m.size} | {m.method} | {m.seconds:.2f} | {m.cpu_seconds:.2f} | {ratio} | {m.peak_gb:.2f} GB |"
        )
    return "\n".join(lines) + "\n\n" + _render_stages([m for m in measurements if m.stages])


def _render_stages(measurements: Sequence[Measurement]) -> str:
    names = list(dict.fromkeys(name for m in measurements for name in m.stages))
    lines = ["| size | " + " | ".join(names) + " | rest |", "|---" * (len(names) + 2) + "|"]
    for m in measurements:
        rest = max(0.0, m.seconds - sum(m.stages.values()))
        spent = [*(m.stages.get(name, 0.0) for name in names), rest]
        lines.append(f"| {m.size} | " + " | ".join(f"{s:.2f} s, {100 * s / m.seconds:.0f} %" for s in spent) + " |")
    return "\n".join(lines) + "\n" if names else ""


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", default=",".join(SIZES), help="comma-separated WIDTHxHEIGHT")
    parser.add_argument("--device", default="cpu", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--child", nargs=2, metavar=("METHOD", "FOLDER"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line; exit 1 when memory breaks the promise."""
    options = _parse(arguments)
    if options.child:
        method, folder = options.child
        print(json.dumps(asdict(measure_here(method, Path(folder), options.device))))
        return
    measurements = []
    for size in options.sizes.split(","):
        with TemporaryDirectory(prefix="cmft-speed-") as name:
            write_material(size, Path(name))
            for method in (OURS, *PEERS):
                measurements.append(measure(method, size, folder=Path(name), device=options.device))
    text = render(measurements)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    if any(m.method == OURS and m.peak_gb > MAX_MEMORY_GB for m in measurements):
        sys.exit(f"peak memory is above {MAX_MEMORY_GB:g} GB")


if __name__ == "__main__":
    main()
