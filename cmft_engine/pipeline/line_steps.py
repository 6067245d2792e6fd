"""A line of a person carried from one drawing of a shot to another, or why it cannot be.

Shapes: H W plate size, p points of the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..matching.stroke_carry import Carried, Doubles, Lines, carry_stroke, search_starts, shift, then
from ..protocol.corrections import Correction
from ..protocol.errors import PlateError
from ..shot.line_edits import LineEdits, land_px
from ..shot.references import read_drawing
from .colored_shot import ColoredShot
from .region_links import RegionLinks
from .stroke_regions import across_lines, between_lines, each_px, onto_lines, parted, sides_differ, under

MOST_RESIZED = 4.0  # times that a parted region may grow or shrink from one drawing to the next
SURE_OFF_PX = 1.0  # by which lines may be off where those of the drawing with the line are not found
STRAIGHT_PX = 0.5  # by which the points of a line that a hand drew may be off

Labels = NDArray[np.int32]


class Reason(Exception):
    """Why a line is not drawn in a drawing; `along_track` notes it."""


@dataclass(frozen=True)
class TrackedDrawing:
    """A drawing of the shot: where it is decided, its lines, and its regions (H, W), 0 = ink, as the next run cuts it.
    """

    at: int
    lines: Lines
    labels: Labels

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.labels.shape
        return height, width


class Stroke(NamedTuple):
    """A line in a drawing: points (p, 2), and the area of what it parts there, 0 for nothing; of one that opens, the
    number of regions that it joins. step, whole: the motions (3, 2) from the drawing before, and from its own."""

    drawing: TrackedDrawing
    points: Doubles
    found: int
    step: Doubles
    whole: Doubles


class Ends(Reason):
    """The line goes no further."""


class Needless(Reason):
    """The line is known in the drawing, but changes nothing there."""

    def __init__(self, text: str, stroke: Stroke) -> None:
        super().__init__(text)
        self.stroke = stroke


class Carrier:
    """Carries one line from drawing to drawing."""

    def __init__(self, shot: ColoredShot, correction: Correction, frames: Mapping[int, Sequence[int]]) -> None:
        """frames: that show a drawing, by where it is decided."""
        self._shot, self._one, self._frames = shot, correction, frames
        self._edits = LineEdits.of(shot.corrections(), lambda frame: frames.get(shot.decided_at.get(frame, 0), ()))
        self._own: Stroke | None = None

    def read(self, at: int) -> TrackedDrawing:
        """Read a drawing as the next run will cut it, without this line. Raises PlateError."""
        noted = self._shot.shot
        found = read_drawing(noted.line_plate(at), at, canvas=noted.canvas, settings=noted.settings,
                             edits=self._edits.among(self._frames[at]))
        return TrackedDrawing(at, Lines(found.lines.ink), found.segmented.labels)

    def last_frame(self, stroke: Stroke, at: int) -> int:
        """Return the frame of a line's drawing that is nearest to another drawing."""
        return self._frames[stroke.drawing.at][-1 if at > stroke.drawing.at else 0]

    def begin(self, own: TrackedDrawing) -> Stroke:
        """Return the part of the line that is carried, in its own drawing. Raises Reason."""
        drawn = cv2.approxPolyDP(np.array(self._one.points, np.float32)[:, None], STRAIGHT_PX * own.lines.scale, False)
        height, width = own.size
        points = np.clip(each_px(drawn[:, 0].astype(np.float64)), 0, (width - 1e-3, height - 1e-3))
        kept = between_lines(points, own.lines) if self._one.closes else across_lines(points, own.labels)
        if kept is None:
            raise Reason(f"{'its ends are not on lines' if self._one.closes else 'it crosses no line'} in frame "
                         f"{self._one.drawn_at}")
        kept = cv2.approxPolyDP(kept.astype(np.float32)[:, None], STRAIGHT_PX * own.lines.scale, False)[:, 0]
        self._own = Stroke(own, *self._found(kept.astype(np.float64), own), shift((0, 0)), shift((0, 0)))
        return self._own

    def _found(self, points: Doubles, there: TrackedDrawing) -> tuple[Doubles, int]:
        """Return the points as they lie on the lines of a drawing, and what they part or join there. Raises Reason."""
        if not self._one.closes:
            return points, len(under(there.labels, points))
        lying = onto_lines(points, there.lines)
        if lying is None:
            raise Reason(f"an end is more than {land_px(there.size[0]):.0f} px from any line")
        return lying, parted(there.labels, lying)

    def carry(self, stroke: Stroke, at: int, *, steps: int) -> Stroke:
        """Return the line in another drawing, so many of them further. Raises Reason."""
        try:
            there = self.read(at)
        except PlateError:
            raise Reason("its line plate cannot be read") from None
        links = RegionLinks(self._shot, stroke.drawing.at, at) if steps == 1 else None
        labels = self._shot.labels_under_ink(stroke.drawing.at)
        own = set[int]() if links is None or labels is None else set(under(labels, stroke.points))
        if links is not None and links.is_known and not any(map(links.of, own)):
            raise Ends(f"the track of its region ends in frame {self.last_frame(stroke, at)}")
        found = self._find(stroke, there, links, steps)
        height, width = there.size
        if not ((found.points >= 0) & (found.points < (width, height))).all():
            raise Reason("it leaves the picture")
        points, number = self._found(found.points, there)
        moved = (points.mean(0) - stroke.points.mean(0)) / steps
        carried = Stroke(there, points, number, shift(moved), found.motion)
        self._judge(carried, stroke)
        if links is not None and links.is_known and not links.reach(own, points):
            raise Reason("another region lies there")
        return carried

    def _find(self, stroke: Stroke, there: TrackedDrawing, links: RegionLinks | None, steps: int) -> Carried:
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

    def _judge(self, carried: Stroke, before: Stroke) -> None:
        """Raise Reason where the line does not do what it did before."""
        if self._one.closes:
            if before.found and not carried.found:
                if sides_differ(carried.drawing.labels, carried.points):
                    raise Needless("it is closed there already", carried._replace(found=before.found))
                raise Reason("it parts no region there")
            ratio = max(carried.found, 1) / max(before.found, 1)
            if before.found and not 1 / MOST_RESIZED <= ratio <= MOST_RESIZED:
                raise Reason("it would part another region there")
        elif carried.found < 2:
            raise Needless("it is open there already", carried._replace(found=before.found))
        elif carried.found > before.found:
            raise Reason("it would open other lines there")
