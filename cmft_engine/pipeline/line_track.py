"""A line that closes or opens a gap in all drawings that show the place: it is carried from one to the next.

What a run kept says which regions correspond, the line plates say how the lines moved. Where it is unsure where the
line goes, it is not drawn, and why is noted.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.corrections import Correction, Placed, Unplaced
from ..protocol.errors import InputError
from ..shot.line_edits import LineEdit, landed
from .colored_shot import ColoredShot
from .line_steps import Carrier, Ends, Needless, Reason, Stroke

MOST_SKIPPED = 2  # drawings in which a line is not found before it is given up


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
        self._carrier = Carrier(shot, correction, self._frames)
        self._placed: list[Placed] = []
        self._unplaced: list[Unplaced] = []

    def followed(self) -> Correction:
        """Return the correction with what was found."""
        one = self._one
        at = self._shot.decided_at.get(one.drawn_at)
        if at is None:
            raise InputError(f"frame {one.drawn_at} of {self._shot.pattern} is not coloured; run the shot first, with "
                             "--resume")
        own = self._carrier.read(at)
        stroke, reason = None, ""
        try:
            stroke = self._carrier.begin(own)
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

    def _follow(self, stroke: Stroke | None, side: Sequence[int], reason: str) -> None:
        """Carry a line to drawings that follow each other; reason: why it cannot be, where there is none."""
        skipped = 0
        for at in side:
            if stroke is None or skipped > MOST_SKIPPED or not self._is_wanted(side[side.index(at):]):
                self._leave(self._frames[at], reason)
                continue
            try:
                stroke, skipped = self._carrier.carry(stroke, at, steps=skipped + 1), 0
            except Ends as error:
                stroke, reason = None, str(error)
                self._leave(self._frames[at], reason)
            except Needless as error:
                stroke, skipped = error.stroke, 0
                self._leave(self._frames[at], str(error))
            except Reason as error:
                skipped += 1
                self._leave(self._frames[at], str(error))
                reason = f"it is not followed beyond frame {self._carrier.last_frame(stroke, at)}"
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
