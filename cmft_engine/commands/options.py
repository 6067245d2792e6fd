"""Options that commands share, and from options to a job: what was given overrides a job file.

The settings become options by themselves.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ..protocol.errors import SettingsError
from ..protocol.job import Job, JobReference, checked
from ..protocol.settings import SETTINGS, Setting
from ..shot.named import split_frame

Plates = Annotated[str, typer.Argument(metavar="PLATES", help="####, %04d, a folder, or one file.", show_default=False)]
Out = Annotated[str, typer.Option(help="Where to write; #### or %04d stands for the frame.", show_default=False)]
Frames = Annotated[str | None, typer.Option(help="Such as 1-48, 1-48x2 or 1,5,9; all by default.")]
PaletteFile = Annotated[Path, typer.Argument(metavar="PALETTE", help="A .json or .gpl palette.", show_default=False)]
PaletteOut = Annotated[Path, typer.Option(help="The palette to write, .json or .gpl.", show_default=False)]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]

MaxPixels = Annotated[int | None, typer.Option(min=1, help="Refuse pictures of more pixels than this. Default: a "
                                                "gigapixel.")]
ReferenceFiles = Annotated[list[str] | None, typer.Option(
    metavar="FILE[@FRAME]", help="A painted drawing and its frame; without a frame, a character sheet. Repeatable.",
)]
ReferenceLines = Annotated[list[str] | None, typer.Option(
    metavar="FILE[@FRAME]", help="Line art of a reference, in the order of the references. By default the shot's own "
    "plate at that frame, else taken from the painting. Repeatable.",
)]
PaintingLines = Annotated[list[str] | None, typer.Option(
    metavar="FILE", help="Line plate of a painting, in the order of the paintings; else its lines are taken from the "
    "painting. Repeatable.",
)]
Sheet = Annotated[Path | None, typer.Option("--show", help="Write a picture to check the paints by: each painting "
                                            "beside them, and numbered swatches.")]

_TYPES = {"int": int, "float": float, "text": str, "bool": bool}


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the named settings, or all, as options; it receives those given as the dict `settings`.

    The old names of a setting are options too, which the help does not list.
    """
    chosen = [one for setting in SETTINGS if not names or setting.name in names for one in _with_aliases(setting)]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def command(**values: Any) -> None:
            given = {setting.name: values.pop(setting.name) for setting in chosen}
            function(settings={name: value for name, value in given.items() if value is not None}, **values)

        own = [parameter for parameter in inspect.signature(function).parameters.values()
               if parameter.name != "settings"]
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        parameters += [_parameter(setting, hidden=setting not in SETTINGS) for setting in chosen]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return command

    return decorate


def _with_aliases(setting: Setting) -> list[Setting]:
    return [setting, *(setting._replace(name=alias) for alias in setting.aliases)]


def _parameter(setting: Setting, *, hidden: bool) -> inspect.Parameter:
    kind: Any = Literal[setting.choices] if setting.kind == "choice" else _TYPES[setting.kind]
    flag = "--" + setting.name.replace("_", "-")
    is_number = setting.kind in ("int", "float")
    option = typer.Option(
        None,
        f"{flag}/--no-{flag[2:]}" if setting.kind == "bool" else flag,
        help=f"{setting.help} Default: {_default_text(setting)}." if setting.default != "" else setting.help,
        show_default=False,  # None, which stands for not given
        min=setting.minimum if is_number else None,
        max=setting.maximum if is_number else None,
        rich_help_panel="Settings",
        hidden=hidden,
    )
    return inspect.Parameter(setting.name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=kind | None)


def _default_text(setting: Setting) -> str:
    if setting.kind == "bool":
        return "on" if setting.default else "off"
    return str(setting.default)


def build_job(base: Job | None, *, given: dict[str, Any], settings: dict[str, Any]) -> Job:
    """Return the job file with what was given on the command line put over it, or a job from that alone.

    `given` holds fields of Job, None or empty where nothing was given; references as "FILE[@FRAME]" under
    "references" and their line art under "reference_lines". Raises SettingsError.
    """
    values = {name: value for name, value in given.items() if value}
    references = [parse_reference(text) for text in values.pop("references", ())]
    reference_lines = values.pop("reference_lines", ())
    if base is None:
        missing = [name for name in ("lines", "out") if name not in values]
        if missing:
            option = {"lines": "LINES", "out": "--out"}[missing[0]]
            raise SettingsError(option, None, "a path, or --job with a job file")
        base = Job(lines=values["lines"], references=(), out=values["out"])
    if references:
        values["references"] = tuple(references)
    if values.get("overwrite") or values.get("resume"):  # what is asked for now replaces what the file says
        base = base._replace(overwrite=False, resume=False)
    job = base._replace(**values, settings=base.settings.replace(**settings))
    return checked(job._replace(references=_with_lines(job.references, reference_lines)))


def parse_reference(text: str) -> JobReference:
    """Return the reference that "painted.png@1001" names; without @FRAME the shot decides what it is."""
    path, at = split_frame(text)
    return JobReference(path, None if at in (None, "sheet") else int(at))


def _with_lines(references: Sequence[JobReference], given: Sequence[str]) -> tuple[JobReference, ...]:
    """Give line art to the references in their order, or by the @FRAME behind its name."""
    result = list(references)
    for text in given:
        lines = parse_reference(text)
        places = [place for place, reference in enumerate(result)
                  if reference.lines is None and lines.frame in (None, reference.frame)]
        if not places:
            raise SettingsError("reference_lines", text, "one line art for each reference")
        result[places[0]] = result[places[0]]._replace(lines=lines.path)
    return tuple(result)
