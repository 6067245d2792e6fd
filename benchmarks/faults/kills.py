"""Runs that are killed at a random moment, each resumed and compared with a run that nobody disturbed."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from cmft_engine.pipeline.verify import verify
from cmft_engine.protocol.errors import InputError

from .material import command
from .outcome import Engine, Outcome, Told, codes_text, digests, finish, send_after

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def kill_at_random(folder: Path, whole: Path, kills: int, seconds: float) -> Iterator[Outcome]:
    """Yield a row a signal. whole: the undisturbed run's plates; seconds: how long that run took.

    Every second run is killed over finished plates of other settings, which it is to replace.
    """
    stale = folder / "stale"
    Engine(folder).run(*command("stale", "--ink", "none"))
    chance = random.Random(1)
    for number in SIGNALS:
        lost = again = wrong = 0
        codes = []
        for turn in range(kills):
            out = folder / f"kill-{number.name}-{turn}"
            if turn % 2:
                shutil.copytree(stale, out)
            first, second = _kill_and_resume(Engine(folder), out.name, number, chance.uniform(0.05, seconds))
            codes.append(first.code)
            done = {f"c.{frame:04d}.exr" for frame in (*first.frames("frame_done"), *first.frames("skipped"))}
            lost += len(done & second.broken)
            again += len([frame for frame in second.told.frames("frame_done") if f"c.{frame:04d}.exr" in done])
            wrong += digests(out) != digests(whole) or second.told.code != 0 or bool(list(out.glob(".cmft-*.tmp*")))
            shutil.rmtree(out)
        yield Outcome(f"{number.name} at a random moment, {kills} times; then `--resume`", lost, again,
                      codes_text(codes), "the plates are those of an undisturbed run" if not wrong else
                      f"{wrong} folders differ from an undisturbed run", not (lost or again or wrong))


class _Resumed:
    """The run after a kill, and which plates were broken before it."""

    def __init__(self, told: Told, broken: set[str]) -> None:
        self.told, self.broken = told, broken


def _kill_and_resume(engine: Engine, out: str, number: signal.Signals, seconds: float) -> tuple[Told, _Resumed]:
    process = engine.start(*command(out, "--resume"))
    send_after(process, number, seconds)
    first = finish(process)
    try:
        broken = {finding.path.name for finding in verify(engine.folder / out) if finding.problem}
    except InputError:  # killed before the first plate
        broken = set()
    return first, _Resumed(engine.run(*command(out, "--resume")), broken)
