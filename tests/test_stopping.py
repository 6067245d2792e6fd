"""Cancel works while libraries load, and a reader of stdout that goes away ends the run in order."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cmft_engine import console, stopping
from cmft_engine.protocol import events
from cmft_engine.protocol.errors import Cancelled

ROOT = Path(__file__).resolve().parents[1]
LOADING = """
import sys
sys.path.insert(0, {root!r})
from cmft_engine.__main__ import main
sys.argv[1:] = ["colorize", "--events"]
class Slow:  # a library that takes its time, and takes any exception for an error of its own
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            print("loading", flush=True)
            import time
            try:
                time.sleep(60)
            except Exception:
                pass
sys.meta_path.insert(0, Slow())
main()
"""
TALKING = """
import sys, time
sys.path.insert(0, {root!r})
from cmft_engine import cli
from cmft_engine.protocol.events import Skipped, Started
def start(job, only):
    try:
        yield Started(9)
        for frame in range(1000):
            yield Skipped(frame, "c.png")
            time.sleep(0.01)
    finally:
        sys.stderr.write("closed in order\\n")
cli.start = start
sys.argv[1:] = ["colorize", "l", "--out", "c", {how!r}]
cli.main()
"""
SWALLOWED = """
import sys, time
sys.path.insert(0, {root!r})
from cmft_engine import cli
from cmft_engine.protocol.events import Skipped, Started
def start(job, only):
    yield Started(9)
    try:
        time.sleep(60)
    except BaseException:
        pass  # as a library may
    yield Skipped(1, "c.png")
    time.sleep(60)
cli.start = start
sys.argv[1:] = ["colorize", "l", "--out", "c", "--events"]
cli.main()
"""
HELPING = """
import sys
sys.path.insert(0, {root!r})
from cmft_engine.__main__ import main
sys.argv[1:] = {arguments}
main()
"""


def begin(code: str, **values: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code.format(root=str(ROOT), **values)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("code", [LOADING, SWALLOWED])
def test_a_signal_is_never_lost(code: str, number: signal.Signals) -> None:
    """While libraries load, and where one of them swallows it: one Failed event, exit code 130, a sentence."""
    process = begin(code)
    assert process.stdout is not None and process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    (failed,) = [events.from_line(line) for line in out.splitlines()]
    assert isinstance(failed, events.Failed) and (failed.kind, failed.message) == ("Cancelled", stopping.CANCELLED)
    assert "Traceback" not in err and stopping.CANCELLED in err


@pytest.mark.parametrize("how", ["--events", "--openjd"])
def test_a_reader_that_goes_away(how: str) -> None:
    """The run is closed, stderr says why, exit code 130; no traceback, and nothing at the interpreter's own end."""
    process = begin(TALKING, how=how)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 130
    assert "nobody reads what is told any more (Broken pipe), so the run ends; the plates" in " ".join(err.split())
    assert "closed in order" in err and "Traceback" not in err and "Exception ignored" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has another error there")
@pytest.mark.parametrize("arguments", [["--help"], ["colorize", "--help"], ["--version"]])
def test_a_reader_of_the_help_that_goes_away(arguments: list[str]) -> None:
    """As with `cmft --help | head -1`: no bug, no traceback, the exit code of every reader that goes away."""
    process = begin(HELPING, arguments=repr(arguments))
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 130
    assert "Traceback" not in err and "Exception ignored" not in err


def test_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of loading a signal raises what no library takes for its own error, and is remembered."""
    monkeypatch.setattr(stopping, "_PHASE", stopping._Phase(is_loading=False))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    stopping.go_on()
    with pytest.raises(stopping.Stopped):
        stopping._stop(2, None)
    assert not issubclass(stopping.Stopped, Exception)
    with pytest.raises(stopping.Stopped):
        stopping.go_on()
    with stopping.loading():
        assert stopping._PHASE.is_loading
    assert not stopping._PHASE.is_loading


def test_lines_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither stdout nor stderr gets a terminal escape out of a name."""
    console.say("a\x1b[2Jb")
    console.complain("c\x1b[2Jd [bold]")
    told = capsys.readouterr()
    assert told.out == "a\\x1b[2Jb\n" and "c\\x1b[2Jd [bold]" in told.err and "\x1b[2J" not in told.err


def test_a_message_is_told_once() -> None:
    """A file that is read twice is not told of twice."""
    once = console.Once()
    records = [logging.LogRecord("cmft", logging.WARNING, "", 0, "%s is odd", (name,), None) for name in "aab"]
    assert [once.filter(record) for record in records] == [True, False, True]


def test_stdout_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk behind stdout is told as the end of the run that it is."""
    class Full:
        def write(self, text: str) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(Cancelled, match="No space left on device"):
        console.say("a")
