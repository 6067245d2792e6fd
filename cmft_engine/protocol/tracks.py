"""What is to be checked, by the parts of the drawings: a region and those of other frames that show the same part.

For the engine's reports and for hosts; their frames and regions are taken as they are.
"""

import math
from collections import Counter
from typing import Any, Callable, Dict, Generic, Iterable, List, Sequence, Tuple, TypeVar

from .job import frames_text
from .plain import counted

OfFrame = TypeVar("OfFrame")  # has `frame`; and `holds`, later frames with the same drawing, where these are no entries
OfRegion = TypeVar("OfRegion")  # has `label`, `confidence`, `area`, `color`, `runner_up`, `reason`, `track`


class Track(Generic[OfFrame, OfRegion]):
    """Regions to check that show the same part, in the order of frames; never empty."""

    def __init__(self, entries: Sequence[Tuple[OfFrame, OfRegion]]) -> None:
        """entries: the regions, each with its frame."""
        self.entries: Tuple[Tuple[OfFrame, OfRegion], ...] = tuple(sorted(entries, key=_frame_of))
        self._known: Sequence[Tuple[Any, Any]] = self.entries

    @property
    def doubt(self) -> float:
        """How much is in doubt: the sum of 1 - confidence."""
        return sum(1 - ratio(region.confidence) for _, region in self._known)

    @property
    def worst(self) -> Tuple[OfFrame, OfRegion]:
        """The least sure of them, of equals the largest."""
        return min(self.entries, key=_sureness)

    @property
    def frames(self) -> Tuple[int, ...]:
        """The frames in which it is to be checked, holds too."""
        return tuple(sorted({one for frame, _ in self._known for one in (frame.frame, *getattr(frame, "holds", ()))}))

    @property
    def frames_text(self) -> str:
        """Its frames as people write them."""
        return "frame{} {}".format("s" if self.frames[1:] else "", frames_text(self.frames))

    @property
    def name(self) -> str:
        """What its least sure region may be, as "skin or red"."""
        region = min(self._known, key=_sureness)[1]
        return "{} or {}".format(region.color, region.runner_up) if region.runner_up else str(region.color)

    @property
    def words(self) -> str:
        """The line of a list, as "skin or red, 14 frames"."""
        return "{}, {}".format(self.name, counted(len(self.frames), "frame"))

    @property
    def reason(self) -> str:
        """Why it is in doubt, as most of its regions have it."""
        return str(Counter(region.reason for _, region in self._known).most_common(1)[0][0])


def group_tracks(frames: Iterable[OfFrame], regions: Callable[[OfFrame], Iterable[OfRegion]]
                 ) -> List[Track[OfFrame, OfRegion]]:
    """Return the tracks of all regions to check in the order of their numbers, which is that of doubt.

    regions: those of a frame. A region of no known track is one of its own; they come last, most doubt first, of equals
    the largest.
    """
    found: Dict[Tuple[int, ...], List[Tuple[OfFrame, OfRegion]]] = {}
    for frame in frames:
        for region in regions(frame):
            found.setdefault(_key(frame, region), []).append((frame, region))
    return [track for _, track in sorted(((_order(track), track) for track in map(Track, found.values())),
                                         key=lambda one: one[0])]


def ratio(value: float) -> float:
    """Return a confidence kept within [0, 1]; what is no number counts as unsure."""
    return min(max(float(value), 0.0), 1.0) if math.isfinite(value) else 0.0


def _frame_of(entry: Tuple[Any, Any]) -> int:
    return int(entry[0].frame)


def _sureness(entry: Tuple[Any, Any]) -> Tuple[float, int, int]:
    return ratio(entry[1].confidence), -entry[1].area, entry[0].frame


def _key(frame: Any, region: Any) -> Tuple[int, ...]:
    return (frame.frame, region.label) if region.track is None else (region.track,)


def _order(track: Track[Any, Any]) -> Tuple[float, float, int, int]:
    number, (frame, region) = track.entries[0][1].track, track.worst
    return float("inf") if number is None else number, -track.doubt, -region.area, frame.frame
