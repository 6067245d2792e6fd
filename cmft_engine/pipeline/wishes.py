"""What corrections mean in the shot graph: which regions they are of, and which colours they want there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..matching.anchors import anchor_of, moved, region_at
from ..protocol.corrections import Correction, Point
from .changes import Area

Labels = NDArray[np.int32]
Node = tuple[int, int]  # the frame at which a drawing is decided, and a region of it, from 0

STROKE_LEAST_PX = 2  # a stroke is of the regions in which it has so many


class Lost(NamedTuple):
    """A correction that has no effect, and why, as a sentence."""

    correction: Correction
    reason: str

    @property
    def text(self) -> str:
        """Both, as a sentence."""
        return f"correction {self.correction.id} ({self.correction.text}): {self.reason}"


@dataclass
class Wishes:
    """What is wanted of regions.

    pins: colours that spread. kept: regions that only their own pin changes. fixed: those of them that no recolor
    changes, and the place in the list of the correction that said so first. held: colours that stay where they are.
    unknown: regions to be left unpainted. like: regions that are to look like another one. areas: painted into
    regions. as_is: approved regions of several colours. lost: corrections that found no region or no color.
    """

    pins: dict[Node, int] = field(default_factory=dict)
    kept: set[Node] = field(default_factory=set)
    fixed: dict[Node, int] = field(default_factory=dict)
    held: dict[Node, int] = field(default_factory=dict)
    unknown: set[Node] = field(default_factory=set)
    like: dict[Node, Node] = field(default_factory=dict)
    areas: dict[Node, list[Area]] = field(default_factory=dict)
    as_is: set[Node] = field(default_factory=set)
    lost: list[Lost] = field(default_factory=list)

    def of(self, node: Node) -> bool:
        """Say whether corrections want anything of a region itself, other than to keep it."""
        return any(node in of for of in (self.pins, self.held, self.unknown, self.like, self.areas))

    def nodes(self) -> list[Node]:
        """Return the regions of which corrections want something, each once."""
        return list(dict.fromkeys((*self.pins, *self.held, *self.unknown, *self.like, *self.areas)))

    def clear(self, node: Node) -> None:
        """Forget what earlier corrections wanted of a region."""
        self.pins.pop(node, None)
        self.held.pop(node, None)
        self.like.pop(node, None)
        self.areas.pop(node, None)
        self.as_is.discard(node)
        self.unknown.discard(node)

    def fix(self, node: Node, since: int) -> None:
        """Let no correction after this place in the list change a region, but its own."""
        self.kept.add(node)
        self.fixed.setdefault(node, since)


def read_wishes(corrections: Sequence[Correction], colors: Mapping[str, int], decided_at: Mapping[int, int],
                labels_of: Callable[[int], Labels | None]) -> Wishes:
    """Return what corrections that count want, later ones over earlier ones of the same region.

    colors: palette index by name. decided_at: by frame, where its drawing is decided. labels_of: a drawing's regions
    (H, W), those under ink too, by that frame; None where it has no record.
    """
    wishes, there = Wishes(), _Readable(colors, decided_at, labels_of)
    for place, one in enumerate(corrections):
        if one.kind not in _READERS:
            continue
        labels = there.labels(one.frame)
        if labels is None:
            wishes.lost.append(Lost(one, f"frame {one.frame} is not coloured; run the shot with --resume"))
        elif one.color and one.color not in colors:
            wishes.lost.append(Lost(one, f'the palette has no color "{one.color}"; `cmft palette show` lists them'))
        else:
            read = _READERS[one.kind] if one.like is None else _like
            reason = read(wishes, one, decided_at[one.frame], labels, there, place)
            wishes.lost += [Lost(one, reason)] if reason else []
    return wishes


class _Readable(NamedTuple):
    """What corrections are read by, as `read_wishes` has it."""

    colors: Mapping[str, int]
    decided_at: Mapping[int, int]
    labels_of: Callable[[int], Labels | None]

    def labels(self, frame: int) -> Labels | None:
        """Return the regions (H, W) of a frame's drawing, None where there is no record."""
        return self.labels_of(self.decided_at[frame]) if frame in self.decided_at else None

    def node(self, frame: int, x: float, y: float) -> Node | None:
        """Return the region at a point of a frame, None where there is none."""
        labels = self.labels(frame)
        region = None if labels is None else region_at(labels, x, y)
        return None if region is None else (self.decided_at[frame], region - 1)


def _like(wishes: Wishes, one: Correction, at: int, labels: Labels, there: _Readable, place: int) -> str:
    assert one.like is not None
    frame, x, y = one.like
    if frame is None:
        return "a region can look like one of a painted or coloured frame of the shot, not of a sheet"
    if there.labels(frame) is None:
        return f"frame {frame} is not coloured; run the shot with --resume"
    region, source = region_at(labels, *one.points[0], one.anchors[0] if one.anchors else None), there.node(frame, x, y)
    if region is None or source is None:
        return _nowhere(one) if region is None else f"frame {frame} has no region at {x:.0f}, {y:.0f}"
    wishes.clear((at, region - 1))
    wishes.like[at, region - 1] = source
    return ""


def _pin(wishes: Wishes, one: Correction, at: int, labels: Labels, there: _Readable, place: int) -> str:
    region = region_at(labels, *one.points[0], one.anchors[0] if one.anchors else None)
    if region is None:
        return _nowhere(one)
    node = at, region - 1
    wishes.clear(node)
    if one.kind == "unknown":
        wishes.unknown.add(node)
    elif one.kind == "lock":
        wishes.held[node] = there.colors[one.color]
        wishes.fix(node, place)
    else:
        wishes.pins[node] = there.colors[one.color]
    return ""


def _stroke(wishes: Wishes, one: Correction, at: int, labels: Labels, there: _Readable, place: int) -> str:
    found = list(regions_under(labels, one.points))
    for region in found:
        wishes.clear((at, region - 1))
        wishes.pins[at, region - 1] = there.colors[one.color]
    return "" if found else _nowhere(one)


def _approve(wishes: Wishes, one: Correction, at: int, labels: Labels, there: _Readable, place: int) -> str:
    unknown_names, regions = set(), set()
    for x, y, name in one.colors:
        region = region_at(labels, x, y)
        if region is None:
            continue
        if name and name not in there.colors:
            unknown_names.add(name)
            continue
        node = at, region - 1
        regions.add(node)
        wishes.fix(node, place)
        if not name:
            wishes.as_is.add(node)
        elif node not in wishes.held:  # a lock stays one
            wishes.clear(node)
            wishes.pins[node] = there.colors[name]
    for x, y, frame, left, top in one.likes:
        region, source = region_at(labels, x, y), there.node(frame, left, top)
        if region is not None and source is not None:
            wishes.like[at, region - 1] = source
    if unknown_names:
        return f'the palette has no color "{min(unknown_names)}", which the approved frame had'
    return "" if regions or not one.colors else _nowhere(one)


def _area(wishes: Wishes, one: Correction, at: int, labels: Labels, there: _Readable, place: int) -> str:
    anchor = one.anchors[0] if one.anchors else None
    region = region_at(labels, *one.points[0], anchor)
    if region is None:
        return _nowhere(one)
    node = at, region - 1
    points = one.points if anchor is None else moved(one.points, anchor.box, anchor_of(labels, region).box)
    wishes.areas.setdefault(node, []).append(Area(there.colors[one.color], points))
    wishes.unknown.discard(node)
    wishes.kept.add(node)
    return ""


_READERS = {"area": _area, "pin": _pin, "lock": _pin, "unknown": _pin, "stroke": _stroke, "approve": _approve}


def regions_under(labels: Labels, points: Sequence[Point]) -> Iterator[int]:
    """Yield the labels of the regions that a line of points passes, in its order, each once."""
    along = np.concatenate([np.linspace(a, b, max(2, int(np.hypot(b[0] - a[0], b[1] - a[1])) + 1))
                            for a, b in pairwise(points)])
    columns, rows = np.floor(along).astype(int).T
    inside = (rows >= 0) & (rows < labels.shape[0]) & (columns >= 0) & (columns < labels.shape[1])
    met = labels[rows[inside], columns[inside]]
    names, first, count = np.unique(met[met > 0], return_index=True, return_counts=True)
    for place in np.argsort(first):
        if count[place] >= STROKE_LEAST_PX:
            yield int(names[place])


def _nowhere(one: Correction) -> str:
    x, y = one.points[0] if one.points else (0.0, 0.0)
    return (f"frame {one.frame} has no region at {x:.0f}, {y:.0f} that looks like the corrected one; the drawing has "
            "changed, correct it again or drop this one")
