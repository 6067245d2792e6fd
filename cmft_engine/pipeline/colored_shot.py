"""A coloured shot as it lies on disk: its plates, what its runs kept, and its corrections. The networks do not run.

What the shot as a whole and its corrections want of each frame is worked out from records alone; `rewrite` then makes
the plates whose regions change again, and no other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..image.plate import write_plate
from ..image.sequence import frame_path
from ..matching.anchors import region_at
from ..matching.settled import track_ranks
from ..matching.shot_graph import GraphDrawing, ShotGraph
from ..protocol.corrections import Corrections
from ..protocol.corrections_file import default_path, load_corrections
from ..protocol.errors import PlateError
from ..protocol.file_formats import format_of
from ..review.frame_report import JudgedRegions, report_frame
from ..review.report_data import FrameReport
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing, describe_line_plate, find_lines, read_line_plate
from .changes import digest_of, with_changes
from .compose import Colored, compose
from .drawing_record import DrawingRecord, read_digest, read_graph, read_labels, read_record
from .pictures import write_pictures
from .reporting import frame_pictures
from .resume import Note, State, content_of, read_note
from .shot_file import load_shot, state_of
from .wanted import Corrector, Wanted

PICTURES_KEPT = 4  # label maps and records of drawings that were looked at last

Labels = NDArray[np.int32]


@dataclass(frozen=True)
class NotedFrame:
    """A frame on disk: its plate, its note, and the frame at which its drawing is decided."""

    frame: int
    path: Path
    note: Note
    decided_at: int


class Rewritten(NamedTuple):
    """A plate that was made again, its report, and the report's pictures by region label."""

    frame: int
    path: Path
    report: FrameReport
    pictures: dict[int, bytes]


class ColoredShot:
    """The plates of a shot with what its runs kept of them; cheap to open, reads what is asked for."""

    def __init__(self, out: Path) -> None:
        """out: the `--out` of the run, or the folder of its plates. Raises InputError."""
        self.folder, self.pattern = state_of(Path(out))
        self.shot = load_shot(self.folder)
        self.palette = self.shot.palette
        self._state = State(self.pattern.parent, str(self.pattern))
        self.record = lru_cache(maxsize=PICTURES_KEPT)(self._record)
        self.labels_under_ink = lru_cache(maxsize=PICTURES_KEPT)(self._labels_under_ink)

    @cached_property
    def frames(self) -> dict[int, NotedFrame]:
        """The frames that are coloured, by number, in order."""
        found = {}
        for frame in self.shot.frames:
            note = read_note(self.folder / f"{frame}.json", frame)
            if note is not None:
                held = note.report.get("held_from")
                found[frame] = NotedFrame(frame, self.plate_path(frame), note,
                                            held if isinstance(held, int) else frame)
        return found

    def plate_path(self, frame: int) -> Path:
        """Return where the coloured plate of a frame lies."""
        return frame_path(self.pattern, frame)

    @property
    def corrections_path(self) -> Path:
        """Where the corrections of the shot lie: beside its plates."""
        return default_path(self.pattern)

    def corrections(self) -> Corrections:
        """Read the corrections. Raises InputError."""
        return load_corrections(self.corrections_path)

    @cached_property
    def decided_at(self) -> dict[int, int]:
        """Where the drawing of each frame is decided, for those whose record fits their plate."""
        digests = {at: read_digest(self._state.record(at)) for at in {one.decided_at for one in self.frames.values()}}
        return {frame: one.decided_at for frame, one in self.frames.items()
                if one.note.drawing and digests[one.decided_at] == one.note.drawing}

    @cached_property
    def graph(self) -> ShotGraph:
        """The shot graph over all drawings that have a record."""
        found = (read_graph(self._state.record(at)) for at in dict.fromkeys(self.decided_at.values()))
        entries = len(self.palette)
        return ShotGraph([one for one in found if one is not None and _fits(one, entries)])

    def _record(self, at: int) -> DrawingRecord | None:
        """Return the record of the drawing that is decided at a frame."""
        return read_record(self._state.record(at))

    def _labels_under_ink(self, at: int) -> Labels | None:
        """Return the regions (H, W) of the drawing that is decided at a frame, those under ink too."""
        found = read_labels(self._state.record(at))
        return None if found is None else found[0]

    @cached_property
    def corrector(self) -> Corrector:
        """What works out the colours of the shot with any corrections."""
        return Corrector(self.graph, names=self.palette.names, paper=self.shot.references.paper,
                         decided_at=self.decided_at, labels_of=self.labels_under_ink,
                         showing=lambda at, entry: regions_showing(self.record(at), entry))

    def wanted(self) -> Wanted:
        """Return what the shot as a whole and the corrections on disk want. Raises InputError."""
        return self.corrector.wanted(self.corrections())

    def region_at(self, frame: int, x: float, y: float) -> int | None:
        """Return the region, from 0, of a frame's drawing at a pixel, those under ink too; None outside."""
        labels = self.labels_under_ink(self.decided_at[frame]) if frame in self.decided_at else None
        found = None if labels is None else region_at(labels, x, y)
        return None if found is None else found - 1

    def tracks(self, wanted: Wanted) -> dict[tuple[int, int], int]:
        """Return the track of every region by frame and label, numbered from the one of most doubt."""
        graph = self.graph
        ranks = track_ranks(graph.track, wanted.solution.confidence, graph.visible)
        return {(frame, i + 1): int(rank) for frame, at in self.decided_at.items() if at in graph.place
                for i, rank in enumerate(ranks[graph.of(at)])}

    def stale(self, wanted: Wanted) -> list[int]:
        """Return the frames whose plates show something else than is wanted, in order."""
        drawings = _drawings(self)
        return [frame for frame in self.decided_at
                if self.frames[frame].note.settled != digest_of(wanted.changes.get(frame, {}), drawings)]

    def looks_changed(self, frame: int, wanted: Wanted) -> bool:
        """Whether a frame shows more than another confidence than its drawing found."""
        changes = wanted.changes.get(frame)
        if changes is None:
            return False
        color = self.graph.color[self.graph.of(self.decided_at[frame])]
        return any(not change.is_as_found(int(color[region])) for region, change in changes.items())

    def rewrite(self, frame: int, wanted: Wanted) -> Rewritten:
        """Make the plate of a frame again with what is wanted of it.

        Raises PlateError where its line plate cannot be read, or its plate was changed by others since it was written.
        """
        one, changes = _as_noted(self.folder, self.frames[frame]), wanted.changes.get(frame, {})
        record = self.record(one.decided_at)
        if record is None:
            raise PlateError(f"{one.path} (frame {frame}): what its run kept of it is gone; run the shot again with "
                             "--resume", one.path, frame)
        if one.path.exists() and content_of(one.path) != one.note.content:
            raise PlateError(f"{one.path} (frame {frame}) was changed since it was coloured, and a correction would "
                             "replace it; move it away, then run the shot with --resume", one.path, frame)
        if one.note.line != content_of(self.shot.line_plate(frame)):
            raise PlateError(f"{self.shot.line_plate(frame)} (frame {frame}) is gone, or was changed since it was "
                             "coloured; run the shot with --resume", self.shot.line_plate(frame), frame)
        changed = with_changes(record, changes, self.record)
        drawing = self._line_drawing(frame, record)
        plate = compose(colored_of(changed), drawing=drawing, references=self.shot.references,
                        settings=self.shot.settings, path=one.path)
        report = _report(self, one, changed)
        settled = digest_of(changes, _drawings(self))

        def note(temporary: Path) -> None:
            self._state.note(frame, one.note.digest, temporary, asdict(report), drawing=one.note.drawing,
                             settled=settled, line=one.note.line)

        if one.note.settled or format_of(one.path).has_layers or self.looks_changed(frame, wanted):
            write_plate(plate, one.path, before_rename=note)
        else:
            note(one.path)  # a picture alone does not tell how sure it is
        pictures = frame_pictures(report, plate, changed.labels_under_ink)
        write_pictures(self.folder, frame, pictures)
        fresh = read_note(self.folder / f"{frame}.json", frame)
        assert fresh is not None
        self.frames[frame] = replace(one, note=fresh)
        return Rewritten(frame, one.path, report, pictures)

    def _line_drawing(self, frame: int, record: DrawingRecord) -> LineDrawing:
        lines = record.line_art
        read = read_line_plate if lines is None else describe_line_plate
        plate = read(self.shot.line_plate(frame), frame, canvas=self.shot.canvas, settings=self.shot.settings)
        if record.bare.shape != plate.pixels.shape[:2]:
            raise PlateError(f"{plate.path} (frame {frame}) has another size than when it was coloured; run the shot "
                             "again with --resume", plate.path, frame)
        if lines is None:
            lines = find_lines(plate, self.shot.settings)
        segmented = SegmentedDrawing(lines.ink, record.labels, record.labels_under_ink, record.graph.count)
        return LineDrawing(plate, lines, segmented)


def _as_noted(folder: Path, one: NotedFrame) -> NotedFrame:
    """Return a frame with its note as it is now: another process may have made its plate again."""
    note = read_note(folder / f"{one.frame}.json", one.frame)
    return one if note is None else replace(one, note=note)


def is_shown(shot: ColoredShot, frame: int, wanted: Wanted) -> bool:
    """Whether the plate of a frame shows what is wanted by its note of now: another process may have made it again."""
    shot.frames[frame] = _as_noted(shot.folder, shot.frames[frame])
    return shot.frames[frame].note.settled == digest_of(wanted.changes.get(frame, {}), _drawings(shot))


def _report(shot: ColoredShot, one: NotedFrame, record: DrawingRecord) -> FrameReport:
    noted = FrameReport.from_notes(one.note.report, str(one.path))
    judged = JudgedRegions(record.graph.color, record.runner_up, record.confidence, record.unknown, record.kind,
                           record.reason)
    report = report_frame(one.frame, one.path, record.labels, judged, shot.palette, shot.shot.settings)
    return replace(report, seconds=noted.seconds, held_from=noted.held_from)


def _drawings(shot: ColoredShot) -> dict[int, str]:
    """Digests of the records by the frame at which their drawings are decided."""
    return {at: shot.frames[frame].note.drawing for frame, at in shot.decided_at.items()}


def regions_showing(record: DrawingRecord | None, entry: int) -> frozenset[int]:
    """Return the regions, from 0, in which a drawing found a palette entry by itself; none without a record."""
    if record is None:
        return frozenset()
    paints = record.paints
    shows = (paints.first == entry) | (paints.second == entry)
    if paints.own is not None:
        shows &= ~paints.own
    return frozenset((np.unique(record.labels_under_ink[shows]) - 1).tolist())


def colored_of(record: DrawingRecord) -> Colored:
    """Return what a record says of every pixel, ready to become a plate."""
    return Colored(record.paints, record.confidence, record.kind, record.unknown)


def _fits(drawing: GraphDrawing, entries: int) -> bool:
    """Whether a record is of this palette: another run may have left one."""
    visible = () if drawing.visible is None else (drawing.visible,)
    of_regions = (drawing.confidence, drawing.free, drawing.alone, drawing.divided, drawing.told, *visible)
    return (drawing.alone.ndim == 2 and drawing.alone.shape[1] == entries and bool((drawing.color < entries).all())
            and all(len(one) == drawing.count for one in of_regions))
