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
    at = shot.references[i].frame
    return at is not None and (at == frame or shot.drawings.are_same(at, frame))


def decided_at(shot: Shot, frame: int) -> int:
    """Return the frame whose colours a frame gets, whatever part of the shot is coloured now.

    It is the latest painting of this very drawing up to the frame, else the first frame that shows the drawing.
    """
    painted = (r.frame for r in shot.references if r.frame is not None and r.frame <= frame)
    first = shot.hold(frame)
    assert first is not None  # else it cannot be read, and has failed
    return max((at for at in painted if shot.drawings.are_same(at, frame)), default=first)
