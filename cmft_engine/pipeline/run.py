"""What the steps of one run share: settings, references, frames, and what is noted of those that are finished."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from .. import __version__
from ..image.plate import Plate, read_plate
from ..matching.next_painting import to_paint_next
from ..protocol.corrections_file import default_path, load_corrections
from ..protocol.errors import PlateError
from ..protocol.events import Event, Finished, FrameDone, FrameFailed, Message, Skipped, Started
from ..protocol.file_formats import format_of
from ..protocol.job import frames_text
from ..protocol.plain import counted
from ..protocol.settings import Settings
from ..review.report_data import FrameReport
from ..shot.line_edits import LineEdits
from ..shot.shot import Shot
from .advice import advice_of
from .clock import Clock
from .colored_shot import ColoredShot
from .correcting import MAX_NAMED, rewritten_plates
from .drawing_record import write_record
from .frames import ColoredFrame, DecidedFrame, FrameReader, FrameTask
from .kept import Keeper, Kept, Keys
from .line_placements import not_followed
from .pictures import read_pictures, write_pictures
from .reference_matcher import ReferenceMatcher
from .reporting import Reporter
from .resume import Digests, State, content_of
from .shot_file import is_noted, save_shot


class Run:
    """One run over a shot."""

    def __init__(self, shot: Shot, out: str, *, settings: Settings, palette: Path | None, resume: bool,
                 kept: Kept | None = None) -> None:
        """Load the checkpoint; the references wait for the first frame. resume: whether finished frames are kept.

        kept: from earlier runs of this process, and for later ones.
        """
        self.shot, self.out, self.settings = shot, out, settings
        self.clock = Clock()
        self.reporter = Reporter(shot, Path(out).parent, settings)
        self.loaded = ReferenceMatcher(shot, settings, palette=palette, clock=self.clock, warn=self.reporter.warn,
                                       kept=kept)
        self._checkpoint = self.loaded.checkpoint
        edits = LineEdits.of(load_corrections(default_path(out)), shot.drawings.same)
        digests = Digests(shot, settings, weights=self._checkpoint.sha256, palette=palette, edits=edits)
        self.keeper = self.loaded.keeper = Keeper() if kept is None else Keeper(kept, Keys(
            shot, settings, digests=digests, weights=self._checkpoint.sha256, palette=palette))
        self._state = State(Path(out).parent, out)
        self._plates: list[tuple[int, Path]] = []  # written or kept
        self._failed: list[PlateError] = []
        self.frames = FrameReader(shot, settings, digests=digests, state=self._state if resume else None,
                                  clock=self.clock, keeper=self.keeper, edits=edits)
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

    def note(self, frame: ColoredFrame, task: FrameTask, temporary: Path) -> None:
        """Note a frame whose plate is finished under a temporary name, so that no plate is ever without its note."""
        report = replace(frame.report, seconds=task.seconds)
        if task.drawing is not None:
            write_record(self._state.record(task.decided_at), frame.record)
        self._state.note(task.frame, task.digest, temporary, asdict(report), drawing=frame.record.digest,
                         line=content_of(self.shot.lines.path(task.frame)))

    def done(self, frame: ColoredFrame, plate: Plate, *, task: FrameTask, seconds: float) -> FrameDone:
        """Take a frame whose plate is written into the report; seconds: since it was read."""
        started = time.perf_counter()
        with self.clock.stage("report"):
            made = self.reporter.picture(frame.report, plate, frame.drawing.segmented.labels_under_ink)
            if made:
                write_pictures(self._state.folder, task.frame, made)
        report = replace(frame.report, seconds=task.seconds + seconds + time.perf_counter() - started)
        self.reporter.add(report)
        self._plates.append((task.frame, task.path))
        return FrameDone(report.frame, str(task.path), report.regions, len(report.unsure), report.confidence,
                         report.seconds, report.held_from)

    def without_colors(self, task: FrameTask) -> Event | None:
        """Keep a finished frame of an earlier run, or note one that cannot be coloured; None: it is to be coloured."""
        if task.error is not None:
            self._failed.append(task.error)
            self.reporter.warn(str(task.error))
            return FrameFailed(task.frame, task.error.path or str(task.path), str(task.error))
        if task.kept is None:
            return None
        self.reporter.add(task.kept)
        if self.shot.part is None:
            self._kept_pictures(task, task.kept)
        self._plates.append((task.frame, task.path))
        return Skipped(task.frame, str(task.path))

    def _kept_pictures(self, task: FrameTask, report: FrameReport) -> None:
        """Take the pictures of a frame that an earlier run finished; a part of the shot has made none."""
        pictures = read_pictures(self._state.folder, task.frame)
        if pictures:
            self.reporter.take_pictures(task.frame, pictures)
        else:
            made = self.reporter.picture(report, read_plate(task.path, frame=task.frame), None)
            write_pictures(self._state.folder, task.frame, made)

    def settle(self) -> Iterator[Message]:
        """Let the whole shot and its corrections change what single drawings found, and make plates anew that differ.

        Of a part of the shot only once all others are coloured, for their colours count too. Raises InputError,
        PlateError.
        """
        if not self._plates:
            return
        if self.loaded.references_made is not None or not is_noted(self._state.folder):
            save_shot(self._state.folder, self.shot, self.settings, self.loaded.references)
        colored, written = ColoredShot(Path(self.out)), {frame for frame, _ in self._plates}
        if self.shot.part is not None and set(self.shot.frames) - set(colored.decided_at):
            return
        wanted = colored.wanted()
        for lost in (*wanted.lost, *not_followed(colored, colored.corrections())):
            self.reporter.warn(lost.text)
        stale = [frame for frame in colored.stale(wanted) if frame in written]
        coming = rewritten_plates(colored, stale, wanted)
        for _ in stale:
            with self.clock.stage("settle"):
                again = next(coming)
            if isinstance(again, PlateError):  # the others go on
                self._failed.append(again)
                self.reporter.warn(str(again))
                continue
            self.reporter.replace(again.report)
            self.reporter.take_pictures(again.frame, again.pictures)
        self.reporter.take_tracks(colored.tracks(wanted))
        yield from self.reporter.news()
        shown = [frame for frame in stale if colored.looks_changed(frame, wanted)]
        if shown:
            which = f"{counted(len(shown), 'frame')}: {frames_text(shown)}"
            yield Message("info", f"the shot as a whole changed regions of {which}")
        following = advice_of(to_paint_next(colored.graph)) if self.reporter.is_doubtful else None
        if following is not None:
            yield self.reporter.advise(following.text)

    def finish(self) -> Finished:
        """Write the report, unless only a part of the shot was to be coloured.

        Raises PlateError, with the report written, when frames could not be coloured, and without one when a plate
        that was written or kept is not there any more.
        """
        gone = [(frame, path) for frame, path in self._plates if not path.is_file()]
        if gone:
            named = ", ".join(path.name for _, path in gone[:MAX_NAMED]) + (" and more" if gone[MAX_NAMED:] else "")
            raise PlateError(f"{len(gone)} of the coloured plates have gone from {gone[0][1].parent} during the run "
                             f"({named}); --resume colours them again", gone[0][1], gone[0][0])
        finished = None
        if self.shot.part is not None:
            finished = self.reporter.finish_part()
        elif self._plates:
            finished = self.reporter.finish(self.loaded.palette, timings=dict(self.clock.spent),
                                            weights=f"{self._checkpoint.name} {self._checkpoint.sha256[:12]}")
        if self._failed or finished is None:
            raise self._incomplete()
        return finished

    def _incomplete(self) -> PlateError:
        first, number = self._failed[0], len(self._failed)
        others = f"the other {len(self._plates)} frames are coloured" if self._plates else "no frame is coloured"
        said = "; ".join(str(error) for error in self._failed[:MAX_NAMED])
        more = f"; and {number - MAX_NAMED} more" if number > MAX_NAMED else ""
        return PlateError(f"{number} of {len(self.shot.todo)} frames cannot be coloured, {others}: {said}{more}",
                          first.path, first.frame)
