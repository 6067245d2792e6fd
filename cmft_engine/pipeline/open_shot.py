"""The shot of a job, looked at before anything is loaded."""

from __future__ import annotations

from pathlib import Path

from ..image.color_space import check_spaces
from ..image.limits import set_max_pixels
from ..image.palette_files import load_palette
from ..image.sequence import find_spelling
from ..protocol.job import Job
from ..shot.shot import Reference, Shot
from .outputs import plan_outputs


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
    references = [Reference(Path(r.path), r.frame, Path(r.lines)) if r.lines
                  else r.path if r.frame is None else f"{r.path}@{r.frame}" for r in job.references]
    shot = Shot.open(job.lines, reference=references, frames=job.frames)
    plan_outputs(shot, job.out)
    return shot
