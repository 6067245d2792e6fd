"""Whether the plates of an output folder are those that its runs wrote. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..image.sequence import PlateSequence, frame_path, with_hashes
from ..protocol.errors import InputError, PlateError
from ..protocol.file_formats import is_plate
from .resume import STATE, content_of, read_note

MISSING = "missing: its note is there, the plate is not; --resume colours it"
DAMAGED = "damaged: it is not what its run wrote; --resume colours it again"
NOT_NOTED = "damaged: its note cannot be read, so that nothing vouches for it; --resume colours it again"
FOREIGN = "foreign: no run noted it; move it away, colour into another folder, or replace it with --overwrite"

_FRAME = re.compile(r"-?\d{1,18}")


class Finding(NamedTuple):
    """A plate, and what is wrong with it, "" where it is as its run left it."""

    path: Path
    problem: str


def verify(out: Path) -> Iterator[Finding]:
    """Compare the plates that `out` names with their notes, and yield each once; a folder names all in it.

    Raises InputError where no run has noted a plate.
    """
    folder = out if out.is_dir() else out.parent
    names = sorted(path.name for path in (folder / STATE).glob("*") if any(path.glob("*.json")))
    names = names if out.is_dir() else [name for name in names if name == with_hashes(out.name)]
    if not names:
        raise InputError(f"{out}: no run has noted plates of this name; give the folder or the --out of a run")
    noted = dict[Path, list[tuple[Path, int]]]()  # "c.##.png" and "c.####.png" may note the same plate
    for name in names:
        for frame in _noted_frames(folder / STATE / name):
            noted.setdefault(frame_path(folder / name, frame), []).append((folder / STATE / name, frame))
    for path, notes in noted.items():
        problems = (_problem(path, place / f"{frame}.json", frame) for place, frame in notes)
        yield Finding(path, min(problems, key=bool))  # one note that fits is enough
    there = sorted(folder.iterdir()) if out.is_dir() else _plates_of(out)
    yield from (Finding(path, FOREIGN) for path in there
                if path not in noted and is_plate(path.name) and not path.name.startswith("."))


def _problem(path: Path, note_file: Path, frame: int) -> str:
    if not path.exists():
        return MISSING
    note = read_note(note_file, frame)
    if note is None:
        return NOT_NOTED
    return "" if content_of(path) == note.content else DAMAGED


def _noted_frames(folder: Path) -> list[int]:
    stems = (path.stem for path in folder.glob("*.json"))
    return sorted(int(stem) for stem in stems if _FRAME.fullmatch(stem))


def _plates_of(pattern: Path) -> list[Path]:
    try:
        sequence = PlateSequence.parse(pattern)
    except PlateError:
        return []
    return [sequence.path(frame) for frame in sequence.frames]
