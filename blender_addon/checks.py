"""What the report of a result says is to be checked: kept on the node, for the sidebar's list. Main thread only."""

from typing import Any, Sequence

from cmft_engine.protocol.host.digests import stamp
from cmft_engine.protocol.host.review import JSON, ReviewTrack, read_checks
from cmft_engine.protocol.host.state import Shown


def store_checks(values: Any, shown: Shown) -> None:
    """Store the frames to check, least sure first, and the sentence above them; does nothing when both are known."""
    report = "" if shown.folder is None else "{} {}".format(shown.folder, stamp(str(shown.folder / JSON)))
    if values.report == report and (len(values.tracks) or not len(values.checks)):
        return
    review = None if shown.folder is None else read_checks(shown.folder)
    values.checks.clear()
    for frame in () if review is None else review.least_sure_first():
        check = values.checks.add()
        check.frame, check.confidence = frame.frame - shown.shift, frame.least
        check.regions, check.reason = len(frame.regions), frame.regions[0].reason if frame.regions else ""
    _store_tracks(values, () if review is None else review.tracks, shown.shift)
    values.review = "" if review is None else review.words
    values.report = report


def _store_tracks(values: Any, tracks: Sequence[ReviewTrack], shift: int) -> None:
    values.tracks.clear()
    for track in tracks:
        line, (frame, region) = values.tracks.add(), track.worst
        line.name, line.count, line.doubt, line.reason = track.name, len(track.frames), track.doubt, track.reason
        line.frame = frame.frame - shift
        line.at = (-1, -1) if region.at is None else region.at


def go_to(values: Any, context: Any) -> None:
    """Go to the frame of the selected line."""
    if 0 <= values.check_index < len(values.checks):
        context.scene.frame_set(values.checks[values.check_index].frame)
