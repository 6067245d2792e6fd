"""An output folder knows which of its frames are finished, and from what."""

import json

import pytest

from cmft_engine.pipeline.resume import STATE, State, fingerprint
from cmft_engine.protocol.errors import InputError


def test_fingerprint(tmp_path):
    """It changes with any text, any file's content and their division, and with nothing else."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    first = fingerprint("ab", "c", path)
    assert fingerprint("ab", "c", path) == first
    path.write_bytes(b"y")
    assert len({first, fingerprint("ab", "c", path), fingerprint("a", "bc", path)}) == 3


def test_state_remembers_finished_frames(tmp_path):
    """Another run finds the notes of a frame, unless its inputs, its plate's size or its name differ."""
    out, plate = str(tmp_path / "c.####.png"), tmp_path / "c.0001.png"
    plate.write_bytes(b"pixels")
    State(tmp_path, out).note(1, "inputs", plate, {"regions": 5})
    later = State(tmp_path, out)
    assert later.finished(1, "inputs", plate) == {"regions": 5}
    assert later.finished(1, "others", plate) is None and later.finished(2, "inputs", plate) is None
    assert State(tmp_path, str(tmp_path / "d.####.png")).finished(1, "inputs", plate) is None
    plate.write_bytes(b"pix")
    assert later.finished(1, "inputs", plate) is None
    assert [p.name for p in tmp_path.glob(".*")] == [STATE]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99, "digest": "inputs"}', '{"version": 1}'])
def test_unreadable_state_costs_only_time(tmp_path, text):
    """A note that is damaged or of another version counts as none, and is written anew."""
    note = tmp_path / STATE / "c.png" / "1.json"
    note.parent.mkdir(parents=True)
    note.write_text(text)
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    state = State(tmp_path, "c.png")
    assert state.finished(1, "inputs", plate) is None
    state.note(1, "inputs", plate, {})
    assert json.loads(note.read_text())["digest"] == "inputs"


def test_runs_may_share_a_folder(tmp_path):
    """Two runs that began before either had finished a frame both find both frames afterwards."""
    plates = [tmp_path / f"c.{frame}.png" for frame in (1, 2)]
    runs = [State(tmp_path, "c.#.png") for _ in plates]
    for frame, (plate, run) in enumerate(zip(plates, runs, strict=True), 1):
        plate.write_bytes(b"pixels")
        run.note(frame, "inputs", plate, {"frame": frame})
    assert [runs[0].finished(frame, "inputs", plates[frame - 1]) for frame in (1, 2)] == [{"frame": 1}, {"frame": 2}]


def test_state_that_cannot_be_written(tmp_path):
    """A full disk at this point names the folder and the way on."""
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    (tmp_path / STATE).write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written \(.*free some space or choose another --out, then --res"):
        State(tmp_path, "c.png").note(1, "inputs", plate, {})
