"""Reading, deciding and writing overlap, and nothing of it shows: order, errors and memory are those of one by one."""

import threading
import time
from concurrent.futures import Future

import pytest
import torch

from cmft_engine import pipeline
from cmft_engine.image.plate import write_plate
from cmft_engine.pipeline import colorize, colorize_iter
from cmft_engine.protocol.errors import DeviceError
from cmft_engine.protocol.events import FrameDone, Message, Started
from cmft_engine.protocol.settings import Settings
from cmft_engine.references import read_drawing
from cmft_engine.shot import Shot
from tests.drawings import figure, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
A, B, C = figure(), figure(4, 1), figure(-3, 2)


@pytest.fixture
def shot(tmp_path):
    """Draw a shot on ABAB, painted at its last frame."""
    def shot(drawings=None, frames=None):
        drawings = drawings or {1: A, 2: B, 3: A, 4: B, 9: C}
        lines = write_shot(tmp_path, drawings, reference=max(drawings))
        return Shot.open(lines, reference=f"{tmp_path}/ref.png@{max(drawings)}", frames=frames)
    return shot


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o" / "c.####.png"


def color_one(run, frame, path):
    """Take, decide and write one frame, one after the other."""
    taken = Future()
    taken.set_result(run.take(frame, path, False))
    return run.write(run.decide(taken))


def test_a_held_drawing_is_cut_once(shot, out, monkeypatch):
    """Of a frame that holds a drawing only the plate is read: ABAB is cut into regions twice."""
    cut = []
    monkeypatch.setattr(pipeline, "read_drawing", lambda path, frame, **named: (cut.append(frame),
                                                                                read_drawing(path, frame, **named))[1])
    colorize(shot(frames="1-4"), out, settings=SMALL)
    assert cut == [1, 2]


def test_a_plate_is_written_while_the_next_drawing_is_decided(shot, out, monkeypatch):
    """The first plate's writer waits for the second match to begin; one after the other, it would wait for ever."""
    begun, match = threading.Event(), pipeline.Matcher.match
    calls, waited = [], []

    def watched(self, *rest):
        calls.append(1)
        if len(calls) == 2:
            begun.set()
        return match(self, *rest)

    monkeypatch.setattr(pipeline.Matcher, "match", watched)
    monkeypatch.setattr(pipeline, "write_plate", lambda plate, path: (waited.append(begun.wait(60)),
                                                                      write_plate(plate, path)))
    colorize(shot({1: A, 2: B, 3: C, 9: figure(7)}, frames="1-3"), out, settings=SMALL)
    assert waited == [True] * 3


def test_an_error_waits_for_the_frames_before(shot, out, monkeypatch):
    """When the second drawing fails even before the first is decided, the first is still written and told before the
    error comes, and nothing after it."""
    color, failed = pipeline._Engine.color, threading.Event()

    def failing(self, frame, drawing):
        if frame == 2:
            failed.set()
            raise MemoryError
        assert failed.wait(60)
        return color(self, frame, drawing)

    monkeypatch.setattr(pipeline._Engine, "color", failing)
    seen = []
    with pytest.raises(DeviceError, match="frame 2: out of memory"):
        for event in colorize_iter(shot({1: A, 2: B, 3: C, 9: figure(7)}, frames="1-3"), out, settings=SMALL):
            if not isinstance(event, Message):
                seen.append(event)
    assert [type(event) for event in seen] == [Started, FrameDone]
    assert sorted(path.name for path in out.parent.glob("c.*")) == ["c.0001.png"]


def test_decisions_are_not_hoarded(shot, out):
    """A drawing's decision is dropped after the last frame that holds it, so that long shots fit in memory."""
    out.parent.mkdir()
    run = pipeline._Run(shot({1: A, 2: B, 3: A, 4: B, 5: C, 9: figure(7)}), str(out), settings=SMALL, palette=None)
    kept = [color_one(run, frame, path) and set(run.decisions)
            for frame, path in pipeline.plan_outputs(run.shot, str(out)).items()]
    assert kept[:2] == [{1}, {1, 2}] and kept[4:] == [set(), set()]


def test_two_drawings_are_decided_at_once(shot, out, monkeypatch):
    """Each of the first two matches waits for the other to begin; one after the other, they would wait for ever."""
    both, match, met = threading.Barrier(2), pipeline.Matcher.match, []

    def meeting(self, *rest):
        both.wait(60)
        met.append(1)
        return match(self, *rest)

    monkeypatch.setattr(pipeline.Matcher, "match", meeting)
    threads = torch.get_num_threads()
    colorize(shot({1: A, 2: B, 9: C}, frames="1-2"), out, settings=SMALL)
    assert len(met) == 2
    assert torch.get_num_threads() == threads


def test_a_held_drawing_waits_for_its_decision(shot, out, monkeypatch):
    """A frame that holds the drawing before it is asked for early, and gets that drawing's colours or its error."""
    color = pipeline._Engine.color

    def late(self, frame, drawing):
        time.sleep(0.2)
        return color(self, frame, drawing)

    monkeypatch.setattr(pipeline._Engine, "color", late)
    held = [event.held_from for event in colorize_iter(shot({1: A, 2: A, 3: A, 9: C}, frames="1-3"), out,
                                                       settings=SMALL) if isinstance(event, FrameDone)]
    assert held == [None, 1, 1]
    assert len({path.read_bytes() for path in out.parent.glob("c.*")}) == 1


def test_closing_begins_no_further_drawing(shot, out, monkeypatch):
    """Whoever stops after the first frame waits for the drawings that are being decided, and for no others."""
    color, begun = pipeline._Engine.color, []
    monkeypatch.setattr(pipeline._Engine, "color", lambda self, frame, drawing: (begun.append(frame),
                                                                                 color(self, frame, drawing))[1])
    drawings = {frame: figure(frame, frame) for frame in range(1, 10)}
    events = colorize_iter(shot(drawings), out, settings=SMALL)
    while not isinstance(next(events), FrameDone):
        pass
    events.close()
    assert len(begun) <= 2 + pipeline.DECIDERS
    assert len(list(out.parent.glob("c.*"))) <= 2
