"""A node that lacks frames says how many of how many, and which."""

import pytest

from cmft_engine.protocol.host.state import INCOMPLETE, READY, OnDisk, Shown, Stored, Wording, sentence_of, to_store

SHOWN = Shown("c.####.exr", 1, 3, "s")


@pytest.mark.parametrize(("frames", "asked", "said"), [
    ((2,), (1, 2, 3), "1 of 3 frames coloured; missing: 1 3; press Colorize"),
    ((1,), range(1, 200, 2), "1 of 100 frames coloured; missing: 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33 35 37 39 "
     "41 43 and more; press Colorize"),
])
def test_what_is_missing_is_counted(frames, asked, said):
    """A long list of frames is cut."""
    wording = Wording("line and ref", "Open report")
    assert sentence_of(INCOMPLETE, SHOWN, wording, OnDisk(frames, "s"), asked) == said


@pytest.mark.parametrize(("before", "note", "status"), [
    (INCOMPLETE, "", "sentence"), (READY, "note", "note; sentence"), (READY, "cancelled: 1", "cancelled: 1"),
])
def test_the_count_is_always_that_of_now(before, note, status):
    """It replaces what was stored, and follows a run's note, but that of a cancel, which counts itself."""
    assert to_store(INCOMPLETE, Stored(before, "x"), note, "sentence") == (INCOMPLETE, status)
