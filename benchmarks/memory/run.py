"""Colour shots at the edge in processes of their own: `python -m benchmarks.memory --only regions`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.methods.clock import peak_gb_of

from .material import write_large, write_many, write_mosaic

ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.05


@dataclass(frozen=True)
class Case:
    """A shot at the edge and its bars. first_only: the run is ended after its first frame."""

    name: str
    write: Callable[[Path], None]
    most_gb: float | None = None
    most_seconds: float | None = None
    first_only: bool = False


CASES = {
    "regions": Case("1024x1024 of 21,000 regions, 3 frames", write_mosaic, most_gb=3),
    "8k": Case("7680x4320 of shaded puppets, 3 frames", write_large, most_gb=6),
    "frames": Case("10,000 frames of 1920x1080, to the first", lambda folder: write_many(folder, frames=10_000),
                   most_seconds=60, first_only=True),
}


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds to its first frame and in all, peak resident memory; regions of the largest frame."""

    first: float
    total: float
    peak_gb: float
    regions: int
    code: int

    def is_within(self, case: Case) -> bool:
        """Whether the run came to its end within the bars of its case."""
        ended = self.first > 0 and (case.first_only or self.code == 0)
        return (ended and (case.most_gb is None or self.peak_gb <= case.most_gb)
                and (case.most_seconds is None or self.first <= case.most_seconds))


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--only", choices=sorted(CASES), action="append", help="these cases alone")
    given = parser.parse_args(arguments)
    rows = {}
    for key in given.only or CASES:
        with tempfile.TemporaryDirectory(prefix="cmft-memory-") as folder:
            CASES[key].write(Path(folder))
            rows[key] = measure(Path(folder), first_only=CASES[key].first_only)
        print(table({key: rows[key]}).splitlines()[-1], flush=True)
    print("\n" + table(rows))
    return 0 if all(taken.is_within(CASES[key]) for key, taken in rows.items()) else 1


def table(rows: dict[str, Taken]) -> str:
    """Return the figures as Markdown."""
    lines = ["| shot | regions | first frame, s | in all, s | peak memory | goal |",
             "| --- | --: | --: | --: | --: | --- |"]
    for key, taken in rows.items():
        case = CASES[key]
        goal = f"≤ {case.most_gb:g} GB" if case.most_gb is not None else f"first frame ≤ {case.most_seconds:g} s"
        met = "met" if taken.is_within(case) else f"**missed**, exit code {taken.code}"
        lines.append(f"| {case.name} | {taken.regions:,} | {taken.first:.1f} | {taken.total:.1f} | "
                     f"{taken.peak_gb:.2f} GB | {goal}: {met} |")
    return "\n".join(lines)


def measure(folder: Path, *, first_only: bool = False, most_gb: float = 9, more: Sequence[str] = ()) -> Taken:
    """Colour the shot in a folder; a run that takes more than `most_gb` is killed."""
    command = [sys.executable, "-m", "cmft_engine", "colorize", "line.####.png", "--reference", "ref.png@1", "--out",
               "out/c.####.exr", "--device", "cpu", "--events", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = time.monotonic()
    first, regions = 0.0, 0
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watch = _Watch(process, most_gb)
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "frame_done":
                first = first or time.monotonic() - started
                regions = max(regions, event["regions"])
                if first_only:
                    process.terminate()
        code = process.wait()
    return Taken(first, time.monotonic() - started, watch.stop(), regions, code)


class _Watch:
    """Reads a process's peak resident memory while it runs, and kills it over a limit."""

    def __init__(self, process: subprocess.Popen[str], most_gb: float) -> None:
        self._process, self._most, self._peak = process, most_gb, 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak in GB."""
        self._thread.join()
        return self._peak

    def _run(self) -> None:
        while self._process.poll() is None:
            self._peak = max(self._peak, peak_gb_of(self._process.pid))
            if self._peak > self._most:
                self._process.kill()
            time.sleep(POLL_S)
