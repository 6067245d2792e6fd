"""A shot under review, without a window: what a person does, and what comes of it on disk and in pictures."""

import pytest

from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.protocol.corrections import Correction, added, made
from cmft_engine.protocol.corrections_file import change, load_corrections
from cmft_engine.protocol.errors import InputError
from cmft_engine.window.gestures import LOCK, PIN, STROKE, Gesture
from cmft_engine.window.session import Session

COAT = (33.0, 44.0)


def pin(session, color="red", point=COAT, tool=PIN):
    session.gesture(Gesture(tool, 2, (point,), session.colored.palette.names.index(color)))


def test_nothing_is_decoded_before_it_is_asked_for(out, told):
    """Opened, it knows its frames and their doubt from their notes; plates, lines and painting may be gone."""
    for path in (*out.glob("*.png"), *out.parent.glob("*.png"), *out.glob(".cmft-state/*/*.npz")):
        path.unlink()
    session = Session(out, told.append)
    assert session.frames == [1, 2, 3, 4, 5, 6] and session.doubts.amount(5) > 0 and told == []
    session.close()


def test_no_shot(tmp_path):
    with pytest.raises(InputError, match="no finished run"):
        Session(tmp_path, print)


def test_a_pin_is_seen_in_every_frame_and_on_disk(session, told):
    """In the file, in the picture at once, in the other frames when the shot has settled, then in the plates."""
    before = {frame: dict(session.changes(frame)) for frame in session.frames}
    pin(session)
    assert session.wait(60)
    (one,) = load_corrections(session.colored.corrections_path)
    assert one == session.corrections[0] and (one.kind, one.color, one.frame) == ("pin", "red", 2)
    assert [frame for frame in session.frames if session.changes(frame) != before[frame]] == [2, 3, 4, 5, 6]
    kinds = told.kinds()
    first = kinds.index("corrections")
    assert kinds[first:first + 3] == ["corrections", "picture", "solved"] and kinds.count("plate") == 5
    assert ColoredShot(session.colored.pattern).stale(session.wanted) == [] and not told.troubles()


def test_quick_pins_are_solved_once(session, told):
    """Ten pins in a row are ten corrections; the shot settles for the last."""
    begun = told.kinds().count("solved")
    for number in range(10):
        pin(session, ("red", "skin")[number % 2])
    assert session.wait(60) and len(session.corrections) == 10
    assert told.kinds().count("solved") - begun < 10
    shown = session.changes(6)[int(session.colored.labels_under_ink(6)[44, 36]) - 1]
    assert session.colored.palette.names[shown.color] == "skin"


def test_undo_redo_switch_drop(session, told):
    pin(session)
    session.undo()
    assert session.wait(60) and session.corrections[0].undone and not session.changes(6)
    session.redo()
    assert session.wait(60) and session.changes(6)
    session.switch(session.corrections[0].id, False)
    assert session.wait(60) and not session.changes(6)
    session.drop(session.corrections[0].id)
    assert session.wait(60) and session.corrections == ()
    session.undo()
    assert session.wait(60) and told.troubles() == [
        "there is no correction to undo; `cmft corrections list` shows what there is"]
    assert session.colored.stale(session.wanted) == []


def test_before_is_without_corrections(session):
    pin(session)
    assert session.wait(60) and session.changes(6) and not session.changes(6, before=True)
    session.shown(6), session.shown(6, before=True)
    assert session.wait(60)
    after, before = session.shown(6).picture, session.shown(6, before=True).picture
    assert after[44, 36].tolist() == [204, 51, 51] and before[44, 36].tolist() == [51, 102, 204]


def test_an_approved_frame_is_not_changed_by_a_later_pin(session):
    session.approve(3)
    pin(session)
    assert session.wait(60)
    region = int(session.colored.labels_under_ink(3)[44, 34]) - 1
    names = session.colored.palette.names
    assert names[session.changes(3)[region].color] == "blue" and names[session.changes(2)[region].color] == "red"


def test_a_doubtful_region_is_corrected_by_its_track(session):
    """As it is, or in another colour, without a click in the picture."""
    track = session.tracks[0]
    session.correct_doubt(track.worst, None)
    session.correct_doubt(track.worst, session.colored.palette.names.index("red"))
    assert session.wait(60)
    assert [one.color for one in session.corrections] == [track.worst.unsure.color, "red"]
    assert all((one.frame, one.unsure.label) != (track.worst.frame, track.worst.unsure.label)
               for other in session.tracks for one in other.doubts)


def test_what_means_nothing_is_told_and_changes_nothing(session, told):
    session.gesture(Gesture(PIN, 2, ((500.0, 3.0),), 1))
    session.gesture(Gesture(PIN, 2, (COAT,), None))
    session.gesture(Gesture(STROKE, 2, ((-9.0, -9.0), (-5.0, -5.0)), 1))
    assert session.wait(60) and len(told.troubles()) == 3 and session.corrections == ()


def test_others_corrections_are_taken_up(session):
    """A colleague writes the same file; both corrections count."""
    pin(session, tool=LOCK)
    assert session.wait(60)
    other = made(Correction("pin", 2, ((33.0, 24.0),), "red"))
    change(session.colored.corrections_path, lambda there: added(there, other))
    session.look_at_file()
    assert session.wait(60) and [one.kind for one in session.corrections] == ["lock", "pin"] and session.changes(6)


def test_a_damaged_file_is_told_and_left(session, told):
    session.colored.corrections_path.write_text("{")
    session.look_at_file()
    pin(session)
    assert session.wait(60) and len(told.troubles()) == 2 and "corrections.json" in told.troubles()[0]
    assert session.colored.corrections_path.read_text() == "{"


def test_closing_loses_no_correction(out, told):
    session = Session(out, told.append)
    session.begin()
    pin(session)
    session.close()
    assert len(load_corrections(out / "corrections.json")) == 1
    later = Session(out, told.append)
    assert [one.color for one in later.corrections] == ["red"]
    later.close()
