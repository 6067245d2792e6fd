"""The note beside a node's plates names the oldest of them, and its loss costs no plates."""

import logging

from cmft_engine.protocol.look import LOOK, note_look, read_look


def test_a_part_leaves_the_older_note(tmp_path):
    """A run over part of a range keeps what the other plates were made from; a run over all of it does not."""
    assert read_look(tmp_path) == ""
    assert note_look(tmp_path, "one", is_whole=True) == "one"
    assert note_look(tmp_path, "two", is_whole=False) == "one" == read_look(tmp_path)
    assert note_look(tmp_path, "two", is_whole=True) == "two" == read_look(tmp_path)
    (tmp_path / LOOK).write_text("[1]")
    assert read_look(tmp_path) == ""
    assert note_look(tmp_path, "three", is_whole=False) == "three" == read_look(tmp_path)


def test_a_note_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    """What stands in the way is named, and the signature is told all the same."""
    (tmp_path / LOOK).mkdir()
    with caplog.at_level(logging.WARNING):
        assert note_look(tmp_path, "one", is_whole=True) == "one"
    assert str(tmp_path / LOOK) in caplog.text
