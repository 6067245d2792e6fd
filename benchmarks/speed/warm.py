"""Seconds from the press of "this frame" to its plate, with a process for each run and with an engine that stays.

Goes through what both hosts' runners call: a job is placed as they place it, and followed as they follow it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cmft_engine.protocol.host.progress import Progress
from cmft_engine.protocol.host.run import JOB, EngineRun, Stays, place_job
from cmft_engine.protocol.job import Job, JobReference
from cmft_engine.protocol.settings import Settings
from cmft_engine.protocol.warm import Engines

from .material import TARGETS, painting_path, write_material

ENGINE = (sys.executable, "-m", "cmft_engine")
GOAL_S = 1.5
FRAME, NEXT, FAR = 10, 11, 1  # places of them in the shot: next to each other, and far from both
REST_S = 12.0  # of a person who looks at a frame, in which the engine looks ahead

OWN, FIRST, AGAIN, AHEAD, AT_ONCE, JUMP, WRONG = (
    "a process of its own", "the engine starts", "after a look, the same frame with another setting",
    "then the next frame", "then the next one, at once", "then a frame far away", "a wrong path, told",
)


@dataclass(frozen=True)
class Press:
    """What is pressed: which frame, with which settings, in which place of results."""

    frame: int
    settings: Settings
    place: str = "node"
    lines: str = "line.####.png"


class Shot:
    """The shot of a folder, and presses in it."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        self.settings = Settings(device=device)

    def seconds(self, press: Press, engines: Engines | None) -> float:
        """Return the seconds from the press to the plate, or to the error; engines: of the host's document."""
        start = time.perf_counter()
        job = Job(str(self._folder / press.lines), (JobReference(str(painting_path(self._folder, 0)), 0),),
                  "coloured.%04d.exr", settings=press.settings)
        job = place_job(job, self._folder / press.place)
        run = EngineRun(ENGINE, frames=1, only=str(press.frame), stays=None if engines is None else Stays(engines))
        seen: list[float] = []

        def show(progress: Progress) -> None:
            if progress.done and not seen:
                seen.append(time.perf_counter() - start)

        outcome = run.follow(Path(job.out).parent / JOB, show)
        is_wrong = press.lines != "line.####.png"
        assert is_wrong == (outcome.error is not None), outcome
        return time.perf_counter() - start if is_wrong else seen[0]


def measure_warm(size: str, device: str, times: int) -> dict[str, list[float]]:
    """Return the seconds of each kind of press, so many times; size: WIDTHxHEIGHT."""
    found: dict[str, list[float]] = {}
    for number in range(times):
        with TemporaryDirectory(prefix="cmft-warm-") as folder:
            write_material(size, Path(folder))
            for what, seconds in _presses(Shot(Path(folder), device)):
                print(f"{size} {number + 1}: {what} {seconds:.2f} s", file=sys.stderr, flush=True)
                found.setdefault(what, []).append(seconds)
    return found


def _presses(shot: Shot) -> Iterator[tuple[str, float]]:
    plain, engines = shot.settings, Engines()
    wrong = Press(FRAME, plain, lines="gone.####.png")
    yield OWN, shot.seconds(Press(FRAME, plain, "cold"), None)
    yield f"{WRONG}, {OWN}", shot.seconds(wrong, None)
    try:
        yield FIRST, shot.seconds(Press(FRAME, plain), engines)
        time.sleep(REST_S)
        yield AGAIN, shot.seconds(Press(FRAME, plain.replace(edges="hard")), engines)
        yield AHEAD, shot.seconds(Press(NEXT, plain), engines)
        yield AT_ONCE, shot.seconds(Press(min(target for target in TARGETS if target > NEXT), plain), engines)
        yield JUMP, shot.seconds(Press(FAR, plain), engines)
        yield WRONG, shot.seconds(wrong, engines)
    finally:
        engines.close()


def render_warm(found: dict[str, list[float]], size: str, device: str, load: Callable[[], tuple[float, ...]]) -> str:
    """Return the Markdown of what was measured; load: of the machine now."""
    cold = statistics.median(found[OWN])
    lines = [f"`python -m benchmarks.speed --warm --sizes {size} --device {device}`, load {load()[0]:.1f} at its end: "
             "seconds from the press to the plate, the median of each and all that were measured.", "",
             "| press | s | of the cold one | all |", "|---|--:|--:|---|"]
    for what, seconds in found.items():
        middle = statistics.median(seconds)
        lines.append(f"| {what} | {middle:.2f} | {middle / cold:.2f} | {', '.join(f'{one:.2f}' for one in seconds)} |")
    return "\n".join(lines) + "\n"
