"""Reading, deciding and writing overlap, and nothing of it shows: order, errors and memory are those of one by one."""

import gc
import threading
import time
import weakref

import pytest
import torch

from cmft_engine.image.plate import write_plate
from cmft_engine.matching.matcher import Matcher
from cmft_engine.pipeline import colorize as pipeline
from cmft_engine.pipeline import frames, reference_matcher
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.pipeline.outputs import plan_outputs
from cmft_engine.pipeline.run import Run
from cmft_engine.protocol.errors import DeviceError
from cmft_engine.protocol.events import FrameDone, Message, Started
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import read_drawing
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot

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


@pytest.fixture
def two_threads():
    """Torch computes with two threads, on any machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def color_one(run, frame, path):
    """Take, decide and write one frame, one after the other."""
    return pipeline.write_frame(run, pipeline.decide_frame(run, run.frames.take(frame, path)))


def test_a_held_drawing_is_cut_once(shot, out, monkeypatch):
    """Of a frame that holds a drawing only the plate is read: ABAB is cut into regions twice."""
    cut = []
    monkeypatch.setattr(frames, "read_drawing", lambda path, frame, **named: (cut.append(frame),
                                                                                read_drawing(path, frame, **named))[1])
    colorize(shot(frames="1-4"), out, settings=SMALL)
    assert cut == [1, 2]


def test_a_plate_is_written_while_the_next_drawing_is_decided(shot, out, monkeypatch):
    """The first plate's writer waits for the second match to begin; one after the other, it would wait for ever."""
    begun, match = threading.Event(), Matcher.match_to_references
    calls, waited = [], []

    def watched(self, *rest):
        calls.append(1)
        if len(calls) == 2:
            begun.set()
        return match(self, *rest)

    monkeypatch.setattr(Matcher, "match_to_references", watched)
    monkeypatch.setattr(pipeline, "write_plate", lambda plate, path, **named: (waited.append(begun.wait(60)),
                                                                             write_plate(plate, path, **named)))
    colorize(shot({1: A, 2: B, 3: C, 9: figure(7)}, frames="1-3"), out, settings=SMALL)
    assert waited == [True] * 3


@pytest.mark.usefixtures("two_threads")
def test_an_error_waits_for_the_frames_before(shot, out, monkeypatch):
    """When the second drawing fails even before the first is decided, the first is still written and told before the
    error comes, and nothing after it."""
    color, failed = pipeline.color_drawing, threading.Event()

    def failing(run, task, *rest):
        if task.frame == 2:
            failed.set()
            raise MemoryError
        assert failed.wait(60)
        return color(run, task, *rest)

    monkeypatch.setattr(pipeline, "color_drawing", failing)
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
    whole = shot({1: A, 2: B, 3: A, 4: B, 5: C, 9: figure(7)})
    run = Run(whole, str(out), settings=SMALL, palette=None, resume=False)
    kept = [color_one(run, frame, path) and set(run.frames.decisions)
            for frame, path in plan_outputs(whole, str(out)).items()]
    assert kept[:2] == [{1}, {1, 2}] and kept[4:] == [set(), set()]


def threads_of_another():
    """How many threads torch uses in a thread that begins now."""
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("drawings", [{1: A, 2: B, 9: C}, {1: A, 2: A, 3: B, 4: B, 9: C},
                                      {1: A, 2: A, 3: A, 4: B, 5: B, 6: B, 9: C}])
def test_two_drawings_are_decided_at_once(shot, out, monkeypatch, drawings):
    """Each of the first two matches waits for the other to begin, on ones, twos and threes; one after the other, they
    would wait for ever. They share torch's threads, and whoever comes after has all of them again."""
    both, match, met = threading.Barrier(2), Matcher.match_to_references, []

    def meeting(self, *rest):
        both.wait(60)
        met.append(torch.get_num_threads())
        return match(self, *rest)

    monkeypatch.setattr(Matcher, "match_to_references", meeting)
    colorize(shot(drawings, frames=f"1-{len(drawings) - 1}"), out, settings=SMALL)
    assert met == [1, 1]
    assert threads_of_another() == 2


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("radius", [0, 1, 2])
def test_drawings_are_matched_two_at_a_time_to_the_end(shot, out, monkeypatch, radius):
    """Drawings that vote on each other do not wait in a row: nearly every match waits for another to run beside it.

    One that nobody joins would wait for ever, unless all matches have begun.
    """
    match, meeting = pipeline.match_drawing, threading.Condition()
    begun, running, beside = [], set(), set()

    def watched(run, matcher, frame, drawing):
        with meeting:
            begun.append(frame)
            running.add(frame)
            beside.update(running if len(running) == 2 else ())
            meeting.notify_all()
            assert meeting.wait_for(lambda: frame in beside or len(begun) == 12, timeout=60)
        found = match(run, matcher, frame, drawing)
        with meeting:
            running.remove(frame)
        return found

    monkeypatch.setattr(pipeline, "match_drawing", watched)
    drawings = {frame: figure(frame, 1) for frame in range(1, 13)}
    colorize(shot({**drawings, 20: C}, frames="1-12"), out, settings=SMALL.replace(temporal_radius=radius))
    assert len(begun) == 12 and len(beside) >= 11


def test_one_thread_decides_one_drawing(shot, out, monkeypatch):
    """Where torch may use one thread, no second one computes."""
    match, at_once, most = Matcher.match_to_references, [], []

    def watched(self, *rest):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.1)
        votes = match(self, *rest)
        at_once.pop()
        return votes

    monkeypatch.setattr(Matcher, "match_to_references", watched)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        colorize(shot({1: A, 2: B, 3: C, 9: figure(7)}, frames="1-3"), out, settings=SMALL)
    finally:
        torch.set_num_threads(threads)
    assert most == [1, 1, 1]


@pytest.mark.usefixtures("two_threads")
def test_references_that_fail_are_not_tried_again(shot, out, monkeypatch):
    """The second drawing's thread gets the error that the first one's got."""
    tried = []

    def failing(*rest, **named):
        tried.append(1)
        time.sleep(0.2)
        raise MemoryError

    monkeypatch.setattr(reference_matcher, "read_references", failing)
    with pytest.raises(DeviceError, match="taking in the references"):
        colorize(shot({1: A, 2: B, 3: C, 9: figure(7)}, frames="1-3"), out, settings=SMALL)
    assert tried == [1]


@pytest.fixture
def clock(monkeypatch):
    """Seconds as the run counts them: they pass when a test says so, and at no other time."""
    seconds = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: seconds[0])
    return seconds


@pytest.fixture
def taken(monkeypatch):
    """Events by frame that are set once the frame was read."""
    read, events = frames.FrameReader.take, {frame: threading.Event() for frame in range(1, 10)}

    def take(self, frame, path):
        task = read(self, frame, path)
        events[frame].set()
        return task

    monkeypatch.setattr(frames.FrameReader, "take", take)
    return events


def seconds_of(events):
    """Seconds that each frame took."""
    return [event.seconds for event in events if isinstance(event, FrameDone)]


def test_waiting_for_a_held_drawing_is_not_a_frames_time(shot, out, monkeypatch, clock, taken):
    """A frame that was read and then waits 100 s for the drawing that it holds does not count them as its own."""
    color = pipeline.color_drawing

    def late(run, task, *rest):
        assert taken[2].wait(60)
        clock[0] += 100
        return color(run, task, *rest)

    monkeypatch.setattr(pipeline, "color_drawing", late)
    assert seconds_of(colorize_iter(shot({1: A, 2: A, 9: C}, frames="1-2"), out, settings=SMALL)) == [100, 0]


@pytest.mark.usefixtures("two_threads")
def test_waiting_for_references_is_not_a_frames_time(shot, out, monkeypatch, clock, taken):
    """Two frames that were read and then wait 100 s for the references do not count them as their own."""
    read = reference_matcher.read_references

    def late(*rest, **named):
        assert taken[2].wait(60)
        clock[0] += 100
        return read(*rest, **named)

    monkeypatch.setattr(reference_matcher, "read_references", late)
    assert seconds_of(colorize_iter(shot({1: A, 2: B, 9: C}, frames="1-2"), out, settings=SMALL)) == [0, 0]


def test_a_held_drawing_waits_for_its_decision(shot, out, monkeypatch):
    """A frame that holds the drawing before it is asked for early, and gets that drawing's colours or its error."""
    color = pipeline.color_drawing

    def late(run, task, *rest):
        time.sleep(0.2)
        return color(run, task, *rest)

    monkeypatch.setattr(pipeline, "color_drawing", late)
    held = [event.held_from for event in colorize_iter(shot({1: A, 2: A, 3: A, 9: C}, frames="1-3"), out,
                                                       settings=SMALL) if isinstance(event, FrameDone)]
    assert held == [None, 1, 1]
    assert len({path.read_bytes() for path in out.parent.glob("c.*")}) == 1


@pytest.mark.usefixtures("two_threads")
def test_closing_begins_no_further_drawing(shot, out, monkeypatch):
    """Whoever stops after the first frame waits for the drawings that are being decided, and for no others."""
    color, begun, release = pipeline.color_drawing, [], threading.Event()

    def held_up(run, task, *rest):
        begun.append(task.frame)
        assert task.frame == 1 or release.wait(60)
        return color(run, task, *rest)

    monkeypatch.setattr(pipeline, "color_drawing", held_up)
    events = colorize_iter(shot({frame: figure(frame, frame) for frame in range(1, 10)}), out, settings=SMALL)
    while not isinstance(next(events), FrameDone):
        pass
    threading.Timer(0.5, release.set).start()
    events.close()
    assert sorted(begun) == [1, 2, 3]
    assert [path.name for path in out.parent.glob("c.*")] == ["c.0001.png"]


def in_memory(run, monkeypatch):
    """Watch how many drawings, and votes on drawings, are in memory at most: neither written nor given up."""
    seen, most = {"drawings": [], "votes": []}, {"drawings": 0, "votes": 0}
    gc.collect()
    gc.freeze()  # what is there already need not be looked through each time
    read, match = frames.read_drawing, pipeline.match_drawing

    def count(kind, one):
        seen[kind].append(weakref.ref(one))
        gc.collect()
        most[kind] = max(most[kind], sum(known() is not None for known in seen[kind]))

    def reading(*rest, **named):
        drawing = read(*rest, **named)
        count("drawings", drawing.segmented)
        return drawing

    def matching(*rest):
        votes, matched = match(*rest)
        count("votes", votes)
        return votes, matched

    monkeypatch.setattr(frames, "read_drawing", reading)
    monkeypatch.setattr(pipeline, "match_drawing", matching)
    try:
        run()
    finally:
        gc.unfreeze()
    return most


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("how", ["on ones", "on twos", "resumed", "a part"])
def test_few_drawings_are_in_memory(shot, out, monkeypatch, how):
    """However many frames wait for the first, which takes long: two being decided, one read ahead, one written, and
    those that come after the last of these and vote on it. On a resume the two that are decided may have been read as
    neighbours before."""
    drawings = {frame: figure(frame % 7, frame // 7) for frame in range(1, 13)}
    if how == "on twos":
        drawings = {frame: figure((frame + 1) // 2, 0) for frame in range(1, 13)}
    if how in ("resumed", "a part"):
        drawings = {frame: figure((frame - 1) % 6, 0) for frame in range(1, 13)}
    whole = shot({**drawings, 20: C})
    if how == "resumed":
        colorize(whole.only(range(1, 7)), out, settings=SMALL)
    color, waited = pipeline.color_drawing, []

    def slow(run, task, *rest):
        if not waited:
            waited.append(task.frame)
            time.sleep(1)
        return color(run, task, *rest)

    monkeypatch.setattr(pipeline, "color_drawing", slow)
    part = whole.only(range(1, 7)) if how == "a part" else whole
    most = in_memory(lambda: colorize(part, out, settings=SMALL, resume=how == "resumed"), monkeypatch)
    assert most["drawings"] <= 4 + SMALL.temporal_radius + 2 * (how == "resumed")
    assert most["votes"] <= 3 + SMALL.temporal_radius


def test_neighbors_alone_leave_no_votes(shot, out, monkeypatch):
    """Of drawings that only vote, what is as large as a plate is given up at once."""
    whole = shot({frame: figure(frame, 1) for frame in (*range(1, 13), 20)})
    settings = SMALL.replace(temporal_radius=4)
    most = in_memory(lambda: colorize(whole.only([6]), out, settings=settings), monkeypatch)
    assert most["votes"] <= 2


def test_a_hold_after_its_painting_is_painted_in_parts_too(tmp_path):
    """A drawing shown again after the frame that is painted gets the painter's colours, whatever part is coloured."""
    other = [figure(n, n) for n in range(1, 5)]
    lines = write_shot(tmp_path, {1: A, 2: other[0], 3: other[1], 4: other[2], 5: other[3], 20: A, 21: A}, reference=20)
    paintings = []
    for frame in (2, 3, 4, 5):
        write(other[frame - 2].painted(), tmp_path / f"ref{frame}.png")
        paintings.append(f"{tmp_path}/ref{frame}.png@{frame}")
    shot = Shot.open(lines, reference=[*paintings, f"{tmp_path}/ref.png@20"])
    for name, part in (("w", shot), ("p", shot.only([21]))):
        events = list(colorize_iter(part, tmp_path / name / "c.####.png", settings=SMALL))
        assert [e.held_from for e in events if isinstance(e, FrameDone) and e.frame == 21] == [20]
    assert len({(tmp_path / name / "c.0021.png").read_bytes() for name in "wp"}) == 1


@pytest.mark.usefixtures("two_threads")
def test_a_long_hold_is_not_read_to_its_end(shot, out, monkeypatch):
    """While the first drawing is decided, no more frames are read than may be in memory."""
    color, take, taken, ahead = pipeline.color_drawing, frames.FrameReader.take, [], []

    def slow(run, task, *rest):
        time.sleep(1)
        ahead.append(len(taken))
        return color(run, task, *rest)

    monkeypatch.setattr(frames.FrameReader, "take", lambda self, frame, *rest: (taken.append(frame),
                                                                           take(self, frame, *rest))[1])
    monkeypatch.setattr(pipeline, "color_drawing", slow)
    colorize(shot({**dict.fromkeys(range(1, 20), A), 20: C}, frames="1-19"), out, settings=SMALL)
    assert len(ahead) == 1 and ahead[0] <= 6
