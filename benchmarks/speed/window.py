"""How fast the review window opens on a long shot, how fast a pin is seen, and how much memory it takes.

`python -m benchmarks.speed.window [--frames 500] [--enlarged 2]`
The shot is the example, enlarged to 1920x1080 and coloured, its drawings repeated until there are so many frames: every
frame has a line plate, a plate, a note and a record of its own. The window runs in a process of its own, off screen.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.drawing_record import write_record
from cmft_engine.pipeline.shot_file import SHOT
from cmft_engine.window.gestures import PIN, Gesture, point_in
from cmft_engine.window.pictures import Bytes
from cmft_engine.window.session import Session

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shot"
FIRST = 1001
LOOKED_AT = 60  # frames that one goes through
PATIENCE_S = 120.0


@dataclass(frozen=True)
class WindowMeasurement:
    """Seconds from the start of the process until the window stands there, until its first frame is seen, and until
    the doubtful tracks are listed; seen_cpu: processor seconds by then; from a click until its own frame shows it, and
    until all frames that it changes do; peak_gb: resident memory, after going through LOOKED_AT frames and the click.
    """

    frames: int
    regions: int
    opened: float
    seen: float
    seen_cpu: float
    listed: float
    pinned: float
    changed: int
    followed: float
    peak_gb: float


def write_long_shot(folder: Path, *, frames: int, enlarged: int, drawings: int = 24) -> Path:
    """Colour the first drawings of the example, enlarged, and repeat them; return the folder of the plates."""
    from cmft_engine import Shot, colorize  # the networks are not to count as the window's

    for at in range(drawings):
        _enlarge(f"line.{FIRST + at}.png", folder, enlarged)
    _enlarge(f"ref.{FIRST}.png", folder, enlarged)
    out = folder / "out"
    colorize(Shot.open(str(folder / "line.####.png"), reference=f"{folder / f'ref.{FIRST}.png'}@{FIRST}"),
             out / "c.####.png")
    _repeat(ColoredShot(out), frames, drawings)
    return out


def _enlarge(name: str, folder: Path, by: int) -> None:
    picture = read_rgb8(EXAMPLE / name)
    write_rgb8(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_NEAREST if "ref" in name
                          else cv2.INTER_LINEAR), folder / name)


def _repeat(colored: ColoredShot, frames: int, drawings: int) -> None:
    """Give every frame beyond the drawings links to a drawing's plates, and a note and a record of its own."""
    for frame in range(FIRST, FIRST + frames):
        of = FIRST + (frame - FIRST) % drawings
        source = colored.frames[of]
        record = colored.record(source.decided_at)
        assert record is not None
        if frame != of:
            os.link(source.path, colored.plate_path(frame))
            os.link(colored.shot.line_plate(of), colored.shot.line_plate(frame))
            note = json.loads((colored.folder / f"{of}.json").read_text(encoding="utf-8"))
            note["notes"] |= {"frame": frame, "held_from": None}
            (colored.folder / f"{frame}.json").write_text(json.dumps(note), encoding="utf-8")
        graph = replace(record.graph, frame=frame, before=frame - 1 if record.graph.before is not None else None)
        if frame != of or of == source.decided_at:
            write_record(colored.folder / f"{frame}.npz", replace(record, graph=graph))
    shot = json.loads((colored.folder / SHOT).read_text(encoding="utf-8"))
    shot["frames"] = list(range(FIRST, FIRST + frames))
    (colored.folder / SHOT).write_text(json.dumps(shot), encoding="utf-8")


def measure_here(out: Path, started: float) -> WindowMeasurement:
    """Open the window in this process, go through frames, pin a region; started: `time.time` of the process."""
    from cmft_engine.window.opening import open_window
    from cmft_engine.window.qt import application

    window, actions = open_window(out)
    app, session = application(), window.session

    def until(is_so: Callable[[], bool]) -> float:
        end = time.time() + PATIENCE_S
        app.processEvents()
        while not is_so() and time.time() < end:
            time.sleep(0.002)
            app.processEvents()
        return time.time()
    opened = until(window.isVisible)
    seen = until(lambda: not window.canvas.is_empty)
    seen_cpu = time.process_time()
    listed = until(lambda: session.wanted is not None and len(session.tracks) == window.tracks.count())
    until(lambda: session.looks.worker.is_idle)
    for frame in session.frames[:LOOKED_AT]:
        actions.going.go(frame)
        until(lambda: session.shown(session.frame) is not None)
    assert session.wanted is not None
    frame, before = session.frame, session.wanted
    thumbnails = _thumbnails(session, session.frames)
    until(lambda: session.looks.worker.is_idle)
    thumbnails, old, entry = _thumbnails(session, session.frames), session.shown(frame), 1
    at = point_in(session.colored, frame, 0)
    clicked = time.time()
    session.gesture(Gesture(PIN, frame, (at,), entry))
    pinned = until(lambda: all(session.shown(frame) is not other for other in (None, old)))
    until(lambda: session.wanted is not before)
    changed = [one for one in session.frames if session.changes(one) != before.changes.get(one, {})]
    followed = until(lambda: all(session.looks.thumbnail(one) is not thumbnails[one] for one in changed))
    app.removeEventFilter(actions)
    peak = _peak_gb()
    session.close()
    return WindowMeasurement(len(session.frames), len(session.colored.graph), opened - started, seen - started,
                             seen_cpu, listed - started, pinned - clicked, len(changed), followed - clicked, peak)


def _peak_gb() -> float:
    """The most resident memory of this program; what getrusage tells of a child begins with its parent's."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024**2
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _thumbnails(session: Session, frames: Sequence[int]) -> dict[int, Bytes | None]:
    return {frame: session.looks.thumbnail(frame) for frame in frames}


def measure(out: Path) -> WindowMeasurement:
    """Measure the window on a coloured shot in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run([sys.executable, "-m", __spec__.name if __spec__ else __name__, "--child", str(out),
                             repr(time.time())], env=environment, capture_output=True, text=True, check=True,
                            cwd=Path(__file__).resolve().parents[2])
    return WindowMeasurement(**json.loads(result.stdout.splitlines()[-1]))


def render(found: WindowMeasurement) -> str:
    """Return a measurement as rows of a table."""
    rows = (("the window stands", f"{found.opened:.2f} s"), ("its first frame is seen", f"{found.seen:.2f} s"),
            ("processor time until then", f"{found.seen_cpu:.2f} s"),
            ("doubtful tracks are listed", f"{found.listed:.2f} s"),
            ("a pin is seen in its frame", f"{found.pinned:.2f} s"),
            (f"it is seen in all {found.changed} frames that it changes", f"{found.followed:.2f} s"),
            (f"peak memory, {LOOKED_AT} frames looked at, plates following", f"{found.peak_gb:.2f} GB"))
    head = f"| {found.frames} frames, {found.regions} regions | |\n|---|--:|\n"
    return head + "".join(f"| {what} | {value} |\n" for what, value in rows)


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--enlarged", type=int, default=2, help="times the example's 960x540")
    parser.add_argument("--child", nargs=2, metavar=("OUT", "STARTED"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        print(json.dumps(asdict(measure_here(Path(given.child[0]), float(given.child[1])))))
        return
    with TemporaryDirectory(prefix="cmft-window-") as folder:
        out = write_long_shot(Path(folder), frames=given.frames, enlarged=given.enlarged)
        print(render(measure(out)))


if __name__ == "__main__":
    main()
