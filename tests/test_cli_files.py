"""The command line writes over nothing that is not its own, and says what it finds in a folder of plates."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmft_engine import cli
from cmft_engine.image.limits import set_max_pixels
from cmft_engine.pipeline.resume import State
from cmft_engine.protocol.job import Job, JobReference, load_job, save_job
from tests.drawings import figure, write_shot

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A shot of two frames, its palette and its job; the working directory."""
    write_shot(tmp_path, {1: figure(), 2: figure(3)}, reference=1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    save_job(Job("lines.####.png", (JobReference("ref.png", 1),), "o/c.####.png", palette="p.json"), "job.json")
    (tmp_path / "p.json").write_text('{"version": 1, "colors": [{"name": "a", "rgba": [1, 0, 0, 1]}]}')
    yield tmp_path
    set_max_pixels(None)  # which jobs set for the process


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["lines.0001.png", "ref.png", "p.json", "job.json", "link.json"])
@pytest.mark.parametrize("more", [[], ["--overwrite"]])
def test_a_saved_job_replaces_no_input(folder: Path, capsys: pytest.CaptureFixture[str], name: str,
                                       more: list[str]) -> None:
    """Line plates, references, the palette and the job it is made from stay, whatever is asked for."""
    (folder / "link.json").symlink_to(folder / "p.json")
    before = contents(folder)
    assert cli.run(["colorize", "--job", "job.json", "--save-job", name, *more]) == 2
    assert f"{name} is an input of this job" in capsys.readouterr().err
    assert contents(folder) == before


def test_a_saved_job_replaces_jobs_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that is there is replaced; other files only with --overwrite, and what a link points to never."""
    save = ["colorize", "--job", "job.json", "--frames", "2", "--save-job"]
    (folder / "notes.txt").write_text("mine")
    (folder / "aim.json").write_text((folder / "job.json").read_text())
    (folder / "link.json").symlink_to(folder / "aim.json")
    for name in ("notes.txt", "link.json"):
        before = contents(folder)
        assert cli.run([*save, name]) == 2
        assert f"{name} exists and is no job; add --overwrite" in capsys.readouterr().err
        assert contents(folder) == before
        assert cli.run([*save, name, "--overwrite"]) == 0
        assert load_job(folder / name).frames == "2" and not (folder / name).is_symlink()
    assert load_job(folder / "aim.json").frames is None
    assert cli.run([*save, "aim.json"]) == 0 and load_job(folder / "aim.json").frames == "2"
    assert not list(folder.glob(".cmft*"))


def test_largest_picture_is_saved_with_the_job(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--max-pixels reaches the job and what opens it; without it the job looks as before."""
    assert "max_pixels" not in json.loads((folder / "job.json").read_text())
    assert cli.run(["colorize", "--job", "job.json", "--max-pixels", "4095", "--save-job", "small.json"]) == 0
    assert load_job("small.json").max_pixels == 4095
    assert cli.run(["colorize", "--job", "small.json"]) == 2
    assert "ref.png (frame 1) is 64x64, over the limit of 4,095 pixels; check the file, or raise --max-pixels" in (
        capsys.readouterr().err)
    (folder / "small.json").write_text((folder / "small.json").read_text().replace("4095", "0"))
    assert cli.run(["colorize", "--job", "small.json"]) == 2 and "max_pixels: 0" in capsys.readouterr().err


def test_verify(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 and a count while all is well, 2 and the plates' names when not, 2 where nothing was coloured."""
    (folder / "o").mkdir()
    for frame in (1, 2):
        plate = folder / "o" / f"c.{frame:04d}.png"
        plate.write_bytes(b"pixels")
        State(Path("o"), "c.####.png").note(frame, "inputs", plate, {"frame": frame}, drawing="")
    assert cli.run(["verify", "o"]) == 0 and cli.run(["verify", "o/c.####.png"]) == 0
    assert capsys.readouterr().out == "2 of 2 plates are as their runs left them\n" * 2
    (folder / "o" / "c.0001.png").write_bytes(b"pixelz")
    (folder / "o" / "x\x1b[2J.png").write_bytes(b"")
    assert cli.run(["verify", "o"]) == 2
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("o/c.0001.png: damaged: ") and told[1].startswith("o/x\\x1b[2J.png: foreign: ")
    assert told[2:] == ["1 of 3 plates are as their runs left them"]
    assert cli.run(["verify", "."]) == 2 and "no run has noted plates of this name" in capsys.readouterr().err


def test_names_reach_no_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name with escapes in it is written out in messages."""
    assert cli.run(["colorize", "a\x1b[2J\x07.png", "--reference", "ref.png@1", "--out", "o/c.####.png"]) == 2
    told = capsys.readouterr().err
    assert "a\\x1b[2J\\x07.png" in told and "\x1b[2J" not in told


@pytest.mark.skipif(os.name == "nt", reason="Windows quotes in another way, and has no sh")
def test_printed_lines_can_be_pasted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a folder is called, a shell reads the printed line as the words that are meant and runs no part."""
    out = folder / "a $(touch ran) 'b' \"c\""
    (folder / "p.json").unlink()
    save_job(load_job("job.json")._replace(palette=None), "job.json")
    assert cli.run(["farm", "--job", "job.json", "--out", str(out)]) == 0
    line = capsys.readouterr().out.splitlines()[1].removeprefix("to run it here: ")
    words = ["openjd", "run", str(out / "template.json"), "--job-param", f"file://{out / 'parameters.json'}"]
    assert shlex.split(line) == words
    printed = subprocess.run(["sh", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == words and not (folder / "ran").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_too_little_memory_to_load_anything(folder: Path) -> None:
    """Under a limit at which libraries would wait for ever, the run ends at once with exit code 3 and the remedy."""
    import resource

    most = 400 * 2**20
    told = subprocess.run([sys.executable, "-m", "cmft_engine", "colorize", "--job", "job.json"], text=True, timeout=60,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)))
    assert told.returncode == 3, told.stderr
    assert "may take 400 MB, but the engine's libraries alone need 1100; raise" in " ".join(told.stderr.split())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_among_notes_and_reports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of an output folder that became pipes hold nobody up: plates are coloured anew, reports are named."""
    run = ["colorize", "--job", "job.json", "--work-size", "128"]
    (folder / "p.json").unlink()
    job = load_job("job.json")
    save_job(job._replace(palette=None), "job.json")
    assert cli.run(run) == 0
    for note in [*(folder / "o").rglob("*.json"), *(folder / "o").rglob("*.npz"), folder / "o" / "c.0001.png"]:
        note.unlink()
        os.mkfifo(note)
    capsys.readouterr()
    assert cli.run(["verify", "o"]) == 2 and "c.0001.png: damaged" in capsys.readouterr().out
    assert cli.run(["review", "--list", "o"]) == 2 and "it is no plain file" in capsys.readouterr().err
    assert cli.run([*run, "--resume"]) == 2 and "report.json is no report of CMFT" in capsys.readouterr().err
    (folder / "o" / "report.json").unlink()
    assert cli.run([*run, "--resume"]) == 0 and cli.run(["verify", "o"]) == 0


@pytest.mark.parametrize("out", ["ref.png", "p.json"])
def test_an_input_is_called_one(folder: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    """Where --overwrite cannot help it is not asked for."""
    arguments = ["palette", "extract", "ref.png", "--lines", "p.json", "--out", out, "--overwrite"]
    assert cli.run(arguments) == 2
    assert f"{out} is an input; choose another name, inputs are kept" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("a.json", '{"version": 1, "space": "no such", "colors": [{"name": "a", "rgba": [1, 0, 0, 1]}]}',
     "a.json: its colour space: 'no such' is not allowed"),
    ("a.act", "x", 'a.act: a palette file ends in .json or .gpl, not ".act"; save it as such')])
def test_a_palette_that_cannot_be_used_is_named(folder: Path, capsys: pytest.CaptureFixture[str], name: str,
                                                content: str, sentence: str) -> None:
    """With the file and a remedy that helps."""
    (folder / name).write_text(content)
    assert cli.run(["palette", "show", name]) == 2 and sentence in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be deleted there")
@pytest.mark.parametrize(("line", "code", "sentence"), [
    ("mkdir x; cd x; rmdir ../x; {} palette show ../p.json", 2, "the folder that this was started in is gone"),
    ("{} palette show p.json >&-", 0, ""),
    ("{} palette show p.json 2>&-", 0, "a"),
    ("{} regions lines.####.png --out r.####.png >&-", 0, ""),
    ("{} colorize --job no.json --events >&-", 2, "no.json: the job cannot be read"),
    ("{} regions lines.####.png --out r.####.png >/dev/full", 130, "nobody reads what is told any more"),
    ("{} palette show p.json >/dev/full", 130, "nobody reads what is told any more"),
    ("{} --help >/dev/full", 130, "nobody reads what is told any more"),
    ("{} serve <&-", 0, '"reason": "closed"'),
    ("{} serve 0>x", 0, '"reason": "closed"'),
    ("{} colorize --job job.json --work-size 128 --out s/c.####.png 2>/dev/full", 130, ""),
])
def test_odd_shells(folder: Path, line: str, code: int, sentence: str) -> None:
    """A working folder that is gone, streams that are closed or full: no bug, and what can be done is done."""
    engine = shlex.join([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
                         "from cmft_engine.cli import main; main()"])
    ended = subprocess.run(["sh", "-c", line.format(engine)], cwd=folder, capture_output=True, text=True)
    assert ended.returncode == code, ended.stderr
    assert sentence in ended.stdout + ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [["regions", "lines.####.png"], ["lines", "lines.####.png"],
                                     ["palette", "swap", "lines.####.png", "--from", "p.json", "--to", "p.json"]])
def test_a_bad_plate_stops_no_other(folder: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """What the other plates give is written, the bad ones are named at the end with exit code 2."""
    good = (folder / "lines.0002.png").read_bytes()
    for frame, content in ((1, good[:200]), (3, b""), (4, good)):
        (folder / f"lines.{frame:04}.png").write_bytes(content)
    assert cli.run([*command, "--out", "o/c.####.png"]) == 2
    assert sorted(path.name for path in (folder / "o").iterdir()) == ["c.0002.png", "c.0004.png"]
    said = capsys.readouterr().err
    assert "2 of 4 plates are bad, what the others give is written: lines.0001.png (frame 1) " in said
    assert "lines.0003.png (frame 3) is empty" in said
    assert cli.run([*command, "--frames", "3", "--out", "o/d.####.png"]) == 2
    assert capsys.readouterr().err.startswith("cmft: lines.0003.png (frame 3) is empty")
