"""A job: everything that one run of the engine needs, as a JSON file; `docs/formats.md` specifies it.

Opens no plate and checks no path beyond its type: `shot.py` does.
"""

import json
import os
import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple, Union

from .errors import InputError, SettingsError, brief
from .settings import Settings
from .text_file import is_path, parse_json, read_text, write_remedy, write_text

VERSION = 1
MAX_FRAMES = 1000000
MAX_NUMBER = 10**15 - 1  # of a frame

_PART = re.compile(r"(-?\d{1,15})(?:-(-?\d{1,15})(?:[x:](\d{1,15}))?)?$")  # 1-9:2 is how farms write 1-9x2


class JobReference(NamedTuple):
    """A painted drawing: its file, its frame (None for a character sheet) and its own line art, if in a file."""

    path: str
    frame: Optional[int] = None
    lines: Optional[str] = None


class Job(NamedTuple):
    """One run: which plates, which references, where to, and how."""

    lines: str
    references: Tuple[JobReference, ...]
    out: str
    frames: Optional[str] = None  # "1-48x2,60"; None colours every frame that has a plate
    palette: Optional[str] = None
    settings: Settings = Settings()
    overwrite: bool = False
    resume: bool = False
    max_pixels: Optional[int] = None  # of a picture; None stands for the engine's own limit
    corrections: Optional[str] = None  # a file; a run merges it into the corrections beside its plates


def parse_frames(text: str) -> Tuple[int, ...]:
    """Return the frames of "1-48x2", "1,5,9" or "-5--1", sorted, each once. Raises SettingsError."""
    frames: Set[int] = set()
    left = MAX_FRAMES  # counted before they are made, so that no text takes for ever
    for part in text.replace(",", " ").split():
        found = _parse_part(part, text)
        left -= len(found)
        if left < 0:
            raise SettingsError("frames", text, "at most {} frames".format(MAX_FRAMES))
        frames.update(found)
    if not frames:
        raise SettingsError("frames", text, 'frames such as "1-48", "1-48x2" or "1,5,9"')
    return tuple(sorted(frames))


def frame_runs(frames: Iterable[int]) -> List[Tuple[int, int]]:
    """Return frames as first and last of each unbroken run, sorted."""
    runs: List[Tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if runs and frame == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], frame)
        else:
            runs.append((frame, frame))
    return runs


def frames_text(frames: Iterable[int]) -> str:
    """Return frames as text that `parse_frames` reads: "1-5 9"."""
    return " ".join(str(a) if a == b else "{}-{}".format(a, b) for a, b in frame_runs(frames))


def _parse_part(part: str, text: str) -> range:
    match = _PART.match(part)
    if match is None:
        raise SettingsError("frames", text, 'frames such as "1-48", "1-48x2" or "1,5,9"; "{}" is none'.format(
            brief(part)))
    first = int(match.group(1))
    last = int(match.group(2) or first)
    step = int(match.group(3) or 1)
    if last < first or step == 0:
        raise SettingsError("frames", text, 'ranges from low to high, step 1 or more; "{}" is not'.format(brief(part)))
    if (last - first) // step >= MAX_FRAMES:
        raise SettingsError("frames", text, "at most {} frames".format(MAX_FRAMES))
    return range(first, last + 1, step)


def save_job(job: Job, path: Union[str, Path]) -> None:
    """Write the job as JSON, its paths made absolute. Goes through a temporary name. Raises InputError."""
    text = json.dumps(to_dict(_with_paths(job, os.path.abspath)), indent=2, sort_keys=True) + "\n"
    try:
        write_text(path, text)
    except OSError as error:
        raise InputError("{}: the job cannot be written ({}); {}".format(
            path, error.strerror, write_remedy(error, path))) from error


def load_job(path: Union[str, Path]) -> Job:
    """Read a job; relative paths in it are taken from the job file's folder. Raises InputError, SettingsError."""
    source = Path(path)
    try:
        values = parse_json(read_text(source))
    except OSError as error:
        raise InputError("{}: the job cannot be read ({}); check the path".format(source, error.strerror)) from error
    except ValueError as error:
        raise InputError("{}: the job is not JSON ({}); write it again".format(source, error)) from error
    folder = os.path.dirname(os.path.abspath(str(source)))
    try:
        job = from_dict(values)
    except InputError as error:
        error.args = ("{}: {}".format(source, error),)
        raise
    return _with_paths(job, lambda name: os.path.join(folder, name))


def _with_paths(job: Job, change: Callable[[str], str]) -> Job:
    def optional(name: Optional[str]) -> Optional[str]:
        return None if name is None else change(name)

    references = tuple(JobReference(change(r.path), r.frame, optional(r.lines)) for r in job.references)
    return job._replace(
        lines=change(job.lines), references=references, out=change(job.out), palette=optional(job.palette),
        corrections=optional(job.corrections),
    )


def to_dict(job: Job) -> Dict[str, Any]:
    """Return the job as plain JSON values, version included."""
    values = dict(job._asdict(), version=VERSION)
    values["references"] = [dict(reference._asdict()) for reference in job.references]
    values["settings"] = job.settings.to_dict()
    for name in ("max_pixels", "corrections"):
        if values[name] is None:  # engines of before know no such field
            del values[name]
    return values


def from_dict(values: Any) -> Job:
    """Check plain JSON values and return the job. Raises SettingsError naming the field."""
    if not isinstance(values, dict):
        raise SettingsError("job", values, "an object with lines, references and out")
    if values.get("version") != VERSION:
        raise SettingsError("version", values.get("version"), str(VERSION))
    _refuse_unknown(values, Job._fields + ("version",), "")
    job = Job(
        lines=_path(values, "lines"),
        references=_references(values.get("references")),
        out=_path(values, "out"),
        frames=_field(values, "frames", str, required=False),
        palette=_path(values, "palette", required=False),
        settings=Settings.from_dict(_field(values, "settings", dict, required=False) or {}),
        overwrite=_field(values, "overwrite", bool, required=False) or False,
        resume=_field(values, "resume", bool, required=False) or False,
        max_pixels=_field(values, "max_pixels", int, required=False),
        corrections=_path(values, "corrections", required=False),
    )
    return checked(job)


def checked(job: Job) -> Job:
    """Return the job when its fields fit together, else raise SettingsError."""
    if job.overwrite and job.resume:
        raise SettingsError("resume", True, "either resume or overwrite, not both")
    if job.max_pixels is not None and job.max_pixels < 1:
        raise SettingsError("max_pixels", job.max_pixels, "1 or more, or null")
    if job.frames is not None:
        parse_frames(job.frames)
    return job


def _references(values: Any) -> Tuple[JobReference, ...]:
    if not isinstance(values, list):
        raise SettingsError("references", values, "a list of objects with path, frame and lines")
    references: List[JobReference] = []
    for index, value in enumerate(values):
        where = "references[{}]".format(index)
        if not isinstance(value, dict):
            raise SettingsError(where, value, "an object with path, frame and lines")
        _refuse_unknown(value, JobReference._fields, where + ".")
        references.append(
            JobReference(
                path=_path(value, "path", where + "."),
                frame=_frame(value, "frame", where + "."),
                lines=_path(value, "lines", where + ".", required=False),
            )
        )
    return tuple(references)


_WORDS = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object"}


def _field(values: Mapping[str, Any], name: str, kind: type, prefix: str = "", *, required: bool = True) -> Any:
    value = values.get(name)
    if value is None and not required:
        return None
    is_bool_for_int = kind is int and isinstance(value, bool)
    if not isinstance(value, kind) or is_bool_for_int or value == "":
        raise SettingsError(prefix + name, value, _WORDS[kind] + ("" if required else " or null"))
    return value


def _path(values: Mapping[str, Any], name: str, prefix: str = "", *, required: bool = True) -> Any:
    value = _field(values, name, str, prefix, required=required)
    if value is not None and not is_path(value):
        raise SettingsError(prefix + name, value, "a path that a file system takes")
    return value


def _frame(values: Mapping[str, Any], name: str, prefix: str) -> Optional[int]:
    value = _field(values, name, int, prefix, required=False)
    if value is not None and abs(value) > MAX_NUMBER:
        raise SettingsError(prefix + name, value, "a number of at most 15 digits")
    return None if value is None else int(value)


def _refuse_unknown(values: Mapping[str, Any], known: Tuple[str, ...], prefix: str) -> None:
    for name in values:
        if name not in known:
            raise SettingsError(prefix + name, values[name], "a field among " + ", ".join(known))
