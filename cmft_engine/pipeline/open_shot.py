"""The shot of a job, looked at before anything is loaded."""

from __future__ import annotations

from pathlib import Path

from ..image.color_space import check_spaces
from ..image.limits import set_max_pixels
from ..image.palette_files import load_palette
from ..image.sequence import find_spelling
from ..protocol.corrections import merged
from ..protocol.corrections_file import change, default_path, load_corrections
from ..protocol.job import Job
from ..protocol.text_file import real_path
from ..shot.named import references_of
from ..shot.shot import Shot
from .outputs import check_outputs, plan_outputs


def palette_of(job: Job) -> Path | None:
    """Return the palette file of a job as it is on disk, None where the references' own colours count."""
    return None if job.palette is None else find_spelling(job.palette)


def open_shot(job: Job) -> Shot:
    """Open the shot of a job as the engine does, and look at its palette, its spaces and where its plates go.

    Raises PlateError, ShotError, PaletteError and SettingsError.
    """
    set_max_pixels(job.max_pixels)
    check_spaces(job.settings)
    if job.palette is not None:
        load_palette(job.palette)
    shot = Shot.open(job.lines, reference=references_of(job), frames=job.frames)
    plan_outputs(shot, job.out)
    return shot


def open_run(job: Job, only: str | None) -> tuple[Shot, Path | None]:
    """Return the shot of a job, with the frames to colour now, and its palette file; nothing stands in their way.

    The job's corrections are then among those beside its plates. only: some frames of the job; None for all. Raises as
    `open_shot` does, and InputError for corrections that cannot be read.
    """
    shot, palette = open_shot(job), palette_of(job)
    shot = shot if only is None else shot.only(only)
    check_outputs(shot, job.out, overwrite=job.overwrite, resume=job.resume, others=[palette] if palette else [])
    _take_corrections(job)
    return shot, palette


def _take_corrections(job: Job) -> None:
    if job.corrections is None:
        return
    brought, there = load_corrections(job.corrections), default_path(job.out)
    if brought and real_path(job.corrections) != real_path(there):
        change(there, lambda own: merged(own, brought))
