"""Every method of the quality table under one shape: the pairs of one clip in, their colourings out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from benchmarks.clips.clips import Pair
from benchmarks.metrics.pictures import flats_under_ink, pour_majority

from ..clips import ebsynth
from ..clips.ours import NONE, ours

Lines = Mapping[int, np.ndarray]
Method = Callable[[Sequence[Pair], Lines], list[np.ndarray]]
Baseline = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

OURS, FLOW, RULES_AND_FLOW, ORACLE = "ours", "flow", "regions-flow", "oracle"
OURS_ALONE, RULES_CHAINED = "ours-alone", "regions-flow-chained"
RULES_NEAREST, RULES_BOTH = "regions-flow-nearest", "regions-flow-both"
OF_SHOTS = (OURS, OURS_ALONE, RULES_CHAINED)  # colour the drawings between too
TITLES = {
    OURS: "ours",
    OURS_ALONE: "ours, every drawing by itself",
    "copy": "copy of the reference",
    FLOW: "flow warp",
    "flow-poured": "flow warp, majority poured into each region",
    "regions": "region matching by rules",
    RULES_AND_FLOW: "region matching + flow",
    RULES_CHAINED: "region matching + flow, from drawing to drawing",
    RULES_NEAREST: "region matching + flow, nearest reference",
    RULES_BOTH: "region matching + flow, both references",
    "ebsynth": "EbSynth, line + distance + position guides",
    ORACLE: "ceiling of one colour a region: the right one poured in",
}


def _on_arrays(baseline: Baseline) -> Method:
    return lambda pairs, between: [
        baseline(pair.reference_line, pair.reference_gt, pair.target_line) for pair in pairs
    ]


def _flow_warp_poured(pairs: Sequence[Pair], between: Lines) -> list[np.ndarray]:
    warped = [flow_warp(pair.reference_line, pair.reference_gt, pair.target_line) for pair in pairs]
    return [pour_majority(picture, pair.target_line) for picture, pair in zip(warped, pairs, strict=True)]


def _rules_chained(pairs: Sequence[Pair], between: Lines) -> list[np.ndarray]:
    """Colour every drawing of the shot from the one before it and what the rules made of that."""
    line, painting = pairs[0].reference_line, pairs[0].reference_gt
    made = {}
    for gap, target in sorted(({pair.gap: pair.target_line for pair in pairs} | dict(between)).items()):
        line, painting = target, region_match_with_flow(line, painting, target)
        made[gap] = painting
    return [made[pair.gap] for pair in pairs]


def _oracle(pairs: Sequence[Pair], between: Lines) -> list[np.ndarray]:
    return [pour_majority(flats_under_ink(pair.target_gt, pair.target_line), pair.target_line) for pair in pairs]


def _ours(pairs: Sequence[Pair], between: Lines) -> list[np.ndarray]:
    return [colored.picture for colored in ours(pairs, between)]


def _ours_alone(pairs: Sequence[Pair], between: Lines) -> list[np.ndarray]:
    return [colored.picture for colored in ours(pairs, between, temporal_radius=0)]


def available_methods() -> dict[str, Method]:
    """Return the rows of the table by their short name; EbSynth only when its program is there."""
    methods: dict[str, Method] = {
        OURS: _ours,
        OURS_ALONE: _ours_alone,
        "copy": _on_arrays(copy_reference),
        FLOW: _on_arrays(flow_warp),
        "flow-poured": _flow_warp_poured,
        "regions": _on_arrays(region_match),
        RULES_AND_FLOW: _on_arrays(region_match_with_flow),
        RULES_CHAINED: _rules_chained,
    }
    if ebsynth.is_available():
        methods["ebsynth"] = lambda pairs, between: [ebsynth.ebsynth(pair) for pair in pairs]
    return {**methods, ORACLE: _oracle}


class Gallery:
    """The pictures of one clip's pairs by method; each method runs once, whoever asks for it.

    between: line plates of the shot's other drawings by gap, for the methods that look at them.
    """

    def __init__(self, pairs: Sequence[Pair], between: Lines = NONE) -> None:
        self.pairs, self.between = list(pairs), between
        self.seconds: dict[str, float] = {}  # of processor time a frame
        self._pictures: dict[str, list[np.ndarray]] = {}
        self._confidence: list[np.ndarray] = []

    def pictures(self, method: str) -> list[np.ndarray]:
        """Return a method's picture of each pair's target, uint8 RGB (H, W, 3)."""
        if method not in self._pictures:
            started = cpu_seconds()
            self._pictures[method] = self._color(method)
            frames = len(self.pairs) + (len(self.between) if method in OF_SHOTS else 0)
            self.seconds[method] = (cpu_seconds() - started) / max(1, frames)
        return self._pictures[method]

    def confidence(self) -> list[np.ndarray]:
        """Return the engine's confidence plate of each pair's target, float32 (H, W)."""
        self.pictures(OURS)
        return self._confidence

    def has(self, method: str) -> bool:
        """Say whether a method has run."""
        return method in self._pictures

    def _color(self, method: str) -> list[np.ndarray]:
        if method != OURS:
            return available_methods()[method](self.pairs, self.between)
        colored = ours(self.pairs, self.between)
        self._confidence = [one.confidence for one in colored]
        return [one.picture for one in colored]


def cpu_seconds() -> float:
    """Return the processor time of this process and its children: a busy machine does not lengthen it."""
    return time.process_time() + sum(os.times()[2:4])  # ours, finely, and our children's
