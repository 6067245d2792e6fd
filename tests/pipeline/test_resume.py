"""An output folder knows which of its frames are finished, and from what."""

import json

import pytest

from cmft_engine.pipeline.resume import STATE, State, color_config, fingerprint
from cmft_engine.protocol.errors import InputError


def test_fingerprint(tmp_path):
    """It changes with any text, any file's content and their division, and with nothing else."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    first = fingerprint("ab", "c", path)
    assert fingerprint("ab", "c", path) == first
    path.write_bytes(b"y")
    assert len({first, fingerprint("ab", "c", path), fingerprint("a", "bc", path)}) == 3


REPORT = {"frame": 1, "regions": 5, "unsure": [], "confidence": 0.5, "seconds": 1.0, "held_from": None,
          "kinds": {"flat": 5}}
REGION = {"label": 1, "bbox": [0, 0, 2, 2], "area": 4, "confidence": 0.1, "color": "hair", "runner_up": "",
          "reason": "", "kind": "flat", "unknown": False}


def finished(state, plate, digest="inputs"):
    """The regions of frame 1 as a later run finds them, None where it is to be coloured."""
    report = state.finished(1, digest, plate)
    return None if report is None else report.regions


def test_state_remembers_finished_frames(tmp_path):
    """Another run finds the notes of a frame, unless its inputs, its plate's bytes or its name differ."""
    out, plate = str(tmp_path / "c.####.png"), tmp_path / "c.0001.png"
    plate.write_bytes(b"pixels")
    State(tmp_path, out).note(1, "inputs", plate, REPORT, drawing="")
    later = State(tmp_path, out)
    assert finished(later, plate) == finished(State(tmp_path, "c.%04d.png"), plate) == 5
    assert finished(later, plate, "others") is None and later.finished(2, "inputs", plate) is None
    assert finished(State(tmp_path, str(tmp_path / "d.####.png")), plate) is None
    plate.write_bytes(b"pixelZ")  # as many bytes
    assert finished(later, plate) is None
    assert [p.name for p in tmp_path.glob(".*")] == [STATE]


def test_killed_between_note_and_plate(tmp_path):
    """A note whose plate never got its name fits neither no plate nor the one that stood there before."""
    plate, temporary = tmp_path / "c.0001.png", tmp_path / "t"
    temporary.write_bytes(b"new")
    state = State(tmp_path, str(tmp_path / "c.####.png"))
    state.note(1, "inputs", temporary, REPORT, drawing="")
    assert finished(state, plate) is None
    plate.write_bytes(b"old")
    assert finished(state, plate) is None
    temporary.rename(plate)
    assert finished(state, plate) == 5


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99, "digest": "inputs"}', '{"version": 1}',
                                  "[" * 100_000, '{"version": 4, "digest": "inputs", "content": 7, "notes": {}}'])
def test_unreadable_state_costs_only_time(tmp_path, text):
    """A note that is damaged or of another version counts as none, and is written anew."""
    note = tmp_path / STATE / "c.png" / "1.json"
    note.parent.mkdir(parents=True)
    note.write_text(text)
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    state = State(tmp_path, "c.png")
    assert finished(state, plate) is None
    state.note(1, "inputs", plate, REPORT, drawing="")
    assert json.loads(note.read_text())["digest"] == "inputs" and finished(state, plate) == 5


@pytest.mark.parametrize("change", [
    {"frame": 2}, {"frame": "1"}, {"regions": -1}, {"regions": 10**400}, {"regions": True}, {"unsure": {}},
    {"unsure": [7]}, {"unsure": [{**REGION, "bbox": [0, 0, 2]}]}, {"unsure": [{**REGION, "bbox": [3, 0, 2, 2]}]},
    {"unsure": [{**REGION, "kind": ["<b>"]}]}, {"confidence": "sure"}, {"held_from": 1.5}, {"kinds": {"<b>": "<b>"}},
    {"kinds": None}, {"seconds": None},
])
def test_tampered_notes_cost_only_time(tmp_path, change):
    """A note whose values are of another kind counts as none, whatever its digests say."""
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    state = State(tmp_path, "c.png")
    state.note(1, "inputs", plate, {**REPORT, "unsure": [REGION]}, drawing="")
    assert finished(state, plate) == 5
    state.note(1, "inputs", plate, {**REPORT, **change}, drawing="")
    assert finished(state, plate) is None


def test_color_config(tmp_path, monkeypatch):
    """What `$OCIO` names counts by its text: the same text in another file is the same, another text is not."""
    found = []
    for name, text in (("a.ocio", "one"), ("b.ocio", "one"), ("b.ocio", "two")):
        (tmp_path / name).write_text(text)
        monkeypatch.setenv("OCIO", str(tmp_path / name))
        found.append(fingerprint(color_config()))
    monkeypatch.setenv("OCIO", "ocio://default")
    found.append(fingerprint(color_config()))
    monkeypatch.delenv("OCIO")
    found.append(fingerprint(color_config()))
    assert found[0] == found[1] and len(set(found)) == 4


def test_runs_may_share_a_folder(tmp_path):
    """Two runs that began before either had finished a frame both find both frames afterwards."""
    plates = [tmp_path / f"c.{frame}.png" for frame in (1, 2)]
    runs = [State(tmp_path, "c.#.png") for _ in plates]
    for frame, (plate, run) in enumerate(zip(plates, runs, strict=True), 1):
        plate.write_bytes(b"pixels")
        run.note(frame, "inputs", plate, {**REPORT, "frame": frame}, drawing="")
    found = [runs[0].finished(frame, "inputs", plates[frame - 1]) for frame in (1, 2)]
    assert [report and report.frame for report in found] == [1, 2]


def test_state_that_cannot_be_written(tmp_path):
    """What stands in the way at this point is told with the folder, the remedy and the way on."""
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    (tmp_path / STATE).write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written \(.*choose another output folder, a file .*, then --res"):
        State(tmp_path, "c.png").note(1, "inputs", plate, {}, drawing="")
