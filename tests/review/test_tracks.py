"""The tracks of a report are put to its regions."""

from cmft_engine.review.report_data import FrameReport, UnsureRegion
from cmft_engine.review.tracks import with_tracks


def test_with_tracks():
    """Each region to check gets its track by frame and label; what is unknown has none."""
    shown = {1: (1, 2), 2: (5, 6, 7), 3: (1,)}
    frames = [FrameReport(frame, "a", 9, tuple(UnsureRegion(label, (0, 0, 4, 4), 10, 0.2, "red") for label in labels))
              for frame, labels in shown.items()]
    found = with_tracks(frames, {(1, 1): 3, (3, 1): 3, (1, 2): 0})
    assert [one.track for frame in found for one in frame.unsure] == [3, 0, None, None, None, 3]
