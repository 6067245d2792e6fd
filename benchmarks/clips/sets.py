"""The sets of validation clips by name: stored drawings, puppets, and art drawn by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cmft_engine.protocol.errors import InputError

from .drawn import DRAWN_SETS, draw_clips
from .puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from .stored import read_clips
from .validation_clip import ValidationClip

SETS = ("toon", "shaded", *PUPPET_STYLES)  # which need nothing but the clone


def load_set(name: str, data: Path, *, size: int, drawn: Path | None = None) -> Iterator[ValidationClip]:
    """Yield the clips of a set: drawn for puppets and for the DRAWN_SETS, else read from `data`/<name>.

    drawn: the prepared folder of the DRAWN_SETS. Raises InputError when it is needed and missing, ShotError or
    PlateError for stored clips that cannot be used.
    """
    if name in DRAWN_SETS:
        yield from draw_clips(DRAWN_SETS[name], prepared_folder(name, drawn), size=size)
    elif name in PUPPET_STYLES:
        for number in range(PUPPET_CLIPS):
            yield draw_puppet_clip(number, style=PUPPET_STYLES[name], size=size)
    else:
        yield from read_clips(data / name, size=size)


def prepared_folder(name: str, drawn: Path | None) -> Path:
    """Return the folder that a drawn set is drawn from. Raises InputError when none is given."""
    if drawn is None:
        raise InputError(f"{name}: needs --drawn FOLDER, made by python -m cmft_training.synthetic.drawn.prepare")
    return drawn
