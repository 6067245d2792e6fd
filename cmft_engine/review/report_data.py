"""What a report says, and its JSON form. Writes nothing."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..image.palette import Palette
from ..protocol.tracks import Track, ratio

VERSION = 1
WHOLE_FRAME = 0  # the label under which a frame's own thumbnail is kept; regions begin at 1

MAX_WHOLE = 2**53
MAX_REPORT_BYTES = 1_000_000_000

Thumbnails = Mapping[tuple[int, int], bytes]


@dataclass(frozen=True)
class UnsureRegion:
    """A region to check by hand: bbox is x0, y0, x1, y1 in px, x1 and y1 outside; area in px; confidence in [0, 1].

    kind: how it was coloured, "flat", "divided" or "carried". unknown: whether no reference shows it. track: a number
    that it shares with the regions of other frames that show the same part, None where that is not known. at: x, y of
    a pixel inside, None in reports of an earlier version.
    """

    label: int
    bbox: tuple[int, int, int, int]
    area: int
    confidence: float
    color: str
    runner_up: str = ""
    reason: str = ""
    kind: str = "flat"
    unknown: bool = False
    track: int | None = None
    at: tuple[int, int] | None = None

    @classmethod
    def from_notes(cls, notes: Any) -> "UnsureRegion":
        """Return a region as it was noted, JSON values of any kind. Raises ValueError for what is no region."""
        take = _Taker(notes)
        box = notes.get("bbox")
        if not isinstance(box, list) or len(box) != 4 or not all(map(is_count, box)):
            raise ValueError("bbox")
        x0, y0, x1, y1 = box
        if not (x0 < x1 and y0 < y1):
            raise ValueError("bbox")
        at = notes.get("at")
        if at is not None and not (isinstance(at, list) and len(at) == 2 and all(map(is_count, at))):
            raise ValueError("at")
        return cls(label=take.count("label"), bbox=(x0, y0, x1, y1), area=take.count("area"),
                   confidence=take.number("confidence"), color=take.text("color"), runner_up=take.text("runner_up"),
                   reason=take.text("reason"), kind=take.text("kind") if "kind" in notes else "flat",
                   unknown=notes.get("unknown") is True,
                   track=None if notes.get("track") is None else take.count("track"),
                   at=None if at is None else (at[0], at[1]))


@dataclass(frozen=True)
class FrameReport:
    """One frame: its colored plate, number of regions, mean confidence, seconds, and the frame it holds, if any.

    kinds: how many regions were coloured in each way, by its name.
    """

    frame: int
    path: str
    regions: int
    unsure: tuple[UnsureRegion, ...] = ()
    confidence: float = 1.0
    seconds: float = 0.0
    held_from: int | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_notes(cls, notes: Any, path: str) -> "FrameReport":
        """Return the report of a frame as it was noted, JSON values of any kind, with its plate now at `path`.

        Raises ValueError for what is no report of a frame.
        """
        take = _Taker(notes)
        unsure, kinds, held = notes.get("unsure"), notes.get("kinds", {}), notes.get("held_from")
        if not isinstance(unsure, list) or not isinstance(kinds, dict) or not all(map(is_count, kinds.values())):
            raise ValueError("unsure or kinds")
        return cls(
            frame=take.whole("frame"), path=path, regions=take.count("regions"),
            unsure=tuple(map(UnsureRegion.from_notes, unsure)), confidence=take.number("confidence"),
            seconds=take.number("seconds"), held_from=None if held is None else take.whole("held_from"), kinds=kinds,
        )


ReportTrack = Track[FrameReport, UnsureRegion]


def is_whole(value: object) -> bool:
    """Say whether a JSON value is a whole number that other programs can hold too."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < MAX_WHOLE


def is_count(value: object) -> bool:
    """Say whether a JSON value is a whole number, 0 or more."""
    return is_whole(value) and isinstance(value, int) and value >= 0


class _Taker:
    """Takes values of one kind from JSON values of any; raises ValueError for another kind."""

    def __init__(self, notes: Any) -> None:
        if not isinstance(notes, dict):
            raise ValueError("no object")
        self._notes = notes

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return int(self._checked(name, is_whole))

    def count(self, name: str) -> int:
        """Return a whole number, 0 or more."""
        return int(self._checked(name, is_count))

    def number(self, name: str) -> float:
        """Return a number, which may be NaN."""
        return float(self._checked(name, lambda value: isinstance(value, float) or is_whole(value)))

    def text(self, name: str) -> str:
        """Return a text."""
        return str(self._checked(name, lambda value: isinstance(value, str)))

    def _checked(self, name: str, is_right: Callable[[Any], bool]) -> Any:
        value = self._notes.get(name)
        if not is_right(value):
            raise ValueError(name)
        return value


@dataclass(frozen=True)
class ReportData:
    """All that a report says.

    size is the frames' width and height in px, (0, 0) when it is not known; timings are seconds in all by stage.
    """

    title: str
    lines: str
    references: tuple[str, ...]
    settings: Mapping[str, Any]
    palette: Palette
    frames: tuple[FrameReport, ...]
    seconds: float
    version: str
    weights: str
    size: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = field(default=())
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_regions(self) -> int:
        """Regions in all frames, held ones counted again."""
        return sum(frame.regions for frame in self.frames)

    @property
    def kinds(self) -> dict[str, int]:
        """How many regions of all frames were coloured in each way, by its name."""
        names = dict.fromkeys(name for frame in self.frames for name in frame.kinds)
        return {name: sum(frame.kinds.get(name, 0) for frame in self.frames) for name in names}

    @property
    def n_unknown(self) -> int:
        """Regions in all frames that no reference shows."""
        return sum(region.unknown for frame in self.frames for region in frame.unsure)

    @property
    def unsure(self) -> list[tuple[FrameReport, UnsureRegion]]:
        """What to check, least sure first, of equals the largest first."""
        pairs = [(frame, region) for frame in self.frames for region in frame.unsure]
        return sorted(pairs, key=lambda pair: (ratio(pair[1].confidence), -pair[1].area, pair[0].frame))


def to_dict(data: ReportData) -> dict[str, Any]:
    """Return the report as plain JSON values; its form is fixed by VERSION and docs/formats.md."""
    return {
        "version": VERSION, "title": data.title, "engine": data.version, "weights": data.weights,
        "lines": data.lines, "references": list(data.references), "settings": dict(data.settings),
        "size": list(data.size), "seconds": seconds(data.seconds), "notes": list(data.notes),
        "timings": {stage: seconds(spent) for stage, spent in data.timings.items()},
        "summary": {"frames": len(data.frames), "regions": data.n_regions, "unsure": len(data.unsure),
                    "unknown": data.n_unknown, "kinds": data.kinds},
        "palette": {"space": data.palette.space, "colors": [
            {"name": color.name, "rgba": list(color.values), "area": color.area} for color in data.palette.colors]},
        "frames": [_frame_dict(frame) for frame in data.frames],
    }


def seconds(value: float) -> float:
    """Return a duration in milliseconds' precision, 0 when it is no number."""
    return round(max(float(value), 0.0), 3) if math.isfinite(value) else 0.0


def _frame_dict(frame: FrameReport) -> dict[str, Any]:
    return {"frame": frame.frame, "path": frame.path, "regions": frame.regions, "held_from": frame.held_from,
            "confidence": round(ratio(frame.confidence), 4), "seconds": seconds(frame.seconds),
            "kinds": dict(frame.kinds), "unsure": [_region_dict(region) for region in frame.unsure]}


def _region_dict(region: UnsureRegion) -> dict[str, Any]:
    return {"label": region.label, "bbox": list(region.bbox), "area": region.area,
            "confidence": round(ratio(region.confidence), 4), "color": region.color, "runner_up": region.runner_up,
            "reason": region.reason, "kind": region.kind, "unknown": region.unknown, "track": region.track,
            "at": None if region.at is None else list(region.at)}
