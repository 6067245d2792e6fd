"""Saving a job where it replaces nothing that is not the engine's own."""

from pathlib import Path

from ..protocol.errors import CmftError, InputError
from ..protocol.job import Job, load_job, save_job
from ..protocol.text_file import real_path


def save_safely(job: Job, path: Path, *, source: Path | None, overwrite: bool) -> None:
    """Save a job. Raises InputError when its file would replace an input, or, without `overwrite`, what is no job.

    source: the job file that this one was made from, an input too.
    """
    if real_path(path) in _inputs(job, source):
        raise InputError(f"{path} is an input of this job; save it under another name, inputs are kept")
    if (path.exists() or path.is_symlink()) and not overwrite and not _is_job(path):
        raise InputError(f"{path} exists and is no job; add --overwrite, or choose another name")
    save_job(job, path)


def _inputs(job: Job, source: Path | None) -> set[Path]:
    from ..image.sequence import PlateSequence  # here: brings what --help does without

    named = [job.lines, job.palette, job.corrections, *(name for r in job.references for name in (r.path, r.lines))]
    found = {real_path(name) for name in named if name} | ({real_path(source)} if source else set())
    for name in filter(None, named):
        try:
            sequence = PlateSequence.parse(name)
        except CmftError:  # colouring says what is wrong with it
            continue
        found |= {real_path(sequence.path(frame)) for frame in sequence.frames}
    return found


def _is_job(path: Path) -> bool:
    try:
        load_job(path)
    except CmftError:
        return False
    return not path.is_symlink()
