"""What the shot as a whole and its corrections want of each region: changes to what its drawing found by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..matching.anchors import region_at
from ..matching.shot_graph import ShotGraph, Solution
from ..protocol.corrections import Correction, counting
from .changes import Area, Change, Changes, Like, changed_colors
from .wishes import Lost, Node, Wishes, read_wishes

Labels = NDArray[np.int32]

MAX_COPIED = 50  # regions with areas that are like one another; one that is farther counts as its drawing found it
TOLD_WITHIN = 0.05  # a confidence that the whole shot changes by less is told as the drawing found it


class Wanted(NamedTuple):
    """What is wanted of a shot: the solution of its graph, changes by frame, and corrections without effect.

    before_recolors: changes by frame without those of recolors, which stay in their own frames.
    """

    solution: Solution
    changes: Mapping[int, Changes]
    lost: tuple[Lost, ...]
    before_recolors: Mapping[int, Changes]


class Corrector:
    """Works out what is wanted, from the shot graph and the regions of corrected drawings."""

    def __init__(self, graph: ShotGraph, *, names: Sequence[str], paper: int, decided_at: Mapping[int, int],
                 labels_of: Callable[[int], Labels | None], showing: Callable[[int, int], Collection[int]]) -> None:
        """names: of the palette's colors. paper: its entry for what is left unpainted.

        decided_at: by frame, where its drawing is decided. labels_of: by that frame, its regions (H, W), those under
        ink too. showing: by that frame and a palette entry, the regions, from 0, whose drawing found it in them.
        """
        self.graph, self.colors = graph, {name: index for index, name in enumerate(names)}
        self._paper, self._decided_at, self._labels_of, self._showing = paper, decided_at, labels_of, showing

    def wanted(self, corrections: Sequence[Correction]) -> Wanted:
        """Return what is wanted with these corrections."""
        counts = counting(corrections)
        wishes = read_wishes(counts, self.colors, self._decided_at, self._labels_of)
        solution = self.graph.solve(*self._pins(wishes), self._patterns(wishes))
        by_drawing = self._by_drawing(solution, wishes)
        changes = {frame: dict(by_drawing[at]) for frame, at in self._decided_at.items() if at in by_drawing}
        before, lost = {frame: dict(of) for frame, of in changes.items()}, list(wishes.lost)
        for place, one in enumerate(counts):
            if one.kind != "recolor":
                continue
            missing = [name for name in (one.old, one.color) if name not in self.colors]
            if missing:
                lost.append(Lost(one, f'the palette has no color "{missing[0]}"; `cmft palette show` lists them'))
            else:
                self._recolor(changes, one, {node for node, since in wishes.fixed.items() if since < place})
        return Wanted(solution, changes, tuple(lost), before)

    def confidence(self, wanted: Wanted) -> NDArray[np.float32]:
        """Return how sure each region (N,) of the graph is with what is wanted; what a person set is."""
        found = wanted.solution.confidence.copy()
        for at in self.graph.place:
            nodes = self.graph.of(at)
            for region, change in wanted.changes.get(at, {}).items():
                found[nodes.start + region] = 1 if change.unknown else change.confidence
        return found

    def _pins(self, wishes: Wishes) -> tuple[dict[int, int], NDArray[np.bool_]]:
        known = self.graph.place
        kept = np.zeros(len(self.graph), np.bool_)
        kept[[_node(self.graph, one) for one in wishes.kept if one[0] in known]] = True
        pins = {_node(self.graph, one): color for one, color in wishes.pins.items() if one[0] in known}
        return pins, kept

    def _patterns(self, wishes: Wishes) -> dict[int, bool]:
        """Nodes whose pattern spreads, and whether a person made it; of what was approved, divided regions alone."""
        made = {_node(self.graph, one) for one in (*wishes.like, *wishes.areas) if one[0] in self.graph.place}
        approved = {_node(self.graph, one) for one in wishes.as_is if one[0] in self.graph.place}
        return {**{node: False for node in sorted(approved) if self.graph.divided[node]},
                **{node: True for node in sorted(made)}}

    def _by_drawing(self, solution: Solution, wishes: Wishes) -> dict[int, dict[int, Change]]:
        changes: dict[int, dict[int, Change]] = {}
        for at in self.graph.place:
            nodes = self.graph.of(at)
            other = np.flatnonzero((solution.color[nodes] != self.graph.color[nodes])
                                   | (np.abs(solution.confidence[nodes] - self.graph.told[nodes]) > TOLD_WITHIN))
            changes[at] = {int(i): Change(int(solution.color[nodes][i]), round(float(solution.confidence[nodes][i]), 4))
                           for i in other}
        shows = _Shown(self.graph, solution, wishes, self._paper)
        own = {one: shown for one in wishes.nodes() if one[0] in changes
               and (shown := shows.of(one)) is not None}
        for node in np.flatnonzero(solution.pattern >= 0):
            at, region = _place(self.graph, int(node))
            shown, of_shot = shows.of((at, region)), solution.pattern[node] == self.graph.pattern[node]
            if shown is not None:  # else what the pattern was taken from has it from here
                changes[at][region] = shown._replace(confidence=round(float(solution.confidence[node]), 4),
                                                     unknown=None if of_shot else shown.unknown)
            elif of_shot:
                changes[at].pop(region, None)
        for (at, region), change in own.items():
            changes[at][region] = change
        return changes

    def _recolor(self, changes: dict[int, dict[int, Change]], one: Correction, kept: Collection[tuple[int, int]]
                 ) -> None:
        old, new = self.colors[one.old], self.colors[one.color]
        tracks = set(self._tracks_at(one))
        for frame in changes:
            if not one.frame <= frame <= (one.frame if one.last is None else one.last):
                continue
            at = self._decided_at[frame]
            nodes = self.graph.of(at)
            color = changed_colors(self.graph.color[nodes], changes[frame])
            divided = self._is_divided(at, old, changes[frame])
            found = np.flatnonzero(divided | (color == old) & ~self._is_fixed(nodes, changes[frame]))
            if one.points:
                found = found[np.isin(self.graph.track[nodes][found], list(tracks))]
            if one.box is not None:
                found = found[self._is_within(frame, found, one.box)]
            for region in map(int, found):
                if (at, region) not in kept:
                    there = changes[frame].get(region)
                    changes[frame][region] = (_swapped(there, int(color[region]), float(self.graph.told[nodes][region]),
                                                       (old, new)) if divided[region] else Change(new, 1.0, False))

    def _is_divided(self, at: int, entry: int, changes: Changes) -> NDArray[np.bool_]:
        """Which regions (n,) of a drawing may show a palette entry beside others."""
        nodes = self.graph.of(at)
        divided = self.graph.divided[nodes] & np.isin(np.arange(nodes.stop - nodes.start),
                                                      list(self._showing(at, entry)))
        for region, change in changes.items():
            has = int(self.graph.color[nodes][region])
            divided[region] = not change.is_flat or (divided[region] and change.is_as_found(has))
        return divided

    def _is_fixed(self, nodes: slice, changes: Changes) -> NDArray[np.bool_]:
        """Which regions (n,) of a drawing show the painter's own pixels, or were painted by him."""
        fixed = ~self.graph.free[nodes]
        fixed[[region for region, change in changes.items() if change.is_flat and not change.is_as_found(
            int(self.graph.color[nodes][region]))]] = False
        return fixed

    def _is_within(self, frame: int, regions: NDArray[np.intp], box: tuple[int, int, int, int]) -> NDArray[np.bool_]:
        """Which regions have more than half of their pixels in a box."""
        labels = self._labels_of(self._decided_at[frame])
        if labels is None:
            return np.zeros(len(regions), np.bool_)
        x0, y0, x1, y1 = (max(0, edge) for edge in box)
        whole = np.bincount(labels.ravel())
        inside = np.bincount(labels[y0:y1, x0:x1].ravel(), minlength=len(whole))
        return np.asarray(2 * inside[regions + 1] > whole[regions + 1])

    def _tracks_at(self, one: Correction) -> Iterator[int]:
        at = self._decided_at.get(one.frame if one.at is None else one.at)
        labels = None if at is None or not one.points else self._labels_of(at)
        if labels is None or at not in self.graph.place:
            return
        for (x, y), anchor in zip(one.points, (*one.anchors, *(None for _ in one.points)), strict=False):
            region = region_at(labels, x, y, anchor)
            if region is not None:
                yield int(self.graph.track[self.graph.of(at)][region - 1])


def _swapped(there: Change | None, color: int, told: float, swap: tuple[int, int]) -> Change:
    """What a region of several paints shows when one of them is swapped; there: its change before, if it has one.

    color: its main one. told: how sure its drawing is of it.
    """
    change = there or Change(color, told)
    return change._replace(color=swap[1] if color == swap[0] else color, swaps=(*change.swaps, swap))


class _Shown:
    """What regions show that corrections are made in, or that take a pattern."""

    def __init__(self, graph: ShotGraph, solution: Solution, wishes: Wishes, paper: int) -> None:
        self._graph, self._solution, self._wishes, self._paper = graph, solution, wishes, paper

    def of(self, one: Node) -> Change | None:
        """Return what a region shows other than its drawing found, None for nothing; of likes in a ring each ends it.

        Follows the regions that it is like, one after the other.
        """
        chain: dict[Node, Node | None] = {}
        at: Node | None = one
        with_areas = 0
        while at is not None and at not in chain and with_areas < MAX_COPIED:
            with_areas += at in self._wishes.areas
            like = self._like_of(at)
            chain[at] = None if like in chain and not self._wishes.of(at) else like  # it gave that pattern itself
            at = chain[at]
        shown = None
        for node, like in reversed(chain.items()):
            shown = self._shown(node, like, shown)
        return shown

    def _like_of(self, one: Node) -> Node | None:
        """Return the region that a region is painted like, by a correction or because it takes its pattern."""
        if one in self._wishes.unknown:
            return None
        if self._wishes.of(one):
            like = self._wishes.like.get(one)
            return like if like is not None and like[0] in self._graph.place else None
        pattern = int(self._solution.pattern[_node(self._graph, one)])
        return None if pattern < 0 else _place(self._graph, pattern)

    def _shown(self, one: Node, like: Node | None, other: Change | None) -> Change | None:
        """Return what a region shows that is like another; other: what that one shows, as `of` has it."""
        if one in self._wishes.unknown:
            return Change(self._paper, 0.0, True)
        areas, found = tuple(self._wishes.areas.get(one, ())), int(self._graph.color[_node(self._graph, one)])
        if like is not None:
            color = int(self._solution.color[_node(self._graph, like)]) if other is None else other.color
            first = Like(*like, other)
            if other is not None and other.like is not None and not other.areas:
                if other.like[:2] != one:
                    first = other.like
                elif not self._wishes.of(one):
                    return None
            return Change(color, 1.0, False, first, areas)
        settled = self._solution.color[_node(self._graph, one)]
        color = int(self._wishes.pins.get(one, self._wishes.held.get(one, settled)))
        if not self._wishes.of(one) and color == found:
            return None
        if areas and (one in self._wishes.pins or one in self._wishes.held or color != found):
            areas = (Area(color), *areas)
        return Change(color, 1.0, False, None, areas)


def _node(graph: ShotGraph, one: Node) -> int:
    return int(graph.of(one[0]).start) + one[1]


def _place(graph: ShotGraph, node: int) -> Node:
    at = graph.drawings[int(np.searchsorted(graph.starts, node, "right")) - 1].frame
    return at, node - graph.of(at).start
