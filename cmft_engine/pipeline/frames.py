"""Frames made ready to be decided: what each needs is read in order, and given up when no later frame needs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..image.plate import Plate
from ..protocol.errors import PlateError
from ..protocol.settings import Settings
from ..review.report_data import FrameReport
from ..shot.line_edits import LineEdits
from ..shot.references import LineDrawing, read_drawing, read_line_plate
from ..shot.serving import decided_at
from ..shot.shot import Shot, check_size
from .clock import Clock
from .compose import Colored
from .drawing_record import DrawingRecord
from .kept import Keeper
from .match_cache import MatchCache
from .resume import Digests, State


@dataclass(frozen=True)
class ColoredFrame:
    """A frame with its colours: the drawing as it was read, what the report says of it, and what is kept of it."""

    drawing: LineDrawing
    colored: Colored
    report: FrameReport
    record: DrawingRecord


@dataclass(frozen=True)
class FrameTask:
    """A frame made ready.

    kept: the report of an earlier run, where its plate is kept; error: why it cannot be coloured; where one is there,
    the rest is not. drawing: of a new drawing; held_plate: of a frame that holds one from before. decision: of the
    drawing, once it is there. decided_at: the frame whose colours it gets. matches: of the drawing, then of its
    neighbouring frames. before: of the drawing before, where its links are wanted. record_digest: of what the drawing
    is decided from. seconds: spent so far.
    """

    frame: int
    path: Path
    digest: str
    seconds: float
    kept: FrameReport | None = None
    error: PlateError | None = None
    drawing: LineDrawing | None = None
    held_plate: Plate | None = None
    decision: Future[ColoredFrame] | None = None
    decided_at: int = 0
    matches: tuple[MatchCache, ...] = ()
    before: MatchCache | None = None
    record_digest: str = ""

    @property
    def held_from(self) -> int | None:
        """Return the frame whose colours it gets, None when that is itself."""
        return None if self.decided_at == self.frame else self.decided_at

    @property
    def own(self) -> MatchCache:
        """Return what is found of the drawing by itself."""
        return self.matches[0]

    @property
    def neighbors(self) -> tuple[MatchCache, ...]:
        """Return what is found of its neighbouring frames."""
        return self.matches[1:]

    @contextmanager
    def settling(self) -> Iterator[Callable[[ColoredFrame], ColoredFrame]]:
        """Hand the decision, or the error, to the frames that hold the drawing; yields what takes the decision."""
        decision = self.decision
        assert decision is not None

        def settle(colored: ColoredFrame) -> ColoredFrame:
            decision.set_result(colored)
            return colored

        try:
            yield settle
        except BaseException as error:
            decision.set_exception(error)
            raise

    def held_frame(self) -> ColoredFrame:
        """Return the decision of the drawing that the frame holds, with the frame's own plate."""
        assert self.decision is not None and self.held_plate is not None
        held = self.decision.result()
        since = held.report.frame if held.report.held_from is None else held.report.held_from
        report = replace(held.report, frame=self.frame, path=str(self.path), held_from=since)
        return replace(held, drawing=replace(held.drawing, plate=self.held_plate), report=report)


@dataclass(frozen=True)
class DecidedFrame:
    """A frame after its decision: None where a plate is kept or a drawing held. seconds: spent deciding."""

    task: FrameTask
    colored: ColoredFrame | None
    warnings: tuple[str, ...]
    seconds: float


class FrameReader:
    """Reads frames in order, in one thread."""

    def __init__(
        self, shot: Shot, settings: Settings, *, digests: Digests, state: State | None, clock: Clock, keeper: Keeper,
        edits: LineEdits,
    ) -> None:
        """state: of the output folder, where finished frames are to be kept. keeper: of drawings from earlier runs.

        edits: of the drawings' lines.
        """
        self._shot, self._settings, self._digests, self._state = shot, settings, digests, state
        self._clock, self._keeper, self._edits = clock, keeper, edits
        self._canvas, self._todo = shot.canvas(), frozenset(shot.todo)
        self.decisions: dict[int, Future[ColoredFrame]] = {}  # that a later frame holds, by the drawing's first frame
        self._matches: dict[int, MatchCache] = {}  # of the drawing read last and of its neighbours, by frame
        self._read_ahead: dict[int, LineDrawing] = {}  # neighbours that come later, by frame

    def is_new(self, frame: int) -> bool:
        """Say whether a frame shows another drawing than the frames to be coloured before it."""
        return self._uses(frame)[:1] == [frame] or self._shot.is_painted(frame)

    def _uses(self, frame: int) -> list[int]:
        """The frames to be coloured that show the drawing of this one, in order."""
        return [other for other in self._shot.drawings.same(frame) if other in self._todo]

    def take(self, frame: int, path: Path) -> FrameTask:
        """Make a frame ready: its drawing, unless it is kept; of one held from before, the plate alone.

        What is wrong with a line plate is the task's error, so that the other frames go on.
        """
        started = time.perf_counter()
        self._keep_decisions(frame)
        try:
            task = self._take_or_do_without(frame, path)
        except PlateError as error:
            task = FrameTask(frame, path, "", 0.0, error=error)
        self._keep_decisions(frame + 1)
        return replace(task, seconds=time.perf_counter() - started)

    def _keep_decisions(self, frame: int) -> None:
        """Give up the decisions that neither this frame nor a later one holds."""
        self.decisions = {first: kept for first, kept in self.decisions.items()
                          if any(use >= frame for use in self._uses(first))}

    def _take_or_do_without(self, frame: int, path: Path) -> FrameTask:
        """Make a frame ready; a neighbouring frame whose line plate has gone bad during the run has no vote."""
        while True:
            try:
                return self._take(frame, path)
            except PlateError as error:
                other = error.frame
                if other is None or other == frame or self._shot.failure(other) is not None:
                    raise
                self._shot.drawings.give_up(other, error)

    def _take(self, frame: int, path: Path) -> FrameTask:
        if (error := self._shot.failure(frame)) is not None:
            raise error
        digest = self._digests.of(frame)
        kept = None if self._state is None else self._state.finished(frame, digest, path)
        if kept is not None:
            return FrameTask(frame, path, digest, 0.0, kept=kept)
        drawing = held_plate = before = None
        matches: tuple[MatchCache, ...] = ()
        at, held = decided_at(self._shot, frame), self._shot.hold(frame)
        assert held is not None  # it has not failed
        with self._clock.stage("read"):
            if held in self.decisions and not self._shot.is_painted(frame):
                held_plate = self._read_plate(frame)
            else:
                drawing = self._read_ahead.pop(frame, None) or self.read_drawing(frame)
                matches, before = self._match_caches(at, drawing)
                self.decisions[held] = Future()
        return FrameTask(frame, path, digest, 0.0, drawing=drawing, held_plate=held_plate,
                         decision=self.decisions[held], decided_at=at, matches=matches, before=before,
                         record_digest=self._digests.of(at))

    def _read_plate(self, frame: int) -> Plate:
        plate = read_line_plate(self._shot.lines.path(frame), frame, canvas=self._canvas, settings=self._settings)
        check_size(self._shot, plate)
        return plate

    def read_drawing(self, frame: int) -> LineDrawing:
        """Read a frame's line plate and cut it into regions, unless it is kept. Raises PlateError."""
        with self._keeper.drawing(frame) as kept:
            if kept.found:
                return kept.found
            drawing = read_drawing(self._shot.lines.path(frame), frame, canvas=self._canvas, settings=self._settings,
                                   edits=self._edits.at(self._shot, frame))
            check_size(self._shot, drawing.plate)
            return kept.keep(drawing)

    def _match_caches(self, frame: int, drawing: LineDrawing) -> tuple[tuple[MatchCache, ...], MatchCache | None]:
        """Of a drawing and its neighbours, and of the drawing before; those are read that no earlier frame needed."""
        own = self._matches.get(frame) or MatchCache(frame, drawing.segmented, needs_votes=True)
        own.use_drawing(drawing.segmented)
        found = {frame: own}
        self._read_ahead = {at: coming for at, coming in self._read_ahead.items() if at > frame}
        neighbors = self._shot.neighbor_frames(frame, self._settings.temporal_radius)
        for other in neighbors:
            found[other] = self._matches.get(other) or self._read_neighbor(other, frame)
        matches, before = tuple(found.values()), None
        previous = self._shot.drawing_before(frame) if self._settings.temporal_radius else None
        if previous is not None:
            before = found.get(previous) or self._matches.get(previous) or self._read_neighbor(previous, frame)
            found[previous] = before
        # a painting has no neighbours, but those before and after it still vote on each other
        self._matches = found if neighbors else {**self._matches, **found}
        return matches, before

    def _read_neighbor(self, other: int, frame: int) -> MatchCache:
        near = self.read_drawing(other)
        uses = self._uses(other)
        if other > frame and uses[:1] == [other]:
            self._read_ahead[other] = near
        return MatchCache(other, near.segmented, needs_votes=max(uses, default=frame) > frame)
