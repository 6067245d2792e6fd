"""The sets of validation clips by name: stored drawings and puppets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .puppets import PUPPET_CLIPS, PUPPET_STYLES, draw_puppet_clip
from .stored import read_clips
from .validation_clip import ValidationClip

SETS = ("toon", "shaded", *PUPPET_STYLES)


def load_set(name: str, data: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the clips of a set: drawn for `puppets` and `puppets-shaded`, else read from `data`/<name>."""
    if name in PUPPET_STYLES:
        for number in range(PUPPET_CLIPS):
            yield draw_puppet_clip(number, style=PUPPET_STYLES[name], size=size)
    else:
        yield from read_clips(data / name, size=size)
