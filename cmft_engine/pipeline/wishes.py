"""What corrections mean in the shot graph: which regions they are of, and which colours they want there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..matching.anchors import region_at
from ..protocol.corrections import Correction, Point

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

    pins: colours that spread. kept: regions that only their own pin changes, and the place in the list of the
    correction that said so first. held: colours that stay where they are.
    unknown: regions to be left unpainted. like: regions that are to look like another one. lost: corrections
    that found no region or no color.
    """

    pins: dict[Node, int] = field(default_factory=dict)
    kept: dict[Node, int] = field(default_factory=dict)
    held: dict[Node, int] = field(default_factory=dict)
    unknown: set[Node] = field(default_factory=set)
    like: dict[Node, Node] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)

    def clear(self, node: Node) -> None:
        """Forget what earlier corrections wanted of a region."""
        self.pins.pop(node, None)
        self.held.pop(node, None)
        self.like.pop(node, None)
        self.unknown.discard(node)

    def keep(self, node: Node, since: int) -> None:
        """Let no correction after this place in the list change a region, but its own."""
        self.kept.setdefault(node, since)


def read_wishes(corrections: Sequence[Correction], colors: Mapping[str, int], decided_at: Mapping[int, int],
                labels_of: Callable[[int], Labels | None]) -> Wishes:
    """Return what corrections that count want, later ones over earlier ones of the same region.

    colors: palette index by name. decided_at: by frame, where its drawing is decided. labels_of: a drawing's regions
    (H, W), those under ink too, by that frame; None where it has no record.
    """
    wishes = Wishes()
    for place, one in enumerate(corrections):
        if one.kind not in _READERS:
            continue
        labels = labels_of(decided_at[one.frame]) if one.frame in decided_at else None
        if labels is None:
            wishes.lost.append(Lost(one, f"frame {one.frame} is not coloured; run the shot with --resume"))
        elif one.color and one.color not in colors:
            wishes.lost.append(Lost(one, f'the palette has no color "{one.color}"; `cmft palette show` lists them'))
        elif one.like is not None:
            reason = _like(wishes, one, decided_at, labels_of)
            wishes.lost += [Lost(one, reason)] if reason else []
        else:
            reason = _READERS[one.kind](wishes, one, decided_at[one.frame], labels, colors, place)
            wishes.lost += [Lost(one, reason)] if reason else []
    return wishes


def _like(wishes: Wishes, one: Correction, decided_at: Mapping[int, int],
          labels_of: Callable[[int], Labels | None]) -> str:
    assert one.like is not None
    frame, x, y = one.like
    at, other = decided_at[one.frame], decided_at.get(frame) if frame is not None else None
    labels, others = labels_of(at), None if other is None else labels_of(other)
    if labels is None or others is None or other is None:
        return ("a region can look like one of a painted or coloured frame of the shot, not of a sheet" if frame is None
                else f"frame {frame} is not coloured; run the shot with --resume")
    region = region_at(labels, *one.points[0], one.anchors[0] if one.anchors else None)
    source = region_at(others, x, y)
    if region is None or source is None:
        return _nowhere(one) if region is None else f"frame {frame} has no region at {x:.0f}, {y:.0f}"
    wishes.clear((at, region - 1))
    wishes.like[at, region - 1] = other, source - 1
    return ""


def _pin(wishes: Wishes, one: Correction, at: int, labels: Labels, colors: Mapping[str, int], place: int) -> str:
    region = region_at(labels, *one.points[0], one.anchors[0] if one.anchors else None)
    if region is None:
        return _nowhere(one)
    node = at, region - 1
    wishes.clear(node)
    if one.kind == "unknown":
        wishes.unknown.add(node)
    elif one.kind == "lock":
        wishes.held[node] = colors[one.color]
        wishes.keep(node, place)
    else:
        wishes.pins[node] = colors[one.color]
    return ""


def _stroke(wishes: Wishes, one: Correction, at: int, labels: Labels, colors: Mapping[str, int], place: int) -> str:
    found = list(regions_under(labels, one.points))
    for region in found:
        wishes.clear((at, region - 1))
        wishes.pins[at, region - 1] = colors[one.color]
    return "" if found else _nowhere(one)


def _approve(wishes: Wishes, one: Correction, at: int, labels: Labels, colors: Mapping[str, int], place: int) -> str:
    unknown_names, regions = set(), set()
    for x, y, name in one.colors:
        region = region_at(labels, x, y)
        if region is None:
            continue
        if name and name not in colors:
            unknown_names.add(name)
            continue
        node = at, region - 1
        regions.add(node)
        wishes.keep(node, place)
        if name and node not in wishes.held:  # a lock stays one
            wishes.clear(node)
            wishes.pins[node] = colors[name]
    if unknown_names:
        return f'the palette has no color "{min(unknown_names)}", which the approved frame had'
    return "" if regions or not one.colors else _nowhere(one)


_READERS = {"pin": _pin, "lock": _pin, "unknown": _pin, "stroke": _stroke, "approve": _approve}


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
