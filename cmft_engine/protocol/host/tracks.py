"""What is to be checked, by the parts of the drawings: a region and those of other frames that show the same.

As `cmft_engine/review/tracks.py`, for hosts.
"""

from collections import Counter
from typing import Dict, Iterable, List, NamedTuple, Tuple

from .review import Frame, Region

Entry = Tuple[Frame, Region]


class Track(NamedTuple):
    """Regions to check that show the same part, by frame; never empty. `doubt`: the sum of 1 - confidence."""

    entries: Tuple[Entry, ...]
    doubt: float

    @property
    def worst(self) -> Entry:
        """The least sure of them, of equals the largest."""
        return min(self.entries, key=lambda entry: (entry[1].confidence, -entry[1].area, entry[0].frame))

    @property
    def frames(self) -> Tuple[int, ...]:
        """The frames in which it is to be checked, holds too."""
        return tuple(sorted({one for frame, _ in self.entries for one in (frame.frame, *frame.holds)}))

    @property
    def name(self) -> str:
        """What its least sure region may be, as "skin or red"."""
        region = self.worst[1]
        return "{} or {}".format(region.color, region.runner_up) if region.runner_up else region.color

    @property
    def words(self) -> str:
        """The line of a list, as "skin or red, 14 frames"."""
        count = len(self.frames)
        return "{}, {} frame{}".format(self.name, count, "" if count == 1 else "s")

    @property
    def reason(self) -> str:
        """Why it is in doubt, as most of its regions have it."""
        return Counter(region.reason for _, region in self.entries).most_common(1)[0][0]


def group_tracks(frames: Iterable[Frame]) -> Tuple[Track, ...]:
    """Return the tracks of all regions to check in the order of their numbers, which is that of doubt.

    A region of no known track is one of its own; they come last, most doubt first, of equals the largest.
    """
    found: Dict[Tuple[int, ...], List[Entry]] = {}
    for frame in frames:
        for region in frame.regions:
            key = (frame.frame, region.label) if region.track is None else (region.track,)
            found.setdefault(key, []).append((frame, region))
    tracks = [_track(entries) for entries in found.values()]
    return tuple(sorted(tracks, key=lambda track: (
        _number(track), -track.doubt, -track.worst[1].area, track.worst[0].frame)))


def _number(track: Track) -> float:
    number = track.entries[0][1].track
    return float("inf") if number is None else number


def _track(entries: List[Entry]) -> Track:
    return Track(tuple(sorted(entries, key=lambda entry: entry[0].frame)),
                 sum(1 - min(max(region.confidence, 0.0), 1.0) for _, region in entries))
