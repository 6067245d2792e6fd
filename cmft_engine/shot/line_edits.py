"""Lines that a person has corrected: strokes that part a region, or make regions one. The ink stays as it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lineart.regions import compact
from ..protocol.corrections import Correction, Point, counting

if TYPE_CHECKING:  # training takes drawings without image files
    from .shot import Shot

LAND_PX = 4.0  # so far from a line an end of a stroke still is on it, in a plate of LIKE_HEIGHT rows
LIKE_HEIGHT = 540.0  # in a larger plate lengths grow with it

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


class LineEdit(NamedTuple):
    """A line of points x, y in px: it closes a gap, or opens the lines that it crosses.

    lands: whether it closes only where its ends meet the drawing's lines, because nobody drew it into this drawing.
    """

    points: tuple[Point, ...]
    closes: bool
    lands: bool = False

    def drawn(self, size: tuple[int, int]) -> Mask:
        """Return its pixels as bool (H, W); regions that it parts do not touch across it."""
        canvas = np.zeros(size, np.uint8)
        places = np.clip(np.floor(np.array(self.points)), -1, max(size) + 1).astype(np.int32)
        cv2.polylines(canvas, [places.reshape(-1, 1, 2)], isClosed=False, color=1)
        return canvas > 0


@dataclass(frozen=True)
class LineEdits:
    """The edits of a shot's drawings, by any frame that shows them."""

    by_frame: Mapping[int, tuple[LineEdit, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, corrections: Sequence[Correction], same: Callable[[int], Collection[int]] = lambda at: (at,)
           ) -> LineEdits:
        """Return the edits among corrections that count.

        same: the frames that show the drawing of one. A line along a track is left out of drawings that were approved
        before it.
        """
        found: dict[int, tuple[LineEdit, ...]] = {}
        for one, approved in lines_with_approved(corrections, same):
            for frame, edit in edits_of(one):
                if frame not in approved:
                    found[frame] = (*found.get(frame, ()), edit)
        return cls(found)

    def at(self, shot: Shot, frame: int) -> tuple[LineEdit, ...]:
        """Return the edits of the drawing that a frame shows, each once."""
        return self.among(shot.drawings.same(frame)) if self.by_frame else ()

    def among(self, frames: Iterable[int]) -> tuple[LineEdit, ...]:
        """Return the edits of a drawing that these frames show, each once."""
        return tuple(dict.fromkeys(edit for frame in frames for edit in self.by_frame.get(frame, ())))


def lines_with_approved(corrections: Sequence[Correction], same: Callable[[int], Collection[int]]
                        ) -> list[tuple[Correction, frozenset[int]]]:
    """Return the lines that count, each with the frames that were approved before and that it therefore leaves alone.

    same: as for `LineEdits.of`.
    """
    found, approved, counts = list[tuple[Correction, frozenset[int]]](), set[int](), counting(corrections)
    if not any(one.along for one in counts):  # then no approval matters
        return [(one, frozenset()) for one in counts if one.kind == "line"]
    for one in counts:
        if one.kind == "approve":
            approved.update((one.frame, *same(one.frame)))
        elif one.kind == "line":
            found.append((one, frozenset(approved if one.along else ())))
    return found


def edits_of(one: Correction) -> list[tuple[int, LineEdit]]:
    """Return the edits of a line by frame: one, or those at which it was placed along its track."""
    if not one.along:
        return [(one.frame, LineEdit(one.points, one.closes))]
    own = next((placed.points for placed in one.placed if placed.frame == one.drawn_at), None)
    return [(placed.frame, LineEdit(placed.points, one.closes, placed.points != own)) for placed in one.placed]


def plate_scale(height: int) -> float:
    """Return how much longer lengths in px are in a plate of a height than in one of LIKE_HEIGHT rows; 1 in smaller."""
    return max(1.0, height / LIKE_HEIGHT)


def land_px(height: int) -> float:
    """Return how far an end of a stroke may lie from a line in a plate of a height."""
    return LAND_PX * plate_scale(height)


def landed(edit: LineEdit, ink: Mask) -> LineEdit | None:
    """Return an edit that closes with its ends drawn out to the nearest lines, None where an end is near none.

    ink: bool (H, W). One that opens lands nowhere, and is as it was.
    """
    if not edit.closes:
        return edit
    reach = land_px(ink.shape[0])
    ends = [nearest_ink(ink, point, reach) for point in (edit.points[0], edit.points[-1])]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = ((end,) if end != there else () for end, there in zip(ends, (edit.points[0], edit.points[-1]),
                                                                       strict=True))
    return edit._replace(points=(*first, *edit.points, *last))


def that_land(edits: Sequence[LineEdit], ink: Mask) -> list[LineEdit]:
    """Return the edits of a drawing that count, given its lines (H, W)."""
    found = (landed(edit, ink) if edit.lands else edit for edit in edits)
    return [edit for edit in found if edit is not None]


def nearest_ink(ink: Mask, point: Point, reach: float) -> Point | None:
    """Return the middle of the nearest pixel of ink (H, W) within some px of a place, None where there is none.

    The place itself where it lies on ink.
    """
    x, y = point
    left, top = max(0, int(np.floor(x - reach))), max(0, int(np.floor(y - reach)))
    bottom, right = max(top, int(np.ceil(y + reach)) + 1), max(left, int(np.ceil(x + reach)) + 1)
    rows, columns = np.nonzero(ink[top:bottom, left:right])
    if not rows.size:
        return None
    off = np.hypot(columns + left + 0.5 - x, rows + top + 0.5 - y)
    nearest = int(off.argmin())
    if off[nearest] > reach:
        return None
    at = float(columns[nearest] + left), float(rows[nearest] + top)
    return point if at == (np.floor(x), np.floor(y)) else (at[0] + 0.5, at[1] + 0.5)


def closed(ink: Mask, edits: Sequence[LineEdit]) -> Mask:
    """Return ink (H, W) with the lines that close gaps."""
    for edit in edits:
        if edit.closes:
            ink = ink | edit.drawn((ink.shape[0], ink.shape[1]))
    return ink


def opened(labels: Labels, edits: Sequence[LineEdit]) -> tuple[Labels, int]:
    """Return labels (H, W), 0 = ink, with the regions under each opening line made one, and how many there are."""
    for edit in edits:
        if not edit.closes:
            under = np.unique(labels[edit.drawn((labels.shape[0], labels.shape[1]))])
            under = under[under > 0]
            if len(under) > 1:
                labels = np.where(np.isin(labels, under), under[0], labels).astype(np.int32)
    return compact(labels)
