"""How soon one pin is seen and written, on a long shot of 1920x1080, beside what a peer takes to colour a plate again.

`python -m benchmarks.speed --pins [100]`
The shot is that of `window.py`, and settles first. The pin is the one that changes most plates; it is set twice, in a
review session and as `cmft pin` sets it, in a process without the networks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from benchmarks.methods.method import Painted, UncoloredShot
from benchmarks.methods.registry import FLOW, load_method
from cmft_engine.pipeline.colored_shot import ColoredShot, Rewritten
from cmft_engine.pipeline.correcting import anchored, apply, apply_iter, correct
from cmft_engine.protocol.corrections import Correction
from cmft_engine.window.gestures import PIN, Gesture, point_in
from cmft_engine.window.looks import News
from cmft_engine.window.session import Session

from .window import FIRST, write_long_shot

SEEN_GOAL_S, FIRST_GOAL_S, RATE_GOAL = 1.0, 0.7, 10.0
TRIED = 60  # regions of a drawing that may be pinned
PEER_PLATES = 5
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Pin:
    """A pin: its frame, a region from 0, and the palette entry that it gets."""

    frame: int
    region: int
    entry: int


@dataclass(frozen=True)
class Written:
    """Seconds from a pin until its own plate is on disk, and plates a second after that; the report not counted."""

    first: float
    rate: float

    @classmethod
    def of(cls, begun: float, marks: Sequence[float]) -> Written:
        """Return what the times of plates say, two or more; begun: when the pin was set."""
        return cls(marks[0] - begun, (len(marks) - 1) / (marks[-1] - marks[0]))


@dataclass(frozen=True)
class PinMeasurement:
    """What a pin took in a shot: seen, seconds until the window's pictures of all changed frames are ready.

    window, command: plates that follow the review session and `cmft pin`. peer: seconds in which the flow warp colours
    a plate again.
    """

    frames: int
    regions: int
    changed: int
    seen: float
    window: Written
    command: Written
    peer: float


def measure_pins(frames: int, *, enlarged: int, drawings: int = 24) -> PinMeasurement:
    """Colour a shot and measure a pin in a process of its own; enlarged: times the example's 960x540."""
    with TemporaryDirectory(prefix="cmft-pins-") as folder:
        out = write_long_shot(Path(folder), frames=frames, enlarged=enlarged, drawings=drawings)
        command = [sys.executable, "-m", "benchmarks.speed.pins", str(out)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True,
                              cwd=Path(__file__).resolve().parents[2])
    found = json.loads(done.stdout.splitlines()[-1])
    return PinMeasurement(**{**found, "window": Written(**found["window"]), "command": Written(**found["command"])})


def measure_here(out: Path) -> PinMeasurement:
    """Measure a pin of a coloured shot in this process."""
    apply(ColoredShot(out))  # frames that were made by repeating drawings settle
    colored = ColoredShot(out)
    pin = most_changing(colored, list(colored.frames)[len(colored.frames) // 2])
    seen, changed, window = _in_window(out, pin)
    return PinMeasurement(len(colored.frames), len(colored.graph), len(changed), seen, window,
                          _by_command(out, pin), _peer(colored, changed[:PEER_PLATES]))


def most_changing(colored: ColoredShot, frame: int) -> Pin:
    """Return the pin of a frame's region that changes regions of most drawings."""
    graph = colored.graph
    nodes, before = graph.of(colored.decided_at[frame]), graph.solve().color

    def n_changed(pin: Pin) -> int:
        color = graph.solve({nodes.start + pin.region: pin.entry}).color
        return len(np.unique(graph.drawing_of[color != before]))
    regions = np.flatnonzero(graph.free[nodes])[:TRIED]
    pins = [Pin(frame, int(region), entry) for region in regions for entry in range(graph.n_colors)]
    return max(pins, key=n_changed)


def _in_window(out: Path, pin: Pin) -> tuple[float, list[int], Written]:
    """Pin in a review session; return when all pictures were seen, the frames that changed, and how plates followed."""
    written: dict[int, float] = {}

    def note(news: News) -> None:
        if news.kind == "plate" and news.frame is not None:
            written.setdefault(news.frame, time.perf_counter())

    session = Session(out, note)
    session.frame = pin.frame
    session.begin()
    session.wait()
    for frame in session.frames:
        session.looks.thumbnail(frame)  # asks for it
    session.shown(pin.frame)
    session.wait()
    before, old = session.wanted, {frame: session.looks.thumbnail(frame) for frame in session.frames}
    picture = session.shown(pin.frame)
    point = point_in(session.colored, pin.frame, pin.region)
    begun = time.perf_counter()
    session.gesture(Gesture(PIN, pin.frame, (point,), pin.entry))
    _until(lambda: session.wanted is not before)
    assert before is not None
    changed = [frame for frame in session.frames if session.changes(frame) != before.changes.get(frame, {})]
    _until(lambda: all(session.shown(pin.frame) is not one for one in (None, picture)) and all(
        session.looks.thumbnail(frame, away=abs(frame - pin.frame)) is not old[frame] for frame in changed))
    seen = time.perf_counter() - begun
    session.wait()
    marks = sorted(written.values())[:-1]  # the last is told after the report
    session.undo()
    session.wait()
    session.close()
    return seen, changed, Written.of(begun, marks)


def _until(is_so: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE_S
    while not is_so():
        assert time.perf_counter() < end, "the session does not answer"
        time.sleep(0.002)


def _by_command(out: Path, pin: Pin) -> Written:
    """Pin as `cmft pin` does, opening the shot included."""
    x, y = point_in(ColoredShot(out), pin.frame, pin.region)
    begun, marks = time.perf_counter(), []
    colored = ColoredShot(out)
    correct(colored, anchored(colored, Correction("pin", pin.frame, ((x, y),), colored.palette.names[pin.entry])))
    for made in apply_iter(colored, first=pin.frame):
        if isinstance(made, Rewritten):
            marks.append(time.perf_counter())
    return Written.of(begun, marks)


def _peer(colored: ColoredShot, frames: Sequence[int]) -> float:
    """Seconds in which the flow warp colours a plate again, line plates read and pictures written."""
    painting = Path(colored.shot.paintings[0].plate)
    reference, color = Painted(read_rgb8(colored.shot.line_plate(FIRST)), read_rgb8(painting)), load_method(FLOW)
    begun = time.perf_counter()
    for frame in frames:
        shot = UncoloredShot({FIRST: reference}, {frame: read_rgb8(colored.shot.line_plate(frame))})
        write_rgb8(color(shot)[frame].picture, colored.pattern.parent / "peer" / f"{frame}.png")
    return (time.perf_counter() - begun) / len(frames)


def render_pins(found: PinMeasurement, size: str, load: Callable[[], tuple[float, ...]]) -> str:
    """Return the Markdown of what was measured; load: of the machine now."""
    lines = [f"`python -m benchmarks.speed --pins {found.frames} --sizes {size}`, {found.regions} regions, the "
             f"networks not loaded, load {load()[0]:.1f} at its end: a pin that changes {found.changed} plates; the "
             f"flow warp, in the same run, colours a plate again in {found.peer:.2f} s.", "",
             "| from the pin | took | goal | of the flow warp's plate |", "|---|--:|---|--:|",
             _seconds("the window's pictures of all changed frames are ready", found.seen, SEEN_GOAL_S, found.peer)]
    for where, written in (("in the window", found.window), ("by `cmft pin`", found.command)):
        lines.append(_seconds(f"the first plate is on disk, {where}", written.first, FIRST_GOAL_S, found.peer))
        told = "met" if written.rate >= RATE_GOAL else "**missed**"
        lines.append(f"| plates a second after that, {where} | {written.rate:.1f} | ≥ {RATE_GOAL:.0f}: {told} "
                     f"| {1 / written.rate / found.peer:.2f} |")
    return "\n".join(lines) + "\n"


def _seconds(what: str, seconds: float, goal: float, peer: float) -> str:
    told = "met" if seconds <= goal else "**missed**"
    return f"| {what} | {seconds:.2f} s | ≤ {goal:.1f} s: {told} | {seconds / peer:.2f} |"


if __name__ == "__main__":
    print(json.dumps(asdict(measure_here(Path(sys.argv[1])))))
