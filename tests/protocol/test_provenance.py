"""The record beside a node's plates names the oldest of them, and its loss costs no plates."""

import logging

from cmft_engine.protocol.host.provenance import RECORD, read_provenance, record_provenance


def test_a_part_leaves_the_older_note(tmp_path):
    """A run over part of a range keeps what the other plates were made from; a run over all of it does not."""
    assert read_provenance(tmp_path) == ""
    assert record_provenance(tmp_path, "one", is_whole=True) == "one"
    assert record_provenance(tmp_path, "two", is_whole=False) == "one" == read_provenance(tmp_path)
    assert record_provenance(tmp_path, "two", is_whole=True) == "two" == read_provenance(tmp_path)
    (tmp_path / RECORD).write_text("[1]")
    assert read_provenance(tmp_path) == ""
    assert record_provenance(tmp_path, "three", is_whole=False) == "three" == read_provenance(tmp_path)


def test_a_note_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    """What stands in the way is named, and the signature is told all the same."""
    (tmp_path / RECORD).mkdir()
    with caplog.at_level(logging.WARNING):
        assert record_provenance(tmp_path, "one", is_whole=True) == "one"
    assert str(tmp_path / RECORD) in caplog.text
