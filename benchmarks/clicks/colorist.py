"""An ideal colourist, who sees every wrong region and clicks the right colour into it. Counts clicks; reads no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cmft_engine.matching.settled import PIN_ODDS
from cmft_engine.matching.shot_graph import ShotGraph

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Solve = Callable[[dict[int, int]], Ints]
"""From pins to the colours of all regions."""


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
    clicks = spoiled = 0
    color = solve(pins)
    while True:
        wrong = truth.wrong(color)
        left = np.flatnonzero(wrong)
        if not len(left):
            return Clicks(clicks, spoiled)
        node = int(left[truth.area[left].argmax()])
        assert node not in pins, "a pinned region keeps its color"
        pins[node] = int(truth.color[node])
        clicks += 1
        color = solve(pins)
        spoiled += int((truth.wrong(color) & ~wrong).sum())


def of_graph(graph: ShotGraph) -> Solve:
    """Corrections travel as the engine's do."""
    return lambda pins: graph.solve(pins).color


def of_chains(graph: ShotGraph, color: Ints) -> Solve:
    """Corrections travel along the same chains over colours of another method, which is sure of each of them."""
    def solve(pins: dict[int, int]) -> Ints:
        if not pins:
            return color
        nodes = np.fromiter(pins, np.intp, len(pins))
        target = np.zeros(len(graph), np.intp)
        target[nodes] = np.fromiter(pins.values(), np.intp, len(pins))
        field = graph.field(nodes)
        takes = (field.source >= 0) & (PIN_ODDS * field.strength >= 1 - field.strength) & graph.free
        found = np.where(takes, target[np.maximum(field.source, 0)], color)
        found[nodes] = target[nodes]
        return np.asarray(found, np.intp)
    return solve
