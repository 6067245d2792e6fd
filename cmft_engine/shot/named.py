"""What a shot is called by: its frames and references, found by their names alone.

Opens no image and loads no library, so that a wrong path or range is told at once.
"""

import dataclasses
import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..image.sequence import PlateSequence, find_spelling, frame_in_name, frame_path, frames_text, has_frame_token
from ..protocol.errors import InputError, PaletteError, PlateError, ShotError
from ..protocol.job import Job, parse_frames
from ..protocol.text_file import what_is_there

log = logging.getLogger(__name__)

_AT = re.compile(r"(.+)@(-?\d{1,15}|sheet)$", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Reference:
    """A painted drawing: its plate, its frame (None for a sheet), and its line art if that is in a file."""

    plate: Path
    frame: int | None = None
    lines: Path | None = None

    @property
    def is_sheet(self) -> bool:
        """True for a character sheet, which has no place in time."""
        return self.frame is None


ReferenceLike = str | Path | Reference
LinesLike = str | Path


class Named(NamedTuple):
    """The files of a shot as they are named: line plates, the frames that are wanted, the references in time."""

    lines: PlateSequence
    frames: tuple[int, ...]
    references: tuple[Reference, ...]


def find_named(
    lines: str | Path | PlateSequence,
    *,
    reference: ReferenceLike | Sequence[ReferenceLike],
    frames: str | Iterable[int] | None = None,
    reference_lines: LinesLike | Sequence[LinesLike] | None = None,
) -> Named:
    """Find what `Shot.open` is given, by names alone. Raises PlateError and ShotError."""
    sequence = lines if isinstance(lines, PlateSequence) else PlateSequence.parse(lines)
    chosen = _choose_frames(sequence, frames)
    references = _parse_references(_as_list(reference), sequence.frames)
    references = _with_lines(references, _as_list(reference_lines), sequence)
    return Named(sequence, chosen, tuple(sorted(references, key=_in_time)))


def check_named(job: Job, only: str | None = None) -> None:
    """Raise PlateError, ShotError, PaletteError or InputError for a path or a range of a job that is wrong by its name.

    only: as for `colorize`. What stands in the files is not looked at.
    """
    found = find_named(job.lines, reference=references_of(job), frames=job.frames)
    if only is not None:
        frames_among(found, only)
    for path, frame in [(path, r.frame) for r in found.references for path in (r.plate, r.lines) if path is not None]:
        _existing(path, frame)
    if job.palette is not None and not find_spelling(job.palette).is_file():
        raise no_palette(job.palette)
    if job.corrections is not None and not Path(job.corrections).is_file():
        raise InputError(f"{job.corrections}: there is no such file of corrections; check the path, or leave it out")


def no_palette(path: str | Path) -> PaletteError:
    """Return the error of a palette file that is not there."""
    return PaletteError(f"{path}: there is no such palette file; check the path, or extract one first")


def references_of(job: Job) -> list[ReferenceLike]:
    """Return the references of a job as `Shot.open` takes them."""
    return [Reference(Path(r.path), r.frame, Path(r.lines)) if r.lines
            else r.path if r.frame is None else f"{r.path}@{r.frame}" for r in job.references]


def frames_among(shot: Named, frames: str | Iterable[int]) -> tuple[int, ...]:
    """Return frames of a shot that are asked for, sorted. Raises ShotError for one that is not in it."""
    wanted = parse_frames(frames) if isinstance(frames, str) else tuple(sorted(set(frames)))
    strangers = sorted(set(wanted) - set(shot.frames))
    if strangers or not wanted:
        raise ShotError(f"{shot.lines.pattern}: frame {frames_text(strangers) or '(none)'} is not in the shot "
                        f"({frames_text(shot.frames)}); ask for frames that are")
    return wanted


def _choose_frames(sequence: PlateSequence, frames: str | Iterable[int] | None) -> tuple[int, ...]:
    if frames is None:
        return sequence.frames
    wanted = parse_frames(frames) if isinstance(frames, str) else tuple(sorted(set(frames)))
    if not wanted:
        raise ShotError(f"{sequence.pattern}: no frames are asked for; give some, or none to take all that exist")
    missing = sorted(set(wanted) - set(sequence.frames))
    if missing:
        raise ShotError(f"{sequence.pattern}: no plate for frame {frames_text(missing)} (there are "
                        f"{frames_text(sequence.frames)}); render what is missing, or leave it out of the frames")
    return wanted


def _parse_references(items: list[ReferenceLike], frames: tuple[int, ...]) -> tuple[Reference, ...]:
    references: list[Reference] = []
    for item in items:
        references.extend([item] if isinstance(item, Reference) else _parse_reference(str(item), frames))
    if not references:
        raise ShotError("The shot has no reference; give a painted drawing as FILE@FRAME")
    by_frame: dict[int, Path] = {}
    for reference in references:
        if reference.frame is not None:
            if reference.frame in by_frame:
                raise ShotError(f"Two references stand at frame {reference.frame}: {by_frame[reference.frame]} and "
                                f"{reference.plate}; keep one, or give the other as a sheet (@sheet)")
            by_frame[reference.frame] = reference.plate
    return tuple(references)


def _parse_reference(text: str, frames: tuple[int, ...]) -> list[Reference]:
    name, at = split_frame(text)
    if at is not None:
        frame = None if at == "sheet" else int(at)
        path = find_spelling(name)
        if frame is not None and not path.is_file():
            path = frame_path(path, frame)
        return [Reference(_existing(path, frame), frame)]
    if Path(name).is_dir() or (has_frame_token(name) and not Path(name).is_file()):
        sequence = PlateSequence.parse(name)
        return [Reference(sequence.path(frame), frame) for frame in sequence.frames]
    path = _existing(Path(name), None)
    number = frame_in_name(path)
    log.log(logging.WARNING if number in frames else logging.INFO,
            "%(path)s is taken as a sheet without a place in time; if it is the painted frame %(n)s, "
            "give %(path)s@%(n)s",
            {"path": path, "n": "N" if number is None else number})
    return [Reference(path)]


def split_frame(text: str) -> tuple[str, str | None]:
    """Split "file@12" or "file@sheet" at the last @; a path that exists as it stands is not split."""
    match = _AT.match(text)
    if match is None or Path(text).exists():
        return text, None
    return match.group(1), match.group(2)


def _existing(path: Path, frame: int | None) -> Path:
    path = find_spelling(path)
    if not path.is_file():
        at = "" if frame is None else f" (reference at frame {frame})"
        raise PlateError(f"{path}{at} {what_is_there(path)}; check the path of the reference", path, frame)
    return path


def _with_lines(
    references: tuple[Reference, ...], given: list[LinesLike], sequence: PlateSequence
) -> tuple[Reference, ...]:
    """Give each reference its line art: the one asked for, else the shot's own line plate of its frame."""
    result = list(references)
    for item in given:
        name, at = split_frame(str(item))
        open_places = [i for i, r in enumerate(result) if r.lines is None
                       and (at is None or str(r.frame if r.frame is not None else "sheet") == at)]
        if not open_places:
            raise ShotError(f"{item}: there is no reference{'' if at is None else ' at ' + at} left for this line art; "
                            "give one line art a reference")
        place = open_places[0]
        path = _existing(Path(name), result[place].frame)
        result[place] = dataclasses.replace(result[place], lines=path)
    for place, reference in enumerate(result):
        if reference.lines is None and reference.frame in sequence.frames:
            result[place] = dataclasses.replace(reference, lines=sequence.path(reference.frame))
    return tuple(result)


def _in_time(reference: Reference) -> tuple[bool, int, str]:
    """Order references by frame, sheets last, so that the order in which they are given changes nothing."""
    return reference.is_sheet, reference.frame or 0, str(reference.plate)


def _as_list(items: object) -> list:  # type: ignore[type-arg]
    if items is None:
        return []
    return list(items) if isinstance(items, (list, tuple)) else [items]
