"""What the steps of one run share: settings, references, frames, and what is noted of those that are finished."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..image.plate import Plate, read_plate
from ..protocol.events import Event, Finished, FrameDone, Message, Skipped, Started
from ..protocol.file_formats import format_of
from ..protocol.settings import Settings
from ..review.report_data import FrameReport
from ..shot.shot import Shot
from .clock import Clock
from .frames import ColoredFrame, DecidedFrame, FrameReader, FrameTask
from .reference_matcher import ReferenceMatcher
from .reporting import Reporter
from .resume import Digests, State


class Run:
    """One run over a shot."""

    def __init__(self, shot: Shot, out: str, *, settings: Settings, palette: Path | None, resume: bool) -> None:
        """Load the checkpoint; the references wait for the first frame. resume: whether finished frames are kept."""
        self.shot, self.settings = shot, settings
        self.clock = Clock()
        self.reporter = Reporter(shot, Path(out).parent, settings)
        self.loaded = ReferenceMatcher(shot, settings, palette=palette, clock=self.clock, warn=self.reporter.warn)
        self._checkpoint = self.loaded.checkpoint
        digests = Digests(shot, settings, weights=self._checkpoint.sha256, palette=palette)
        self._state = State(Path(out).parent, out)
        self.frames = FrameReader(shot, settings, digests=digests, state=self._state if resume else None,
                                  clock=self.clock)
        if format_of(out).is_lossy:
            self.reporter.warn(f"{out}: JPEG changes colours; write PNG, TIFF or EXR to keep the palette exact")

    def started(self) -> Started:
        """Return what is told before the first frame."""
        return Started(len(self.shot.todo), self.loaded.device_name, __version__)

    def news(self, decided: DecidedFrame) -> Iterator[Message]:
        """Yield the warnings up to a frame that was decided, those about itself last."""
        for text in decided.warnings:
            self.reporter.warn(text)
        yield from self.reporter.news()

    def note(self, frame: ColoredFrame, plate: Plate, *, task: FrameTask, seconds: float) -> FrameDone:
        """Note a frame whose plate is written; seconds: since it was read."""
        started = time.perf_counter()
        with self.clock.stage("report"):
            self.reporter.picture(frame.report, plate, frame.drawing.segmented.labels_under_ink)
        report = replace(frame.report, seconds=task.seconds + seconds + time.perf_counter() - started)
        self.reporter.add(report)
        self._state.note(task.frame, task.digest, task.path, asdict(report))
        return FrameDone(report.frame, str(task.path), report.regions, len(report.unsure), report.confidence,
                         report.seconds, report.held_from)

    def keep(self, task: FrameTask, notes: dict[str, Any]) -> Event:
        """Keep a finished frame of an earlier run as it is, and take it into the report."""
        report = FrameReport.from_notes(notes, str(task.path))
        self.reporter.add(report)
        self.reporter.picture(report, read_plate(task.path, frame=task.frame), None)
        return Skipped(task.frame, str(task.path))

    def finish(self) -> Finished:
        """Write the report, unless only a part of the shot was to be coloured."""
        if self.shot.part is not None:
            return self.reporter.finish_part()
        return self.reporter.finish(self.loaded.palette, timings=dict(self.clock.spent),
                                    weights=f"{self._checkpoint.name} {self._checkpoint.sha256[:12]}")
