"""What a process keeps: made once, bounded in bytes, gone with the file that it was made from."""

import dataclasses
import threading

import numpy as np
import pytest
import torch

from cmft_engine.pipeline import frames, reference_matcher
from cmft_engine.pipeline.colorize import colorize_iter
from cmft_engine.pipeline.kept import Kept, bytes_of
from cmft_engine.protocol.errors import PlateError
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import read_drawing
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot

SMALL = Settings(work_size=128, device="cpu")


def put(kept, key, made, is_same=lambda: True):
    with kept.entry(key, is_same) as entry:
        return entry.keep(made) if entry.found is None else entry.found


def test_the_least_recently_used_goes():
    """Up to so many bytes are kept; what was asked for last stays, and what is larger than all is not kept."""
    kept = Kept(3000)
    arrays = {name: np.zeros(250, np.float32) for name in "abcd"}
    for name in "abc":
        put(kept, name, arrays[name])
    put(kept, "a", [])
    put(kept, "d", arrays["d"])
    with kept.entry("a") as a, kept.entry("b") as b, kept.entry("d") as d:
        assert a.found is arrays["a"] and b.found is None and d.found is arrays["d"]
    assert kept.size == 3000 and kept.spare == 0
    kept.mark()
    put(kept, "a", [])
    assert kept.spare == 2000
    put(kept, "e", np.zeros(3001, np.uint8))
    assert kept.size <= 3000
    kept.forget()
    assert (kept.size, kept.spare) == (0, 3000)


def test_two_who_ask_wait_for_one():
    """While one makes a thing, another waits for it; where making fails, the next makes it."""
    kept, made = Kept(1000), []
    with pytest.raises(PlateError), kept.entry("a"):
        raise PlateError("damaged")
    barrier = threading.Barrier(4)

    def ask():
        barrier.wait()
        with kept.entry("a") as entry:
            if entry.found is None:
                made.append(entry.keep("made"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["made"]


def test_bytes_are_counted_once():
    """Views and shared storage count once, whatever holds them."""
    array, tensor = np.zeros((4, 5), np.float32), torch.zeros(6)

    @dataclasses.dataclass
    class Holder:
        whole: np.ndarray
        part: np.ndarray
        pair: tuple
        name: str = "x"

    assert bytes_of(Holder(array, array[1:], ({"a": tensor, "b": tensor[2:]}, array))) == 80 + 24
    assert bytes_of(torch.nn.Linear(2, 3)) == (6 + 3) * 4


@pytest.fixture
def counted(monkeypatch):
    """What is read, encoded and matched, as it happens."""
    from cmft_engine.matching.matcher import Matcher

    seen, encode, match = [], Matcher._encode, Matcher.match_to_references
    monkeypatch.setattr(frames, "read_drawing", lambda path, frame, **named: (
        seen.append(f"read {frame}"), read_drawing(path, frame, **named))[1])
    monkeypatch.setattr(Matcher, "_encode", lambda self, references: (seen.append("encode"),
                                                                      encode(self, references))[1])
    monkeypatch.setattr(Matcher, "match_to_references", lambda self, *given: (seen.append("match"),
                                                                              match(self, *given))[1])
    return seen


def test_a_run_takes_what_the_one_before_has_left(tmp_path, counted, any_weights):
    """The same frame makes nothing again, another setting of the output neither, the next frame what it alone needs."""
    lines = write_shot(tmp_path, {frame: figure(2 * frame, 1) for frame in range(1, 6)}, reference=5)
    kept = Kept(10**9)

    def color(only, settings=SMALL):
        counted.clear()
        shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@5").only(only)
        list(colorize_iter(shot, tmp_path / "o" / "c.####.png", settings=settings, overwrite=True, kept=kept))
        return sorted(counted)

    assert color("2") == ["encode", "match", "match", "match", "read 1", "read 2", "read 3"]
    assert color("2") == color("2", SMALL.replace(edges="hard", ink="none", unknown="paper")) == []
    assert color("3") == ["match", "read 4"]
    assert color("3", SMALL.replace(gap_px=1))[:2] == ["encode", "match"]
    kept.forget()
    assert color("3")[0] == "encode"


def test_a_file_that_changes_under_a_run_is_not_kept(tmp_path, monkeypatch, any_weights):
    """A plate that is redrawn between the look at it and its reading leaves nothing behind under its old name."""
    drawings = {frame: figure(2 * frame, 1) for frame in range(1, 5)}
    lines = write_shot(tmp_path, drawings, reference=4)
    kept, plate = Kept(10**9), tmp_path / "lines.0002.png"
    before, other = plate.read_bytes(), (tmp_path / "lines.0001.png").read_bytes()

    def color(name, kept=None):
        shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@4").only("2")
        out = tmp_path / name / "c.####.png"
        list(colorize_iter(shot, out, settings=SMALL, overwrite=True, kept=kept))
        return (tmp_path / name / "c.0002.png").read_bytes()

    truth = color("cold")
    with monkeypatch.context() as patch:
        patch.setattr(frames, "read_drawing", lambda path, frame, **named: (
            plate.write_bytes(other) if frame == 2 else None, read_drawing(path, frame, **named))[1])
        assert color("changed", kept) != truth
    plate.write_bytes(before)
    assert color("warm", kept) == truth


def test_references_that_change_under_a_run_are_not_kept(tmp_path, monkeypatch, any_weights):
    """A painting that is repainted while it is read leaves nothing behind either, and no match with it."""
    lines = write_shot(tmp_path, {frame: figure(2 * frame, 1) for frame in range(1, 4)}, reference=3)
    kept, painting = Kept(10**9), tmp_path / "ref.png"
    before, read = painting.read_bytes(), reference_matcher.read_references
    other = tmp_path / "other"
    write_shot(other, {3: figure(6, 1)}, reference=3, paints=((0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 0)))

    def color(name, kept=None):
        shot = Shot.open(lines, reference=f"{painting}@3").only("1")
        list(colorize_iter(shot, tmp_path / name / "c.####.png", settings=SMALL, overwrite=True, kept=kept))
        return (tmp_path / name / "c.0001.png").read_bytes()

    truth = color("cold")
    with monkeypatch.context() as patch:
        patch.setattr(reference_matcher, "read_references", lambda *given, **named: (
            painting.write_bytes((other / "ref.png").read_bytes()), read(*given, **named))[1])
        assert color("changed", kept) != truth
    painting.write_bytes(before)
    assert color("warm", kept) == truth
