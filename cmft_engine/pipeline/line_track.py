"""A line that closes or opens a gap in all drawings that show the place: it is carried from one to the next.

What a run kept says which regions correspond, the line plates say how the lines moved. Where it is unsure where the
line goes, it is not drawn, and why is noted. Shapes: H W plate size, p points of the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..matching.stroke_carry import Carried, Doubles, Lines, carry_stroke, search_starts, shift, then
from ..protocol.corrections import Correction, Placed, Unplaced
from ..protocol.errors import InputError, PlateError
from ..shot.line_edits import LineEdit, LineEdits, land_px, landed, nearest_ink
from ..shot.references import read_drawing
from .colored_shot import ColoredShot
from .stroke_regions import parted, sides_differ, under

MOST_SKIPPED = 2  # drawings in which a line is not found before it is given up
MOST_RESIZED = 4.0  # times that a parted region may grow or shrink from one drawing to the next
SURE_OFF_PX = 1.0  # by which lines may be off where those of the drawing with the line are not found
STRAIGHT_PX = 0.5  # by which the points of a line that a hand drew may be off

Labels = NDArray[np.int32]


class Reason(Exception):
    """Why a line is not drawn in a drawing; never leaves this file."""


@dataclass(frozen=True)
class _Drawing:
    """A drawing of the shot: where it is decided, its lines, and its regions (H, W), 0 = ink, as the next run cuts it.
    """

    at: int
    lines: Lines
    labels: Labels

    @cached_property
    def size(self) -> tuple[int, int]:
        height, width = self.labels.shape
        return height, width


class _Stroke(NamedTuple):
    """A line in a drawing: points (p, 2), and the area of what it parts there, 0 for nothing; of one that opens, the
    number of regions that it joins. step, whole: the motions (3, 2) from the drawing before, and from its own."""

    drawing: _Drawing
    points: Doubles
    found: int
    step: Doubles
    whole: Doubles


def along_track(shot: ColoredShot, correction: Correction) -> Correction:
    """Return a line with the frames in which it is drawn, and those in which it is not, with the reason.

    Without a last frame it goes through the whole shot. Raises InputError where its own drawing is not coloured.
    """
    one, frames = correction, shot.shot.frames
    if one.last is None:
        one = one._replace(frame=frames[0], last=frames[-1], at=one.drawn_at if one.drawn_at != frames[0] else None)
    return _Follower(shot, one._replace(along=True)).followed()


class _Follower:
    """Carries one line through a shot."""

    def __init__(self, shot: ColoredShot, correction: Correction) -> None:
        self._shot, self._one = shot, correction
        self._frames: dict[int, list[int]] = {}
        for frame, at in shot.decided_at.items():
            self._frames.setdefault(at, []).append(frame)
        self._order = sorted(self._frames, key=lambda at: self._frames[at][0])
        self._edits = LineEdits.of(shot.corrections(), lambda frame: self._frames.get(shot.decided_at.get(frame, 0), ()))
        self._own: _Stroke | None = None
        self._placed: list[Placed] = []
        self._unplaced: list[Unplaced] = []

    def followed(self) -> Correction:
        """Return the correction with what was found."""
        one = self._one
        at = self._shot.decided_at.get(one.drawn_at)
        if at is None:
            raise InputError(f"frame {one.drawn_at} of {self._shot.pattern} is not coloured; run the shot with --resume "
                             "first")
        own = self._read(at)
        stroke, reason = None, ""
        try:
            stroke = self._own = self._begin(own)
        except Reason as error:
            reason = str(error)
        self._place(at, landed(LineEdit(one.points, one.closes), own.lines.ink) or LineEdit(one.points, one.closes))
        place = self._order.index(at)
        for side in (self._order[place + 1:], self._order[:place][::-1]):
            self._follow(stroke, side, reason)
        for frame in self._shot.shot.frames:
            if frame not in self._shot.decided_at:
                self._leave([frame], "it is not coloured")
        return one._replace(placed=tuple(sorted(self._placed)), unplaced=tuple(sorted(self._unplaced)))

    def _follow(self, stroke: _Stroke | None, side: Sequence[int], reason: str) -> None:
        """Carry a line to drawings that follow each other; reason: why it cannot be, where there is none."""
        skipped = 0
        for at in side:
            if stroke is None or skipped > MOST_SKIPPED or not self._is_wanted(side[side.index(at):]):
                self._leave(self._frames[at], reason)
                continue
            try:
                stroke, skipped = self._carry(stroke, at, steps=skipped + 1), 0
            except _Ends as error:
                stroke, reason = None, str(error)
                self._leave(self._frames[at], reason)
            except _Needless as error:
                stroke, skipped = error.stroke, 0
                self._leave(self._frames[at], str(error))
            except Reason as error:
                skipped += 1
                self._leave(self._frames[at], str(error))
                reason = f"it was lost after frame {self._frames[stroke.drawing.at][-1]}"
            else:
                self._place(at, LineEdit(tuple((round(float(x), 1), round(float(y), 1)) for x, y in stroke.points),
                                         self._one.closes))

    def _is_wanted(self, side: Sequence[int]) -> bool:
        return any(self._in_range(frame) for at in side for frame in self._frames[at])

    def _in_range(self, frame: int) -> bool:
        one = self._one
        return one.frame <= frame <= (one.frame if one.last is None else one.last)

    def _place(self, at: int, edit: LineEdit) -> None:
        self._placed += [Placed(frame, edit.points) for frame in self._frames[at] if self._in_range(frame)]

    def _leave(self, frames: Sequence[int], reason: str) -> None:
        self._unplaced += [Unplaced(frame, reason) for frame in frames if self._in_range(frame)]

    def _read(self, at: int) -> _Drawing:
        """Read a drawing as the next run will cut it, without this line. Raises PlateError."""
        noted = self._shot.shot
        found = read_drawing(noted.line_plate(at), at, canvas=noted.canvas, settings=noted.settings,
                             edits=self._edits.among(self._frames[at]))
        return _Drawing(at, Lines(found.lines.ink), found.segmented.labels)

    def _begin(self, own: _Drawing) -> _Stroke:
        """Return the part of the line that is carried, in its own drawing. Raises Reason."""
        drawn = cv2.approxPolyDP(np.array(self._one.points, np.float32)[:, None], STRAIGHT_PX * own.lines.scale, False)
        height, width = own.size
        points = np.clip(_each_px(drawn[:, 0].astype(np.float64)), 0, (width - 1e-3, height - 1e-3))
        kept = _between_lines(points, own) if self._one.closes else _across_lines(points, own)
        if kept is None:
            raise Reason(f"{'its ends are not on lines' if self._one.closes else 'it crosses no line'} in frame "
                         f"{self._one.drawn_at}")
        kept = cv2.approxPolyDP(kept.astype(np.float32)[:, None], STRAIGHT_PX * own.lines.scale, False)[:, 0]
        return _Stroke(own, *self._found(kept.astype(np.float64), own), shift((0, 0)), shift((0, 0)))

    def _found(self, points: Doubles, there: _Drawing) -> tuple[Doubles, int]:
        """Return the points as they lie on the lines of a drawing, and what they part or join there. Raises Reason."""
        if not self._one.closes:
            return points, len(under(there.labels, points))
        snapped = _snapped(points, there)
        return snapped, parted(there.labels, snapped)

    def _carry(self, stroke: _Stroke, at: int, *, steps: int) -> _Stroke:
        """Return the line in another drawing, so many of them further. Raises Reason."""
        try:
            there = self._read(at)
        except PlateError:
            raise Reason("its line plate cannot be read") from None
        links = _RegionLinks(self._shot, stroke.drawing.at, at) if steps == 1 else None
        labels = self._shot.labels_under_ink(stroke.drawing.at)
        own = set[int]() if links is None or labels is None else set(under(labels, stroke.points))
        if links is not None and links.is_known and not any(map(links.of, own)):
            raise _Ends(f"the track of its region ends in frame {self._frames[stroke.drawing.at][-1]}")
        found = self._find(stroke, there, links, steps)
        height, width = there.size
        if not ((found.points >= 0) & (found.points < (width, height))).all():
            raise Reason("it leaves the picture")
        points, number = self._found(found.points, there)
        moved = (points.mean(0) - stroke.points.mean(0)) / steps
        carried = _Stroke(there, points, number, shift(moved), found.motion)
        self._judge(carried, stroke)
        if links is not None and links.is_known and not links.reach(own, points):
            raise Reason("another region lies there")
        return carried

    def _find(self, stroke: _Stroke, there: _Drawing, links: _RegionLinks | None, steps: int) -> Carried:
        """Return where the lines around a stroke are in another drawing; those around it where a person drew it have
        to be in the same place, unless it is sure without. motion: from its own drawing. Raises Reason."""
        near, own = stroke.drawing.lines, self._own
        onward = [shift(steps * stroke.step[2])]
        if links is not None:
            onward += links.motions(stroke.points, near.scale)
        found = carry_stroke(stroke.points, near, there.lines,
                             [*search_starts(stroke.points, near, there.lines), *onward])
        if found is None:
            raise Reason("the lines around it are not found there")
        if own is None or own.drawing is stroke.drawing:
            return found
        starts = [then(stroke.whole, motion) for motion in (found.motion, *onward)]
        direct = carry_stroke(own.points, own.drawing.lines, there.lines, starts)
        if direct is None and found.off_px <= SURE_OFF_PX:
            return found._replace(motion=then(stroke.whole, found.motion))
        if direct is None or not direct.is_at(found, near.scale):
            raise Reason("it is unsure where it goes there")
        return direct

    def _judge(self, carried: _Stroke, before: _Stroke) -> None:
        """Raise Reason where the line does not do what it did before."""
        if self._one.closes:
            if before.found and not carried.found:
                if sides_differ(carried.drawing.labels, carried.points):
                    raise _Needless("it is closed there already", carried._replace(found=before.found))
                raise Reason("it parts no region there")
            ratio = max(carried.found, 1) / max(before.found, 1)
            if before.found and not 1 / MOST_RESIZED <= ratio <= MOST_RESIZED:
                raise Reason("it would part another region there")
        elif carried.found < 2:
            raise _Needless("it is open there already", carried._replace(found=before.found))
        elif carried.found > before.found:
            raise Reason("it would open other lines there")


class _Ends(Reason):
    """The line goes no further."""


class _Needless(Reason):
    """The line is known in the drawing, but changes nothing there."""

    def __init__(self, text: str, stroke: _Stroke) -> None:
        super().__init__(text)
        self.stroke = stroke


class _RegionLinks:
    """The links of the shot graph from one drawing's regions to those of the one after or before it."""

    def __init__(self, shot: ColoredShot, here: int, there: int) -> None:
        """here, there: where the drawings are decided."""
        self._labels = [shot.labels_under_ink(at) for at in (here, there)]
        self._best: dict[int, dict[int, float]] = {}
        drawings = [shot.graph.drawings[shot.graph.place[at]] for at in (here, there) if at in shot.graph.place]
        if len(drawings) < 2:
            return
        later = next((one for one, other in (drawings, drawings[::-1]) if one.before == other.frame), None)
        if later is None:
            return
        rows, columns, forth, back = later.links
        ends = (rows, columns) if later is drawings[0] else (columns, rows)
        for mine, other, chance in zip(*(end.tolist() for end in ends), np.sqrt(forth * back).tolist(), strict=True):
            self._best.setdefault(mine + 1, {})[other + 1] = chance

    @property
    def is_known(self) -> bool:
        """Whether there is any."""
        return bool(self._best) and all(one is not None for one in self._labels)

    def of(self, region: int) -> dict[int, float]:
        """Return the chances of the regions that one corresponds to."""
        return self._best.get(region, {})

    def reach(self, regions: set[int], points: Doubles) -> bool:
        """Say whether one of the regions leads to one under a line of the other drawing."""
        labels = self._labels[1]
        return labels is not None and any(set(self.of(region)) & set(under(labels, points)) for region in regions)

    def motions(self, points: Doubles, scale: float) -> Iterator[Doubles]:
        """Yield how regions beside a line moved, as affine motions (3, 2), the largest first."""
        near, far = self._labels
        if near is None or far is None:
            return
        reach = round(_BESIDE_PX * scale)
        x0, y0 = (max(0, int(n)) for n in points.min(0) - reach)
        x1, y1 = (int(n) for n in points.max(0) + reach)
        beside = np.bincount(near[y0:y1, x0:x1].ravel())
        for region in np.argsort(-beside)[:_MOST_BESIDE].tolist():
            to = self.of(region)
            if beside[region] and to and (inside := near == region).mean() < _MOST_SHARE:
                other = far == max(to, key=to.__getitem__)
                if other.any():
                    yield shift(_middle(other) - _middle(inside))


_BESIDE_PX, _MOST_BESIDE, _MOST_SHARE = 40, 5, 0.25  # of a region from whose motion a line's is guessed


def _middle(mask: NDArray[np.bool_]) -> Doubles:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()])


def _each_px(points: Doubles) -> Doubles:
    """Return a line of points (p, 2) with one in every px of it."""
    parts = [np.linspace(a, b, max(1, int(np.ceil(np.linalg.norm(b - a)))), endpoint=False)
             for a, b in zip(points[:-1], points[1:], strict=True)]
    return np.vstack([*parts, points[-1:]])


def _between_lines(points: Doubles, drawing: _Drawing) -> Doubles | None:
    """Return the part of a line, a point in every px, that has its ends on lines; None where there is none."""
    columns, rows = np.floor(points).astype(int).T
    off = drawing.lines.distance[rows, columns] / 10
    reach = land_px(drawing.size[0])
    kept = []
    for along in (off, off[::-1]):
        is_near = along <= reach
        is_met = np.flatnonzero(is_near if is_near[0] else along == 0)
        kept.append(0 if is_near[0] else int(is_met[0]) if is_met.size else None)
    first, last = kept
    if first is None or last is None or len(points) - last - first < 2:
        return None
    return points[first:len(points) - last]


def _across_lines(points: Doubles, drawing: _Drawing) -> Doubles | None:
    """Return the part of a line, a point in every px, that leads from one region to another, with a little of both."""
    columns, rows = np.floor(points).astype(int).T
    labels = drawing.labels[rows, columns]
    inside = np.flatnonzero(labels)
    if not inside.size or (labels[inside] == labels[inside[0]]).all():
        return None
    first, last, more = int(inside[0]), int(inside[-1]), int(2 * land_px(drawing.size[0]))
    leaves = first + int((labels[first:] != labels[first]).argmax())
    enters = last - int((labels[last::-1] != labels[last]).argmax())
    return points[max(first, leaves - more):min(last, enters + more) + 1]


def _snapped(points: Doubles, drawing: _Drawing) -> Doubles:
    """Return points (p, 2) moved so that both ends lie on lines. Raises Reason where an end is too far from any."""
    reach = land_px(drawing.size[0])
    ends = [nearest_ink(drawing.lines.ink, (float(x), float(y)), reach) for x, y in (points[0], points[-1])]
    if ends[0] is None or ends[1] is None:
        raise Reason(f"an end is more than {reach:.0f} px from any line")
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    share = (way / max(way[-1], 1e-6))[:, None]
    return points + (1 - share) * (np.array(ends[0]) - points[0]) + share * (np.array(ends[1]) - points[-1])
