"""The example shot that comes with a clone of the repository."""

from pathlib import Path

from ..protocol.errors import InputError
from ..protocol.job import Job, load_job

JOB = Path(__file__).resolve().parents[2] / "examples" / "shot" / "job.json"


def example_job(folder: Path) -> Job:
    """Return the example's job, to be coloured into `folder`, over what an earlier demo left. Raises InputError."""
    if not JOB.exists():
        raise InputError(f"{JOB}: the example shot is only in a clone of the repository; clone it and run "
                         "python3 install.py demo there")
    job = load_job(JOB)
    return job._replace(out=str(folder / Path(job.out).name), overwrite=True, resume=False)
