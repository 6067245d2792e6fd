"""An OpenJD job bundle: the template of a shot's job, which colours in chunks and then writes one report.

Opens the shot to see that all of it fits before a farm is asked. Starts no engine and submits nothing.
https://github.com/OpenJobDescription/openjd-specifications says what a template may hold.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..pipeline.open_shot import open_shot
from ..protocol.errors import InputError, SettingsError
from ..protocol.job import Job, save_job
from ..protocol.plain import shell_line
from ..protocol.text_file import real_path, write_text
from ..shot.named import Reference
from ..shot.shot import Shot

TEMPLATE, VALUES, PARAMETERS, ASSETS, JOB = (
    "template.json", "parameter_values.json", "parameters.json", "asset_references.json", "job.json")
FILES = (TEMPLATE, VALUES, PARAMETERS, ASSETS, JOB)
CHUNK = 16  # frames a task: an engine takes some seconds to start
GRACE_S = 30  # between the signal and the kill
MAX_NAME, MAX_VALUE, MAX_PARAMETERS = 120, 1024, 50  # of OpenJD's specification


class Parameter(NamedTuple):
    """A value that a farm may change or map to its own paths: its OpenJD type, what it is used for, its default."""

    name: str
    kind: str  # STRING, INT or PATH
    value: str | int
    label: str
    use: str = ""  # of a path: FILE IN, DIRECTORY IN, DIRECTORY OUT


class Bundle(NamedTuple):
    """A bundle on disk: its folder, and the lines that run it here or send it to Deadline Cloud."""

    folder: Path
    run: str
    submit: str


def write_bundle(job: Job, folder: Path, *, chunk: int = CHUNK) -> Bundle:
    """Write template, values, assets and job into `folder`; a bundle that is there is replaced.

    Raises SettingsError, and what opening the shot raises.
    """
    if chunk < 1:
        raise SettingsError("chunk", chunk, "at least 1 frame a task")
    shot = open_shot(job)
    for error in shot.failed.values():
        raise error
    parameters = tuple(parameters_of(job, shot, chunk))
    _check(parameters, names=(Path(shot.lines.pattern).name, Path(job.out).name))
    save_job(job._replace(overwrite=False, resume=True), folder / JOB)
    for name, content in ((TEMPLATE, template(job, shot, parameters)), (ASSETS, assets(parameters, folder)),
                          (VALUES, values(parameters)), (PARAMETERS, {**_given(parameters), "Engine": own_command()})):
        _write(folder / name, content)
    where = real_path(folder)
    return Bundle(folder, shell_line("openjd", "run", str(where / TEMPLATE), "--job-param",
                                     f"file://{where / PARAMETERS}"),
                  shell_line("deadline", "bundle", "submit", str(where)))


def parameters_of(job: Job, shot: Shot, chunk: int) -> Iterator[Parameter]:
    """Yield every parameter of the job."""
    yield Parameter("Frames", "STRING", range_text(shot.frames), "Frames of the shot")
    yield Parameter("FramesPerTask", "INT", chunk, "Frames a task")
    yield Parameter("Engine", "STRING", "cmft", "Command on the worker")
    yield Parameter("JobFile", "PATH", JOB, "Job file", "FILE IN")
    yield Parameter("LinesFolder", "PATH", str(real_path(Path(shot.lines.pattern).parent)), "Line plates",
                    "DIRECTORY IN")
    for number, reference in enumerate(shot.references, 1):
        yield Parameter(f"Reference{number}", "PATH", str(real_path(reference.plate)), f"Painted drawing {number}",
                        "FILE IN")
    for number, reference in enumerate(with_own_lines(shot), 1):
        yield Parameter(f"ReferenceLines{number}", "PATH", str(reference.lines), f"Line art {number}", "FILE IN")
    if job.palette is not None:
        yield Parameter("Palette", "PATH", os.path.abspath(job.palette), "Palette", "FILE IN")
    if job.corrections is not None:
        yield Parameter("Corrections", "PATH", os.path.abspath(job.corrections), "Corrections", "FILE IN")
    yield Parameter("OutFolder", "PATH", str(real_path(Path(job.out).parent)), "Coloured plates", "DIRECTORY OUT")


def with_own_lines(shot: Shot) -> list[Reference]:
    """Return the references whose line art is a file of its own, not the shot's plate at their frame."""
    return [reference for reference in shot.references if reference.lines is not None
            and (reference.frame not in shot.lines.frames or reference.lines != shot.lines.path(reference.frame or 0))]


def template(job: Job, shot: Shot, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the job template: a step that colours chunks, and one that then writes the report."""
    arguments = engine_arguments(job, shot)
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": f"CMFT {Path(job.out).name}"[:MAX_NAME],
        "parameterDefinitions": [_definition(parameter) for parameter in parameters],
        "steps": [
            {"name": "Colour", "parameterSpace": {"taskParameterDefinitions": [_frames()]},
             "script": _script([*arguments, "--only={{Task.Param.Frame}}"])},
            {"name": "Report", "dependencies": [{"dependsOn": "Colour"}], "script": _script(arguments)},
        ],
    }


def engine_arguments(job: Job, shot: Shot) -> list[str]:
    """Return the engine's arguments, every path taken from a parameter so that a farm can map it.

    Frames are given with =, for negative ones would be taken for options.
    """
    lines = Path(shot.lines.pattern).name
    arguments = ["colorize", f"{{{{Param.LinesFolder}}}}/{lines}", "--job", "{{Param.JobFile}}",
                 "--out", f"{{{{Param.OutFolder}}}}/{Path(job.out).name}", "--frames={{Param.Frames}}"]
    own = with_own_lines(shot)
    order = [*own, *(reference for reference in shot.references if reference not in own)]  # line art goes by order
    for reference in order:
        at = "sheet" if reference.frame is None else reference.frame
        number = shot.references.index(reference) + 1
        arguments += ["--reference", f"{{{{Param.Reference{number}}}}}@{at}"]
    for number in range(1, len(own) + 1):
        arguments += ["--reference-lines", f"{{{{Param.ReferenceLines{number}}}}}"]
    if job.palette is not None:
        arguments += ["--palette", "{{Param.Palette}}"]
    if job.corrections is not None:
        arguments += ["--corrections", "{{Param.Corrections}}"]
    return [*arguments, "--resume", "--openjd"]


def _frames() -> dict[str, Any]:
    return {"name": "Frame", "type": "CHUNK[INT]", "range": "{{Param.Frames}}",
            "chunks": {"defaultTaskCount": "{{Param.FramesPerTask}}", "rangeConstraint": "NONCONTIGUOUS"}}


def _script(arguments: list[str]) -> dict[str, Any]:
    return {"actions": {"onRun": {
        "command": "{{Param.Engine}}", "args": arguments,
        "cancelation": {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": GRACE_S}}}}


def _definition(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {"name": parameter.name, "type": parameter.kind, "description": parameter.label}
    if parameter.use:
        found["objectType"], found["dataFlow"] = parameter.use.split()
    if parameter.kind == "INT":
        found["minValue"] = 1
    if parameter.kind != "PATH" or parameter.name == "JobFile":  # templates may not name absolute paths
        found["default"] = parameter.value
    return found


def values(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the parameters' values as Deadline Cloud reads them beside a template."""
    return {"parameterValues": [{"name": name, "value": value} for name, value in _given(parameters).items()]}


def _given(parameters: Sequence[Parameter]) -> dict[str, Any]:
    return {parameter.name: parameter.value for parameter in parameters if parameter.name != "JobFile"}


def assets(parameters: Sequence[Parameter], folder: Path) -> dict[str, Any]:
    """Return what must be shipped to a farm without a shared disk, and what comes back."""
    uses = {use: [str(p.value) for p in parameters if p.use == use and p.name != "JobFile"]
            for use in ("FILE IN", "DIRECTORY IN", "DIRECTORY OUT")}
    files = [str(real_path(folder / JOB)), *uses["FILE IN"]]
    return {"assetReferences": {
        "inputs": {"filenames": files, "directories": uses["DIRECTORY IN"]},
        "outputs": {"directories": uses["DIRECTORY OUT"]},
        "referencedPaths": [],
    }}


def own_command() -> str:
    """Return the command of this very engine, for a run here; farms know it as `cmft`."""
    folder = Path(sys.executable).parent
    found = shutil.which("cmft", path=str(folder))
    return "cmft" if found is None else found


def range_text(frames: Sequence[int]) -> str:
    """Return sorted frames as OpenJD writes them: "1-5,9", "1-9:2" for every second."""
    parts, rest = [], list(frames)
    while rest:
        step = rest[1] - rest[0] if len(rest) > 1 else 1
        count = next((i for i in range(1, len(rest)) if rest[i] - rest[i - 1] != step), len(rest))
        if count == 2 and step > 1:
            count = 1
        every = "" if step == 1 else f":{step}"
        parts.append(f"{rest[0]}-{rest[count - 1]}{every}" if count > 1 else str(rest[0]))
        rest = rest[count:]
    return ",".join(parts)


def _check(parameters: Sequence[Parameter], *, names: Sequence[str]) -> None:
    """Raise InputError for what no OpenJD template can hold; `names`: of the plates, which stand in arguments."""
    for text in (*names, *(str(parameter.value) for parameter in parameters)):
        if "{{" in text:
            raise InputError(f"{text}: a farm takes {{{{ for the beginning of a variable; rename it")
    for parameter in parameters:
        if len(str(parameter.value)) > MAX_VALUE:
            raise InputError(f"{parameter.label}: {str(parameter.value)[:60]}… is longer than a farm takes "
                             f"({MAX_VALUE} letters); make bundles of parts of the shot")
    if len(parameters) > MAX_PARAMETERS:
        raise InputError(f"the shot has {sum(p.name.startswith('Reference') for p in parameters)} references and line "
                         f"arts of theirs, too many for a farm's template ({MAX_PARAMETERS} values); a frame uses the "
                         "nearest four, so make bundles of parts of the shot")


def _write(path: Path, content: dict[str, Any]) -> None:
    try:
        write_text(path, json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"{path}: the bundle cannot be written ({error.strerror}); choose another folder") from error
