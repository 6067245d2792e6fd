"""Quality of the engine and of its peers on drawings never trained on, every method in one run.

`python -m benchmarks.quality [--sets toon,shaded,puppets,puppets-shaded] [--gaps 1,5,9] [--out docs/quality.md]`
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

import cv2

from cmft_engine.evaluation.clips import GAPS, Pair, ValidationClip, load_set
from cmft_engine.evaluation.metrics import score

from .methods import OURS, available_methods
from .sheet import write_sheet
from .table import Result, render_table

DATA = Path(__file__).parent / "data"
SETS = ("toon", "shaded", "puppets", "puppets-shaded")
SHEET_ROWS = 10
MAX_PROCESSES = 2


def score_clip(set_name: str, clip: ValidationClip, gaps: Sequence[int], methods: Sequence[str]) -> list[Result]:
    """Return the results of the named methods on the clip's pairs."""
    pairs = clip.pairs(gaps)
    results = []
    for name in methods:
        started = _cpu_seconds()
        pictures = available_methods()[name](pairs)
        seconds = (_cpu_seconds() - started) / len(pairs)
        for pair, picture in zip(pairs, pictures, strict=True):
            figures = score(picture, pair.target_gt, line=pair.target_line, reference_flats=pair.reference_flats())
            results.append(Result(set_name, clip.name, pair.gap, name, seconds, figures))
    return results


def _cpu_seconds() -> float:
    """Return the processor time of this process and its children: a busy machine does not lengthen it."""
    return sum(os.times()[:4])


def _one_thread() -> None:
    cv2.setNumThreads(1)


def score_set(
    set_name: str, clips: Sequence[ValidationClip], *, gaps: Sequence[int], methods: Sequence[str], processes: int
) -> list[Result]:
    """Return the results of one set; every clip's progress goes to stderr."""
    context = multiprocessing.get_context("spawn")
    results: list[Result] = []
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_one_thread) as pool:
        jobs = [pool.submit(score_clip, set_name, clip, gaps, methods) for clip in clips]
        for done, (clip, job) in enumerate(zip(clips, jobs, strict=True), start=1):
            results += job.result()
            print(f"{set_name} {done}/{len(clips)} {clip.name}", file=sys.stderr, flush=True)
    return results


def report(results: Sequence[Result]) -> str:
    """Return the Markdown of all sets, with what the columns mean."""
    parts = [
        "# Quality\n\n"
        "`python -m benchmarks.quality`: the reference is the first drawing of a clip, the target the one "
        "1, 5 or 9 drawings later.\n"
        "`fg` counts ink-free pixels that are not paper, `region` each inked region once, `mIoU` each colour once;\n"
        "`palette exact` is the share of pixels whose colour is bit-identical to one of the reference.\n"
        "Bold is the best of a cell; the last row of a table uses the answer and is no rival.\n"
    ]
    for set_name in dict.fromkeys(result.set_name for result in results):
        of_set = [result for result in results if result.set_name == set_name]
        parts.append(f"## {set_name}: {len({result.clip for result in of_set})} clips\n\n{render_table(of_set)}")
    return "\n".join(parts).rstrip() + "\n"


def worst_pairs(results: Sequence[Result], clips: dict[tuple[str, str], ValidationClip]) -> list[Pair]:
    """Return the pairs that the engine colours worst by foreground pixels, worst first."""
    ranked = sorted((r for r in results if r.method == OURS), key=lambda result: result.score.foreground)
    return [clips[r.set_name, r.clip].pairs([r.gap])[0] for r in ranked[:SHEET_ROWS]]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.split("\n")[0])
    names = list(available_methods())
    parser.add_argument("--sets", type=_words, default=SETS, help="comma-separated; default " + ",".join(SETS))
    parser.add_argument("--gaps", type=_numbers, default=GAPS, help="comma-separated numbers of drawings")
    parser.add_argument("--methods", type=_words, default=names, help="comma-separated: " + ", ".join(names))
    parser.add_argument("--limit", type=int, help="clips of each set")
    parser.add_argument("--size", type=int, default=512, help="side in px")
    parser.add_argument("--processes", type=int, default=MAX_PROCESSES, choices=range(1, MAX_PROCESSES + 1))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the stored sets")
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--json", type=Path, help="every single result")
    parser.add_argument("--sheet", type=Path, help="PNG of the frames that the engine colours worst")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.methods) - set(names))
    if unknown:
        parser.error(f"unknown method {unknown[0]!r}; there are: " + ", ".join(names))
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line; the files hold the sets done so far after each set."""
    options = _parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes, one core each
    results: list[Result] = []
    clips: dict[tuple[str, str], ValidationClip] = {}
    for name in options.sets:
        of_set = list(islice(load_set(name, options.data, size=options.size), options.limit))
        clips |= {(name, clip.name): clip for clip in of_set}
        results += score_set(name, of_set, gaps=options.gaps, methods=options.methods, processes=options.processes)
        _write(results, options)
    if options.out is None:
        print(report(results))
    if options.sheet and OURS in options.methods:
        write_sheet(worst_pairs(results, clips), options.sheet)


def _write(results: Sequence[Result], options: argparse.Namespace) -> None:
    if options.out:
        options.out.write_text(report(results), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps([result.to_dict() for result in results], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
