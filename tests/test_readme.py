"""The README is true: what it tells to type runs on the files that a clone has, and its figures are those of others."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

import cmft_engine
from cmft_engine import cli
from cmft_engine.image.palette import MAX_COLORS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FRAMES = 2  # of the example; more take only time


def block(language: str, *, having: str) -> str:
    """Return the one fenced block of a language that has this text."""
    (found,) = [text for text in re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
                if having in text]
    return str(found)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that has the first frames of the example, as a clone has all."""
    shot = tmp_path / "examples" / "shot"
    shot.mkdir(parents=True)
    for name in ["ref.1001.png", *(f"line.{1001 + i}.png" for i in range(FRAMES))]:
        shutil.copy(ROOT / "examples" / "shot" / name, shot)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("any_weights")
def test_the_shell_lines_run(clone: Path, monkeypatch: pytest.MonkeyPatch,
                             capsys: pytest.CaptureFixture[str]) -> None:
    """Each `cmft` line of the README ends without an error, one after the other, and leaves what it says.

    There is no screen, so that `review` lists what its window would show.
    """
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for line in block("sh", having="cmft colorize").splitlines():
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/cmft"
        monkeypatch.setattr("sys.argv", [program, *arguments])
        try:
            cli.main()
        except SystemExit as end:
            assert not end.code, line
    for pattern in ("regions/shot.*.png", "coloured/shot.*.exr"):
        assert len(list(clone.glob(pattern))) == FRAMES
    assert "here is the list" in capsys.readouterr().out


@pytest.mark.usefixtures("any_weights", "clone")
def test_the_python_lines_run() -> None:
    """The Python lines colour the example and return the report."""
    names: dict[str, cmft_engine.Report] = {}
    exec(block("python", having="colorize"), names)
    assert names["report"].json.is_file() and len(list(Path("flats").glob("shot.*.exr"))) == FRAMES


def test_the_python_lines_are_the_package_s() -> None:
    """But for the names of files, they stand in the package's own docstring."""
    own = (cmft_engine.__doc__ or "").split("\n\n")[1].splitlines()
    shown = block("python", having="colorize").splitlines()
    nameless = [[re.sub(r'"[^"]*"', '""', line.strip()) for line in lines] for lines in (shown, own)]
    assert nameless[0] == nameless[1]


def test_files_of_the_commands_are_there() -> None:
    """Every input that the README's commands name is a file of the clone."""
    inputs = set(re.findall(r"examples/shot/[\w.#]+", README))
    assert inputs and all((ROOT / name.replace("####", "1001")).is_file() for name in inputs)


def test_set_up_takes_two_commands() -> None:
    """After the clone two lines do all, and the README has them for Windows too."""
    lines = block("sh", having="git clone").splitlines()
    assert lines[2:] == ["python3 install.py demo", "python3 install.py test"]
    assert "`py -3.12 install.py demo`" in README and r"`.venv\Scripts\cmft.exe`" in README


def test_figures_are_those_of_other_pages() -> None:
    """The seconds of a 1920x1080 frame are those of the page on speed, the limit of colours the engine's."""
    speed = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    seconds = re.findall(r"^\| 1920x1080 \| ours \| [\d.]+ \| ([\d.]+) \|", speed, re.MULTILINE)
    assert len(seconds) == 1 and f"[{seconds[0]} s](docs/speed.md)" in README
    assert f"read as at most {MAX_COLORS} paints" in README


def test_weights_have_the_size_that_is_told() -> None:
    """The README's size of the weights is that of the file, in whole megabytes."""
    size = (ROOT / "cmft_engine" / "weights" / "cmft.safetensors").stat().st_size
    assert f"of it weights {round(size / 2**20)} MB" in README
