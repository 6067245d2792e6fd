"""The lines that close and open gaps, as the window shows them: in the picture, and where they go in the list."""

from __future__ import annotations

from ..pipeline.colored_shot import ColoredShot
from ..pipeline.line_placements import drawings_of, placements
from ..protocol.corrections import Corrections, Point
from ..shot.line_edits import LineEdits


class GapLines:
    """The gap lines of a shot under review, as its corrections were looked at last."""

    def __init__(self, colored: ColoredShot) -> None:
        """Know none yet."""
        self._colored = colored
        self.placed: dict[str, str] = {}  # by a correction's id, where its line goes along its track
        self._drawn: dict[int, tuple[tuple[Point, ...], ...]] = {}

    def look_at(self, corrections: Corrections) -> None:
        """Find the lines among corrections."""
        same = drawings_of(self._colored) if any(one.along for one in corrections) else {}
        self.placed = placements(corrections, same)
        edits = LineEdits.of(corrections, lambda frame: same.get(frame, ()))
        self._drawn = {frame: tuple(edit.points for edit in of) for frame, of in edits.by_frame.items()}

    def at(self, frame: int) -> tuple[tuple[Point, ...], ...]:
        """Return the points of the lines that are drawn in a frame."""
        return self._drawn.get(frame, ())
