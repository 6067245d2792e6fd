"""What is to be checked by the parts of the drawings, as a host lists it."""

from cmft_engine.protocol.host.review import Frame, Region, read_checks
from cmft_engine.protocol.host.tracks import group_tracks
from cmft_engine.review.report_data import FrameReport, UnsureRegion
from cmft_engine.review.tracks import group_tracks as engines_tracks
from tests.nuke.plugin import panel_report


def region(label, confidence, track=None, reason="x", area=4):
    return Region(label, confidence, "skin", "red" if label % 2 else "", reason, b"", (0, 0, 2, 2), area, track, (1, 1))


def test_order_is_the_engine_s():
    """By the numbers of tracks; a region of no track is one of its own, behind them."""
    shown = {1: [(1, 0.2, 7, 4), (2, 0.9, None, 4)], 2: [(5, 0.3, 7, 4), (1, 0.5, 8, 4)], 3: [(2, 0.5, 9, 30)]}
    found = group_tracks([Frame(frame, 1.0, (), tuple(region(label, sure, track, area=area)
                                                      for label, sure, track, area in regions), b"")
                          for frame, regions in shown.items()])
    wanted = engines_tracks([FrameReport(frame, "", 9, tuple(
        UnsureRegion(label, (0, 0, 2, 2), area, sure, "skin", track=track) for label, sure, track, area in regions))
        for frame, regions in shown.items()])
    assert [one.frames for one in found] == [one.frames for one in wanted] == [(1, 2), (2,), (3,), (1,)]
    assert [round(one.doubt, 6) for one in found] == [round(one.doubt, 6) for one in wanted]


def test_words():
    """Its colours and how many frames, holds too; the reason that most of its regions have; where it is least sure."""
    frames = [Frame(4, 1.0, (), (region(2, 0.1, 7, "far"),), b""),
              Frame(1, 1.0, (2, 3), (region(1, 0.4, 7, "alike"),), b""),
              Frame(6, 1.0, (), (region(3, 0.5, 7, "alike"),), b"")]
    (track,) = group_tracks(frames)
    assert track.frames == (1, 2, 3, 4, 6) and track.words == "skin, 5 frames" and track.reason == "alike"
    assert track.worst[0].frame == 4
    (alone,) = group_tracks([Frame(1, 1.0, (), (region(1, 0.4),), b"")])
    assert alone.words == "skin or red, 1 frame"
    assert group_tracks([]) == ()


def test_report_of_the_engine(tmp_path):
    """The track and the place inside of a region come from the engine's own report."""
    panel_report.write(tmp_path)
    first, second = group_tracks(read_checks(tmp_path).frames)
    assert (first.frames, second.frames) == ((3, 4), (2,)) and first.worst[1].at == (20, 15)
