"""The border as a host meets it: the real engine in a real process, started and watched by the client."""

import sys
from pathlib import Path

import pytest

from cmft_engine.doctor import draw_shot
from cmft_engine.protocol.client import EngineClient
from cmft_engine.protocol.errors import PlateError
from cmft_engine.protocol.events import Finished, FrameDone, FrameFailed, Message, Started
from cmft_engine.protocol.job import Job, JobReference, save_job
from cmft_engine.protocol.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cmft_engine.cli import main; main()"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Draw a shot of two frames and return its job."""
    draw_shot(tmp_path)
    return Job(str(tmp_path / "lines.####.png"), (JobReference(str(tmp_path / "painted.0001.png"), 1),),
               str(tmp_path / "out" / "c.####.png"), settings=Settings(device="cpu"))


def colour(job: Job, tmp_path: Path, seen: list[object] | None = None) -> list[object]:
    """Run the job as a host does and return its events; seen: they are put there too, as they come."""
    save_job(job, tmp_path / "job.json")
    events = [] if seen is None else seen
    for event in EngineClient([sys.executable, "-c", START]).run(tmp_path / "job.json"):
        events.append(event)
    return events


def test_a_host_colours_a_shot(job: Job, tmp_path: Path) -> None:
    """The events tell of every frame, and each plate stands on disk when its event arrives."""
    seen = colour(job, tmp_path)
    assert isinstance(seen[0], Started) and seen[0].frames == 2
    done = [event for event in seen if isinstance(event, FrameDone)]
    assert [event.frame for event in done] == [1, 2]
    assert all(Path(event.path).is_file() for event in done)
    assert isinstance(seen[-1], Finished)
    assert Path(seen[-1].report).is_file() and Path(seen[-1].html).is_file()


def test_a_bad_plate_is_told_and_the_others_are_coloured(job: Job, tmp_path: Path) -> None:
    """A damaged plate is named in the host with its file, as an event and as the run's error; the rest is there."""
    (tmp_path / "lines.0002.png").write_bytes(b"")
    seen: list[object] = []
    with pytest.raises(PlateError, match=r"1 of 2 frames cannot be coloured, .*lines\.0002\.png.*0 bytes") as caught:
        colour(job, tmp_path, seen)
    assert caught.value.frame == 2
    assert [type(event) for event in seen if not isinstance(event, Message)] == [Started, FrameDone, FrameFailed]
    assert [path.name for path in tmp_path.glob("out/*.png")] == ["c.0001.png"]
