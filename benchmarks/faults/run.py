"""Bring every fault about and print the table: `python -m benchmarks.faults --kills 20`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import files, processes
from .kills import kill_at_random
from .material import FRAMES, command, draw_shot
from .outcome import Engine, Outcome, digests
from .page import page, table


def main(arguments: list[str]) -> int:
    """Print the table, write its page where `--page` says, and return 1 if a fault was not met as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="random kills by each of KILL, TERM and INT")
    parser.add_argument("--page", type=Path, help="the Markdown page to write, such as docs/faults.md")
    parser.add_argument("--only", default="", help="only the faults whose description holds this text")
    given = parser.parse_args(arguments)
    outcomes = []
    for outcome in run(given.kills, given.only):
        print(table([outcome]).splitlines()[-1], flush=True)
        outcomes.append(outcome)
    print("\n" + table(outcomes))
    if given.page is not None:
        given.page.write_text(page(outcomes, given.kills) + sections_of(given.page), encoding="utf-8")
    return 0 if outcomes and all(outcome.right for outcome in outcomes) else 1


def sections_of(path: Path) -> str:
    """Return what stands on a page from its first section on, which other programs wrote; "" where there is none."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _, heading, rest = text.partition("\n## ")
    return heading + rest


def run(kills: int, only: str = "") -> Iterator[Outcome]:
    """Bring the faults about one after the other on a small shot in a temporary folder, and yield what came of each."""
    with tempfile.TemporaryDirectory(prefix="cmft-faults-") as name:
        folder = Path(name)
        draw_shot(folder)
        undisturbed = Engine(folder).run(*command("whole"))
        if undisturbed.code or len(digests(folder / "whole")) != FRAMES:
            raise SystemExit(f"the undisturbed run ended with {undisturbed.code}: {undisturbed.log}")
        for fault in (*files.FAULTS, *processes.FAULTS):
            if only in (fault.__doc__ or ""):
                yield fault(folder)
        if kills and only in "at a random moment":
            yield from kill_at_random(folder, folder / "whole", kills, undisturbed.seconds)
