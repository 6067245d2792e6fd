"""An ideal colourist, who sees every wrong region and clicks the right colour into it. Counts clicks; reads no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cmft_engine.matching.shot_graph import PIN_ODDS, ShotGraph

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Solve = Callable[[dict[int, int], Bools | None], Ints]
"""From pins, and regions that only their own pin changes, to the colours of all regions."""


class Clicks(NamedTuple):
    """What a shot cost: clicks, and how many right regions pins made wrong, which are clicked again."""

    clicks: int
    spoiled: int


@dataclass(frozen=True)
class Truth:
    """Which color (N,) each region of a shot has in truth, which of them are judged, their area, their drawing."""

    color: Ints
    judged: Bools
    area: Ints
    drawing: Ints

    def wrong(self, color: Ints) -> Bools:
        """Which regions are judged and have another color."""
        found: Bools = self.judged & (color != self.color)
        return found


def one_by_one(truth: Truth, color: Ints) -> Clicks:
    """Each wrong region of each frame is clicked for itself."""
    return Clicks(int(truth.wrong(color).sum()), 0)


def largest_first(truth: Truth, solve: Solve) -> Clicks:
    """The largest wrong region of the shot is clicked, the shot follows, and so on until nothing is wrong."""
    pins: dict[int, int] = {}
    return _correct(truth, solve, pins, None, truth.judged)[0]


def frame_by_frame(truth: Truth, solve: Solve) -> Clicks:
    """Drawings in the order of time: each is corrected, largest region first, and approved when it is right."""
    pins: dict[int, int] = {}
    kept = np.zeros(len(truth.color), np.bool_)
    total = Clicks(0, 0)
    for drawing in np.unique(truth.drawing[truth.judged]):
        here = truth.judged & (truth.drawing == drawing)
        done, color = _correct(truth, solve, pins, kept, here)
        total = Clicks(total.clicks + done.clicks, total.spoiled + done.spoiled)
        pins.update({int(node): int(color[node]) for node in np.flatnonzero(here)})
        kept |= here
    return total


def _correct(truth: Truth, solve: Solve, pins: dict[int, int], kept: Bools | None, here: Bools) -> tuple[Clicks, Ints]:
    clicks = spoiled = 0
    color = solve(pins, kept)
    while True:
        wrong = truth.wrong(color)
        left = np.flatnonzero(wrong & here)
        if not len(left):
            return Clicks(clicks, spoiled), color
        node = int(left[truth.area[left].argmax()])
        assert node not in pins, "a pinned region keeps its color"
        pins[node] = int(truth.color[node])
        clicks += 1
        color = solve(pins, kept)
        spoiled += int((truth.wrong(color) & ~wrong).sum())


def of_graph(graph: ShotGraph) -> Solve:
    """Corrections travel as the engine's do."""
    return lambda pins, kept: graph.solve(pins, kept).color


def of_chains(graph: ShotGraph, color: Ints) -> Solve:
    """Corrections travel along the same chains over colours of another method, which is sure of each of them."""
    def solve(pins: dict[int, int], kept: Bools | None) -> Ints:
        if not pins:
            return color
        nodes = np.fromiter(pins, np.intp, len(pins))
        target = np.zeros(len(graph), np.intp)
        target[nodes] = np.fromiter(pins.values(), np.intp, len(pins))
        field = graph.field(nodes)
        takes = (field.source >= 0) & (PIN_ODDS * field.strength >= 1 - field.strength) & graph.free
        if kept is not None:
            takes &= ~kept
        found = np.where(takes, target[np.maximum(field.source, 0)], color)
        found[nodes] = target[nodes]
        return np.asarray(found, np.intp)
    return solve
