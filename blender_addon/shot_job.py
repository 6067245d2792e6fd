"""From a node to a job: which frames, which references, what must be rendered first, where the result goes.

`prepare` reads the file in the main thread; `write_job` may run in any, once rendered inputs are on disk.
"""

import os
from pathlib import Path
from typing import Any, Iterable, NamedTuple, Optional, Sequence, Tuple

import bpy

from cmft_engine.protocol.host.references import still_warnings
from cmft_engine.protocol.host.run import JOB, place_job
from cmft_engine.protocol.host.sequences import Plates
from cmft_engine.protocol.job import Job, frames_text
from cmft_engine.protocol.settings import Settings

from .inputs import Source, line_source, shift_of_lines, wanted_frames
from .names import LINE_ART, PLATES
from .nodes import NodeInstance, cache_folder, own_identity
from .places import whole_path
from .prep import LINES, Renderer, RenderRequest, ask_for
from .properties import read_settings
from .references import Painted, existing_file, find_references, job_references, reference_jobs
from .signature import signature


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


def prepare(instance: NodeInstance, only: Optional[Sequence[int]] = None, inputs: str = "inputs") -> RunRequest:
    """Look at the node and its inputs; `only`: some frames of its range; `inputs`: the folder for rendered ones.

    Raises InputError, SettingsError.
    """
    values = instance.group.cmft
    settings = settings_of(values)
    lines = line_source(instance)
    wanted = wanted_frames(instance, lines)
    frames = wanted if only is None else tuple(sorted(set(only)))
    shift = shift_of_lines(lines)
    painted_source, painted = find_references(instance, wanted, shift)
    palette = palette_file(instance)
    uid, folder = own_identity(instance.group), cache_folder(instance.group)
    shot = {*wanted, *frames}
    jobs = [] if lines is not None else [(LINES, LINE_ART, _with_painted(shot, painted))]
    rendering = ask_for(instance, folder / inputs, [*jobs, *reference_jobs(painted)])
    plates = lines.plates if lines is not None and lines.plates is not None else None
    if plates is None:
        assert rendering is not None  # the lines are its first job
        plates = rendering.plates(LINES)
    return RunRequest(uid, instance.name, folder, plates, wanted, frames, painted, palette, settings,
                      signature(instance), rendering,
                      _oddities(painted_source, painted, wanted if lines is None else lines.frames, shift))


def palette_file(instance: NodeInstance) -> Optional[str]:
    """Return the palette that the node is set to, None for none. Raises InputError when it is not there."""
    values = instance.group.cmft
    return existing_file(instance, whole_path(values, values.palette), "palette") if values.palette else None


def line_plates(instance: NodeInstance, frames: Sequence[int], folder: Path) -> Plates:
    """Return the line art at frames as files; renders it into a folder where it is none, and returns when it has.

    Raises InputError, EngineError.
    """
    lines = line_source(instance)
    if lines is not None and lines.plates is not None:
        return lines.plates
    rendering = ask_for(instance, folder, [(LINES, LINE_ART, tuple(sorted(set(frames))))])
    assert rendering is not None  # one job was given
    Renderer(rendering).render(lambda _: None)
    return rendering.plates(LINES)


def _oddities(source: Optional[Source], painted: Sequence[Painted], shot: Iterable[int],
              shift: int) -> Tuple[str, ...]:
    """Return what is odd about a still picture on Reference; shot: the scene's frames that have line art."""
    if source is None or source.still is None:
        return ()
    taken = [one.frame + shift for one in painted if one.frame is not None and one.path is not None
             and os.path.samefile(one.path, bpy.path.abspath(source.still))]
    return still_warnings(source.still, taken, [frame + shift for frame in shot])


def settings_of(values: Any) -> Settings:
    """Return a group's settings; plates are scene-linear as Blender takes an EXR to be, unless asked otherwise."""
    settings = read_settings(values)
    if settings.output_space:
        return settings
    return settings.replace(output_space="scene_linear" if os.environ.get("OCIO") else "lin_rec709")


def _with_painted(frames: Iterable[int], painted: Sequence[Painted]) -> Tuple[int, ...]:
    """Return frames whose lines are needed: a painted drawing is read with the lines of its frame."""
    return tuple(sorted({*frames, *(one.frame for one in painted if one.frame is not None)}))


def write_job(request: RunRequest) -> Plan:
    """Write the job file and return the plan; everything that was to be rendered is on disk. Raises InputError."""
    shift = request.lines.shift
    references = job_references(request.painted, request.rendering, shift)
    frames = frames_text(frame + shift for frame in request.shot)
    job = place_job(Job(request.lines.pattern, references, PLATES, frames, request.palette, request.settings),
                    request.folder)
    return Plan(request, Path(job.out).parent / JOB, Plates(job.out, shift))
