"""The command `cmft`: the one room that prints, exits, and turns a bug into an exit code.

Exit codes: 0 done, 2 bad input, 3 weights or device, 130 cancelled, 1 a bug. Under --events stdout carries events only.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from . import __version__
from .commands import correct
from .commands import options as choices
from .commands.memory_limit import check_memory_limit
from .commands.options import build_job, with_settings
from .commands.palette_app import palette_app
from .commands.progress import watch
from .commands.review import review as review_command
from .commands.save import save_safely
from .console import PlainConsole, complain, lost_stream, prepare_streams, say
from .farm.progress import FarmProgress
from .protocol.errors import Cancelled, CmftError, InputError, memory_error_from, path_error_from
from .protocol.events import Event, Failed, Finished, failed_from, to_line
from .protocol.job import MAX_FRAMES, Job, load_job
from .protocol.owner import owner_of
from .protocol.plain import counted, plain
from .protocol.settings import Settings
from .protocol.text_file import real_path
from .shot.named import check_named
from .stopping import CANCELLED, Stopped, catch_signals, end_at_once, go_on, loading

app = typer.Typer(
    help="Colour a shot of line art from one painted frame.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(palette_app, name="palette")
export_app = typer.Typer(help="Write what other programs run without the engine.", no_args_is_help=True)
app.add_typer(export_app, name="export")
app.add_typer(correct.corrections_app, name="corrections")
app.add_typer(correct.app)


@app.command("colour", hidden=True)  # another spelling of the same command
@app.command()
@with_settings()
def colorize(
    lines: Annotated[str | None, typer.Argument(help="Line plates: ####, %04d, a folder, or one file.")] = None,
    reference: choices.ReferenceFiles = None,
    out: Annotated[str | None, typer.Option(help="Where to write; #### or %04d stands for the frame.")] = None,
    reference_lines: choices.ReferenceLines = None,
    frames: choices.Frames = None,
    palette: Annotated[str | None, typer.Option(help="A .json or .gpl file; else the references' colours.")] = None,
    overwrite: choices.Overwrite = False,
    resume: Annotated[bool, typer.Option("--resume", help="Leave finished frames that are up to date.")] = False,
    corrections: Annotated[str | None, typer.Option(help="A file of corrections, as `cmft corrections` and the review "
                                                    "window write; merged into those beside the plates.")] = None,
    only: Annotated[str | None, typer.Option(help="Colour only these frames of the shot, as tasks of a farm do; no "
                                             "report is written.")] = None,
    events: Annotated[bool, typer.Option("--events", help="Tell progress as JSON lines on stdout.")] = False,
    openjd: Annotated[bool, typer.Option("--openjd", help="Tell progress as an OpenJD farm reads it.")] = False,
    job: Annotated[Path | None, typer.Option(help="Read a job file; other options override it.")] = None,
    save: Annotated[Path | None, typer.Option("--save-job", help="Write the job file and colour nothing.")] = None,
    max_pixels: choices.MaxPixels = None,
    *,
    settings: dict[str, Any],
) -> None:
    """Colour line plates from painted references."""
    given = {"lines": lines, "references": reference, "out": out, "reference_lines": reference_lines, "frames": frames,
             "palette": palette, "corrections": corrections, "overwrite": overwrite, "resume": resume,
             "max_pixels": max_pixels}
    run_job = build_job(load_job(job) if job else None, given=given, settings=settings)
    if save is not None:
        save_safely(run_job, save, source=job, overwrite=overwrite)
        say(f"Saved {save}")
    elif events or openjd:
        tell = send if events else tell_farm(FarmProgress())
        for event in start(run_job, only):
            go_on()
            tell(event)
    else:
        show_result(watch(start(run_job, only), PlainConsole(stderr=True)))


def start(job: Job, only: str | None = None) -> Iterator[Event]:
    """Open the shot and return the events of colouring it, or some of its frames; what is named wrong is told first."""
    check_memory_limit()
    check_named(job, only)
    with loading():
        from .pipeline.open_shot import open_run
    shot, palette = open_run(job, only)
    with loading():
        from .pipeline.colorize import colorize_iter
    return colorize_iter(shot, job.out, settings=job.settings, palette=palette, overwrite=job.overwrite,
                         resume=job.resume)


@app.command()
@with_settings("ink_threshold", "trace_lines", "gap_px", "min_region_px", "input_space")
def regions(lines: choices.Plates, out: choices.Out, frames: choices.Frames = None,
            overwrite: choices.Overwrite = False, *, settings: dict[str, Any]) -> None:
    """Draw each region in a colour of its own, to check lines and gaps before colouring."""
    from .commands import plates

    sequence = plates.find_plates(lines, frames)
    paths = plates.plan(sequence, out, overwrite=overwrite)
    for written in plates.draw_regions(sequence, paths, Settings(**settings)):
        say(f"{written.path}  {counted(written.number, 'region')}")


@app.command()
@with_settings("input_space")
def lines(
    painted: Annotated[str, typer.Argument(metavar="PAINTED", help="Painted or composited frames: ####, %04d, a "
                                           "folder, or one file.", show_default=False)],
    out: choices.Out,
    frames: choices.Frames = None,
    detail: Annotated[float, typer.Option(min=0, max=1, help="0 draws the strongest borders alone, 1 faint ones too. "
                                          "Dark ink is drawn at any value.")] = 0.5,
    overwrite: choices.Overwrite = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Draw the lines of painted frames that have no line art, as line plates for `colorize`."""
    from .commands import plates
    from .commands.lines import check_exact, draw_lines

    check_exact(out)
    sequence = plates.find_plates(painted, frames)
    paths = plates.plan(sequence, out, overwrite=overwrite)
    for written in draw_lines(sequence, paths, detail=detail, settings=Settings(**settings)):
        found = f"{100 * written.share:.1f} % is line" if written.share else "no line is found; raise --detail"
        say(f"{written.path}  {found}")


@app.command()
@with_settings("ink_threshold", "trace_lines", "input_space")
def register(
    painting: Annotated[Path, typer.Argument(metavar="PAINTING", help="The painted drawing.", show_default=False)],
    lines: Annotated[Path, typer.Option(help="The line plate that it should lie on.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The painting to write.", show_default=False)],
    overwrite: choices.Overwrite = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Write a painting shifted or scaled onto its line plate, in its own colours."""
    from .commands.register import register as lay_onto

    done = lay_onto(painting, lines, out, overwrite=overwrite, settings=Settings(**settings))
    words = done.move.words or "moved by less than a pixel"
    say(f"{out}  {words}: {done.before:.0%} of the lines were found in it, {done.after:.0%} are now")


@app.command()
def farm(
    job: Annotated[Path, typer.Option(help="The job file; --save-job writes one.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The folder for the bundle.", show_default=False)],
    chunk: Annotated[int, typer.Option(help="Frames a task.", min=1, max=MAX_FRAMES)] = 16,
    overwrite: choices.Overwrite = False,
) -> None:
    """Write a job as an OpenJD bundle, which render farms run in chunks."""
    from .commands.plates import check_free
    from .farm import bundle

    loaded = load_job(job)
    inputs = {real_path(path) for path in (job, loaded.palette or job, loaded.corrections or job)}
    for name in bundle.FILES:
        check_free(out / name, overwrite=overwrite, inputs=inputs)
    written = bundle.write_bundle(loaded, out, chunk=chunk)
    say(f"The bundle is {written.folder}\nto run it here: {written.run}\nto Deadline Cloud: {written.submit}")


@app.command()
def verify(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The --out of a run, or the folder of its plates.",
                                        show_default=False)],
) -> None:
    """Compare coloured plates with what their runs noted of them: missing, damaged and foreign ones are named."""
    from .pipeline.verify import verify as compare

    findings = list(compare(out))
    wrong = [finding for finding in findings if finding.problem]
    for finding in wrong:
        say(f"{finding.path}: {finding.problem}")
    say(f"{len(findings) - len(wrong)} of {len(findings)} plates are as their runs left them")
    if wrong:
        raise typer.Exit(2)


@export_app.command()
def cattery(
    out: Annotated[Path, typer.Option(help="The folder to write.", show_default=False)],
    overwrite: choices.Overwrite = False,
) -> None:
    """Write the network as a model for Nuke's Inference node: a live, rough version of paint mode."""
    from .export.cattery import write_cattery

    written = write_cattery(out, overwrite=overwrite)
    say(f"The model is {written.model}\nOpen {written.script} in NukeX and press Create .cat, put the folder into one "
        "named cattery on Nuke's plug-in path, and choose Cattery, Update")


@app.command()
@with_settings("device")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Check versions, device and weights, and colour a small drawing to see that all of it works."""
    from .doctor import examine

    checks = list(examine(Settings(**settings)))
    if as_json:
        say(json.dumps({"version": 1, "ok": all(check.ok for check in checks),
                        "checks": [check._asdict() for check in checks]}, indent=2))
    else:
        for check in checks:
            mark = "[green]ok[/]  " if check.ok else "[red]FAIL[/]"
            detail = escape(plain(check.detail))
            PlainConsole().print(f"{mark} {check.name:<12} {detail}", highlight=False, soft_wrap=True)
    if not all(check.ok for check in checks):
        raise typer.Exit(3)


@app.command()
@with_settings("device")
def demo(
    out: Annotated[Path, typer.Option(help="The folder to colour into.")] = Path("demo"),
    *,
    settings: dict[str, Any],
) -> None:
    """Colour the bundled example shot."""
    from .commands.example import example_job

    job = example_job(out)
    job = job._replace(settings=job.settings.replace(**settings))
    say(f"Colouring {Path(job.lines).parent} with {', '.join(Path(r.path).name for r in job.references)}")
    show_result(watch(start(job), PlainConsole(stderr=True)))
    say(f"The coloured plates are {job.out}")


review = app.command()(review_command)


def send(event: Event) -> None:
    """Print an event for a host, at once."""
    say(to_line(event))


def tell_farm(progress: FarmProgress) -> Callable[[Event], None]:
    """Return what prints an event's lines for a farm, at once."""
    def tell(event: Event) -> None:
        for line in progress.lines(event):
            say(line)
    return tell


@app.command()
def serve(
    idle: Annotated[float, typer.Option(min=0, help="Seconds without a request after which it ends.")] = 600,
    keep: Annotated[int, typer.Option(min=0, help="Megabytes of references, drawings and matches to keep.")] = 1500,
    owner: Annotated[str, typer.Option(hidden=True, help="The process without which it ends.")] = "",
) -> None:
    """Stay, and colour what is asked for on stdin, a JSON line each; hosts use it for quick answers."""
    from .commands.serve import Session

    end_at_once(Session(idle_s=idle, limit=keep * 10**6, owner=owner_of(owner)).run(attempt))


def show_result(finished: Finished | None) -> None:
    """Print what a run has made and what is left to check."""
    if finished is None:
        return
    done = f"{counted(finished.frames, 'frame')} in {finished.seconds:.1f} s"
    if not finished.report:
        say(f"{done}; --resume without --only writes the report")
    else:
        check = f"{counted(finished.unsure, 'region')} to check" if finished.unsure else "no region needs a check"
        say(f"{done}; {check}: {finished.html or finished.report}")


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        say(f"cmft {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Colour a shot of line art from one painted frame."""
    try:
        os.getcwd()
    except OSError as error:
        raise InputError(f"the folder that this was started in is gone ({error.strerror}); change into another "
                         "one") from error


def attempt(action: Callable[[], object]) -> Exception | None:
    """Do something, and return the error in which it ends, as a person is told it; a bug is printed with its place."""
    try:
        action()
    except Stopped:
        return Cancelled(CANCELLED)
    except CmftError as error:
        return memory_error_from(error) or error
    except Exception as error:
        if (told := memory_error_from(error) or path_error_from(error) or lost_stream(error)) is None:
            traceback.print_exc()
        return told or error
    return None


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error ends here in a sentence."""
    try:
        error = attempt(lambda: app(args=arguments, prog_name="cmft"))
    except SystemExit as end:  # Typer has said on stderr what is wrong with the command line
        code = end.code if isinstance(end.code, int) else 1
        if code == 2:
            tell_program(failed_from(InputError("the command line is wrong; the log says where")), arguments)
        return code if code != 1 else Cancelled.exit_code  # the reader of the help has gone, as `head` does
    return 0 if error is None else fail(error, arguments)


def tell_program(failed: Failed, arguments: list[str]) -> None:
    """Tell the program that reads stdout, if one does, what went wrong."""
    if is_for_program(arguments):
        send(failed)
    elif "--openjd" in arguments:
        tell_farm(FarmProgress())(failed)


def is_for_program(arguments: list[str]) -> bool:
    """Say whether a program reads stdout, as events."""
    return "--events" in arguments or arguments[:1] == ["serve"]


def fail(error: Exception, arguments: list[str]) -> int:
    """Tell program and person what went wrong, and return the exit code."""
    failed = failed_from(error)
    with suppress(Cancelled):  # nobody reads it any more
        tell_program(failed, arguments)
    complain(failed.message)
    return failed.exit_code


def main() -> None:
    """Run the command line of this process."""
    catch_signals()
    prepare_streams(is_program=is_for_program(sys.argv[1:]))
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that spin lose seconds on a busy machine
    with loading(False):
        sys.exit(run(sys.argv[1:]))
