"""Matching the drawings beside a frame before anybody asks for them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..protocol.settings import Settings
from ..shot.serving import decided_at
from ..shot.shot import Shot
from .colorize import match_drawing
from .kept import Kept, bytes_of
from .run import Run


def look_ahead(shot: Shot, frame: int, out: str, *, settings: Settings, palette: Path | None, kept: Kept
               ) -> Iterator[int]:
    """Match the drawings that the frames before and after a frame need, as far as they can be kept beside its own.

    Yields after each, so that whoever asks may stop. Raises as colouring does.
    """
    run = Run(shot, out, settings=settings, palette=palette, resume=False, kept=kept)
    for near in near_frames(shot, frame, settings.temporal_radius + 1):
        drawing = run.frames.read_drawing(near)
        votes = match_drawing(run, run.loaded.matcher, decided_at(shot, near), drawing.segmented)
        yield near
        if kept.spare < bytes_of((drawing, votes)):
            return


def near_frames(shot: Shot, frame: int, most: int) -> list[int]:
    """Return the first frames of up to so many drawings after a frame's own, and before; the nearest first."""
    at, own = shot.frames.index(frame), shot.hold(frame)
    found: dict[int, int] = {}
    for side in (shot.frames[at + 1:], shot.frames[:at][::-1]):
        on_side: dict[int, int] = {}
        for other in side:
            first = shot.hold(other)
            if len(on_side) == most:
                break
            if first not in (None, own):
                on_side.setdefault(first, abs(other - frame))
        found = {**on_side, **found}
    return sorted(found, key=lambda first: (found[first], first < frame))
