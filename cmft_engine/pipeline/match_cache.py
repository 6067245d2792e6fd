"""What was found of one drawing by itself, kept for its own frame and for the neighbouring ones."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..matching.temporal import MatchedDrawing
from ..matching.votes import Votes
from ..shot.drawing import SegmentedDrawing
from .kept import Found

Match = Callable[[int, SegmentedDrawing], Found]


class MatchCache:
    """A drawing that is matched by itself: once, by whichever thread asks first."""

    def __init__(self, frame: int, drawing: SegmentedDrawing, *, needs_votes: bool) -> None:
        """frame: at which the drawing is decided. needs_votes: whether it will be; else it is but a neighbour."""
        self.frame, self._needs_votes = frame, needs_votes
        self._drawing: SegmentedDrawing | None = drawing
        self._votes: Votes | None = None
        self._matched: MatchedDrawing | None = None
        self._lock = threading.Lock()

    def use_drawing(self, drawing: SegmentedDrawing) -> None:
        """Match these arrays of the same drawing, unless a thread does already, so that the earlier ones can go."""
        if self._lock.acquire(blocking=False):  # whoever reads plates must not wait for a match
            try:
                self._drawing = drawing if self._matched is None else None
            finally:
                self._lock.release()

    def take_votes(self, match: Match) -> Votes:
        """Return the votes on the drawing, which are large, and keep them no longer: they are needed once.

        match: from its frame and drawing to what is found; called unless it was before.
        """
        with self._lock:
            self._once(match)
            votes, self._votes = self._votes, None
        assert votes is not None
        return votes

    def matched(self, match: Match) -> MatchedDrawing:
        """Return what the neighbouring frames need of the drawing; match: as for `take_votes`."""
        with self._lock:
            return self._once(match)

    def _once(self, match: Match) -> MatchedDrawing:
        if self._matched is None:
            assert self._drawing is not None
            votes, self._matched = match(self.frame, self._drawing)
            self._votes = votes if self._needs_votes else None
            self._drawing = None
        return self._matched
