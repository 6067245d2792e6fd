"""The regions of a whole shot as one graph: what each drawing found by itself, and which regions correspond.

Nodes are the regions of all drawings; edges join regions of one drawing with those of the drawing before it. Colours
that are known, of paintings and pins, spread along the best chains of correspondences (a shortest path on -log S);
over the rest, neighbours settle by max-product. Arrays alone; the networks do not run.

Shapes: n regions of a drawing, m of the one before, N of all drawings, K palette colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from .settled import PIN_ODDS, pattern_sources, settled_confidence, settled_features

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]

SURE_MOST, SURE_LEAST = 0.98, 0.02  # within which a chance counts
LEAST_LINK = 0.05  # of a correspondence, and of a chain of them; weaker ones tell nothing
REFERENCE_ODDS = 0.25  # of the colour that a sure chain brings from a painting, against a region's own
MESSAGE_POWER, DAMPING, TURNS, SETTLED = 0.8, 0.3, 10, 5e-3
EVEN = 1e-6  # beliefs that differ by less are even; the colour that a region has stays
LEAST_LEAK = 0.02  # share of a message that comes from no region
TRACK_LINK = 0.5  # chance, both ways, of two regions being one track


class Links(NamedTuple):
    """Sparse chances that regions of a drawing and of the one before show the same part.

    rows, columns: (E,) regions of the drawing and of the one before, from 0. there, back: (E,) float32 chances.
    """

    rows: Ints
    columns: Ints
    there: Floats
    back: Floats

    @classmethod
    def of(cls, there: Floats, back: Floats, kept: Ints, kept_before: Ints) -> Links:
        """Return the links of two drawings' kept regions; there: (n, m) of the drawing's, back: (m, n) the reverse."""
        symmetric = np.sqrt(there * back.T)
        i, j = np.nonzero(symmetric > LEAST_LINK)
        return cls(kept[i], kept_before[j], there[i, j].astype(np.float32), back[j, i].astype(np.float32))


@dataclass(frozen=True)
class GraphDrawing:
    """A drawing as the graph takes it.

    frame: the first that shows it, by which others name it. before: the frame of the drawing before, None for the first
    or where nothing is known of it. links: to that one. color: (n,) the palette index that it was given. alone: (n, K)
    chance of each colour by the drawing itself. confidence: (n,) calibrated, of the likeliest of `alone`. free: bool
    (n,) regions of one colour, which may be given another. is_painted: a painting shows it, so that it is known.
    divided: bool (n,) the others that show paints of the palette alone. told: (n,) confidence that its plate tells.
    """

    frame: int
    before: int | None
    links: Links
    color: Ints
    alone: Floats
    confidence: Floats
    free: NDArray[np.bool_]
    is_painted: bool
    divided: NDArray[np.bool_]
    told: Floats

    @property
    def count(self) -> int:
        """Number of regions."""
        return len(self.color)


class Field(NamedTuple):
    """What spreads from known regions: strength (N,) of the best chain in [0, 1], and source (N,), -1 where none is."""

    strength: Floats
    source: Ints


class Solution(NamedTuple):
    """Colours of all regions (N,), their beliefs (N, K) before pins, and confidence (N,) in [0, 1].

    pattern: (N,) the node whose pattern a region takes, -1 for none.
    """

    color: Ints
    belief: Floats
    confidence: Floats
    pattern: Ints


class ShotGraph:
    """The graph of a shot, built once and solved for any pins."""

    def __init__(self, drawings: Sequence[GraphDrawing]) -> None:
        """drawings: in the order of time, each once, over one palette."""
        self.drawings = tuple(drawings)
        counts = [drawing.count for drawing in drawings]
        self.starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        self.place = {drawing.frame: at for at, drawing in enumerate(drawings)}
        self.color = _joined([d.color for d in drawings], np.intp)
        self.free = _joined([d.free for d in drawings], np.bool_)
        self.divided = _joined([d.divided for d in drawings], np.bool_)
        self.told = _joined([d.told for d in drawings], np.float32)
        self.painted = np.repeat([d.is_painted for d in drawings], counts).astype(np.bool_)
        self.confidence = _joined([d.confidence for d in drawings], np.float32)
        self.n_colors = drawings[0].alone.shape[1] if drawings else 0
        self.rows, self.columns, self.there, self.back = self._links()
        self.link = np.sqrt(np.minimum(self.there, SURE_MOST) * np.minimum(self.back, SURE_MOST))

    def _links(self) -> tuple[Ints, Ints, Floats, Floats]:
        linked = [(start, self.starts[self.place[d.before]], d.links)
                  for start, d in zip(self.starts, self.drawings, strict=False) if d.before in self.place]
        rows = _joined([start + links.rows for start, _, links in linked], np.intp)
        columns = _joined([start + links.columns for _, start, links in linked], np.intp)
        there = _joined([links.there for *_, links in linked], np.float32)
        back = _joined([links.back for *_, links in linked], np.float32)
        known = (rows < len(self)) & (columns < len(self)) & (there > 0) & (back > 0)  # a file may hold anything
        return rows[known], columns[known], there[known], back[known]

    def __len__(self) -> int:
        return len(self.color)

    def of(self, frame: int) -> slice:
        """Return the nodes of a drawing, by its first frame."""
        at = self.place[frame]
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def field(self, sources: Ints) -> Field:
        """Return what spreads from known nodes along the best chains; of two as good, the first source counts."""
        if not len(sources) or not len(self):
            return Field(np.zeros(len(self), np.float32), np.full(len(self), -1))
        length, _, source = dijkstra(self._lengths, directed=False, indices=sources, min_only=True,
                                     return_predecessors=True, limit=-np.log(LEAST_LINK))
        reached = np.isfinite(length)
        return Field(np.where(reached, np.exp(-length), 0).astype(np.float32), np.where(reached, source, -1))

    @cached_property
    def _lengths(self) -> csr_matrix:
        length = np.maximum(-np.log(self.link), 1e-9)  # an explicit 0 would be no edge
        return csr_matrix(coo_matrix((length, (self.rows, self.columns)), shape=(len(self), len(self))))

    @cached_property
    def unary(self) -> Floats:
        """What each region (N, K) finds by itself, as its calibrated confidence has it, with the paintings' field."""
        alone = _joined([d.alone for d in self.drawings], np.float32).reshape(len(self), self.n_colors)
        if not alone.size:
            return alone
        at, top = np.arange(len(self)), alone.argmax(1)
        rest = alone + np.float32(1e-3)
        rest[at, top] = 0
        sure = np.clip(self.confidence, SURE_LEAST, SURE_MOST)
        own = (1 - sure)[:, None] * _to_one(rest)
        own[at, top] = np.maximum(own[at, top] + sure, own.max(1))  # by itself a region keeps what it found
        return _with_field(_to_one(own), self.painted_field, self.color, REFERENCE_ODDS)

    @cached_property
    def belief(self) -> Floats:
        """Beliefs (N, K) of the whole shot by max-product, without pins."""
        return settle(self.unary, self.rows, self.columns, self.link, self.drawing_of)

    @cached_property
    def settled(self) -> tuple[Ints, Floats]:
        """Colours (N,) of the whole shot without corrections, and how sure each is (N,), in [0, 1]."""
        at = np.arange(len(self))
        stays = ~self.free | self.painted | (self.belief[at, self.color] >= self.belief.max(1) - EVEN)
        color = np.where(stays, self.color, self.belief.argmax(1))
        sure = np.where(self.painted, np.float32(1), settled_confidence(self.features(color)))
        linked = np.bincount(np.concatenate([self.rows, self.columns]), minlength=len(self)) > 0
        return color, np.where(linked, sure, self.told)  # the shot says nothing of a region that stands alone

    def features(self, color: Ints) -> Floats:
        """Return what `settled_features` says of colours (N,)."""
        field = self.painted_field
        same = np.where(self.color[np.maximum(field.source, 0)] == color, 1, -1) * (field.source >= 0)
        told = np.where(color == self.color, self.told, 1 - self.told)
        return settled_features(self.unary[np.arange(len(self)), color], self.track, field.strength * same, told)

    @cached_property
    def painted_field(self) -> Field:
        """What spreads from the paintings."""
        return self.field(np.flatnonzero(self.painted))

    @cached_property
    def drawing_of(self) -> Ints:
        """The place in `drawings` of every node (N,)."""
        return np.repeat(np.arange(len(self.drawings)), np.diff(self.starts))

    def solve(self, pins: Mapping[int, int] | None = None, kept: NDArray[np.bool_] | None = None,
              patterns: Mapping[int, bool] | None = None) -> Solution:
        """Return the colours of all regions.

        pins: node to palette index; they spread, and the nearest along the chains wins. kept: bool (N,) nodes that no
        pin of another node changes. Divided regions, and those of paintings, keep what they have unless pinned.
        patterns: nodes that are painted in a way that spreads likewise, and whether a person made it: then it goes to
        regions of any kind, else to divided ones alone.
        """
        pins, patterns = pins or {}, patterns or {}
        fixed = ~self.free | self.painted
        pattern = np.full(len(self), -1)
        if not self.unary.size:
            return Solution(self.color, self.unary, self.confidence, pattern)
        color, confidence = self.settled
        if pins or patterns:
            pinned = np.fromiter(pins, np.intp, len(pins))
            target = np.zeros(len(self), np.intp)
            target[pinned] = np.fromiter(pins.values(), np.intp, len(pins))
            sources = np.concatenate([pinned, np.fromiter(patterns, np.intp, len(patterns))])
            field = self.field(np.union1d(sources, np.flatnonzero(self.painted)))  # no pin goes on behind a painting
            pattern = pattern_sources(field.source, field.strength, patterns, divided=self.divided,
                                      kept=self.painted if kept is None else self.painted | kept)
            takes = self._takes(field, target, color) & ~fixed & np.isin(field.source, pinned)
            if kept is not None:
                takes &= ~kept
            color = np.where(takes, target[field.source], color)
            confidence = np.where(takes, field.strength, confidence)
            confidence = np.where(pattern >= 0, field.strength, confidence)
            color[pinned], confidence[pinned] = target[pinned], 1
        return Solution(color, self.belief, confidence.astype(np.float32), pattern)

    def _takes(self, field: Field, target: Ints, color: Ints) -> NDArray[np.bool_]:
        """Which nodes take the colour that their nearest pin wishes: a s >= (1 - s) (b(top) - b(k))."""
        at = np.arange(len(self))
        asked = target[np.maximum(field.source, 0)]
        loss = np.maximum(self.belief[at, color] - self.belief[at, asked], 0)
        takes: NDArray[np.bool_] = (field.source >= 0) & (PIN_ODDS * field.strength >= (1 - field.strength) * loss)
        return takes

    @cached_property
    def track(self) -> Ints:
        """The track (N,) of every region: chains of regions that are each other's likeliest, sure both ways."""
        n = len(self)
        best = np.zeros((2, n), np.float32)
        np.maximum.at(best[0], self.rows, self.link)  # each region's best in the drawing before
        np.maximum.at(best[1], self.columns, self.link)  # and its best in one after
        mutual = ((self.link >= best[0][self.rows]) & (self.link >= best[1][self.columns])
                  & (self.there >= TRACK_LINK) & (self.back >= TRACK_LINK))
        pairs = coo_matrix((np.ones(int(mutual.sum()), np.int8), (self.rows[mutual], self.columns[mutual])),
                           shape=(n, n))
        return np.asarray(connected_components(pairs, directed=False)[1], np.intp)


def settle(unary: Floats, rows: Ints, columns: Ints, link: Floats, drawing_of: Ints) -> Floats:
    """Return beliefs (N, K): max-product over links (E,) between drawings, powers and damping as above.

    A message to a node from another drawing is the best of its links times what the linked node believes without what
    this drawing told it, and a leak for being linked to nothing.
    """
    log_unary = np.log(np.maximum(unary, 1e-12))
    if not len(rows) or not unary.shape[1]:
        return unary
    edges = _Messages(rows, columns, link, drawing_of)
    message: NDArray[np.float32] = np.zeros((edges.count, unary.shape[1]), np.float32)  # logs
    belief = unary
    for turn in range(TURNS):
        told = log_unary.copy()
        np.add.at(told, edges.node, MESSAGE_POWER * message)
        before, belief = belief, _softmax(told)
        if turn and np.abs(belief - before).max() < SETTLED:
            break
        cavity = _softmax(told[edges.node] - MESSAGE_POWER * message)
        new: Floats = np.log(_to_one(edges.best(cavity)))
        message = new if turn == 0 else np.float32(DAMPING) * message + np.float32(1 - DAMPING) * new
    return belief


class _Messages:
    """Slots of messages: one for each node and each drawing that it is linked to.

    node: (M,) whose slot it is. Links are kept both ways, sorted by the slot that they tell; `_told_by` is the slot in
    which the link's other end holds what this drawing told it.
    """

    def __init__(self, rows: Ints, columns: Ints, link: Floats, drawing_of: Ints) -> None:
        to, by = np.concatenate([rows, columns]), np.concatenate([columns, rows])
        weight = np.concatenate([link, link])
        n = int(drawing_of.max()) + 1
        slots, slot = np.unique(to * n + drawing_of[by], return_inverse=True)
        told_by = np.searchsorted(slots, by * n + drawing_of[to])
        order = np.argsort(slot, kind="stable")
        self.node, self.count = slots // n, len(slots)
        self._weight, self._told_by, slot = weight[order], told_by[order], slot[order]
        self._starts = np.searchsorted(slot, np.arange(self.count))
        total = np.add.reduceat(self._weight, self._starts)
        self._leak = np.clip(1 - total, LEAST_LEAK, 1)

    def best(self, cavity: Floats) -> Floats:
        """Return what each slot is told (M, K), given what the linked nodes believe without it (M, K)."""
        told = self._weight[:, None] * cavity[self._told_by]
        found: Floats = np.maximum.reduceat(told, self._starts) + (self._leak / cavity.shape[1])[:, None]
        return found


def _with_field(own: Floats, field: Field, color: Ints, odds: float) -> Floats:
    """Return (1 - s) own + odds s [k = the source's colour], rows summing to 1."""
    mixed = (1 - field.strength)[:, None] * own
    reached = np.flatnonzero(field.source >= 0)
    mixed[reached, color[field.source[reached]]] += odds * field.strength[reached]
    return _to_one(mixed)


def _to_one(values: Floats) -> Floats:
    whole: Floats = (values / np.maximum(values.sum(-1, keepdims=True), 1e-30)).astype(np.float32)
    return whole


def _softmax(logs: Floats) -> Floats:
    return _to_one(np.exp(logs - logs.max(1, keepdims=True)))


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.zeros(0, kind)
