"""Correct a coloured shot: add corrections, and make the plates again that they change. The networks do not run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..matching.anchors import anchor_of
from ..protocol.corrections import Correction, Corrections, Point, added, made
from ..protocol.corrections_file import change
from ..protocol.errors import InputError, PlateError
from .changes import Changes, Like, changed_colors
from .claims import claimed
from .colored_shot import ColoredShot, Rewritten
from .drawing_record import RegionPlaces, inner_point
from .line_track import along_track
from .report_refresh import refresh_report
from .wanted import Wanted

MAX_NAMED = 8  # plates that an error names
AT_ONCE = 2  # plates that are made again at once


@dataclass(frozen=True)
class Applied:
    """What came of corrections: the frames whose plates were made again, and what had no effect, as sentences."""

    rewritten: tuple[int, ...]
    lost: tuple[str, ...]


def anchored(shot: ColoredShot, correction: Correction) -> Correction:
    """Return a correction with the shape of the region at each of its points; a line along its track with its places.

    Raises InputError for a frame that is not coloured, a point outside of it or of every region, or a color that the
    palette lacks.
    """
    frame = correction.drawn_at
    at = shot.decided_at.get(frame)
    labels = None if at is None else shot.labels_under_ink(at)
    if labels is None:
        raise InputError(f"frame {frame} of {shot.pattern} is not coloured, or was by an earlier version; "
                         "run the shot with --resume first")
    check_colors(shot, *filter(None, (correction.color, correction.old)))
    height, width = labels.shape
    for x, y in correction.points:
        if not (0 <= x < width and 0 <= y < height):
            raise InputError(f"{x:g}, {y:g} lies outside of frame {frame}, which is {width}x{height}")
    if correction.along:
        return along_track(shot, correction)
    if correction.kind not in ("pin", "lock", "unknown", "recolor", "area"):
        return correction
    points = correction.points[:1] if correction.kind == "area" else correction.points
    for x, y in points:
        if not labels[int(y), int(x)]:
            raise InputError(f"{x:g}, {y:g} in frame {frame} lies in no region; point at the inside of one")
    return correction._replace(anchors=tuple(anchor_of(labels, int(labels[int(y), int(x)])) for x, y in points))


def check_colors(shot: ColoredShot, *names: str) -> None:
    """Raise InputError for a name that the palette of a shot lacks."""
    for name in names:
        if name not in shot.palette.names:
            raise InputError(f'{shot.pattern}: its palette has no color "{name}"; the names are: '
                             f"{', '.join(shot.palette.names[:30])}")


def approval(shot: ColoredShot, frame: int, changes: Changes) -> Correction:
    """Return the correction that approves a frame as it is shown, with changes of its regions.

    Raises InputError as `anchored` does.
    """
    correction = anchored(shot, Correction("approve", frame))
    at = shot.decided_at[frame]
    record = shot.record(at)
    if record is None:
        raise InputError(f"frame {frame} of {shot.pattern}: what its run kept of it is gone; run it with --resume")
    color = changed_colors(record.graph.color, changes)
    places, names = RegionPlaces.of(record.labels, record.graph.count), shot.palette.names
    is_flat = [record.graph.free[i] if i not in changes else not changes[i].unknown and changes[i].is_flat
               for i in range(record.graph.count)]
    colors = tuple((float(x), float(y), names[color[i]] if is_flat[i] else "")
                   for i, (x, y) in enumerate(places.point) if places.area[i] > 0)
    likes = ((places.point[i], change.like) for i, change in changes.items()
             if change.like is not None and places.area[i] > 0)
    return correction._replace(colors=colors, likes=tuple((float(x), float(y), *_there(shot, like))
                                                          for (x, y), like in likes))


def _there(shot: ColoredShot, like: Like) -> tuple[int, float, float]:
    """Return the frame of another region, and a point inside."""
    labels = shot.labels_under_ink(like.at)
    assert labels is not None
    row, column = inner_point(labels == like.region + 1)
    return like.at, float(column), float(row)


def correct(shot: ColoredShot, *corrections: Correction, author: str | None = None) -> Corrections:
    """Add corrections to the file beside the plates, each with its id, time and author. Raises InputError."""
    fresh = [made(one, author=author) for one in corrections]
    return change(shot.corrections_path, lambda there: added(there, *fresh))


def apply(shot: ColoredShot, *, first: int | None = None, tell: Callable[[Rewritten], None] | None = None) -> Applied:
    """Make all plates again that show something else than is wanted, and the report.

    first: a frame to be made before the others, as the one in view. tell: called after each plate. Raises PlateError,
    InputError, and ShotError while a run colours these plates; it takes the corrections up at its end.
    """
    for found in apply_iter(shot, first=first):
        if isinstance(found, Applied):
            return found
        if tell is not None and isinstance(found, Rewritten):
            tell(found)
    raise AssertionError("the last one is Applied")


def apply_iter(shot: ColoredShot, *, first: int | None = None) -> Iterator[int | Rewritten | Applied]:
    """Do as `apply` does step by step: how many plates follow, each as it is made, and what came of it. Raises so."""
    wanted = shot.wanted()
    stale = shot.stale(wanted)
    order = sorted(stale, key=lambda frame: (frame != first, stale.index(frame)))
    done, failed = list[int](), list[PlateError]()
    yield len(order)
    if order:
        with claimed({frame: shot.plate_path(frame) for frame in order}):
            for rewritten in rewritten_plates(shot, order, wanted):
                if isinstance(rewritten, PlateError):
                    failed.append(rewritten)
                    continue
                done.append(rewritten.frame)
                yield rewritten
        refresh_report(shot, wanted)
    if failed:
        raise PlateError(f"{len(failed)} of {len(order)} plates cannot follow the corrections, which are kept; the "
                         f"other {len(done)} do: " + "; ".join(map(str, failed[:MAX_NAMED])), failed[0].path,
                         failed[0].frame)
    yield Applied(tuple(sorted(done)), tuple(one.text for one in wanted.lost))


def rewritten_plates(shot: ColoredShot, frames: Sequence[int], wanted: Wanted) -> Iterator[Rewritten | PlateError]:
    """Make plates again, two at once, and yield them in order, or why one cannot be made."""
    def rewrite(frame: int) -> Rewritten | PlateError:
        try:
            return shot.rewrite(frame, wanted)
        except PlateError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE, "cmft-correct") as pool:
        coming = deque[Future[Rewritten | PlateError]]()
        try:
            for frame in frames:
                coming.append(pool.submit(rewrite, frame))
                if len(coming) > AT_ONCE:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()


def open_colored(out: str | Path) -> ColoredShot:
    """Open a coloured shot by the `--out` of its run, or the folder of its plates. Raises InputError."""
    return ColoredShot(Path(out))


def stroke(frame: int, points: Sequence[Point], color: str) -> Correction:
    """Return a correction of all regions under a line of points, or of the one at a single point."""
    kind = "pin" if len(points) == 1 else "stroke"
    return Correction(kind, frame, tuple(points), color)
