"""Quality of the engine and of its peers on drawings never trained on, every method and measurement in one run.

`python -m benchmarks.quality [--sets toon,shaded,puppets,puppets-shaded] [--gaps 1,5,9] [--out docs/quality.md]`
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import cv2

from benchmarks.clips.sets import SETS, load_set
from benchmarks.clips.stored import DATA
from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.figures.pages import write_page
from benchmarks.methods.clock import cpu_seconds

from .examine import SECTIONS, Outcome, Plan, examine
from .gallery import available_methods
from .report import report
from .robustness import SETS as ROBUST_SETS
from .robustness import spread
from .set_table import JSON_KEYS
from .sheet import write_sheet

MAX_PROCESSES = 2


def examine_set(set_name: str, clips: Sequence[ValidationClip], plan: Plan, *, processes: int) -> Iterator[Outcome]:
    """Yield the outcome of each clip of one set; progress goes to stderr."""
    redrawn = set(spread(len(clips)) if set_name in ROBUST_SETS else [])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare) as pool:
        jobs = [pool.submit(examine, set_name, clip, plan, is_redrawn=i in redrawn) for i, clip in enumerate(clips)]
        for done, (clip, job) in enumerate(zip(clips, jobs, strict=True), start=1):
            yield job.result()
            print(f"{set_name} {done}/{len(clips)} {clip.name}", file=sys.stderr, flush=True)


def _prepare() -> None:
    """Make a process ready: one thread, and the engine loaded, so that no clip's seconds hold that."""
    cv2.setNumThreads(1)
    logging.getLogger("cmft_engine").setLevel(logging.ERROR)  # it warns of references without a drawing
    importlib.import_module("cmft_engine.pipeline.colorize")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.split("\n")[0])
    names = available_methods()
    parser.add_argument("--sets", type=_words, default=SETS, help="comma-separated; default " + ",".join(SETS))
    parser.add_argument("--gaps", type=_numbers, default=GAPS, help="comma-separated numbers of drawings")
    parser.add_argument("--methods", type=_words, default=names, help="comma-separated: " + ", ".join(names))
    parser.add_argument("--sections", type=_words, default=SECTIONS, help="comma-separated; default all")
    parser.add_argument("--limit", type=int, help="clips of each set")
    parser.add_argument("--size", type=int, default=512, help="side in px")
    parser.add_argument("--processes", type=int, default=MAX_PROCESSES, choices=range(1, MAX_PROCESSES + 1))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the stored sets")
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--json", type=Path, help="every single result")
    parser.add_argument("--sheet", type=Path, help="PNG of the frames that the engine colours worst")
    options = parser.parse_args(arguments)
    for what, given, known in (("method", options.methods, names), ("section", options.sections, SECTIONS)):
        unknown = sorted(set(given) - set(known))
        if unknown:
            parser.error(f"unknown {what} {unknown[0]!r}; there are: " + ", ".join(known))
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line; the files hold the sets done so far after each set."""
    options = _parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes, one core each
    plan = Plan(options.gaps, tuple(options.methods), tuple(options.sections), sheet=options.sheet is not None)
    outcome = Outcome()
    for name in options.sets:
        clips = list(islice(load_set(name, options.data, size=options.size), options.limit))
        for of_clip in examine_set(name, clips, plan, processes=options.processes):
            outcome.add(of_clip)
        _write(outcome, plan, options)
    if options.out is None:
        print(report(outcome, plan))
    if options.sheet and outcome.worst:
        write_sheet(outcome.worst, options.sheet)
    print(f"{cpu_seconds() / 60:.1f} minutes of processor time", file=sys.stderr)


def _write(outcome: Outcome, plan: Plan, options: argparse.Namespace) -> None:
    if options.out:
        write_page(options.out, report(outcome, plan))
    if options.json:
        rows = {kind: [r.to_dict(JSON_KEYS) for r in getattr(outcome, kind)] for kind in ("results", "two_sided")}
        rows |= {kind: [asdict(r) for r in getattr(outcome, kind)] for kind in ("losses", "guesses")}
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
