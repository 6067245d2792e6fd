"""Validation clips of as many drawings as wanted, every one with its truth: long shots, in which time is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cmft_engine.protocol.errors import InputError

from .drawn import BY_DRAWING, DRAWN_SETS, draw_long_clips
from .puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from .sets import SETS, prepared_folder
from .stored import DATA, read_clips
from .validation_clip import ValidationClip

LONG_SETS = (*SETS, *(name for name, one in DRAWN_SETS.items() if one.painting in BY_DRAWING))


def load_long_set(name: str, n_drawings: int, *, size: int, drawn: Path | None = None) -> Iterator[ValidationClip]:
    """Return the clips of one of LONG_SETS, of n_drawings drawings; stored clips have their first ones, at most ten.

    drawn: the prepared folder of the DRAWN_SETS. Raises InputError at once when it is needed and missing, or the set is
    none of these.
    """
    if name not in LONG_SETS:
        raise InputError(f"no set {name!r} of long clips; there are: " + ", ".join(LONG_SETS))
    if name in DRAWN_SETS:
        folder = prepared_folder(name, drawn)
        return draw_long_clips(DRAWN_SETS[name], folder, size=size, n_drawings=n_drawings)
    return (_puppets if name in PUPPET_STYLES else _stored)(name, n_drawings, size)


def _puppets(name: str, n_drawings: int, size: int) -> Iterator[ValidationClip]:
    for number in range(PUPPET_CLIPS):
        clip = draw_puppet_clip(number, style=PUPPET_STYLES[name], size=size, kept=range(n_drawings))
        yield replace(clip, between={})


def _stored(name: str, n_drawings: int, size: int) -> Iterator[ValidationClip]:
    for clip in read_clips(DATA / name, size=size):
        known = clip.with_between()
        yield replace(known, lines={i: known.lines[i] for i in sorted(known.lines)[:n_drawings]}, between={})
