"""From a node to a job: which frames, which references, what must be rendered first, where the result goes.

`prepare` reads the file in the main thread; `write_job` may run in any, once rendered inputs are on disk.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple, Optional, Sequence, Tuple

import bpy

from cmft_engine.protocol.digests import content_digest
from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.job import Job, JobReference, frames_text, parse_frames, save_job
from cmft_engine.protocol.settings import Settings

from .inputs import Source, is_connected, line_source, origin, painted_frame, pictures_are_saved, reference_source
from .names import CUSTOM, INPUT, LINE_ART, PLATES, REFERENCE
from .nodes import Use, cache_folder, own_identity
from .plates import Plates
from .prep import LINES, REFERENCES, Request, save_copy
from .properties import read_settings
from .signature import signature

JOB = "job.json"
_INPUT_NUMBERS = {REFERENCE: 0, LINE_ART: 1}


class Painted(NamedTuple):
    """A reference: its frame in the scene (None for a sheet), and its file; `at` where a rendered one is taken."""

    frame: Optional[int]
    path: Optional[str] = None
    at: int = 0


class Order(NamedTuple):
    """One run as it was asked for; nothing has been rendered or coloured yet. Frames are the scene's."""

    uid: str
    name: str
    folder: Path
    lines: Plates
    wanted: Tuple[int, ...]  # the node's whole range
    frames: Tuple[int, ...]  # those of this run
    painted: Tuple[Painted, ...]
    palette: Optional[str]
    settings: Settings
    signature: str
    request: Optional[Request]  # for the second Blender


class Plan(NamedTuple):
    """One run, ready to start: the order, the job's file, and the plates that will be there."""

    order: Order
    job_file: Path
    folder: Path
    plates: Plates


def prepare(use: Use, only: Optional[Sequence[int]] = None) -> Order:
    """Look at the node and its inputs; `only`: some frames of its range. Raises InputError, SettingsError."""
    values = use.group.cmft
    settings = _in_linear(read_settings(values))
    lines, painted_source = line_source(use), reference_source(use) if _needs_reference(use) else None
    wanted = wanted_frames(use, lines)
    frames = wanted if only is None else tuple(sorted(set(only)))
    shift = lines.plates.shift if lines is not None and lines.plates is not None else 0
    painted = _painted(use, painted_source, wanted, shift)
    palette = _existing(use, values.palette, "palette") if values.palette else None
    uid, folder = own_identity(use.group), cache_folder(use.group)
    jobs = [] if lines is not None else [(LINES, _INPUT_NUMBERS[LINE_ART], _with_painted(frames, painted))]
    rendered = tuple(sorted({one.at for one in painted if one.path is None}))
    jobs += [(REFERENCES, _INPUT_NUMBERS[REFERENCE], rendered)] if rendered else []
    for _, number, _ in jobs:
        pictures_are_saved(use, number)
    request = save_copy(use, folder / "inputs", tuple(jobs)) if jobs else None
    plates = lines.plates if lines is not None and lines.plates is not None else None
    if plates is None:
        assert request is not None  # the lines are its first job
        plates = request.plates(LINES)
    return Order(uid, use.name, folder, plates, wanted, frames, painted, palette, settings, signature(use), request)


def _in_linear(settings: Settings) -> Settings:
    """Let plates be scene-linear as Blender takes an EXR to be, unless another space was asked for."""
    if settings.output_space:
        return settings
    return settings.replace(output_space="scene_linear" if os.environ.get("OCIO") else "lin_rec709")


def wanted_frames(use: Use, lines: Optional[Source]) -> Tuple[int, ...]:
    """Return the frames that the node's range asks for. Raises InputError, SettingsError."""
    values = use.group.cmft
    if values.range == CUSTOM:
        if not values.frames.strip():
            raise InputError("{}: the range is custom but no frames are written; write some, such as 1-48".format(
                use.name))
        return parse_frames(values.frames)
    if values.range == INPUT and lines is not None:
        return lines.frames
    return tuple(range(use.scene.frame_start, use.scene.frame_end + 1))


def _needs_reference(use: Use) -> bool:
    """Say whether the Reference input is used: not when the list names a file for each of its lines."""
    listed = use.group.cmft.references
    if len(listed) and all(one.path for one in listed):
        return False
    origin(use, REFERENCE)
    return True


def implied_references(use: Use) -> Tuple[int, ...]:
    """Return the frames of the references that an empty list stands for; none when nothing tells."""
    if not is_connected(use, REFERENCE):
        return ()
    source = reference_source(use)
    if source is None:
        return ()
    if source.still is None:
        return source.frames
    lines = line_source(use) if is_connected(use, LINE_ART) else None
    shift = lines.plates.shift if lines is not None and lines.plates is not None else 0
    try:
        return (painted_frame(use, source.still, wanted_frames(use, lines), shift),)
    except InputError:
        return ()


def _painted(use: Use, source: Optional[Source], wanted: Tuple[int, ...], shift: int) -> Tuple[Painted, ...]:
    listed = use.group.cmft.references
    if len(listed):
        found = [_of_line(use, line, source) for line in listed]
        frames = [one.frame for one in found if one.frame is not None]
        twice = sorted({frame for frame in frames if frames.count(frame) > 1})
        if twice:
            raise InputError("{}: frame {} is on the list of references twice; remove one".format(use.name, twice[0]))
        return tuple(found)
    if source is not None and source.plates is not None:
        return tuple(Painted(frame, source.plates.path(frame)) for frame in source.frames)
    if source is not None and source.still is not None:
        path = _existing(use, source.still, "picture")
        return (Painted(painted_frame(use, path, wanted, shift), path),)
    raise InputError("{}: at which frames does Reference show a painted drawing? Go there and press Add Reference "
                     "Frame".format(use.name))


def _of_line(use: Use, line: Any, source: Optional[Source]) -> Painted:
    """Return the reference of one line of the list."""
    frame = None if line.is_sheet else int(line.frame)
    if line.path:
        return Painted(frame, _existing(use, line.path, "picture"))
    if source is not None and source.still is not None:
        return Painted(frame, _existing(use, source.still, "picture"))
    if source is not None and source.plates is not None:
        return Painted(frame, _existing(use, source.plates.path(line.frame), "painted frame"))
    return Painted(frame, at=int(line.frame))


def _existing(use: Use, path: str, what: str) -> str:
    found = str(bpy.path.abspath(path))
    if not os.path.isfile(found):
        raise InputError("{}: there is no {} {}; choose another or take it off".format(use.name, what, found))
    return found


def _with_painted(frames: Sequence[int], painted: Sequence[Painted]) -> Tuple[int, ...]:
    """Return frames whose lines are needed: a painted drawing is read with the lines of its frame."""
    return tuple(sorted({*frames, *(one.frame for one in painted if one.frame is not None)}))


def write_job(order: Order) -> Plan:
    """Write the job file and return the plan; everything that was to be rendered is on disk. Raises InputError."""
    shift = order.lines.shift
    references = [
        JobReference(one.path or _rendered(order).path(one.at), None if one.frame is None else one.frame + shift)
        for one in sorted(order.painted, key=lambda one: (one.frame is None, one.frame or 0))
    ]
    look = [repr(order.settings), repr([reference.frame for reference in references])]
    files = [reference.path for reference in references] + ([order.palette] if order.palette else [])
    folder = order.folder / content_digest(files, look)
    plates = Plates((folder / PLATES).as_posix(), shift)
    frames = frames_text([frame + shift for frame in order.frames])
    job = Job(order.lines.pattern, tuple(references), plates.pattern, frames, order.palette, order.settings,
              resume=True)
    save_job(job, folder / JOB)
    return Plan(order, folder / JOB, folder, plates)


def _rendered(order: Order) -> Plates:
    assert order.request is not None  # a reference without a file is one of its jobs
    return order.request.plates(REFERENCES)

