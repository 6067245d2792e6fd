"""An engine that stays, as a host meets it: the real one in a real process, asked by lines and answered by events."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cmft_engine import cli
from cmft_engine.commands import serve as serving
from cmft_engine.protocol.errors import PlateError, SettingsError
from cmft_engine.protocol.events import (
    Ended,
    Event,
    Failed,
    Finished,
    FrameDone,
    Message,
    Ready,
    Skipped,
    Started,
    Taken,
    error_from,
    from_line,
)
from cmft_engine.protocol.job import Job, JobReference, to_dict
from cmft_engine.protocol.owner import this_owner
from cmft_engine.protocol.requests import CANCEL, Cancel, Colorize, Pin, Quit, Undo, read_answer, request_line
from cmft_engine.protocol.settings import Settings
from tests.drawings import PAINTS, figure, write_shot

ROOT = Path(__file__).resolve().parents[1]
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cmft_engine.cli import main; main()"
BROKEN = START.replace("from cmft_engine.cli import main; main()", """
from cmft_engine.cli import main
from cmft_engine.commands.warm_run import WarmEngine
run = WarmEngine._run
def broken(self, job, only):
    events = run(self, job, only)
    yield next(events)
    if only in ("1", "2"):
        raise MemoryError if only == "1" else AttributeError("a bug")
    yield from events
WarmEngine._run = broken
main()
""")
SMALL = Settings(work_size=128, device="cpu")
PATIENCE_S = 120


class Engine:
    """An engine that stays, and the answers that were read of it."""

    def __init__(self, *options: str, start: str = START) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", start, "serve", *options], cwd=ROOT, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, *requests: Any) -> None:
        """Write requests."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(request_line(one) + "\n" for one in requests))
        self.process.stdin.flush()

    def answers(self, *last: type) -> list[tuple[str | None, Event]]:
        """Return answers up to one of a kind, without those that tell of a warning."""
        assert self.process.stdout is not None
        found: list[tuple[str | None, Event]] = []
        for line in self.process.stdout:
            found.append(read_answer(line))
            if isinstance(found[-1][1], last):
                break
        return [one for one in found if not isinstance(one[1], Message)]

    def of(self, request: Any) -> list[Event]:
        """Ask, and return the events of the request."""
        self.ask(request)
        return [event for name, event in self.answers(Finished, Failed) if name == request.id]

    def end(self) -> tuple[int, list[Event]]:
        """Close stdin; return the exit code and what was still said."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        said = [event for _, event in self.answers(Ended)]
        return self.process.wait(PATIENCE_S), said

    def __enter__(self) -> "Engine":
        """Wait until it can be asked."""
        assert isinstance(self.answers(Ready)[-1][1], Ready)
        return self

    def __exit__(self, *_: object) -> None:
        """End it whatever happens."""
        self.process.kill()
        self.process.__exit__(None, None, None)


@pytest.fixture
def engine():
    with Engine() as started:
        yield started


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A shot of five drawings, painted at its last frame."""
    lines = write_shot(tmp_path, {frame: figure(2 * frame, frame) for frame in range(1, 6)}, reference=5)
    return Job(str(lines), (JobReference(str(tmp_path / "ref.png"), 5),), str(tmp_path / "warm" / "c.####.exr"),
               settings=SMALL)


def asked(job: Job, name: str = "1", **fields: Any) -> Colorize:
    return Colorize(name, to_dict(job), **fields)


def cold(job: Job, folder: Path, only: str | None = None) -> dict[str, bytes]:
    """Colour a job by a run that keeps nothing, and return its plates."""
    job = job._replace(out=str(folder / Path(job.out).name), resume=False, overwrite=True)
    assert isinstance(list(cli.start(job, only))[-1], Finished)
    return plates(folder)


def plates(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("c.*"))}


def done(events: list[Event]) -> list[int]:
    return [event.frame for event in events if isinstance(event, FrameDone)]


def test_plates_are_those_of_a_process_of_its_own(engine, job, tmp_path):
    """Frame after frame, again with another setting, and the whole: byte for byte what cold runs write."""
    over = job._replace(overwrite=True)
    for frame in (3, 2, 3, 4):
        assert done(engine.of(asked(over, only=str(frame)))) == [frame]
        again = engine.of(asked(over, only=str(frame)))
        assert done(again) == [frame] and isinstance(again[-1], Finished)
    assert plates(tmp_path / "warm") == cold(job, tmp_path / "cold", "2-4")
    hard = over._replace(settings=SMALL.replace(edges="hard", ink="none", gap_px=2))
    events = engine.of(asked(hard))
    assert [type(event) for event in events] == [Taken, Started, *[FrameDone] * 5, Finished]
    assert plates(tmp_path / "warm") == cold(hard, tmp_path / "cold")
    assert engine.end() == (0, [Ended("closed")])


def test_a_changed_file_is_seen(engine, job, tmp_path):
    """Neither a redrawn plate, nor a repainted reference, nor one put back gives what was kept of another."""
    over, changes = job._replace(overwrite=True), (tmp_path / "ref.png", tmp_path / "lines.0002.png")
    before = [path.read_bytes() for path in changes]
    for path, content in [(None, b""), (changes[0], None), (changes[1], (tmp_path / "lines.0004.png").read_bytes()),
                          (changes[0], before[0]), (changes[1], before[1])]:
        if path is not None:
            if content is None:
                write_shot(tmp_path / "other", {5: figure(10, 5)}, reference=5, paints=PAINTS[::-1])
                content = (tmp_path / "other" / "ref.png").read_bytes()
            status = path.stat()
            path.write_bytes(content)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # no clock tells
        engine.of(asked(over, only="3"))
        assert plates(tmp_path / "warm") == cold(job, tmp_path / "cold", "3")


def test_corrections_are_those_of_a_process_of_its_own(engine, job, tmp_path):
    """A pin and its undo change the plates that `cmft pin` changes, byte for byte, and are told as it tells them."""
    assert isinstance(engine.of(asked(job))[-1], Finished)
    warm, own = tmp_path / "warm", tmp_path / "own"
    shutil.copytree(warm, own, ignore=shutil.ignore_patterns("*.claim"))
    before = plates(warm)
    events = engine.of(Pin("p", str(warm), 2, 34.5, 45.5, "paper"))
    command = [sys.executable, "-c", START, "pin", str(own), "--frame=2", "--at=34.5,45.5", "--color=paper", "--events"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [type(event) for event in events[1:]] == [type(from_line(line)) for line in said]
    assert done(events)[0] == 2 and plates(warm) == plates(own) != before
    assert isinstance(events[-1], Finished) and events[-1].frames == len(done(events)) > 0
    again = engine.of(Undo("u", str(warm)))
    assert sorted(done(again)) == sorted(done(events)) and plates(warm) == before
    (failed,) = [event for event in engine.of(Undo("v", str(warm))) if isinstance(event, Failed)]
    assert "no correction to undo" in failed.message and failed.exit_code == 2
    (failed,) = [event for event in engine.of(Pin("w", str(warm), 2, 999, 1, "paper")) if isinstance(event, Failed)]
    assert "lies outside of frame 2" in failed.message
    assert isinstance(engine.of(asked(job._replace(resume=True)))[-1], Finished)


def test_the_frame_in_view_comes_first(engine, job, tmp_path):
    """It is told once, before the others, whatever the job says of plates that are there; the report has all."""
    for fields in ({}, {"overwrite": True}):
        events = engine.of(asked(job._replace(**fields), first=3))
        assert done(events) == [3, 1, 2, 4, 5] and isinstance(events[-1], Finished), fields
        assert [event.frames for event in events if isinstance(event, Started)] == [5]
        report = json.loads(Path(events[-1].report).read_text())
        assert [frame["frame"] for frame in report["frames"]] == [1, 2, 3, 4, 5]
    events = engine.of(asked(job._replace(resume=True), first=3))
    assert [event.frame for event in events if isinstance(event, Skipped)] == [3, 1, 2, 4, 5]
    assert plates(tmp_path / "warm") == cold(job, tmp_path / "cold")


def test_errors_end_a_request_and_no_more(engine, job, tmp_path):
    """Each is the very error of a process of its own, exit code too, and the engine goes on."""
    for fields, kind, said in (({"lines": "/nowhere/c.####.png"}, PlateError, "cannot be listed"),
                               ({"frames": "1-9"}, Exception, "no plate for frame 6-9")):
        failed = engine.of(asked(job._replace(**fields)))[-1]
        assert isinstance(failed, Failed) and failed.exit_code == 2
        assert isinstance(error_from(failed), kind) and said in failed.message
    (tmp_path / "lines.0002.png").write_bytes(b"")
    events = engine.of(asked(job))
    assert done(events) == [1, 3, 4, 5] and isinstance(events[-1], Failed) and events[-1].frame == 2
    assert engine.process.stdin is not None
    engine.process.stdin.write('{"do": "colorize"}\nnonsense\n')
    engine.process.stdin.flush()
    failures = [engine.answers(Failed)[-1] for _ in range(2)]
    assert [name for name, _ in failures] == [None, None]
    assert isinstance(error_from(failures[0][1]), SettingsError) and "not a request" in failures[1][1].message
    assert done(engine.of(asked(job._replace(resume=True, out=str(tmp_path / "n" / "c.####.png")), only="4"))) == [4]


def test_memory_that_runs_out_and_bugs_end_a_request_alone(job):
    """Either is told with the exit code that a process would have, and the next request is coloured as ever."""
    with Engine(start=BROKEN) as engine:
        ended = [engine.of(asked(job, only=only))[-1] for only in ("1", "2", "3")]
    assert [(event.kind, event.exit_code) for event in ended[:2]] == [("DeviceError", 3), ("EngineError", 1)]
    assert "--work-size" in ended[0].message and ended[1].message == "AttributeError: a bug"
    assert isinstance(ended[2], Finished) and ended[2].frames == 1


def test_requests_wait_or_end_those_before_them(engine, job, tmp_path):
    """They are coloured in their order; one that says so ends what runs and what waits; a cancel ends its own alone."""
    jobs = [job._replace(out=str(tmp_path / name / "c.####.png")) for name in "abcd"]
    engine.ask(asked(jobs[0], "a", only="1"), asked(jobs[1], "b", only="1"))
    assert [name for name, event in [*engine.answers(Finished), *engine.answers(Finished)]
            if isinstance(event, Finished)] == ["a", "b"]
    engine.ask(asked(jobs[2], "c"))
    engine.answers(Started)
    engine.ask(asked(jobs[3], "d"), Cancel("d"), asked(jobs[1]._replace(overwrite=True), "e", only="1", busy=CANCEL))
    ended = {name: event for name, event in engine.answers(Finished) if isinstance(event, Finished | Failed)}
    assert {name: getattr(event, "kind", "") for name, event in ended.items()} == {"c": "Cancelled", "d": "Cancelled",
                                                                                  "e": ""}
    assert done(engine.of(asked(jobs[2]._replace(resume=True), "f")))[-1] == 5


@pytest.mark.parametrize("how", ["quit", "idle", "signal", "owner"])
def test_it_ends_when_nobody_wants_it(how):
    """When it is told to, after a while without a request, by a signal, and when the process that it serves is gone."""
    options = {"idle": ("--idle", "0.2"), "owner": ("--owner", this_owner()._replace(mark="00000000").short)}
    reason, code = {"quit": ("quit", 0), "owner": ("quit", 0), "idle": ("idle", 0), "signal": ("stopped", 130)}[how]
    with Engine(*options.get(how, ())) as engine:
        if how == "quit":
            engine.ask(Quit())
        if how == "signal":
            engine.process.send_signal(signal.SIGTERM)
        said = [event for _, event in engine.answers(Ended)]
        assert (said[-1:], engine.process.wait(PATIENCE_S)) == ([Ended(reason)], code)


def test_it_does_not_outlive_a_host_that_was_killed(job, tmp_path):
    """A host that dies while its engine works leaves none behind, even where a child of its own holds the pipes."""
    host = tmp_path / "host.py"
    host.write_text(f"import subprocess, sys, time\nsys.path.insert(0, {str(ROOT)!r})\n"
                    "from cmft_engine.protocol.owner import this_owner\n"
                    f"engine = subprocess.Popen([sys.executable, '-c', {START!r}, 'serve', '--owner', "
                    "this_owner().short], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
                    f"engine.stdin.write({(request_line(asked(job)) + chr(10)).encode()!r}); engine.stdin.flush()\n"
                    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], close_fds=False,"
                    " stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,"
                    " pass_fds=(engine.stdin.fileno(), engine.stdout.fileno()))\n"
                    "engine.stdout.readline()\nprint(engine.pid, child.pid, flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, str(host)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    engine_pid, child_pid = map(int, process.stdout.readline().split())
    process.kill()
    process.communicate()
    end = time.monotonic() + PATIENCE_S
    while _runs(engine_pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert _runs(child_pid) and not _runs(engine_pid)
    os.kill(child_pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_another_engine_on_disk_is_noticed(monkeypatch, tmp_path):
    """A file of the package, of the weights, or the colour configuration that changes tells versions apart."""
    (tmp_path / "weights").mkdir()
    files = [tmp_path / "cli.py", tmp_path / "weights" / "cmft.safetensors", tmp_path / "config.ocio"]
    for path in files:
        path.write_text("one")
    monkeypatch.setattr(serving, "PACKAGE", tmp_path)
    monkeypatch.setenv("OCIO", str(files[2]))
    for path in files:
        before = serving.installed()
        assert before == serving.installed()
        path.write_text("another")
        assert before != serving.installed(), path
