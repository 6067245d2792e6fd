"""Corrections as a program follows them: each asked for by a request, and told as the events of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from ..pipeline.colored_shot import ColoredShot, Rewritten
from ..pipeline.correcting import Applied, anchored, apply_iter, correct, open_colored, stroke
from ..pipeline.report_files import REPORT_HTML, REPORT_JSON
from ..protocol.corrections import undone
from ..protocol.corrections_file import change
from ..protocol.errors import ShotError
from ..protocol.events import Event, Finished, FrameDone, Message, Started
from ..protocol.requests import Correct, Pin


def correct_events(request: Correct) -> Iterator[Event]:
    """Do what a request asks for, and yield the events of the plates that follow. Raises what `cmft pin` would."""
    shot = open_colored(request.out)
    if isinstance(request, Pin):
        correct(shot, anchored(shot, stroke(request.frame, [(request.x, request.y)], request.color)))
        first: int | None = request.frame
    else:
        change(shot.corrections_path, undone)
        first = request.first
    yield from follow_events(Path(request.out), first=first)


def follow_events(out: Path, *, first: int | None = None) -> Iterator[Event]:
    """Make the plates that corrections change, that of a frame in view before the others, and yield the events of it.

    Started names how many there are, FrameDone comes for each, a warning for each correction that has no effect.
    Raises as `apply` does.
    """
    began, shot = time.monotonic(), open_colored(out)
    done = list[FrameDone]()
    try:
        for found in apply_iter(shot, first=first):
            if isinstance(found, Rewritten):
                done.append(_done(found))
                yield done[-1]
            elif isinstance(found, Applied):
                yield from (Message("warning", sentence) for sentence in found.lost)
            else:
                yield Started(found)
    except ShotError as error:
        yield Message("warning", kept_sentence(error))
    yield _finished(shot, done, time.monotonic() - began)


def kept_sentence(error: ShotError) -> str:
    """Say that corrections are kept while a run colours the plates."""
    return f"The corrections are kept. {error}; that run takes them up at its end, or `cmft recolor` does later"


def _done(made: Rewritten) -> FrameDone:
    report = made.report
    return FrameDone(made.frame, str(made.path), report.regions, len(report.unsure), report.confidence, report.seconds,
                     report.held_from)


def _finished(shot: ColoredShot, done: list[FrameDone], seconds: float) -> Finished:
    folder = shot.pattern.parent
    report, page = (str(path) if path.is_file() else "" for path in (folder / REPORT_JSON, folder / REPORT_HTML))
    return Finished(report, page, len(done),
                    sum(len(one.note.report.get("unsure") or ()) for one in shot.frames.values()), seconds)
