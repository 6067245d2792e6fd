"""Plates follow what is wanted: the frame in view first, the latest wish alone, and a bad plate stops no other."""

import threading

import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.pipeline.claims import claimed
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.compose import display_picture
from cmft_engine.protocol.corrections import Correction, made
from cmft_engine.window.pictures import to_bytes
from cmft_engine.window.plate_writer import PlateWriter

RED, SKIN = (204, 51, 51), (255, 204, 153)


@pytest.fixture
def written():
    return []


@pytest.fixture
def failures():
    return []


@pytest.fixture
def writer(colored, written, failures):
    one = PlateWriter(colored, lambda: 5, written.append, failures.append)
    yield one
    one.close()


def coat(color):
    return made(Correction("pin", 2, ((33.0, 44.0),), color))


def at_coat(colored, frame, dx):
    return tuple(to_bytes(display_picture(read_plate(colored.frames[frame].path)))[44, 32 + dx].tolist())


def test_frames_in_view_come_first(colored, writer, written):
    """A pin changes all frames but the painted one; then nothing waits, and the plates hold the colour."""
    writer.follow(colored.corrector.wanted([coat("red")]))
    assert writer.worker.wait(60) and writer.waiting == frozenset() and writer.has_written
    assert written == [5, 4, 6, 3, 2]
    assert [at_coat(colored, frame, dx) for frame, dx in ((2, 1), (4, 2), (6, 4))] == [RED] * 3
    writer.follow(colored.corrector.wanted([coat("red")]))
    assert writer.worker.wait(60) and len(written) == 5


def test_what_another_process_wrote_is_not_written_again(colored, writer, written):
    """Its notes are read anew before a plate is made; the window then shows that it is there."""
    wanted = colored.corrector.wanted([coat("red")])
    other = ColoredShot(colored.pattern)
    for frame in other.stale(wanted):
        other.rewrite(frame, wanted)
    before = {frame: one.path.stat().st_mtime_ns for frame, one in colored.frames.items()}
    writer.follow(wanted)
    assert writer.worker.wait(60) and written == [5, 4, 6, 3, 2] and writer.waiting == frozenset()
    assert {frame: one.path.stat().st_mtime_ns for frame, one in colored.frames.items()} == before
    assert not colored.stale(wanted)


def test_the_latest_wish_alone(colored, writer):
    """Of several that follow each other quickly the last is on disk in the end."""
    for color in ("red", "skin", "red", "skin"):
        writer.follow(colored.corrector.wanted([coat(color)]))
    writer.settle()
    assert writer.worker.wait(60) and at_coat(colored, 6, 4) == SKIN
    assert colored.stale(colored.corrector.wanted([coat("skin")])) == []


def test_a_wish_taken_back_while_its_plates_are_made(colored, writer, monkeypatch):
    """What was begun is finished and then made again: in the end the plates show the wish that is left."""
    go, begun, rewrite = threading.Event(), threading.Event(), colored.rewrite

    def held(frame, wanted):
        begun.set()
        assert go.wait(30)
        return rewrite(frame, wanted)
    monkeypatch.setattr(colored, "rewrite", held)
    none = colored.corrector.wanted([])
    writer.follow(colored.corrector.wanted([coat("red")]))
    assert begun.wait(30)
    writer.follow(none)
    go.set()
    writer.settle()
    assert writer.worker.wait(60) and colored.stale(none) == [] and writer.waiting == frozenset()
    assert at_coat(colored, 4, 2) != RED and at_coat(colored, 5, 3) != RED


def test_a_plate_that_was_changed_by_others_is_left_and_told(colored, writer, written, failures):
    """It is tried once for each wish, and the others are written."""
    colored.frames[5].path.write_bytes(b"mine")
    for _ in range(2):
        writer.follow(colored.corrector.wanted([coat("red")]))
        assert writer.worker.wait(60)
    assert sorted(written) == [2, 3, 4, 6] and len(failures) == 1 and "c.0005.png" in str(failures[0])
    assert colored.frames[5].path.read_bytes() == b"mine" and writer.waiting == frozenset()


def test_plates_of_a_run_are_left_to_it(colored, writer, written, failures):
    """A run that colours the shot now takes corrections up at its end."""
    with claimed({frame: one.path for frame, one in colored.frames.items()}):
        writer.follow(colored.corrector.wanted([coat("red")]))
        assert writer.worker.wait(60)
    assert written == [] and len(failures) == 5
