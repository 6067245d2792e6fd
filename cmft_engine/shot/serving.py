"""Which references serve a frame, and of which frame's drawing it gets the colours."""

from __future__ import annotations

from .shot import Shot

MAX_REFERENCES = 4  # of many references that a frame uses


def serving_references(shot: Shot, frame: int) -> list[int]:
    """Return which references a frame uses, by number: paintings of its very drawing, then the nearest in time."""
    nearest = [shot.references.index(reference) for reference in shot.reference_for(frame)]
    return sorted(dict.fromkeys(nearest), key=lambda i: not is_painting_of(shot, i, frame))[:MAX_REFERENCES]


def is_painting_of(shot: Shot, i: int, frame: int) -> bool:
    """Say whether reference i is a painting of this frame's very drawing."""
    at, holds = shot.references[i].frame, shot.holds()
    return at == frame or (at in holds and holds[at] == holds[frame])


def decided_at(shot: Shot, frame: int) -> int:
    """Return the frame whose colours a frame gets, whatever part of the shot is coloured now.

    It is the latest painting of this very drawing up to the frame, else the first frame that shows the drawing.
    """
    holds = shot.holds()
    painted = (r.frame for r in shot.references if r.frame is not None and r.frame <= frame)
    return max((at for at in painted if holds.get(at) == holds[frame]), default=holds[frame])
