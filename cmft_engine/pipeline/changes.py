"""Changes to what a drawing found: what a region is given instead, and the record with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..matching.kinds import KINDS
from ..matching.pattern import area_of, painted_like
from ..matching.reasons import FIRST_SEEN, LEFT, SHOT
from ..protocol.corrections import Point
from .drawing_record import DrawingRecord


class Area(NamedTuple):
    """A part of a region in a palette entry: all of it without points, else as `area_of` has them."""

    color: int
    points: tuple[Point, ...] = ()


class Change(NamedTuple):
    """What a region is given instead of what its drawing found: a palette entry and confidence in [0, 1].

    unknown: whether no reference shows it; None leaves what its drawing found. like: the region that it is painted
    like instead. areas: painted into it one after the other, over what it has or is like. swaps: pairs of palette
    entries, of which the second then takes the place of the first.
    """

    color: int
    confidence: float
    unknown: bool | None = None
    like: Like | None = None
    areas: tuple[Area, ...] = ()
    swaps: tuple[tuple[int, int], ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether the region shows its palette entry alone."""
        return self.like is None and not self.areas and not self.swaps

    def is_as_found(self, color: int) -> bool:
        """Whether it leaves what its drawing found, of this color, and changes how sure that is."""
        return self.is_flat and self.unknown is None and self.color == color


class Like(NamedTuple):
    """Another region: the frame at which its drawing is decided, its number from 0, and its own change."""

    at: int
    region: int
    change: Change | None = None


Changes = Mapping[int, Change]  # by the region, from 0
Records = Callable[[int], DrawingRecord | None]


def changed_colors(color: NDArray[np.intp], changes: Changes) -> NDArray[np.intp]:
    """Return the colours (n,) of a drawing's regions with changes."""
    changed = color.copy()
    for region, change in changes.items():
        changed[region] = change.color
    return changed


def digest_of(changes: Changes, drawings: Mapping[int, str] | None = None) -> str:
    """Return a digest of changes and of the drawings that they are painted like, "" for no changes.

    drawings: digests of their records, by the frame at which they are decided.
    """
    if not changes:
        return ""
    sources = [[at, (drawings or {}).get(at, "")] for at in sorted(_sources(changes))]
    told = [*sorted(changes.items()), *sources]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _sources(changes: Changes) -> set[int]:
    found = set()
    for change in changes.values():
        like = change.like
        while like is not None:
            found.add(like.at)
            like = None if like.change is None else like.change.like
    return found


def with_changes(record: DrawingRecord, changes: Changes, records: Records) -> DrawingRecord:
    """Return a drawing's record with the changes of its regions.

    records: of other drawings, by the frame at which they are decided, for regions that are painted like theirs.
    """
    if not changes:
        return record
    confidence, unknown = record.confidence.copy(), record.unknown.copy()
    runner_up, reason, kind = record.runner_up.copy(), record.reason.copy(), record.kind.copy()
    for region, change in changes.items():
        confidence[region] = change.confidence
        unknown[region] = unknown[region] if change.unknown is None else change.unknown
        if change.color != record.graph.color[region]:
            runner_up[region] = record.graph.color[region]
        if not change.is_as_found(int(record.graph.color[region])):
            kind[region], reason[region] = KINDS.index("flat"), _reason_of(change, unknown[region])
    paints = _poured(record, changes)
    for region, change in changes.items():
        if not change.is_flat:
            paints, kind[region] = _patterned(record, paints, region, change, records)
    graph = replace(record.graph, color=changed_colors(record.graph.color, changes))
    return replace(record, graph=graph, confidence=confidence, unknown=unknown, kind=kind, reason=reason,
                   runner_up=runner_up, paints=paints)


def _poured(record: DrawingRecord, changes: Changes) -> PaintMap:
    poured = np.full(record.graph.count + 1, -1, np.int32)
    flat = record.kind == KINDS.index("flat")
    for region, change in changes.items():  # a region that keeps its colour keeps its soft borders
        has = int(record.graph.color[region])
        if change.is_flat and (change.color != has or not (flat[region] or change.is_as_found(has))):
            poured[region + 1] = change.color
    entries = poured[record.labels_under_ink]
    return record.paints.poured(entries >= 0, entries)


def _patterned(record: DrawingRecord, paints: PaintMap, region: int, change: Change, records: Records
               ) -> tuple[PaintMap, int]:
    """Return the paints with a region as its change has it, and the region's number in KINDS."""
    inside, kind = record.labels_under_ink == region + 1, int(record.kind[region])
    if change.like is not None and (source := records(change.like.at)) is not None:
        other, own = change.like.region, change.like.change
        if own is not None:
            source = with_changes(source, {other: own}, records)
        paints = painted_like(paints, inside, source.paints, source.labels_under_ink == other + 1, source.bare)
        kind = int(source.kind[other])
    for color, points in change.areas:
        paints = paints.poured(area_of(paints, inside, points, record.bare) if points else inside, color)
        kind = KINDS.index("divided") if points else KINDS.index("flat")
    for old, new in change.swaps:
        paints = paints.swapped(inside, old, new)
    return paints, kind


def _reason_of(change: Change, is_unknown: bool) -> int:
    if change.unknown:
        return LEFT
    return FIRST_SEEN if is_unknown else SHOT
