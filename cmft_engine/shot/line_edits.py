"""Lines that a person has corrected: strokes that part a region, or make regions one. The ink stays as it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lineart.regions import compact
from ..protocol.corrections import Correction, Point, counting

if TYPE_CHECKING:  # training takes drawings without image files
    from .shot import Shot

Labels = NDArray[np.int32]


class LineEdit(NamedTuple):
    """A line of points x, y in px: it closes a gap, or opens the lines that it crosses."""

    points: tuple[Point, ...]
    closes: bool

    def drawn(self, size: tuple[int, int]) -> NDArray[np.bool_]:
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
    def of(cls, corrections: Sequence[Correction]) -> LineEdits:
        """Return the edits among corrections that count."""
        found: dict[int, tuple[LineEdit, ...]] = {}
        for one in counting(corrections):
            if one.kind == "line":
                found[one.frame] = (*found.get(one.frame, ()), LineEdit(one.points, one.closes))
        return cls(found)

    def at(self, shot: Shot, frame: int) -> tuple[LineEdit, ...]:
        """Return the edits of the drawing that a frame shows."""
        if not self.by_frame:
            return ()
        return tuple(edit for other in shot.drawings.same(frame) for edit in self.by_frame.get(other, ()))


def closed(ink: NDArray[np.bool_], edits: Sequence[LineEdit]) -> NDArray[np.bool_]:
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
