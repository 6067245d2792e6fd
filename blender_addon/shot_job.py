"""From a node to a job: which frames, which references, what must be rendered first, where the result goes.

`prepare` reads the file in the main thread; `write_job` may run in any, once rendered inputs are on disk.
"""

import os
from pathlib import Path
from typing import Any, Iterable, NamedTuple, Optional, Sequence, Tuple

import bpy

from cmft_engine.protocol.errors import InputError
from cmft_engine.protocol.host.references import still_warnings
from cmft_engine.protocol.host.run import JOB, place_job
from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.job import Job, JobReference, frames_text, parse_frames
from cmft_engine.protocol.settings import Settings

from .inputs import Source, is_connected, line_source, origin, painted_frame, pictures_are_saved, reference_source
from .names import CUSTOM, INPUT, LINE_ART, PLATES, REFERENCE
from .nodes import NodeInstance, cache_folder, own_identity
from .places import whole_path
from .prep import LINES, REFERENCES, RenderRequest, save_copy
from .properties import read_settings
from .signature import signature


class Painted(NamedTuple):
    """A reference: its frame in the scene (None for a sheet), and its file; `at` where a rendered one is taken."""

    frame: Optional[int]
    path: Optional[str] = None
    at: int = 0


class RunRequest(NamedTuple):
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
    rendering: Optional[RenderRequest]  # for the second Blender
    warnings: Tuple[str, ...] = ()  # what is odd about its inputs

    @property
    def shot(self) -> Tuple[int, ...]:
        """All frames of the job: some of them come out as in a run over the whole."""
        return tuple(sorted({*self.wanted, *self.frames}))

    @property
    def only(self) -> Optional[str]:
        """The plates of this run where the job has more, as the engine is told; None for all of the job's."""
        return None if self.frames == self.wanted else frames_text(frame + self.lines.shift for frame in self.frames)


class Plan(NamedTuple):
    """One run, ready to start: what was asked for, the job's file, and the plates that will be there."""

    request: RunRequest
    job_file: Path
    plates: Plates


def prepare(instance: NodeInstance, only: Optional[Sequence[int]] = None) -> RunRequest:
    """Look at the node and its inputs; `only`: some frames of its range. Raises InputError, SettingsError."""
    values = instance.group.cmft
    settings = _in_linear(read_settings(values))
    lines = line_source(instance)
    painted_source = reference_source(instance) if _needs_reference(instance) else None
    wanted = wanted_frames(instance, lines)
    frames = wanted if only is None else tuple(sorted(set(only)))
    shift = lines.plates.shift if lines is not None and lines.plates is not None else 0
    painted = _painted(instance, painted_source, wanted, shift)
    palette = _existing(instance, whole_path(values, values.palette), "palette") if values.palette else None
    uid, folder = own_identity(instance.group), cache_folder(instance.group)
    shot = {*wanted, *frames}
    jobs = [] if lines is not None else [(LINES, _number(instance, LINE_ART), _with_painted(shot, painted))]
    rendered = tuple(sorted({one.at for one in painted if one.path is None}))
    jobs += [(REFERENCES, _number(instance, REFERENCE), rendered)] if rendered else []
    for _, number, _ in jobs:
        pictures_are_saved(instance, number)
    rendering = save_copy(instance, folder / "inputs", tuple(jobs)) if jobs else None
    plates = lines.plates if lines is not None and lines.plates is not None else None
    if plates is None:
        assert rendering is not None  # the lines are its first job
        plates = rendering.plates(LINES)
    return RunRequest(uid, instance.name, folder, plates, wanted, frames, painted, palette, settings,
                      signature(instance), rendering,
                      _oddities(painted_source, painted, wanted if lines is None else lines.frames, shift))


def _oddities(source: Optional[Source], painted: Sequence[Painted], shot: Iterable[int],
              shift: int) -> Tuple[str, ...]:
    """Return what is odd about a still picture on Reference; shot: the scene's frames that have line art."""
    if source is None or source.still is None:
        return ()
    taken = [one.frame + shift for one in painted if one.frame is not None and one.path is not None
             and os.path.samefile(one.path, bpy.path.abspath(source.still))]
    return still_warnings(source.still, taken, [frame + shift for frame in shot])


def _number(instance: NodeInstance, name: str) -> int:
    """Return the number of an input, which is another in nodes of an older layout."""
    return [entry.name for entry in instance.node.inputs].index(name)


def _in_linear(settings: Settings) -> Settings:
    """Let plates be scene-linear as Blender takes an EXR to be, unless another space was asked for."""
    if settings.output_space:
        return settings
    return settings.replace(output_space="scene_linear" if os.environ.get("OCIO") else "lin_rec709")


def wanted_frames(instance: NodeInstance, lines: Optional[Source]) -> Tuple[int, ...]:
    """Return the frames that the node's range asks for. Raises InputError, SettingsError."""
    values = instance.group.cmft
    if values.range == CUSTOM:
        if not values.frames.strip():
            raise InputError("{}: the range is custom but no frames are written; write some, such as 1-48".format(
                instance.name))
        return parse_frames(values.frames)
    if values.range == INPUT and lines is not None:
        return lines.frames
    return tuple(range(instance.scene.frame_start, instance.scene.frame_end + 1))


def _needs_reference(instance: NodeInstance) -> bool:
    """Say whether the Reference input is used: not when the list names a file for each of its lines."""
    listed = instance.group.cmft.references
    if len(listed) and all(one.path for one in listed):
        return False
    origin(instance, REFERENCE)
    return True


def implied_references(instance: NodeInstance) -> Tuple[int, ...]:
    """Return the frames of the references that an empty list stands for; none when nothing tells."""
    if not is_connected(instance, REFERENCE):
        return ()
    source = reference_source(instance)
    if source is None:
        return ()
    if source.still is None:
        return source.frames
    lines = line_source(instance) if is_connected(instance, LINE_ART) else None
    shift = lines.plates.shift if lines is not None and lines.plates is not None else 0
    try:
        return (painted_frame(instance, source.still, wanted_frames(instance, lines), shift),)
    except InputError:
        return ()


def _painted(instance: NodeInstance, source: Optional[Source], wanted: Tuple[int, ...],
             shift: int) -> Tuple[Painted, ...]:
    listed = instance.group.cmft.references
    if len(listed):
        found = [_of_line(instance, line, source) for line in listed]
        frames = [one.frame for one in found if one.frame is not None]
        twice = sorted({frame for frame in frames if frames.count(frame) > 1})
        if twice:
            raise InputError("{}: frame {} is on the list of references twice; remove one".format(
                instance.name, twice[0]))
        return tuple(found)
    if source is not None and source.plates is not None:
        return tuple(Painted(frame, source.plates.path(frame)) for frame in source.frames)
    if source is not None and source.still is not None:
        path = _existing(instance, source.still, "picture")
        return (Painted(painted_frame(instance, path, wanted, shift), path),)
    raise InputError("{}: at which frames does Reference show a painted drawing? Go there and press Add Reference "
                     "Frame".format(instance.name))


def _of_line(instance: NodeInstance, line: Any, source: Optional[Source]) -> Painted:
    """Return the reference of one line of the list."""
    frame = None if line.is_sheet else int(line.frame)
    if line.path:
        path = whole_path(instance.group.cmft, line.path)
        return Painted(frame, _existing(instance, path, _painting(line)))
    if source is not None and source.still is not None:
        return Painted(frame, _existing(instance, source.still, _painting(line)))
    if source is not None and source.plates is not None:
        return Painted(frame, _existing(instance, source.plates.path(line.frame), _painting(line)))
    return Painted(frame, at=int(line.frame))


def _painting(line: Any) -> str:
    return "character sheet" if line.is_sheet else "painting of frame {}".format(line.frame)


def _existing(instance: NodeInstance, path: str, what: str) -> str:
    found = str(bpy.path.abspath(path))
    if not os.path.isfile(found):
        raise InputError("{}: there is no {} {}; choose another or take it off".format(instance.name, what, found))
    return found


def _with_painted(frames: Iterable[int], painted: Sequence[Painted]) -> Tuple[int, ...]:
    """Return frames whose lines are needed: a painted drawing is read with the lines of its frame."""
    return tuple(sorted({*frames, *(one.frame for one in painted if one.frame is not None)}))


def write_job(request: RunRequest) -> Plan:
    """Write the job file and return the plan; everything that was to be rendered is on disk. Raises InputError."""
    shift = request.lines.shift
    references = [
        JobReference(one.path or _rendered(request).path(one.at), None if one.frame is None else one.frame + shift)
        for one in sorted(request.painted, key=lambda one: (one.frame is None, one.frame or 0))
    ]
    frames = frames_text(frame + shift for frame in request.shot)
    job = place_job(Job(request.lines.pattern, tuple(references), PLATES, frames, request.palette, request.settings),
                    request.folder)
    return Plan(request, Path(job.out).parent / JOB, Plates(job.out, shift))


def _rendered(request: RunRequest) -> Plates:
    assert request.rendering is not None  # a reference without a file is one of its jobs
    return request.rendering.plates(REFERENCES)
