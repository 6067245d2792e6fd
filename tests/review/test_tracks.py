"""Regions of one part are one thing to check, and what is most in doubt comes first."""

from cmft_engine.review.report_data import FrameReport, UnsureRegion
from cmft_engine.review.tracks import group_tracks, with_tracks


def region(label, confidence, track=None, area=10, reason="look-alike"):
    return UnsureRegion(label, (0, 0, 4, 4), area, confidence, "red", reason=reason, track=track)


def frames():
    return [FrameReport(1, "a", 9, (region(1, 0.2, 7), region(2, 0.1))),
            FrameReport(2, "b", 9, (region(5, 0.3, 7, reason="first seen"), region(6, 0.6, 8), region(7, 0.5, 7))),
            FrameReport(3, "c", 9, (region(1, 0.4, 7),))]


def test_grouped_by_track():
    """By number; the worst is the least sure; a region of no known track stands alone, behind the others."""
    first, third, second = group_tracks(frames())
    assert [(frame.frame, one.label) for frame, one in first.entries] == [(1, 1), (2, 5), (2, 7), (3, 1)]
    assert first.frames == (1, 2, 3) and first.frames_text == "frames 1-3" and first.reason == "look-alike"
    assert round(first.doubt, 6) == 0.8 + 0.7 + 0.5 + 0.6 and first.worst[1].confidence == 0.2
    assert second.entries[0][1].label == 2 and second.frames_text == "frame 1" and third.entries[0][1].track == 8


def test_no_number_is_full_doubt():
    (track,) = group_tracks([FrameReport(1, "a", 1, (region(1, float("nan")),))])
    assert track.doubt == 1 and group_tracks([]) == []


def test_with_tracks():
    """Each region to check gets its track by frame and label; what is unknown has none."""
    found = with_tracks(frames(), {(1, 1): 3, (3, 1): 3, (1, 2): 0})
    assert [one.track for frame in found for one in frame.unsure] == [3, 0, None, None, None, 3]
