"""Colour a shot, on one page: match, temporal votes, decide, compose, write.

`colorize_iter` yields an event after each frame, for progress and cancelling; `colorize` drains it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..image.plate import write_plate
from ..matching.decide import decide
from ..matching.matcher import Matcher
from ..matching.network.device import memory_errors
from ..protocol.events import Event, Finished, Message
from ..protocol.settings import Settings
from ..review.frame_report import frame_warnings
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing
from ..shot.serving import serving_references
from ..shot.shot import Shot
from .claims import claimed
from .compose import compose, space_notes
from .frames import ColoredFrame, DecidedFrame, FrameTask
from .kept import Found, Kept
from .memory import memory_told
from .outputs import check_outputs
from .recording import finish_drawing
from .reporting import Report
from .run import Run
from .schedule import Steps, scheduled

log = logging.getLogger(__name__)


def colorize(shot: Shot, out: str | Path, *, settings: Settings | None = None, palette: Path | None = None,
             overwrite: bool = False, resume: bool = False) -> Report:
    """Colour the shot into `out` ("flats.####.exr") and write the report beside the plates.

    A part of a shot (`shot.only`) gets no report, for it would be another than the whole shot's; colour the whole with
    `resume` afterwards to have it. palette: a file instead of the references' own colours. overwrite replaces plates
    that are there; resume keeps those that are finished. Raises the errors of `protocol.errors`.
    """
    finished = None
    for event in colorize_iter(shot, out, settings=settings, palette=palette, overwrite=overwrite, resume=resume):
        finished = event
        if isinstance(event, Message):
            log.warning("%s", event.text)
    assert isinstance(finished, Finished)
    return Report.of(finished)


def colorize_iter(shot: Shot, out: str | Path, *, settings: Settings | None = None, palette: Path | None = None,
                  overwrite: bool = False, resume: bool = False, kept: Kept | None = None) -> Iterator[Event]:
    """Colour the shot as `colorize` does: Started; FrameDone, Skipped or FrameFailed for each frame; then Finished.

    Closing the iterator stops the run; finished frames stay. Where a frame failed, PlateError comes after the others.
    """
    paths = check_outputs(shot, str(out), overwrite=overwrite, resume=resume, others=[palette] if palette else [])
    with memory_told(), claimed(paths):
        run = Run(shot, str(out), settings=settings or Settings(), palette=palette, resume=resume, kept=kept)
        steps = Steps(is_new=run.frames.is_new, take=lambda frame: run.frames.take(frame, paths[frame]),
                      decide=partial(decide_frame, run), news=run.news, write=partial(write_frame, run))
        yield run.started()
        yield from scheduled(shot.todo, steps, size=shot.canvas(), resume=resume)
        yield from run.reporter.news(space_notes(run.loaded.references_made, run.settings, Path(out)))
        yield from run.settle()
        yield run.finish()


def decide_frame(run: Run, task: FrameTask) -> DecidedFrame:
    """Decide the colours of a new drawing, for all frames that hold it; a frame that needs nothing passes through."""
    if task.drawing is None:
        return DecidedFrame(task, None, (), 0.0)
    with task.settling() as settle:
        matcher = run.loaded.matcher  # waiting for the references is no frame's time
        started = time.perf_counter()
        with run.clock.stage("match"), memory_errors(f"frame {task.frame}"):
            colored = settle(color_drawing(run, task, task.drawing, matcher))
    warnings = tuple(frame_warnings(colored.report, task.drawing, run.settings))
    return DecidedFrame(task, colored, warnings, time.perf_counter() - started)


def match_drawing(run: Run, matcher: Matcher, frame: int, drawing: SegmentedDrawing) -> Found:
    """Match a drawing by itself, with the references that serve its frame."""
    with run.keeper.match(drawing, use := serving_references(run.shot, frame)) as kept:
        return kept.found or kept.keep(matcher.match_to_references(drawing, use))


def color_drawing(run: Run, task: FrameTask, drawing: LineDrawing, matcher: Matcher) -> ColoredFrame:
    """Match a drawing, let its neighbouring frames vote, and decide; one that a reference shows stays as painted."""
    segmented, match = drawing.segmented, partial(match_drawing, run, matcher)
    neighbors = [cache.matched(match) for cache in reversed(task.neighbors)]  # the next drawing begins with a later one
    votes, temporal = task.own.take_votes(match), None
    if neighbors:
        temporal = matcher.apply_temporal_votes(segmented, votes, task.own.matched(match), neighbors,
                                                n_neighbors=2 * run.settings.temporal_radius)
    decision = decide(segmented, votes, temporal, calibration=matcher.calibration)
    return finish_drawing(task, drawing, votes, decision, loaded=run.loaded, settings=run.settings, match=match)


def write_frame(run: Run, decided: DecidedFrame) -> Event:
    """Compose a frame's plate, write it and note it for the report; one that an earlier run finished is kept."""
    started, task = time.perf_counter(), decided.task
    if (event := run.without_colors(task)) is not None:
        return event
    frame = decided.colored or task.held_frame()
    with run.clock.stage("write"):
        plate = compose(frame.colored, drawing=frame.drawing, references=run.loaded.references,
                        settings=run.settings, path=task.path)
        write_plate(plate, task.path, before_rename=partial(run.note, frame, task))
    return run.done(frame, plate, task=task, seconds=decided.seconds + time.perf_counter() - started)
