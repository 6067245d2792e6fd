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
from scipy.sparse import csr_matrix

from .chains import LEAST_LINK, Edges, Field, spread, to_one, track_means, tracks, with_field
from .max_product import settle
from .origins import NO_MATCHES, Matches, Origins, settle_origins, settled_patterns
from .settled import PIN_ODDS, pattern_sources, settled_confidence, settled_features

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]

SURE_MOST, SURE_LEAST = 0.98, 0.02  # within which a chance counts
REFERENCE_ODDS = 0.25  # of the colour that a sure chain brings from a painting, against a region's own
EVEN = 1e-6  # beliefs that differ by less are even; the colour that a region has stays
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
    matches: with the references; of a painted drawing, with its own painting. visible: (n,) how well regions are seen,
    in [0, 1]; None where that is not known.
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
    matches: Matches = NO_MATCHES
    visible: Floats | None = None

    @property
    def count(self) -> int:
        """Number of regions."""
        return len(self.color)


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
        self.visible = _joined([np.ones(d.count) if d.visible is None else d.visible for d in drawings], np.float32)
        self.painted = np.repeat([d.is_painted for d in drawings], counts).astype(np.bool_)
        self.confidence = _joined([d.confidence for d in drawings], np.float32)
        self.n_colors = drawings[0].alone.shape[1] if drawings else 0
        self.rows, self.columns, self.there, self.back = _links(self.drawings, self.starts, self.place)
        self.link = np.sqrt(np.minimum(self.there, SURE_MOST) * np.minimum(self.back, SURE_MOST))

    def __len__(self) -> int:
        return len(self.color)

    def of(self, frame: int) -> slice:
        """Return the nodes of a drawing, by its first frame."""
        at = self.place[frame]
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def field(self, sources: Ints) -> Field:
        """Return what spreads from known nodes along the best chains; of two as good, the first source counts."""
        return spread(self._lengths, sources)

    @cached_property
    def edges(self) -> Edges:
        """The links between all nodes."""
        return Edges(self.rows, self.columns, self.link, self.drawing_of)

    @cached_property
    def _lengths(self) -> csr_matrix:
        return self.edges.lengths()

    @cached_property
    def _alone(self) -> Floats:
        return _joined([d.alone for d in self.drawings], np.float32).reshape(len(self), self.n_colors)

    @cached_property
    def unary(self) -> Floats:
        """What each region (N, K) finds by itself, as its calibrated confidence has it, with the paintings' field."""
        alone = self._alone
        if not alone.size:
            return alone
        field = self.painted_field
        brought = np.where(field.source >= 0, self.color[np.maximum(field.source, 0)], -1)
        return with_field(_calibrated(alone, self.confidence), field.strength, brought, REFERENCE_ODDS)

    @cached_property
    def belief(self) -> Floats:
        """Beliefs (N, K) of the whole shot by max-product, without pins."""
        return settle(self.unary, self.edges)

    @cached_property
    def _settled_color(self) -> Ints:
        """What neighbouring drawings believe (N,), before regions are painted like their origin."""
        belief = _of_tracks(self.belief, self.track, self.painted, self.color)
        stays = ~self.free | self.painted | (belief[np.arange(len(self)), self.color] >= belief.max(1) - EVEN)
        return np.where(stays, self.color, belief.argmax(1))

    @cached_property
    def origins(self) -> Origins:
        """The origin of every region."""
        moved = [drawing.matches._replace(rows=drawing.matches.rows + start)
                 for start, drawing in zip(self.starts, self.drawings, strict=False)]
        return settle_origins(Matches.joined([NO_MATCHES, *moved]), self.edges, self.painted_field, self.painted,
                            self.track)

    @cached_property
    def pattern(self) -> Ints:
        """The node (N,) like which a region is painted because the shot says that it is its origin, -1 for none."""
        return settled_patterns(self.origins, self.divided & ~self.painted, self._settled_color, self._alone)

    @cached_property
    def settled(self) -> tuple[Ints, Floats]:
        """Colours (N,) of the whole shot without corrections, and how sure each is (N,), in [0, 1]."""
        color = self._settled_color
        color = np.where(self.pattern >= 0, color[np.maximum(self.pattern, 0)], color)
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
        if not self.unary.size:
            return Solution(self.color, self.unary, self.confidence, np.full(len(self), -1))
        (color, confidence), pattern = self.settled, self.pattern
        if pins or patterns:
            pinned = np.fromiter(pins, np.intp, len(pins))
            target = np.zeros(len(self), np.intp)
            target[pinned] = np.fromiter(pins.values(), np.intp, len(pins))
            sources = np.concatenate([pinned, np.fromiter(patterns, np.intp, len(patterns))])
            field = self.field(np.union1d(sources, np.flatnonzero(self.painted)))  # no pin goes on behind a painting
            stays = np.zeros(len(self), np.bool_) if kept is None else kept
            made = pattern_sources(field.source, field.strength, patterns, divided=self.divided,
                                   kept=self.painted | stays)
            takes = self._takes(field, target, color) & ~fixed & np.isin(field.source, pinned) & ~stays
            color = np.where(takes, target[field.source], np.where(stays & (pattern >= 0), self.color, color))
            confidence = np.where(takes | (made >= 0), field.strength, confidence)
            pattern = np.where(made >= 0, made, np.where(takes | stays, -1, pattern))
            color[pinned], confidence[pinned], pattern[pinned] = target[pinned], 1, -1
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
        sure = (self.there >= TRACK_LINK) & (self.back >= TRACK_LINK)
        return tracks(self.edges, sure)


def _links(drawings: Sequence[GraphDrawing], starts: Ints, place: Mapping[int, int]
           ) -> tuple[Ints, Ints, Floats, Floats]:
    """The links between all nodes; starts: the first node of each drawing. place: of drawings, by their frame."""
    linked = [(start, starts[place[d.before]], d.links)
              for start, d in zip(starts, drawings, strict=False) if d.before is not None and d.before in place]
    rows = _joined([start + links.rows for start, _, links in linked], np.intp)
    columns = _joined([start + links.columns for _, start, links in linked], np.intp)
    there = _joined([links.there for *_, links in linked], np.float32)
    back = _joined([links.back for *_, links in linked], np.float32)
    count = starts[-1]
    known = (rows >= 0) & (columns >= 0) & (rows < count) & (columns < count)  # a file may hold anything
    known &= (there > 0) & (back > 0)
    return rows[known], columns[known], there[known], back[known]


def _calibrated(alone: Floats, confidence: Floats) -> Floats:
    """Chances (N, K) by the drawings with the likeliest as sure as their confidence (N,) has it."""
    at, top = np.arange(len(alone)), alone.argmax(1)
    rest = alone + np.float32(1e-3)
    rest[at, top] = 0
    sure = np.clip(confidence, SURE_LEAST, SURE_MOST)
    own = (1 - sure)[:, None] * to_one(rest)
    own[at, top] = np.maximum(own[at, top] + sure, own.max(1))  # by itself a region keeps what it found
    return to_one(own)


def _of_tracks(belief: Floats, track: Ints, painted: NDArray[np.bool_], color: Ints) -> Floats:
    """Mean beliefs (N, K) over tracks (N,); where paintings show one in several colours, each its own."""
    shows = np.zeros(belief.shape, np.float32)
    shows[np.flatnonzero(painted), color[painted]] = 1
    common = (track_means(shows, track) > 0).sum(1) <= 1
    return np.where(common[:, None], track_means(belief, track), belief)


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.zeros(0, kind)
