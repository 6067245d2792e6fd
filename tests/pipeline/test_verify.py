"""`verify` tells the plates that a run wrote from all others."""

import pytest

from cmft_engine.pipeline.resume import STATE, State
from cmft_engine.pipeline.verify import verify
from cmft_engine.protocol.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """Frames 1 to 4 of a run, noted."""
    state = State(tmp_path, str(tmp_path / "c.####.png"))
    for frame in (1, 2, 3, 4):
        plate = tmp_path / f"c.{frame:04d}.png"
        plate.write_bytes(b"pixels %d" % frame)
        state.note(frame, "inputs", plate, {"frame": frame}, drawing="")
    return tmp_path


def found(out):
    return {finding.path.name: finding.problem.split(":")[0] for finding in verify(out)}


@pytest.mark.parametrize("out", ["", "c.####.png"])
def test_all_is_well(folder, out):
    """Each plate is named once, without a problem, by the folder and by the pattern."""
    assert found(folder / out) == {f"c.{frame:04d}.png": "" for frame in (1, 2, 3, 4)}


def test_what_is_wrong_is_named(folder):
    """A plate that has gone, one that was changed, one without its note and one of somebody else, each by its kind."""
    (folder / "c.0001.png").unlink()
    (folder / "c.0002.png").write_bytes(b"pixels X")
    (folder / STATE / "c.####.png" / "3.json").write_text("{")
    (folder / "c.0007.png").write_bytes(b"mine")
    (folder / "other.png").write_bytes(b"mine")
    (folder / ".cmft-hidden.tmp.png").write_bytes(b"")
    wrong = {"c.0001.png": "missing", "c.0002.png": "damaged", "c.0003.png": "damaged", "c.0004.png": "",
             "c.0007.png": "foreign"}
    assert found(folder / "c.####.png") == wrong
    assert found(folder) == {**wrong, "other.png": "foreign"}


def test_nothing_noted(tmp_path):
    """A folder in which no run has worked, or a name that none has used, is an error."""
    with pytest.raises(InputError, match="no run has noted plates of this name"):
        list(verify(tmp_path))


def test_two_spellings_of_one_run(folder):
    """%04d names the plates of ####."""
    assert found(folder / "c.%04d.png") == found(folder / "c.####.png") == found(folder)


def test_a_plate_of_two_patterns(folder):
    """Where two patterns name one plate, it is as a run left it if one note fits, and is named once."""
    plate = folder / "c.12345.png"
    for pattern in ("c.####.png", "c.##.png"):
        plate.write_bytes(pattern.encode())
        State(folder, pattern).note(12345, "inputs", plate, {"frame": 12345}, drawing="")
        assert found(folder)["c.12345.png"] == ""
    plate.write_bytes(b"mine")
    assert [finding.problem[:7] for finding in verify(folder) if finding.path == plate] == ["damaged"]
