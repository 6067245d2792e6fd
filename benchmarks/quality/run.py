"""Quality of the engine and of its peers on drawings never trained on, every method and measurement in one run.

`python -m benchmarks.quality [--sets toon,heads] [--drawn FOLDER] [--variants flat,jpeg] [--clips 3] [--gaps 1,5,9]`
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

from benchmarks.clips.drawn import PAINTINGS, expand_sets
from benchmarks.clips.sets import SETS, load_set
from benchmarks.clips.stored import DATA
from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.figures.pages import write_page
from benchmarks.methods.clock import cpu_seconds
from benchmarks.methods.registry import COPY, FLOW
from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.split import FAMILIES

from .examine import SECTIONS, Outcome, Plan, examine
from .gallery import available_methods
from .report import report
from .robustness import SETS as ROBUST_SETS
from .robustness import spread
from .set_table import JSON_KEYS
from .sheet import write_sheet

MAX_PROCESSES = 2
ALWAYS = (COPY, FLOW)  # rivals of every table
METHODS_HELP = f"comma-separated; {' and '.join(ALWAYS)} join in any case; default all: "


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
    names = tuple(available_methods())
    parser.add_argument("--sets", type=_words, help="comma-separated; default all: " + ",".join((*SETS, *FAMILIES)))
    parser.add_argument("--drawn", type=Path, help="prepared folder of the drawn sets, which are left out without it")
    parser.add_argument("--variants", type=_words, default=PAINTINGS, help="of the drawn sets: " + ",".join(PAINTINGS))
    parser.add_argument("--gaps", type=_numbers, default=GAPS, help="comma-separated numbers of drawings")
    parser.add_argument("--methods", type=_words, default=names, help=METHODS_HELP + ", ".join(names))
    parser.add_argument("--sections", type=_words, default=SECTIONS, help="comma-separated; default all")
    parser.add_argument("--clips", type=int, help="of each set, the first ones; default all")
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
    if options.clips is not None and options.clips < 1:
        parser.error("--clips takes 1 or more")
    options.methods += tuple(rival for rival in ALWAYS if rival not in options.methods)
    try:
        options.sets = expand_sets(options.sets or (*SETS, *(FAMILIES if options.drawn else ())), options.variants)
    except InputError as error:
        parser.error(str(error))
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark from the command line; returns the exit status. The files hold the sets done so far."""
    options = _parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes, one core each
    plan = Plan(options.gaps, tuple(options.methods), tuple(options.sections), sheet=options.sheet is not None)
    outcome = Outcome()
    for name in options.sets:
        try:
            drawings = load_set(name, options.data, size=options.size, drawn=options.drawn)
            clips = list(islice(drawings, options.clips))
        except InputError as error:
            print(error, file=sys.stderr)
            return error.exit_code
        for of_clip in examine_set(name, clips, plan, processes=options.processes):
            outcome.add(of_clip)
        _write(outcome, plan, options)
    if options.out is None:
        print(report(outcome, plan))
    if options.sheet and outcome.worst:
        write_sheet(outcome.worst, options.sheet)
    print(f"{cpu_seconds() / 60:.1f} minutes of processor time", file=sys.stderr)
    return 0


def _write(outcome: Outcome, plan: Plan, options: argparse.Namespace) -> None:
    if options.out:
        write_page(options.out, report(outcome, plan))
    if options.json:
        rows = {kind: [r.to_dict(JSON_KEYS) for r in getattr(outcome, kind)] for kind in ("results", "two_sided")}
        rows |= {kind: [asdict(r) for r in getattr(outcome, kind)] for kind in ("losses", "guesses")}
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
