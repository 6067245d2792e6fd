"""Where the lines that go along a track are drawn, where not and why, as sentences for lists and warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..protocol.corrections import Correction, Corrections
from ..protocol.job import frames_text
from ..shot.line_edits import LineEdit, edits_of, landed, lines_with_approved
from .colored_shot import ColoredShot
from .drawing_record import read_labels
from .resume import RECORD_SUFFIX
from .wishes import Lost, regions_under

APPROVED = "approved before"
WAITS = "waits for a run with --resume"
NEVER = "nobody has looked where it goes; drop it, and draw it with cmft line --along or in the window"
REDRAWN = "the drawing has changed, and an end is on no line any more"


def placed_text(one: Correction, approved: Collection[int] = ()) -> str:
    """Return where a line along its track was placed and where not, "" for what is none.

    approved: frames that were approved before it.
    """
    if not one.along:
        return ""
    placed = [there.frame for there in one.placed if there.frame not in approved]
    left = {there.frame: there.reason for there in one.unplaced}
    left |= {there.frame: APPROVED for there in one.placed if there.frame in approved}
    text = f"drawn in {_frames(placed)}" if placed else "drawn in no frame"
    return "; ".join([text, *(f"not in {_frames(frames)}: {reason}" for reason, frames in _by_reason(left))])


def placements(corrections: Corrections, same: Mapping[int, Collection[int]]) -> dict[str, str]:
    """Return `placed_text` of the lines along a track that count, by their ids; same: frames of one drawing, by frame.
    """
    return {one.id: placed_text(one, approved)
            for one, approved in lines_with_approved(corrections, lambda frame: same.get(frame, ())) if one.along}


def drawings_of(shot: ColoredShot) -> dict[int, tuple[int, ...]]:
    """Return the frames that show the drawing of each coloured frame."""
    frames: dict[int, list[int]] = {}
    for frame, at in shot.decided_at.items():
        frames.setdefault(at, []).append(frame)
    return {frame: tuple(frames[at]) for frame, at in shot.decided_at.items()}


def not_followed(shot: ColoredShot, corrections: Corrections) -> Iterator[Lost]:
    """Yield the lines along a track that plates do not show where they are placed, with the frames and why."""
    same = drawings_of(shot)
    lines = [(one, approved) for one, approved in lines_with_approved(corrections, lambda frame: same.get(frame, ()))
             if one.along]
    drawn: dict[int, list[tuple[str, int, LineEdit]]] = {}  # by where a drawing is decided, so that each is read once
    for one, approved in lines:
        for frame, edit in edits_of(one):
            if frame not in approved and frame in shot.decided_at:
                drawn.setdefault(shot.decided_at[frame], []).append((one.id, frame, edit))
    missing: dict[str, dict[int, str]] = {one.id: {} for one, _ in lines}
    for at, edits in drawn.items():
        found = read_labels(shot.folder / f"{at}{RECORD_SUFFIX}")
        for name, frame, edit in edits:
            if reason := WAITS if found is None else _missing(*found, edit):
                missing[name][frame] = reason
    for one, _ in lines:
        if not one.placed and not one.unplaced:
            yield Lost(one, NEVER)
        if there := missing[one.id]:
            yield Lost(one, "; ".join(f"{_frames(frames)}: {reason}" for reason, frames in _by_reason(there)))


def _missing(labels: NDArray[np.int32], bare: NDArray[np.bool_], edit: LineEdit) -> str:
    """Return why a drawing does not show an edit, "" where it does; labels (H, W), bare: where no ink lies (H, W)."""
    if not edit.closes:
        return WAITS if len(list(regions_under(np.where(bare, labels, 0), edit.points))) > 1 else ""
    if not bare[edit.drawn((bare.shape[0], bare.shape[1]))].any():
        return ""
    return REDRAWN if edit.lands and landed(edit, ~bare) is None else WAITS


def _by_reason(left: Mapping[int, str]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for frame, reason in sorted(left.items()):
        found.setdefault(reason, []).append(frame)
    return list(found.items())


def _frames(frames: Sequence[int]) -> str:
    return f"frame{'s' if len(frames) > 1 else ''} {frames_text(frames)}"
