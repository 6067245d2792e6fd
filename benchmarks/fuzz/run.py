"""Read mutated plates and texts for a while: `python -m benchmarks.fuzz --minutes 10 --seed 1`."""

from __future__ import annotations

import argparse
import json
import os
import queue
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cases import file_of, kind_of
from .seeds import KINDS

ROOT = Path(__file__).resolve().parents[2]
CHILD = "benchmarks.fuzz.child"
BATCH = 2000  # cases a process
HANG_S = 10.0
START_S = 60.0  # until the first case, while libraries load
MEMORY_MB = 3000  # of address space, of which the libraries take half


@dataclass(frozen=True)
class Finding:
    """A case that went wrong: "traceback", "hang", "crash" or "memory", and what was said of it."""

    seed: int
    kind: str
    problem: str
    said: str


@dataclass
class Tally:
    """What came of the cases: how many of each kind gave what, and the findings."""

    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    processor_s: float = 0.0

    @property
    def cases(self) -> int:
        """How many cases were read."""
        return sum(self.results.values())


def main(arguments: Sequence[str]) -> int:
    """Print the table of findings; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long")
    parser.add_argument("--seed", type=int, default=1, help="the first case; it repeats a finding with --cases 1")
    parser.add_argument("--cases", type=int, help="how many cases, however long they take")
    parser.add_argument("--kind", action="append", choices=KINDS, help="these kinds of files alone")
    parser.add_argument("--keep", type=Path, help="write the file of each finding into this folder")
    given = parser.parse_args(arguments)
    kinds = tuple(given.kind or KINDS)
    tally = fuzz(given.seed, kinds=kinds, cases=given.cases, minutes=given.minutes)
    print(table(tally))
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        for finding in tally.findings:
            _, name, content = file_of(finding.seed, kinds)
            (given.keep / f"{finding.seed}-{name}").write_bytes(content)
    return 1 if tally.findings else 0


def fuzz(seed: int, *, kinds: tuple[str, ...] = KINDS, cases: int | None = None, minutes: float = 10) -> Tally:
    """Read cases from a seed on, so many or for so long, in child processes; one that hangs or dies is replaced."""
    tally, started, before = Tally(), time.monotonic(), _processor_s()
    last = None if cases is None else seed + cases
    while seed != last if last is not None else time.monotonic() - started < 60 * minutes:
        number = BATCH if last is None else min(BATCH, last - seed)
        until = None if last is not None else started + 60 * minutes
        seed = _run_batch(seed, number, kinds, tally, until)
    tally.seconds = time.monotonic() - started
    tally.processor_s = _processor_s() - before
    return tally


def table(tally: Tally) -> str:
    """Return what came of the cases as Markdown: by kind of file, then each finding with the seed that repeats it."""
    lines = ["| kind | cases | read | refused with a sentence | findings |", "| --- | --: | --: | --: | --: |"]
    for kind in dict.fromkeys(kind for kind in KINDS if any(kind == key[0] for key in tally.results)):
        of_kind = {result: number for (one, result), number in tally.results.items() if one == kind}
        bad = sum(finding.kind == kind for finding in tally.findings)
        whole = sum(of_kind.values())
        lines.append(f"| {kind} | {whole:,} | {of_kind.get('read', 0):,} | "
                     f"{whole - of_kind.get('read', 0) - bad:,} | {bad} |")
    lines.append(f"\n{tally.cases:,} cases in {tally.seconds / 60:.1f} minutes, {tally.processor_s / 60:.1f} of them "
                 f"processor time; {len(tally.findings)} findings.")
    if tally.findings:
        lines += ["", "| seed | kind | problem | what was said |", "| --: | --- | --- | --- |"]
        cells = [(one.seed, one.kind, one.problem, one.said.replace("|", "\\|").replace("\n", " "))
                 for one in tally.findings]
        lines += ["| {} | {} | {} | {} |".format(*row) for row in cells]
    return "\n".join(lines)


def _run_batch(seed: int, number: int, kinds: tuple[str, ...], tally: Tally, until: float | None) -> int:
    """Read cases in one child until it is through, dies, hangs, or the time is up; return the next seed."""
    command = [sys.executable, "-m", CHILD, *map(str, (seed, number, MEMORY_MB)), *kinds]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    current, ended, end = None, False, seed + number
    lines: queue.Queue[str | None] = queue.Queue()
    with _started(command, environment, lines) as process:
        while not ended:
            try:
                line = lines.get(timeout=START_S if current is None else HANG_S)
            except queue.Empty:
                _note(tally, kinds, {"seed": seed, "problem": "hang", "said": f"over {HANG_S:.0f} s"})
                return seed + 1
            if line is None:
                break
            told = json.loads(line)
            current = told["seed"]
            if len(told) > 1:
                _note(tally, kinds, told)
                seed += 1
                ended = until is not None and time.monotonic() > until
        code = None if ended else process.wait()
    if seed < end and not ended:
        _note(tally, kinds, {"seed": seed, "problem": "crash", "said": f"exit code {code}"})
        return seed + 1
    return seed


@contextmanager
def _started(command: list[str], environment: dict[str, str],
             lines: queue.Queue[str | None]) -> Iterator[subprocess.Popen[str]]:
    """Start a child whose lines come into a queue, None after the last; it ends with the block, and so does its reader.

    The reader ends before the pipe is closed, because a pipe closed under a reader is a ValueError in its thread.
    """
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          cwd=ROOT) as process:
        reader = threading.Thread(target=_pump, args=(process, lines), daemon=True)
        reader.start()
        try:
            yield process
        finally:
            process.kill()
            reader.join()


def _processor_s() -> float:
    """Return the seconds that the children which have ended kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pump(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _note(tally: Tally, kinds: tuple[str, ...], told: dict[str, Any]) -> None:
    kind = kind_of(told["seed"], kinds)
    tally.results[kind, told.get("result", "finding")] += 1
    if "problem" in told:
        where = f" ({told['where']})" if "where" in told else ""
        tally.findings.append(Finding(told["seed"], kind, told["problem"], told["said"] + where))
