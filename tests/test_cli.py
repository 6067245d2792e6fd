"""The command line: options become a job, events and exit codes are right, errors are sentences."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer.main

from cmft_engine import cli
from cmft_engine.image.plate import Plate, Window, read_plate, to_display, write_plate
from cmft_engine.protocol import errors, events
from cmft_engine.protocol.job import Job, JobReference, load_job, save_job
from cmft_engine.protocol.settings import SETTINGS, Settings
from tests.lineart.test_faint import drawing as sketched

OTHER_VALUES = {"choice": lambda s: s.choices[-1], "bool": lambda s: not s.default, "int": lambda s: int(s.maximum),
                "float": lambda s: s.maximum, "text": lambda s: "ACEScg"}
RUN = [events.Started(2), events.FrameDone(1, "c.1.png", 5, 1, 0.75, 0.5), events.Skipped(2, "c.2.png"),
       events.Message("warning", "a [strange] frame"), events.Finished("report.json", "report.html", 2, 1, 0.5)]


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with a console wide enough for whole sentences."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def pretend(monkeypatch: pytest.MonkeyPatch, *told: events.Event, error: Exception | None = None) -> None:
    """Let `colorize` give these events, then fail with an error if there is one."""

    def start(job: Job, only: str | None = None) -> Iterator[events.Event]:
        yield from told
        if error is not None:
            raise error

    monkeypatch.setattr(cli, "start", start)


def draw(path: Path, size: int = 24) -> None:
    """Write a drawing of one closed box: two regions."""
    pixels = np.ones((size, size, 3), np.float32)
    pixels[[6, 17], 6:18] = 0
    pixels[6:18, [6, 17]] = 0
    write_plate(Plate.from_pixels(pixels), path)


def paint(path: Path, inside: float) -> None:
    """Write the drawing of `draw` with a grey of this value in its box."""
    draw(path)
    plate = read_plate(path)
    plate.pixels[7:17, 7:17] = inside
    write_plate(plate, path)


def saved(*arguments: str) -> Job:
    """Return the job that a command line stands for."""
    assert cli.run(["colorize", *arguments, "--save-job", "saved.json"]) == 0
    return load_job("saved.json")


def test_every_setting_is_an_option(in_folder: Path) -> None:
    """Each setting of protocol/settings.py can be given on the command line and reaches the job."""
    values = {setting.name: OTHER_VALUES[setting.kind](setting) for setting in SETTINGS}
    arguments = []
    for setting in SETTINGS:
        flag = "--" + setting.name.replace("_", "-")
        value = values[setting.name]
        arguments += [flag.replace("--", "--no-", 1)] if value is False else [flag, str(value)]
    assert saved("l.####.png", "--out", "c.####.png", *arguments).settings == Settings(**values)


def test_every_setting_is_explained(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """--help names each setting, its limits and its default."""
    monkeypatch.setenv("COLUMNS", "400")
    assert cli.run(["colorize", "--help"]) == 0
    text = capsys.readouterr().out
    for setting in SETTINGS:
        assert "--" + setting.name.replace("_", "-") in text
        assert setting.help in text
    assert "0<=x<=64" in text and "Default: 512." in text


def test_options_make_a_job(in_folder: Path) -> None:
    """References with and without a frame, their line art in order or by frame, and all else land in the job."""
    job = saved("l.####.png", "--reference", "a.png@-5", "--reference", "me@b/s.png", "--reference", "c.png@sheet",
                "--reference-lines", "s_lines.png@-5", "--reference-lines", "b_lines.png", "--out", "c.%04d.exr",
                "--frames", "-5--1", "--palette", "p.json", "--resume")
    def here(name: str) -> str:
        return str(in_folder / name)

    assert job == Job(
        here("l.####.png"),
        (JobReference(here("a.png"), -5, here("s_lines.png")),
         JobReference(here("me@b/s.png"), None, here("b_lines.png")), JobReference(here("c.png"))),
        here("c.%04d.exr"), "-5--1", here("p.json"), Settings(), resume=True,
    )


def test_options_override_a_job_file(in_folder: Path) -> None:
    """A farm takes one job file and gives each task its frames; what is not given stays."""
    base = Job("l.####.png", (JobReference("a.png", 1),), "c.####.png", "1-9", settings=Settings(gap_px=9), resume=True)
    save_job(base, "job.json")
    job = saved("--job", "job.json", "--frames", "3-4", "--ink", "none", "--overwrite")
    assert (job.frames, job.overwrite, job.resume) == ("3-4", True, False)
    assert job.settings == Settings(gap_px=9, ink="none")
    assert job.references == load_job("job.json").references


def test_old_names_of_settings_are_options(in_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An option's old name sets the setting and tells the new name; the help lists the new one alone."""
    job = saved("l.####.png", "--reference", "a.png", "--out", "c.####.png", "--around", "3")
    assert job.settings == Settings(temporal_radius=3)
    assert [record.getMessage() for record in caplog.records] == [
        "the setting around is now called temporal_radius; write the new name"]
    options = {name for parameter in typer.main.get_command(cli.app).commands["colorize"].params  # type: ignore[attr-defined]
               if not getattr(parameter, "hidden", False) for name in parameter.opts}
    assert "--temporal-radius" in options and "--around" not in options


@pytest.mark.parametrize(("arguments", "sentence"), [
    ([], "LINES: None is not allowed; use a path, or --job"),
    (["l.png"], "--out: None"),
    (["l.png", "--out", "c.png", "--overwrite", "--resume"], "either resume or overwrite"),
    (["l.png", "--out", "c.png", "--frames", "9-1"], "frames: '9-1'"),
    (["l.png", "--out", "c.png", "--reference-lines", "x.png"], "one line art for each reference"),
    (["l.png", "--out", "c.png", "--around", "1", "--temporal-radius", "2"], "either temporal_radius or its old name"),
    (["--job", "nowhere.json"], "nowhere.json: the job cannot be read"),
    (["l.####.png", "--out", "c.png", "--reference", "r.png"], "l.####.png"),
])
def test_bad_command_lines(in_folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str],
                           sentence: str) -> None:
    """What cannot be run gives exit code 2 and one sentence, no traceback."""
    assert cli.run(["colorize", *arguments]) == 2
    text = capsys.readouterr().err
    assert sentence in text and "Traceback" not in text and text.count("\n") == 1


def test_unknown_option_reaches_the_host(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt option is an InputError for the host and named in the log."""
    assert cli.run(["colorize", "--gap-pix", "4", "--events"]) == 2
    told = capsys.readouterr()
    assert events.from_line(told.out) == events.Failed(
        "InputError", "the command line is wrong; the log says where", exit_code=2)
    assert "--gap-pix" in told.err


def test_events_own_stdout(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Under --events stdout holds the run's events, one a line, and nothing else."""
    pretend(monkeypatch, *RUN)
    assert cli.run(["colorize", "l.png", "--out", "c.png", "--events"]) == 0
    assert [events.from_line(line) for line in capsys.readouterr().out.splitlines()] == RUN


def test_a_person_gets_a_summary(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --events progress and warnings go to stderr and stdout says what was made and what to check."""
    pretend(monkeypatch, *RUN)
    assert cli.run(["colorize", "l.png", "--out", "c.png"]) == 0
    told = capsys.readouterr()
    assert told.out == "2 frames in 0.5 s; 1 region to check: report.html\n"
    assert "2/2" in told.err and "a [strange] frame" in told.err


@pytest.mark.parametrize(("error", "code"), [
    (errors.PlateError("a.png is empty; render it again", "a.png", 7), 2),
    (errors.WeightsError("weights are damaged; install again"), 3),
    (errors.DeviceError("out of memory; lower --work-size"), 3),
    (errors.Cancelled("cancelled"), 130),
])
def test_exit_codes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: errors.CmftError,
                    code: int) -> None:
    """Each error has its exit code, ends the events as Failed and is a sentence on stderr."""
    pretend(monkeypatch, RUN[0], error=error)
    assert cli.run(["colorize", "l.png", "--out", "c.png", "--events"]) == code
    told = capsys.readouterr()
    assert events.from_line(told.out.splitlines()[-1]) == events.failed_from(error)
    assert told.err == f"cmft: {error}\n"


def test_a_bug_shows_its_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug has exit code 1, an EngineError for the host and a traceback for us."""
    pretend(monkeypatch, error=KeyError("oops"))
    assert cli.run(["colorize", "l.png", "--out", "c.png", "--events"]) == 1
    told = capsys.readouterr()
    assert events.from_line(told.out) == events.Failed("EngineError", "KeyError: 'oops'", exit_code=1)
    assert "Traceback" in told.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_cancel(number: signal.Signals) -> None:
    """A signal ends the run in order: a Failed event of the kind Cancelled and exit code 130."""
    code = ("import time; from cmft_engine import cli; from cmft_engine.protocol.events import Started\n"
            "def start(job, only):\n    yield Started(9)\n    time.sleep(60)\n"
            "cli.start = start; cli.main()")
    process = subprocess.Popen([sys.executable, "-c", code, "colorize", "l", "--out", "c", "--events"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert isinstance(events.from_line(process.stdout.readline()), events.Started)
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    failed = events.from_line(out)
    assert isinstance(failed, events.Failed) and failed.kind == "Cancelled"
    assert process.returncode == 130 and "Traceback" not in err


def in_shell(arguments: list[str], **more: Any) -> "subprocess.Popen[bytes]":
    """Start the command in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "cmft_engine", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **more)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_stdout_that_lacks_letters(in_folder: Path, encoding: str) -> None:
    """Letters that stdout cannot hold are replaced, in what is said and in what a farm is told."""
    draw(in_folder / "線.0001.png")
    with in_shell(["regions", "線.####.png", "--out", "領.####.png"],
                  env={**os.environ, "PYTHONIOENCODING": encoding}) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and out.split() == [b"?.0001.png", b"2", b"regions"] and not err
    with in_shell(["colorize", "無.####.png", "--reference", "塗.png@1", "--out", "c.####.png", "--openjd"],
                  env={**os.environ, "PYTHONIOENCODING": encoding}) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2 and out.startswith(b"openjd_fail: ?.####.png: no plate has this name")


@pytest.mark.skipif(os.name == "nt", reason="another error there")
def test_reader_of_stdout_goes_away(in_folder: Path) -> None:
    """The run ends as when it is cancelled, finished plates stay, and stderr says why."""
    for frame in (1, 2, 3):
        draw(in_folder / f"l.{frame:04d}.png")
    with in_shell(["regions", "l.####.png", "--out", "r.####.png"]) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(60) == 130
    assert b"nobody reads what is told any more" in err and b"Traceback" not in err and b"Exception" not in err
    assert [path.name for path in in_folder.glob("r.*")] == ["r.0001.png"]


def test_faint_lines_are_told(in_folder: Path, capsys: pytest.CaptureFixture[str],
                              caplog: pytest.LogCaptureFixture) -> None:
    """The view of the regions says which threshold leaves a construction sketch out."""
    write_plate(Plate.from_pixels(sketched(sketch=True)), in_folder / "l.0001.png")
    assert cli.run(["regions", "l.####.png", "--out", "r.####.png"]) == 0
    assert "l.0001.png (frame 1): faint lines cut the drawing into" in caplog.text
    caplog.clear()
    assert cli.run(["regions", "l.####.png", "--out", "s.####.png", "--ink-threshold", "0.4"]) == 0
    assert capsys.readouterr().out.endswith("5 regions\n") and not caplog.text


def test_regions(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The view has a colour for each region; files that are there, and the drawing itself, are not replaced."""
    for frame in (1, 3):
        draw(in_folder / f"l.{frame:04d}.png")
    assert cli.run(["regions", "l.####.png", "--out", "r.####.png"]) == 0
    assert capsys.readouterr().out.count("2 regions") == 2
    pixels = read_plate(in_folder / "r.0003.png").rgb()
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 3  # two regions and ink
    assert cli.run(["regions", "l.####.png", "--out", "r.####.png"]) == 2
    assert "exists; add --overwrite" in capsys.readouterr().err
    assert cli.run(["regions", "l.####.png", "--out", "r.####.png", "--overwrite", "--frames", "3"]) == 0
    assert cli.run(["regions", "l.####.png", "--out", "r.####.png", "--overwrite", "--frames", "1-3"]) == 2
    assert "frame 2" in capsys.readouterr().err
    assert cli.run(["regions", "l.####.png", "--out", "l.####.png", "--overwrite"]) == 2
    assert "is an input of this shot" in capsys.readouterr().err
    assert cli.run(["regions", "l.####.png", "--out", "r.png"]) == 2
    assert "r.png: 2 frames need a name with ####" in capsys.readouterr().err


def test_lines(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line plates have the painted frames' windows, aspect and metadata, and replace nothing unasked."""
    window, display = Window(-4, 2, 60, 50), Window(0, 0, 64, 64)
    for frame in (1, 3):
        pixels = np.full((50, 60, 3), 0.8, np.float32)
        pixels[15:35, 20:40] = (0.9, 0.1, 0.1)
        write_plate(Plate.from_pixels(pixels, data_window=window, display_window=display, pixel_aspect=2.0,
                                      metadata={"shot": "a10"}, space="sRGB"), in_folder / f"p.{frame:04d}.exr")
    for suffix, expected in (("exr", window), ("png", display), ("tif", display)):
        assert cli.run(["lines", "p.####.exr", "--out", f"l.####.{suffix}"]) == 0
        assert capsys.readouterr().out.count("% is line") == 2
        plate = read_plate(in_folder / f"l.0003.{suffix}")
        assert (plate.data_window, plate.display_window, plate.pixel_aspect) == (expected, display, 2.0)
        assert plate.metadata.get("shot") == "a10" or suffix == "tif"  # TIFF has no tag for it
        shown = to_display(plate.on_canvas(window).rgb(), plate.space)
        assert shown[25, 20].max() < 0.3 and np.allclose(shown[[25, 5], [30, 30]], 1, atol=0.01)
    assert cli.run(["lines", "p.####.exr", "--out", "l.####.png"]) == 2
    assert "exists; add --overwrite" in capsys.readouterr().err
    assert cli.run(["lines", "p.####.exr", "--out", "l.####.png", "--overwrite", "--frames", "1-2"]) == 2
    assert "frame 2" in capsys.readouterr().err
    assert cli.run(["lines", "p.####.exr", "--out", "p.####.exr", "--overwrite"]) == 2
    assert "is an input of this shot" in capsys.readouterr().err
    assert cli.run(["lines", "p.####.exr", "--out", "l.####.jpg"]) == 2
    assert "name the line plates .png" in capsys.readouterr().err


def test_lines_of_nothing(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A blank frame gives white paper and says what to raise."""
    write_plate(Plate.from_pixels(np.full((20, 30, 3), 0.5, np.float32)), in_folder / "p.png")
    assert cli.run(["lines", "p.png", "--out", "l.png", "--detail", "0.2"]) == 0
    assert "no line is found; raise --detail" in capsys.readouterr().out
    assert (read_plate(in_folder / "l.png").rgb() == 1).all()


def test_palettes(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A palette taken from a painting, edited, swaps the colours of a plate and nothing else."""
    paint(in_folder / "a.png", 128 / 255)
    assert cli.run(["palette", "extract", "a.png", "--out", "old.json"]) == 0
    assert cli.run(["palette", "extract", "a.png", "--out", "old.json"]) == 2
    content = json.loads((in_folder / "old.json").read_text())
    gray = next(color for color in content["colors"] if color["rgba"][0] < 0.6)
    gray["rgba"] = [1.0, 0.0, 0.0, 1.0]
    (in_folder / "new.json").write_text(json.dumps(content))
    assert cli.run(["palette", "swap", "a.png", "--from", "old.json", "--to", "new.json", "--out", "b.png"]) == 0
    before, after = read_plate(in_folder / "a.png").rgb(), read_plate(in_folder / "b.png").rgb()
    inside = np.isclose(before[..., 0], 128 / 255)
    assert inside.sum() == 100
    assert (after[inside] == (1, 0, 0)).all() and (after[~inside] == before[~inside]).all()
    capsys.readouterr()
    assert cli.run(["palette", "show", "new.json"]) == 0
    assert gray["name"] in capsys.readouterr().out


def test_palette_is_shown_and_corrected(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sheet has painting and paints; colours are merged and renamed; no input is replaced, nothing else unasked."""
    paint(in_folder / "a.png", 128 / 255)
    assert cli.run(["palette", "extract", "a.png", "--out", "a.json", "--show", "sheet.png"]) == 0
    assert capsys.readouterr().out == "a.json  2 colours\nsheet.png\n"
    sheet = read_plate(in_folder / "sheet.png").rgb()
    assert np.isclose(sheet, 128 / 255, atol=1e-3).all(2).sum() > 2 * 100 * 13**2  # twice, and thirteen times as large
    assert cli.run(["palette", "extract", "a.png", "--out", "b.json", "--show", "a.png", "--overwrite"]) == 2
    assert "a.png is an input" in capsys.readouterr().err and not (in_folder / "b.json").exists()
    assert cli.run(["palette", "rename", "a.json", "gray", "coat", "--out", "b.json"]) == 0
    assert cli.run(["palette", "merge", "b.json", "coat", "--into", "paper", "--out", "b.json"]) == 2
    assert "b.json exists; add --overwrite" in capsys.readouterr().err
    assert cli.run(["palette", "merge", "b.json", "coat", "--into", "paper", "--out", "b.json", "--overwrite"]) == 0
    (color,) = json.loads((in_folder / "b.json").read_text())["colors"]
    assert (color["name"], color["merged"]) == ("paper", [[0.5019608, 0.5019608, 0.5019608, 1.0]])
    assert cli.run(["palette", "rename", "b.json", "coat", "hat", "--out", "c.json"]) == 2
    assert 'no color named "coat"' in capsys.readouterr().err


def test_palette_takes_lines(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ink under a given line plate is no paint, however wide it is; a plate of another size or too many are refused."""
    pixels = np.ones((48, 48, 3), np.float32)
    pixels[:, 16:32] = 0
    write_plate(Plate.from_pixels(pixels), in_folder / "l.png")
    pixels[:, 32:] = (0.8, 0.2, 0.2)
    write_plate(Plate.from_pixels(pixels), in_folder / "a.png")
    cases = ((["a.png"], 3), (["a.png", "--lines", "l.png"], 2), (["a.png", "a.png", "--lines", "l.png"], 3))
    for arguments, count in cases:
        assert cli.run(["palette", "extract", *arguments, "--out", "a.json", "--overwrite"]) == 0
        assert capsys.readouterr().out == f"a.json  {count} colours\n"
    assert cli.run(["palette", "extract", "a.png", "--lines", "l.png", "--lines", "l.png", "--out", "b.json"]) == 2
    assert "at most one line plate a painting" in capsys.readouterr().err
    draw(in_folder / "small.png")
    assert cli.run(["palette", "extract", "a.png", "--lines", "small.png", "--out", "b.json"]) == 2
    assert "small.png is 24x24, but a.png, whose line art it is, is 48x48" in capsys.readouterr().err


def test_review(in_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The least sure region comes first; what is no report is refused."""
    unsure = [{"label": number, "bbox": [0, 0, 10, 20], "area": 9, "confidence": confidence, "color": "hair",
               "runner_up": "", "reason": "close vote"} for number, confidence in ((4, 0.4), (5, 0.1))]
    (in_folder / "report.json").write_text(json.dumps({
        "version": 1, "title": "shot", "summary": {"frames": 1, "unsure": 2},
        "frames": [{"frame": 7, "path": "c.png", "regions": 5, "held_from": None, "confidence": 0.5, "seconds": 1.0,
                    "unsure": unsure}]}))  # as an earlier version wrote it, without kinds
    assert cli.run(["review", ".", "--list"]) == 0
    text = capsys.readouterr().out
    assert "2 regions to check" in text and re.search("0.10(.|\n)*0.40", text)
    assert cli.run(["review", "report.html", "--list"]) == 0
    (in_folder / "report.json").write_text("{}")
    assert cli.run(["review", "report.json", "--list"]) == 2


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == "cmft 0.1.0\n"


def test_colour_is_colorize():
    """The British spelling finds the same command; the help shows one spelling."""
    commands = typer.main.get_command(cli.app).commands
    assert commands["colour"].hidden and not commands["colorize"].hidden
    names = [[option.name for option in commands[name].params] for name in ("colour", "colorize")]
    assert names[0] == names[1] and "temporal_radius" in names[0]
