"""Drawings that are shown again: found within parts of a shot, and a part is decoded only when it is asked about."""

import numpy as np
import pytest

from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.image.sequence import PlateSequence
from cmft_engine.shot import holds
from cmft_engine.shot.holds import Holds
from cmft_engine.shot.shot import Shot

VALUES = {1: 0.1, 2: 0.2, 3: 0.1, 4: 0.1, 5: 0.3, 6: 0.1, 7: 0.4}


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """Seven plates of some drawings, in parts of three; which plates are decoded is in `decoded`."""
    for frame, value in VALUES.items():
        pixels = np.full((4, 4, 3), value, np.float32)
        write_plate(Plate.from_pixels(pixels, metadata={"Software": str(frame)}), tmp_path / f"l.{frame:04d}.png")
    monkeypatch.setattr(holds, "PART", 3)
    return PlateSequence.parse(tmp_path / "l.####.png")


@pytest.fixture
def decoded(monkeypatch):
    """The frames that are decoded, as they are."""
    frames = []
    monkeypatch.setattr(holds, "_DECODED", holds._Decoded())
    monkeypatch.setattr(holds, "read_plate", lambda path, frame: (frames.append(frame), read_plate(path))[1])
    return frames


def test_a_part_at_a_time(lines, decoded):
    """What is asked of a frame decodes the frames of its part, once."""
    found = Holds(lines, lines.frames, lines.frames)
    assert not decoded
    assert found.first(3) == 1 and list(found.same(1)) == [1, 3] and sorted(decoded) == [1, 2, 3]
    assert found.first(2) == 2 and found.first(6) == 4 and sorted(decoded) == [1, 2, 3, 4, 5, 6]
    assert found.first(8) is None and list(found.same(8)) == []


def test_parts_do_not_meet(lines, decoded):
    """The same drawing in two parts is decided twice, and saying so decodes nothing."""
    found = Holds(lines, lines.frames, lines.frames)
    assert not found.are_same(3, 4) and not decoded
    assert found.are_same(4, 6) and not found.are_same(4, 5)


def test_a_plate_that_cannot_be_read_moves_no_part(lines):
    """Parts are counted in the frames of the shot, so that mending a plate leaves the other parts as they were."""
    for readable in (lines.frames, [1, 3, 4, 5, 6, 7]):
        assert Holds(lines, lines.frames, readable).first(6) == 4
    (lines.path(5)).write_bytes(b"")
    found = Holds(lines, lines.frames, lines.frames)
    assert found.first(5) is None and not found.are_same(5, 5) and "is empty" in str(found.failure(5))
    assert found.failure(4) is None


def test_a_long_shot_starts_at_its_first_part(lines, tmp_path, decoded):
    """What the first frame needs is found without decoding the last, in the whole shot and in a part that begins it."""
    write_plate(Plate.from_pixels(np.ones((4, 4, 3), np.float32)), tmp_path / "ref.png")
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@7")
    assert shot.neighbor_frames(1, 1) == (2,) and not shot.shows_painted(1) and shot.failure(1) is None
    assert sorted(set(decoded)) == [1, 2, 3]
    assert shot.only([2]).neighbor_frames(2, 1) == (1, 4)  # the drawing of frame 1, as the next part has it
