"""What is to be checked, by the parts of the drawings: a region and the regions of other frames that show the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..protocol.job import frames_text
from .report_data import FrameReport, UnsureRegion, ratio

Entry = tuple[FrameReport, UnsureRegion]


@dataclass(frozen=True)
class Track:
    """Regions to check that show the same part, in the order of frames; never empty."""

    entries: tuple[Entry, ...]

    @cached_property
    def doubt(self) -> float:
        """How much is in doubt: the sum of 1 - confidence."""
        return sum(1 - ratio(region.confidence) for _, region in self.entries)

    @cached_property
    def worst(self) -> Entry:
        """The least sure of them, of equals the largest."""
        return min(self.entries, key=lambda entry: (ratio(entry[1].confidence), -entry[1].area, entry[0].frame))

    @cached_property
    def frames(self) -> tuple[int, ...]:
        """The frames in which it is to be checked."""
        return tuple(dict.fromkeys(frame.frame for frame, _ in self.entries))

    @property
    def reason(self) -> str:
        """Why it is in doubt, as most of its regions have it."""
        return Counter(region.reason for _, region in self.entries).most_common(1)[0][0]

    @property
    def frames_text(self) -> str:
        """Its frames as people write them."""
        return f"frame{'s' if self.frames[1:] else ''} {frames_text(self.frames)}"


def group_tracks(frames: Sequence[FrameReport]) -> list[Track]:
    """Return the tracks of all regions to check in the order of their numbers, which is that of doubt.

    A region of no known track is one of its own; they come last, most doubt first, of equals the largest.
    """
    found: dict[object, list[Entry]] = defaultdict(list)
    for frame in frames:
        for region in frame.unsure:
            found[(frame.frame, region.label) if region.track is None else region.track].append((frame, region))
    tracks = [Track(tuple(entries)) for entries in found.values()]
    return sorted(tracks, key=lambda track: (_number(track), -track.doubt, -track.worst[1].area, track.worst[0].frame))


def _number(track: Track) -> float:
    number = track.entries[0][1].track
    return float("inf") if number is None else number


def with_tracks(frames: Sequence[FrameReport], tracks: Mapping[tuple[int, int], int]) -> tuple[FrameReport, ...]:
    """Return the reports with the track of each region to check, by frame and label."""
    return tuple(replace(frame, unsure=tuple(replace(region, track=tracks.get((frame.frame, region.label)))
                                             for region in frame.unsure)) for frame in frames)
