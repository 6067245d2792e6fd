"""What is to be checked by the parts of the drawings, as reports of the engine and hosts list it."""

import pytest

from cmft_engine.protocol.host.review import Frame, Region, Review, read_checks
from cmft_engine.protocol.tracks import group_tracks, ratio
from cmft_engine.review.report_data import FrameReport, UnsureRegion
from tests.nuke.plugin import panel_report


def region(label, confidence, track=None, reason="x", area=4):
    return Region(label, confidence, "skin", "red" if label % 2 else "", reason, b"", (0, 0, 2, 2), area, track, (1, 1))


def unsure(label, confidence, track=None, reason="x", area=4):
    return UnsureRegion(label, (0, 0, 2, 2), area, confidence, "skin", reason=reason, track=track)


def host_tracks(shown):
    """The tracks of a host's regions, given by frame."""
    return Review("", tuple(Frame(frame, 1.0, (), tuple(region(*one) for one in regions), b"")
                            for frame, regions in shown.items())).tracks


def engine_tracks(shown):
    """The tracks of a report's regions, given by frame."""
    return group_tracks([FrameReport(frame, "", 9, tuple(unsure(*one) for one in regions))
                         for frame, regions in shown.items()], lambda frame: frame.unsure)


@pytest.mark.parametrize("tracks", [host_tracks, engine_tracks])
def test_grouped_by_track(tracks):
    """By number; the worst is the least sure, of equals the largest; of no known track each is one, behind the others.
    """
    found = tracks({1: [(1, 0.2, 7, "alike"), (2, 0.9)], 2: [(5, 0.3, 7, "first seen"), (1, 0.5, 8), (7, 0.5, 7)],
                    3: [(2, 0.5, 9, "x", 30), (3, 0.2, 7, "alike", 9)], 4: [(1, 0.9, None, "x", 5)]})
    assert [one.frames for one in found] == [(1, 2, 3), (2,), (3,), (4,), (1,)]
    first = found[0]
    assert [(frame.frame, one.label) for frame, one in first.entries] == [(1, 1), (2, 5), (2, 7), (3, 3)]
    assert first.doubt == pytest.approx(0.8 + 0.7 + 0.5 + 0.8) and first.worst[1].label == 3
    assert first.reason == "alike" and first.frames_text == "frames 1-3" and found[1].frames_text == "frame 2"
    assert tracks({}) == []


@pytest.mark.parametrize("tracks", [host_tracks, engine_tracks])
def test_no_number_is_full_doubt(tracks):
    """Nor is what lies beyond [0, 1] more than sure, or less than unsure."""
    (track,) = tracks({1: [(1, float("nan"))]})
    assert track.doubt == 1
    assert [ratio(value) for value in (float("inf"), -1, 0.5, 7)] == [0, 0, 0.5, 1]


def test_words():
    """Its colours and how many frames, holds too; the reason that most of its regions have; where it is least sure."""
    frames = (Frame(4, 1.0, (), (region(2, 0.1, 7, "far"),), b""),
              Frame(1, 1.0, (2, 3), (region(1, 0.4, 7, "alike"),), b""),
              Frame(6, 1.0, (), (region(3, 0.5, 7, "alike"),), b""))
    (track,) = Review("", frames).tracks
    assert track.frames == (1, 2, 3, 4, 6) and track.words == "skin, 5 frames" and track.reason == "alike"
    assert track.worst[0].frame == 4
    (alone,) = host_tracks({1: [(1, 0.4)]})
    assert alone.words == "skin or red, 1 frame"


def test_report_of_the_engine(tmp_path):
    """The track and the place inside of a region come from the engine's own report."""
    panel_report.write(tmp_path)
    first, second = read_checks(tmp_path).tracks
    assert (first.frames, second.frames) == ((3, 4), (2,)) and first.worst[1].at == (20, 15)
