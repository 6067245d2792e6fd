"""The systems that CMFT was measured against, and what a user would pick today, beside ours in one table.

`python -m benchmarks.table [--clips 2] [--out docs/table.md --sheet docs/images/table.png --json table.json]`

`EBSYNTH` names EbSynth's program, `--vgg` a file of VGG-19's weights for Deep Image Analogy, and
`--program NAME=COMMAND` any other program, with {reference_line}, {reference}, {target_line} and {out} for its PNG
files. What is not there is left out; what fails is named on the page.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.baselines.program import Program
from benchmarks.clips.puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from benchmarks.clips.sets import SETS
from benchmarks.clips.stored import DATA, clip_folders, read_clips
from benchmarks.clips.validation_clip import GAPS, ValidationClip
from benchmarks.figures.pages import write_page
from benchmarks.methods.clock import cpu_seconds
from benchmarks.methods.learned import budget_of
from benchmarks.methods.method import Choices
from benchmarks.methods.registry import TRAINED, caption_of
from cmft_engine.protocol.errors import CmftError, InputError

from .clip_runs import FIRST, PREV, ClipRun, run_clip
from .outcome import Outcome, Shown, measure, read_outcome
from .page import Facts, render_page
from .sheet import Exhibit, write_sheet
from .systems import available_systems

STRIDES = (1, 4)
CLIPS, SIZE = 2, 512
SHOWN = ((FIRST, 5), (PREV, 9))  # which drawing of a set's first clip is on the sheet
SHEET_TITLE = "One drawing a set in the modes first and prev: reference, line, truth, and every system"


@dataclass(frozen=True)
class Plan:
    """What a run covers: systems, sets, clips of each set, strides, side in px, and what it is given from outside."""

    systems: tuple[str, ...]
    sets: tuple[str, ...]
    clips: int
    strides: tuple[int, ...]
    size: int
    choices: Choices


def load_clips(set_name: str, plan: Plan) -> list[ValidationClip]:
    """Return the plan's number of clips spread over a set: puppets with every drawing, else the stored drawings."""
    if set_name in PUPPET_STYLES:
        style = PUPPET_STYLES[set_name]
        kept = range(max(GAPS) + 1)
        numbers = spread(PUPPET_CLIPS, plan.clips)
        return [draw_puppet_clip(number, style=style, size=plan.size, kept=kept) for number in numbers]
    clips = read_clips(DATA / set_name, size=plan.size)
    wanted = spread(len(clip_folders(DATA / set_name)), plan.clips)
    return [clip for number, clip in enumerate(islice(clips, max(wanted, default=0) + 1)) if number in wanted]


def spread(count: int, wanted: int) -> list[int]:
    """Return at most `wanted` numbers below `count`, evenly apart, the first one among them."""
    wanted = min(wanted, count)
    return [i * count // wanted for i in range(wanted)]


def run_system(system: str, shown: Sequence[Shown], plan: Plan) -> Iterator[ClipRun]:
    """Yield what a system makes of each clip, in a process of its own that goes on while the last clip is scored."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_prepare) as pool:
        jobs = [pool.submit(run_clip, system, plan.choices, of_set.clip, plan.strides) for of_set in shown]
        for job in jobs:
            run = job.result()
            yield run
            if run.failure:
                pool.shutdown(cancel_futures=True)
                return


def _prepare() -> None:
    """Make a process ready: one thread, and no word of the engine's on references without a drawing."""
    cv2.setNumThreads(1)
    logging.getLogger("cmft_engine").setLevel(logging.ERROR)


class Table:
    """A run of the whole table, with the pictures that its sheet shows."""

    def __init__(self, plan: Plan) -> None:
        """Read the clips. Raises ShotError or PlateError when a stored set is not whole."""
        self.plan = plan
        self.outcome = Outcome()
        self.shown = [Shown(name, clip) for name in plan.sets for clip in load_clips(name, plan)]
        self._pictures: dict[tuple[str, str, int], dict[str, np.ndarray]] = {}
        self.exhibits = list(self._exhibits())

    def run(self, system: str) -> None:
        """Run one system over every clip, and score it."""
        for number, (shown, run) in enumerate(zip(self.shown, run_system(system, self.shown, self.plan), strict=False)):
            measure(shown, system, run, self.outcome)
            print(f"{system} {number + 1}/{len(self.shown)} {shown.clip.name}", file=sys.stderr, flush=True)
            for mode in run.modes:
                for (clip, name, drawing), pictures in self._pictures.items():
                    if (clip, name) == (f"{shown.set_name}/{shown.clip.name}", mode.mode) and drawing in mode.pictures:
                        pictures[caption_of(system)] = mode.pictures[drawing]

    def take_over(self, earlier: Outcome) -> None:
        """Put an earlier run's systems on the page. Raises InputError when it coloured other drawings."""
        if self.outcome.rows and earlier.rows and self.outcome.drawings() != earlier.drawings():
            raise InputError("--add: that run coloured other drawings; use the same sets, clips and strides")
        self.outcome.add(earlier)

    def _exhibits(self) -> Iterator[Exhibit]:
        for set_name in self.plan.sets:
            clip = next(shown.clip for shown in self.shown if shown.set_name == set_name)
            first = min(clip.lines)
            for mode, gap in SHOWN:
                number = first + gap
                if number not in clip.lines:
                    continue
                pictures = self._pictures[f"{set_name}/{clip.name}", mode, number] = {}
                caption = f"{set_name} {clip.name}   {mode}   drawing {number}"
                yield Exhibit(caption, clip.paintings[first], clip.lines[number], clip.paintings[number], pictures)


def budgets(plan: Plan, systems: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return what the trained ones of these systems were trained with, those whose weights are there."""
    found = {name: budget_of(name, plan.choices.weights) for name in TRAINED if name in systems}
    return {name: budget for name, budget in found.items() if budget is not None}


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clips", type=int, default=CLIPS, help="of each set; default %(default)d")
    parser.add_argument("--sets", type=_words, default=SETS, help="comma-separated; default " + ",".join(SETS))
    parser.add_argument("--systems", type=_words, help="comma-separated; default all that can be run")
    parser.add_argument("--strides", type=_numbers, default=STRIDES, help="comma-separated; default 1,4")
    parser.add_argument("--size", type=int, default=SIZE, help="side in px; default %(default)d")
    parser.add_argument("--vgg", type=Path, help="torchvision's weights of VGG-19, .pth or .safetensors")
    parser.add_argument("--program", action="append", default=[], metavar="NAME=COMMAND", help="a further program")
    parser.add_argument("--weights", type=Path, help="folder of the baselines' weights; default benchmarks/weights")
    parser.add_argument("--add", type=Path, help="JSON of an earlier run on the same clips; its systems join the page")
    parser.add_argument("--out", type=Path, help="Markdown file; standard output when absent")
    parser.add_argument("--json", type=Path, help="every single figure")
    parser.add_argument("--sheet", type=Path, help="PNG with the systems' pictures side by side")
    options = parser.parse_args(arguments)
    if options.clips < 1 or options.size < 64:
        parser.error("--clips takes 1 or more, --size 64 or more")
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def make_plan(options: argparse.Namespace) -> Plan:
    """Return the plan of parsed options. Raises InputError for a system, set or program that there is not."""
    choices = Choices(options.vgg, tuple(Program.parse(text) for text in options.program), options.weights)
    systems = options.systems or tuple(available_systems(choices))
    for what, given, known in (("system", systems, available_systems(choices)), ("set", options.sets, SETS)):
        if unknown := sorted(set(given) - set(known)):
            raise InputError(f"no {what} {unknown[0]!r}; there are: " + ", ".join(known))
    return Plan(systems, options.sets, options.clips, options.strides, options.size, choices)


def extent(plan: Plan, clips: int) -> str:
    """Return the sentence that says how much of the sets was looked at."""
    return (
        f"It looked at {clips} clips: at most {plan.clips} of each of {', '.join(plan.sets)}; "
        "puppets with all of their ten drawings, the others with the four that are stored."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status. The files hold the systems done so far after each system."""
    options = _parse(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a system and its scoring, one core each
    cv2.setNumThreads(1)
    try:
        plan = make_plan(options)
        table = Table(plan)
        earlier = read_outcome(options.add) if options.add else Outcome()
    except CmftError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    command = " ".join(["python -m benchmarks.table", *(sys.argv[1:] if arguments is None else arguments)])
    for system in plan.systems:
        table.run(system)
        _write(table, command, options)
    try:
        table.take_over(earlier)
    except CmftError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    _write(table, command, options)
    if options.out is None:
        print(_page(table, command))
    print(f"{cpu_seconds() / 60:.1f} minutes of processor time", file=sys.stderr)
    return 0


def _page(table: Table, command: str) -> str:
    plan = table.plan
    measured = table.outcome.systems()
    systems = [name for name in available_systems(plan.choices) if name in measured]
    facts = Facts(command, extent(plan, len(table.shown)), plan.size, budgets(plan, systems))
    return render_page(table.outcome, systems, facts)


def _write(table: Table, command: str, options: argparse.Namespace) -> None:
    if options.out:
        page = _page(table, command)
        if options.sheet:
            page += f"\n## Pictures\n\n![{SHEET_TITLE}]({os.path.relpath(options.sheet, options.out.parent)})\n"
        write_page(options.out, page)
    if options.json:
        options.json.write_text(json.dumps(table.outcome.to_dict(), indent=1), encoding="utf-8")
    if options.sheet:
        write_sheet(table.exhibits, options.sheet)
