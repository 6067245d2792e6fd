"""Colour a shot: the whole flow on one page.

`colorize_iter` yields an event after each frame, for progress and cancelling; `colorize` drains it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .clock import Clock
from .engine import Engine, Study
from .image.plate import Plate, read_plate, write_plate
from .model.device import choose_device, describe, memory_errors, sharing_threads
from .model.weights import load_checkpoint
from .outputs import Colored, State, check_free, compose, display_picture, fingerprint, plan_outputs, remove_leftovers
from .protocol.errors import PaletteError
from .protocol.events import Event, Finished, FrameDone, Message, Skipped, Started
from .protocol.settings import Settings
from .references import Drawing, read_drawing, read_line_plate, read_references
from .review.frame_report import doubts_about, report_frame
from .review.report import write_report
from .review.report_data import WHOLE_FRAME, FrameReport, ReportData, UnsureRegion
from .review.thumbnails import frame_thumbnail, outline_thumbnail
from .shot import Shot

log = logging.getLogger(__name__)

LOSSY = (".jpg", ".jpeg")
MAX_OUTLINED = 12  # regions of a frame that get a picture in the report
DECIDERS = 2  # frames decided at once
OutPath = str | Path
_Decision = tuple[Colored, FrameReport, Drawing]


@dataclass(frozen=True)
class Report:
    """What `colorize` returns: where the reports are, frames written or kept, regions to check, seconds."""

    json: Path
    html: Path
    frames: int
    unsure: int
    seconds: float


def colorize(shot: Shot, out: OutPath, *, settings: Settings | None = None, palette: Path | None = None,
             overwrite: bool = False, resume: bool = False) -> Report:
    """Colour the shot into `out` ("flats.####.exr") and write the report beside the plates.

    A part of a shot (`shot.only`) gets no report, for it would be another than the whole shot's; colour the whole with
    `resume` afterwards to have it.

    palette: a .json or .gpl file instead of the references' own colours. overwrite replaces plates that are there;
    resume keeps those that are finished and up to date. Raises the errors of `protocol.errors`.
    """
    finished = None
    for event in colorize_iter(shot, out, settings=settings, palette=palette, overwrite=overwrite, resume=resume):
        finished = event
        if isinstance(event, Message):
            log.warning("%s", event.text)
    assert isinstance(finished, Finished)
    return Report(Path(finished.report), Path(finished.html), finished.frames, finished.unsure, finished.seconds)


def colorize_iter(shot: Shot, out: OutPath, *, settings: Settings | None = None, palette: Path | None = None,
                  overwrite: bool = False, resume: bool = False) -> Iterator[Event]:
    """Colour the shot, yielding Started, then FrameDone or Skipped for each frame, then Finished.

    Arguments and errors as for `colorize`. Closing the iterator stops the run; finished frames stay.
    """
    settings = settings or Settings()
    paths = plan_outputs(shot, str(out))
    if palette is not None and not Path(palette).is_file():
        raise PaletteError(f"{palette}: there is no such palette file; check the path, or extract one first")
    if not (overwrite or resume):
        check_free({frame: paths[frame] for frame in shot.todo})
    run = _Run(shot, str(out), settings=settings, palette=palette)
    yield Started(len(shot.todo), run.device_name, __version__)
    if any(path.suffix.lower() in LOSSY for path in paths.values()):
        run.warn(f"{out}: JPEG changes colours; write PNG, TIFF or EXR to keep the palette exact")
    yield from _frames(run, paths, resume=resume)
    yield run.finish()


def _frames(run: _Run, paths: Mapping[int, Path], *, resume: bool) -> Iterator[Event]:
    """Colour all frames in order: some are decided while the next is read and the one before is written.

    Events and errors come as if each frame were finished before the next begins.
    """
    with (
        sharing_threads(min(DECIDERS, sum(map(run.is_new, run.shot.todo)))) as (workers, share),
        ThreadPoolExecutor(1, "cmft-read") as reader,
        ThreadPoolExecutor(workers, "cmft-decide", share) as decider,
        ThreadPoolExecutor(1, "cmft-write") as writer,
    ):
        coming: deque[tuple[bool, Future[_Decided]]] = deque()  # whether it is a new drawing
        todo = deque(run.shot.todo)
        ahead = workers + 1  # one drawing is read ahead; as many frames more, if they hold what is there

        def begin() -> None:
            while todo and len(coming) < 2 * ahead:
                new = resume or run.is_new(todo[0])  # what an earlier run has finished cannot be held
                if new and sum(is_new for is_new, _ in coming) == ahead:
                    return
                frame = todo.popleft()
                taken = reader.submit(run.take, frame, paths[frame], resume)
                coming.append((new, decider.submit(run.decide, taken)))

        written: Future[Event] | None = None
        begin()
        try:
            while coming:
                _, decided = coming.popleft()
                if written is not None:
                    yield written.result()
                done = decided.result()
                begin()
                for text in done.doubts:
                    run.warn(text)
                yield from run.news()
                written = writer.submit(run.write, done)
        finally:
            for _, future in coming:
                future.cancel()
        assert written is not None  # a shot has a frame
        yield written.result()


@dataclass(frozen=True)
class _Taken:
    """A frame made ready: what an earlier run noted of it, else its drawing, or its plate alone where it is held.

    decision: what the drawing gets, once it is decided. studies: of the drawing, then of those around it.
    """

    frame: int
    path: Path
    digest: str
    notes: dict[str, Any] | None
    drawing: Drawing | Plate | None
    decision: Future[_Decision] | None
    studies: tuple[Study, ...]
    seconds: float


@dataclass(frozen=True)
class _Decided:
    """A frame with its decision and what is odd about it; None where a plate is kept or a drawing held."""

    taken: _Taken
    decision: _Decision | None
    doubts: tuple[str, ...]
    seconds: float


class _Run:
    """One run over a shot: references taken in once, every drawing coloured once."""

    def __init__(self, shot: Shot, out: str, *, settings: Settings, palette: Path | None) -> None:
        self.start = time.perf_counter()
        self.clock = Clock()
        self.shot, self.settings, self.palette_file = shot, settings, palette
        self.device = choose_device(settings.device)
        self.device_name = describe(self.device)
        self.checkpoint = load_checkpoint()
        self.folder = Path(out).parent
        self.state = State(self.folder, out)
        self.holds = shot.holds()
        self.last_use = {self.holds[frame]: frame for frame in shot.todo}
        self.first_use = {self.holds[frame]: frame for frame in reversed(shot.todo)}
        self.reports: list[FrameReport] = []
        self.notes: list[str] = []
        self._told = 0
        self.thumbnails: dict[tuple[int, int], bytes] = {}
        self.base_digest = self._base_digest()
        self.canvas = shot.canvas()
        self.decisions: dict[int, Future[_Decision]] = {}  # that a later frame holds, by the first frame of the drawing
        self.studies: dict[int, Study] = {}  # of the drawing read last and of those around it, by frame
        self.read_ahead: dict[int, Drawing] = {}  # drawings around it that come later, by frame
        self.plate_digests: dict[int, str] = {}  # by frame
        self._engine: Engine | None = None
        self._broken: BaseException | None = None  # why there is none
        self._taking_in = threading.Lock()

    def warn(self, text: str) -> None:
        """Note something for the report and for whoever watches, once."""
        if text not in self.notes:
            self.notes.append(text)

    def news(self) -> Iterator[Message]:
        """Yield the notes that nobody was told yet."""
        fresh, self._told = self.notes[self._told :], len(self.notes)
        for text in fresh:
            yield Message("warning", text)

    def _base_digest(self) -> str:
        """Digest of everything that every frame depends on."""
        files = [path for r in self.shot.references for path in (r.plate, r.lines) if path is not None]
        order = repr([(r.frame, r.plate.name) for r in self.shot.references])
        palette = [self.palette_file] if self.palette_file is not None else []  # colorize_iter saw that it is there
        return fingerprint(__version__, self.checkpoint.sha256, repr(self.settings), order, *files, *palette)

    @property
    def engine(self) -> Engine:
        """References and networks, taken in when the first frame needs them."""
        with self._taking_in:
            if self._broken is not None:  # whoever asks next need not try again
                raise self._broken
            if self._engine is None:
                try:
                    self._engine = self._take_in()
                except BaseException as error:
                    self._broken = error
                    raise
            return self._engine

    def _take_in(self) -> Engine:
        with self.clock.stage("references"), memory_errors("taking in the references"):
            references = read_references(
                self.shot, canvas=self.canvas, settings=self.settings, palette=self.palette_file
            )
            engine = Engine(self.shot, self.settings, references, self.checkpoint, self.device)
        if len({int(entry) for painted in references.painted for entry in np.unique(painted.index)}) < 2:
            self.warn("the references show a single colour; give a painted drawing, not line art")
        return engine

    def take(self, frame: int, path: Path, resume: bool) -> _Taken:
        """Make a frame ready to be decided: its drawing, unless it is kept; of one held from before, the plate."""
        started = time.perf_counter()
        decided_at = self._decided_at(frame)
        around = self.shot.around(decided_at, self.settings.temporal_radius)
        asked = [part for other in around for part in (str(other), self._plate_digest(other))]
        digest = fingerprint(self.base_digest, str(frame), self._plate_digest(frame), *asked)
        notes = self.state.finished(frame, digest, path) if resume else None
        if resume and notes is None:
            remove_leftovers(path)
        drawing: Drawing | Plate | None = None
        decision: Future[_Decision] | None = None
        studies: tuple[Study, ...] = ()
        if notes is None:
            with self.clock.stage("read"):
                drawing, decision = self._read(frame)
                if isinstance(drawing, Drawing):
                    studies = self._study(decided_at, drawing, around)
        self.decisions = {first: kept for first, kept in self.decisions.items() if self.last_use[first] > frame}
        return _Taken(frame, path, digest, notes, drawing, decision, studies, time.perf_counter() - started)

    def _plate_digest(self, frame: int) -> str:
        if frame not in self.plate_digests:
            self.plate_digests[frame] = fingerprint(self.shot.lines.path(frame))
        return self.plate_digests[frame]

    def _read(self, frame: int) -> tuple[Drawing | Plate, Future[_Decision]]:
        """Read a frame, and say where its drawing's decision is to be found; one thread calls this, in order."""
        held = self.holds[frame]
        if held in self.decisions and not self.shot.is_painted(frame):
            path = self.shot.lines.path(frame)
            return read_line_plate(path, frame, canvas=self.canvas, settings=self.settings), self.decisions[held]
        self.decisions[held] = Future()
        return self.read_ahead.pop(frame, None) or self._read_drawing(frame), self.decisions[held]

    def _read_drawing(self, frame: int) -> Drawing:
        return read_drawing(self.shot.lines.path(frame), frame, canvas=self.canvas, settings=self.settings)

    def _study(self, frame: int, drawing: Drawing, around: tuple[int, ...]) -> tuple[Study, ...]:
        """The studies of a drawing and of those around it; of these, those are read that no earlier frame asked for."""
        own = self.studies.get(frame) or Study(frame, drawing.cut, is_decided=True)
        own.use_cut(drawing.cut)
        found = {frame: own}
        self.read_ahead = {at: coming for at, coming in self.read_ahead.items() if at > frame}
        for other in around:
            study = self.studies.get(other)
            if study is None:
                near = self._read_drawing(other)
                study = Study(other, near.cut, is_decided=self.last_use.get(other, frame) > frame)
                if other > frame and self.first_use.get(other) == other:
                    self.read_ahead[other] = near
            found[other] = study
        if around:  # a painting asks nobody, but those before and after it still ask each other
            self.studies = found
        return tuple(found.values())

    def is_new(self, frame: int) -> bool:
        """Say whether a frame shows another drawing than the frames to be coloured before it."""
        return self.shot.is_painted(frame) or frame == self.first_use[self.holds[frame]]

    def decide(self, coming: Future[_Taken]) -> _Decided:
        """Decide the colours of a frame when it is read; one that holds a drawing gets them when it is written.

        Threads may share this, if frames begin in order.
        """
        taken = coming.result()
        if taken.decision is None or isinstance(taken.drawing, Plate):
            return _Decided(taken, None, (), 0.0)
        assert taken.drawing is not None
        try:
            engine = self.engine
            started = time.perf_counter()
            decision = self._decide(engine, taken, taken.drawing)
        except BaseException as error:
            taken.decision.set_exception(error)
            raise
        taken.decision.set_result(decision)
        doubts = tuple(doubts_about(decision[1], taken.drawing, self.settings))
        return _Decided(taken, decision, doubts, time.perf_counter() - started)

    def _decide(self, engine: Engine, taken: _Taken, drawing: Drawing) -> _Decision:
        frame = taken.frame
        first_at = self._decided_at(frame)
        with self.clock.stage("match"), memory_errors(f"frame {frame}"):
            colored, snapped = engine.color(first_at, drawing, taken.studies[0], taken.studies[1:])
        report = report_frame(frame, taken.path, drawing, snapped, engine.references.palette, self.settings)
        return colored, replace(report, held_from=None if first_at == frame else first_at), drawing

    def _decided_at(self, frame: int) -> int:
        """The frame whose colours a frame gets, whatever part of the shot is coloured now.

        It is the latest painting of this very drawing up to the frame, else the first frame that shows the drawing.
        """
        first = self.holds[frame]
        painted = (r.frame for r in self.shot.references if r.frame is not None and r.frame <= frame)
        return max((at for at in painted if self.holds.get(at) == first), default=first)

    def _held(self, taken: _Taken) -> _Decision:
        """Return the decision of a frame that holds a drawing: that drawing's, which came before."""
        assert taken.decision is not None and isinstance(taken.drawing, Plate)
        colored, first, drawing = taken.decision.result()
        since = first.frame if first.held_from is None else first.held_from
        report = replace(first, frame=taken.frame, path=str(taken.path), held_from=since)
        return colored, report, replace(drawing, plate=taken.drawing)

    def write(self, decided: _Decided) -> Event:
        """Write a frame's plate and note it for the report, or keep it as it is."""
        started, taken = time.perf_counter(), decided.taken
        if taken.notes is not None:
            self._keep(taken.path, taken.notes)
            return Skipped(taken.frame, str(taken.path))
        colored, report, drawing = decided.decision or self._held(taken)
        references = self.engine.references
        with self.clock.stage("write"):
            plate = compose(colored, line_plate=drawing.plate, lines=drawing.lines, palette=references.palette,
                            settings=self.settings, painting=references.first, path=taken.path)
            write_plate(plate, taken.path)
        with self.clock.stage("report"):
            self._picture(report, display_picture(plate), drawing.cut.grown)
        done = replace(report, seconds=taken.seconds + decided.seconds + time.perf_counter() - started)
        self.reports.append(done)
        self.state.note(done.frame, taken.digest, taken.path, asdict(done))
        return FrameDone(done.frame, str(taken.path), done.regions, len(done.unsure), done.confidence, done.seconds,
                         done.held_from)

    def _picture(self, report: FrameReport, rgb: np.ndarray, grown: np.ndarray | None) -> None:
        self.thumbnails[report.frame, WHOLE_FRAME] = frame_thumbnail(rgb)
        worst = sorted(report.unsure, key=lambda region: region.confidence)[:MAX_OUTLINED]
        for region in worst:
            mask = None if grown is None else grown == region.label
            self.thumbnails[report.frame, region.label] = outline_thumbnail(rgb, region.bbox, mask)

    def _keep(self, path: Path, notes: dict[str, Any]) -> None:
        """Take a finished frame of an earlier run into the report."""
        unsure = tuple(UnsureRegion(**{**region, "bbox": tuple(region["bbox"])}) for region in notes["unsure"])
        report = FrameReport(**{**notes, "path": str(path), "unsure": unsure})
        self.reports.append(report)
        self._picture(report, display_picture(read_plate(path, frame=report.frame)), None)

    def finish(self) -> Finished:
        """Write the report, unless only a part of the shot was to be coloured."""
        seconds = time.perf_counter() - self.start
        if self.shot.part is not None:
            return Finished("", "", len(self.reports), sum(len(report.unsure) for report in self.reports), seconds)
        json_path, html_path = self.folder / "report.json", self.folder / "report.html"
        palette = self.engine.references.palette
        data = ReportData(
            title=Path(self.shot.lines.pattern).name, lines=str(self.shot.lines.pattern),
            references=tuple(f"{r.plate}@{'sheet' if r.frame is None else r.frame}" for r in self.shot.references),
            settings=self.settings.to_dict(), palette=palette, frames=tuple(self.reports), seconds=seconds,
            version=__version__, weights=f"{self.checkpoint.name} {self.checkpoint.sha256[:12]}",
            size=(self.canvas.width, self.canvas.height), timings=dict(self.clock.spent), notes=tuple(self.notes),
        )
        write_report(json_path, html_path, data, self.thumbnails)
        return Finished(str(json_path), str(html_path), len(self.reports), len(data.unsure), seconds)
