"""What is doubtful in a coloured shot, by region and by track."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..matching.settled import summed_doubt, track_ranks
from ..matching.shot_graph import ShotGraph
from ..pipeline.changes import Change, Changes
from ..pipeline.colored_shot import NotedFrame
from ..protocol.tracks import ratio
from ..review.report_data import FrameReport, UnsureRegion


@dataclass(frozen=True)
class Doubt:
    """An unsure region: the frame at which its drawing is decided, and what the report says of it."""

    frame: int
    unsure: UnsureRegion

    @property
    def amount(self) -> float:
        """1 - confidence."""
        return 1 - ratio(self.unsure.confidence)

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box, x and y in px."""
        x0, y0, x1, y1 = self.unsure.bbox
        return (x0 + x1) / 2, (y0 + y1) / 2


@dataclass(frozen=True)
class DoubtfulTrack:
    """Unsure regions of one track, in the order of their frames; amount: the summed doubt of all its regions."""

    doubts: tuple[Doubt, ...]
    amount: float

    @property
    def worst(self) -> Doubt:
        """The least sure of its regions, of equals the first."""
        return max(self.doubts, key=lambda one: (one.amount, one.unsure.area, -one.frame))

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames at which its drawings are decided."""
        return tuple(dict.fromkeys(one.frame for one in self.doubts))

    @property
    def name(self) -> str:
        """What it is, for a list."""
        count = len(self.frames)
        return f"{self.worst.unsure.color}, " + (f"{count} frames" if count > 1 else f"frame {self.frames[0]}")

    @property
    def reason(self) -> str:
        """Why it is doubtful, in words."""
        return self.worst.unsure.reason


class Doubts:
    """What is unsure in each frame, as its note has it, less what was corrected since."""

    def __init__(self, frames: Mapping[int, NotedFrame], below: float) -> None:
        """below: the confidence that is asked."""
        self._frames, self._below = frames, below
        self._by_frame: dict[int, tuple[Doubt, ...]] = {}

    def note(self, frames: Iterable[int], changes_of: Callable[[int], Changes]) -> None:
        """Look at the notes of frames again, with the changes that they are shown with."""
        for frame in frames:
            self._by_frame[frame] = doubts_of(self._frames[frame], changes_of(frame), self._below)

    def amount(self, frame: int) -> float:
        """Return the summed doubt of a frame's regions."""
        return sum(one.amount for one in self._by_frame.get(frame, ()))

    def tracks(self, graph: ShotGraph, confidence: NDArray[np.float32]) -> list[DoubtfulTrack]:
        """Return the doubtful tracks, with how sure each node is; a drawing that several frames hold counts once."""
        return doubtful_tracks((one for frame, found in self._by_frame.items() for one in found
                                if one.frame == frame), graph, confidence)


def doubts_of(frame: NotedFrame, changes: Changes, below: float) -> tuple[Doubt, ...]:
    """Return what is unsure in a frame, with changes that its plate may not show yet; below: the confidence asked."""
    try:
        report = FrameReport.from_notes(frame.note.report, str(frame.path))
    except ValueError:
        return ()
    return tuple(Doubt(frame.decided_at, one) for one in report.unsure
                 if one.label - 1 not in changes or not _is_settled(changes[one.label - 1], below))


def _is_settled(change: Change, below: float) -> bool:
    """What a person set is settled, also to be left unpainted."""
    return change.confidence >= below or bool(change.unknown)


def doubtful_tracks(doubts: Iterable[Doubt], graph: ShotGraph, confidence: NDArray[np.float32]
                    ) -> list[DoubtfulTrack]:
    """Return unsure regions by track, the most doubtful first; regions that the graph does not know come alone, last.

    confidence: of the graph's nodes (N,).
    """
    rank = track_ranks(graph.track, confidence, graph.visible)
    amount = summed_doubt(rank, confidence, graph.visible)
    groups: dict[object, list[Doubt]] = {}
    for one in sorted(doubts, key=lambda one: (one.frame, one.unsure.label)):
        node = node_of(graph, one.frame, one.unsure.label - 1)
        key = ("alone", one.frame, one.unsure.label) if node is None else int(rank[node])
        groups.setdefault(key, []).append(one)
    known = [DoubtfulTrack(tuple(groups[key]), float(amount[key])) for key in sorted(
        key for key in groups if isinstance(key, int))]
    alone = [DoubtfulTrack(tuple(group), group[0].amount) for key, group in groups.items() if not isinstance(key, int)]
    return known + sorted(alone, key=lambda track: (-track.amount, track.frames[0], track.worst.unsure.label))


def node_of(graph: ShotGraph, frame: int, region: int) -> int | None:
    """Return the node of a drawing's region, from 0; None where the graph does not know it."""
    if frame not in graph.place:
        return None
    nodes = graph.of(frame)
    return nodes.start + region if 0 <= region < nodes.stop - nodes.start else None

