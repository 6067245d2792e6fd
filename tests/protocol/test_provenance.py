"""The record beside a node's plates names what they were made from, and which; its loss costs no plates."""

import json
import logging

from cmft_engine.protocol.host.provenance import RECORD, Provenance, read_provenance, record_provenance


def record(folder, signature, done, *, is_whole, there=(1, 2, 3)):
    """Record a run; return what is read afterwards, which is what was told."""
    told = record_provenance(folder, signature, done, is_whole=is_whole, there=there)
    assert read_provenance(folder) == told
    return told


def test_a_part_leaves_the_older_note(tmp_path):
    """A run over part of a range keeps what the other plates were made from; a run over all of it does not."""
    assert read_provenance(tmp_path) == Provenance()
    assert record(tmp_path, "one", (1, 2, 3), is_whole=True) == ("one", (1, 2, 3))
    assert record(tmp_path, "two", (2,), is_whole=False) == ("one", (1, 3))
    assert record(tmp_path, "two", (1, 2, 3), is_whole=True) == ("two", (1, 2, 3))
    assert record(tmp_path, "two", (4,), is_whole=False) == ("two", (1, 2, 3, 4))
    assert record(tmp_path, "three", (1,), is_whole=True) == ("three", (1,))
    assert record(tmp_path, "four", (1, 2), is_whole=False) == ("four", (1, 2))


def test_what_cannot_be_read_is_no_note(tmp_path):
    """Whatever the file holds, nothing is recorded by it."""
    for text in ("[1]", '{"signature": "x", "frames": "3-1"}', '{"signature": "x", "frames": {}}', "nan", "{"):
        (tmp_path / RECORD).write_text(text)
        assert read_provenance(tmp_path) == Provenance()


def test_an_older_note_is_true_of_all(tmp_path):
    """A record without frames, of an older CMFT, means every plate; a part that is coloured anew is taken out."""
    (tmp_path / RECORD).write_text(json.dumps({"signature": "one"}))
    assert read_provenance(tmp_path).covers(7)
    assert record(tmp_path, "one", (2,), is_whole=False) == ("one", None)
    assert record(tmp_path, "two", (2,), is_whole=False) == ("one", (1, 3))


def test_a_note_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    """What stands in the way is named, and the record is told all the same."""
    (tmp_path / RECORD).mkdir()
    with caplog.at_level(logging.WARNING):
        assert record_provenance(tmp_path, "one", (1,), is_whole=True) == ("one", (1,))
    assert str(tmp_path / RECORD) in caplog.text
