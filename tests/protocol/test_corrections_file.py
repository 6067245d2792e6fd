"""Corrections survive their file, two who write at once, and whatever else is in a file of their name."""

import json
import subprocess
import sys
import threading

import pytest

from cmft_engine.protocol.corrections import Anchor, Correction, Placed, Unplaced, added, made
from cmft_engine.protocol.corrections_file import VERSION, change, default_path, load_corrections, save_corrections
from cmft_engine.protocol.errors import InputError

EVERY_KIND = (
    Correction("pin", 1, ((1.5, 2.0),), "skin", anchors=(Anchor((0, 0, 4, 4), 9, "0f" * 32),), id="a", author="Zoë"),
    Correction("pin", 1, ((1.0, 2.0),), like=(None, 3.0, 4.0), id="b"),
    Correction("stroke", -3, ((1.0, 2.0), (5.0, 6.0)), "skin", id="c", on=False),
    Correction("approve", 2, colors=((1.0, 2.0, "skin"), (3.0, 4.0, "")), id="d", undone=True),
    Correction("lock", 2, ((0.0, 0.0),), "skin", id="e", note="her hat\nstays"),
    Correction("recolor", 1, ((1.0, 1.0),), "blue", "red", last=9, at=4, box=(0, 0, 9, 9), id="f"),
    Correction("unknown", 1, ((0.0, 0.0),), id="g", time="2026-01-01T00:00:00Z"),
    Correction("line", 1, ((0.0, 0.0), (1.0, 1.0)), closes=False, id="h"),
)
ALONG = Correction("line", 1, ((0.0, 0.0), (1.0, 1.0)), last=9, at=2, along=True, id="i", placed=(
    Placed(2, ((0.0, 0.0), (1.0, 1.0))), Placed(3, ((0.5, 0.0), (2.0, 1.0)))), unplaced=(Unplaced(4, "it leaves"),))

LINE = {"kind": "line", "frame": 1, "id": "a", "points": [[1, 2], [3, 4]]}


def test_round_trip(tmp_path):
    """Every kind comes back as it was, one to a line; no file is no corrections."""
    path = default_path(str(tmp_path / "c.####.exr"))
    assert path == tmp_path / "corrections.json" and load_corrections(path) == ()
    save_corrections(path, EVERY_KIND)
    assert load_corrections(path) == EVERY_KIND
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") == len(EVERY_KIND) + 2 and "Zoë" in text and "closes" in text


def test_a_line_along_its_track(tmp_path):
    """Raises the version, so that an earlier engine refuses the file; without one, that still reads it."""
    path = tmp_path / "corrections.json"
    save_corrections(path, (*EVERY_KIND, ALONG))
    assert load_corrections(path)[-1] == ALONG and json.loads(path.read_text())["version"] == VERSION == 2
    save_corrections(path, EVERY_KIND)
    assert json.loads(path.read_text())["version"] == 1 and load_corrections(path) == EVERY_KIND


def test_a_file_of_the_first_version(tmp_path):
    path = tmp_path / "corrections.json"
    path.write_text('{"version": 1, "corrections": [{"kind": "line", "frame": 3, "id": "a", "points": [[1, 2], [3, 4]]'
                    ', "closes": false}]}')
    assert load_corrections(path) == (Correction("line", 3, ((1.0, 2.0), (3.0, 4.0)), closes=False, id="a"),)


@pytest.mark.parametrize("item", [
    None, [], {}, {"kind": "pin"}, {"kind": "paint", "frame": 1, "id": "a"},
    {"kind": "pin", "frame": 1, "id": "a"},  # nowhere
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]]},  # in no color
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a", "like": [1, 2, 3]},  # in two
    {"kind": "pin", "frame": 1.5, "id": "a", "points": [[1, 2]], "color": "a"},
    {"kind": "pin", "frame": 10**400, "id": "a", "points": [[1, 2]], "color": "a"},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, float("inf")]], "color": "a"},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 10**400]], "color": "a"},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2, 3]], "color": "a"},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "\ud800"},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a", "size": 4},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a", "on": 1},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a", "anchors": [{"box": [0, 0, 0, 0]}]},
    {"kind": "pin", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a", "along": True},
    {**LINE, "placed": [[1, [[1, 2], [3, 4]]]]},  # but not along
    {**LINE, "along": True, "placed": [[1, [[1, 2]]]]},
    {**LINE, "along": True, "placed": [[1, [[1, 2], [3, 4]]]], "unplaced": [[1, "twice"]]},
    {**LINE, "along": True, "placed": [[1, [[1, 2], [3, 4]]], [1, [[1, 2], [3, 4]]]]},
    {**LINE, "along": True, "unplaced": [[1, 2]]},
    {**LINE, "along": 1},
    {"kind": "recolor", "frame": 9, "last": 1, "id": "a", "color": "a", "old": "b"},
    {"kind": "stroke", "frame": 1, "id": "a", "points": [[1, 2]], "color": "a"},
])
def test_damaged(tmp_path, item):
    """What is no correction is told with its number and its file, which stays as it was."""
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps({"version": VERSION, "corrections": [item]}))
    before = path.read_bytes()
    for how in (load_corrections, lambda file: change(file, lambda there: there)):
        with pytest.raises(InputError, match=r"corrections\.json: correction 1 is damaged"):
            how(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 3, "corrections": []}', "[" * 100000,
                                  '{"version": 1, "corrections": {}}', "\0", '{"version": 1}'])
def test_no_file_of_corrections(tmp_path, text):
    path = tmp_path / "corrections.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"corrections\.json is no file of corrections"):
        load_corrections(path)


def test_two_of_one_id(tmp_path):
    path = tmp_path / "corrections.json"
    save_corrections(path, (EVERY_KIND[0], EVERY_KIND[0]))
    with pytest.raises(InputError, match="two corrections have one id"):
        load_corrections(path)


def test_many_at_once(tmp_path):
    """Of many who add at the same moment, every one is kept."""
    path = tmp_path / "corrections.json"

    def add(author):
        for _ in range(5):
            change(path, lambda there: added(there, made(EVERY_KIND[0], author=author)))

    threads = [threading.Thread(target=add, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load_corrections(path)) == 20 and list(tmp_path.iterdir()) == [path]


def test_lock_of_a_process_that_is_gone(tmp_path):
    """The lock that a killed process left is cleared; one of a process that runs is waited for, then told."""
    path = tmp_path / "corrections.json"
    lock = tmp_path / "corrections.json.lock"
    code = ("from cmft_engine.protocol.owner import this_owner; import sys; "
            "open(sys.argv[1], 'w').write(this_owner().short)")
    subprocess.run([sys.executable, "-c", code, str(lock)], check=True)
    assert change(path, lambda there: added(there, EVERY_KIND[0])) == (EVERY_KIND[0],) and not lock.exists()


def test_lock_without_an_owner(tmp_path, monkeypatch):
    """An empty lock, left on a full disk or by a kill between its making and its writing, is cleared after a while."""
    monkeypatch.setattr("cmft_engine.protocol.corrections_file.LOCK_S", 0.2)
    path, lock = tmp_path / "corrections.json", tmp_path / "corrections.json.lock"
    lock.touch()
    assert change(path, lambda there: added(there, EVERY_KIND[0])) == (EVERY_KIND[0],) and not lock.exists()


def test_lock_of_another(tmp_path, monkeypatch):
    from cmft_engine.protocol.owner import this_owner

    monkeypatch.setattr("cmft_engine.protocol.corrections_file.LOCK_S", 0.05)
    (tmp_path / "corrections.json.lock").write_text(this_owner().short)
    with pytest.raises(InputError, match="another program writes the corrections"):
        change(tmp_path / "corrections.json", lambda there: there)


@pytest.mark.parametrize("bad", [EVERY_KIND[0]._replace(points=((float("nan"), 1.0),)),
                                 EVERY_KIND[5]._replace(box=(9, 9, 0, 0)), EVERY_KIND[0]._replace(note="a" * 1100),
                                 EVERY_KIND[2]._replace(points=((1.0, 2.0),) * 10001)])
def test_what_cannot_be_read_is_not_written(tmp_path, bad):
    path = tmp_path / "corrections.json"
    save_corrections(path, EVERY_KIND[1:2])
    with pytest.raises(InputError, match=r"a correction cannot be kept .* nothing was written"):
        change(path, lambda there: added(there, bad))
    assert load_corrections(path) == EVERY_KIND[1:2]


def test_error_in_a_change(tmp_path):
    """A change that fails leaves the file, and no lock."""
    path = tmp_path / "corrections.json"
    save_corrections(path, EVERY_KIND)
    with pytest.raises(InputError):
        change(path, lambda there: (_ for _ in ()).throw(InputError("no")))
    assert load_corrections(path) == EVERY_KIND and list(tmp_path.iterdir()) == [path]
