"""Every method of the quality table under one shape: the pairs of one clip in, their colourings out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

import numpy as np

from cmft_engine.evaluation.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from cmft_engine.evaluation.clips import Pair
from cmft_engine.evaluation.pictures import flats_under_ink, pour_majority

from . import ebsynth
from .ours import ours

Method = Callable[[Sequence[Pair]], list[np.ndarray]]

OURS, FLOW, RULES_AND_FLOW, ORACLE = "ours", "flow", "regions-flow", "oracle"
RULES_NEAREST, RULES_BOTH = "regions-flow-nearest", "regions-flow-both"
TITLES = {
    OURS: "ours",
    "copy": "copy of the reference",
    FLOW: "flow warp",
    "flow-poured": "flow warp, majority poured into each region",
    "regions": "region matching by rules",
    RULES_AND_FLOW: "region matching + flow",
    RULES_NEAREST: "region matching + flow, nearest reference",
    RULES_BOTH: "region matching + flow, both references",
    "ebsynth": "EbSynth, line + distance + position guides",
    ORACLE: "ceiling of one colour a region: the right one poured in",
}


def _on_arrays(baseline: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> Method:
    return lambda pairs: [baseline(pair.reference_line, pair.reference_gt, pair.target_line) for pair in pairs]


def _flow_warp_poured(pairs: Sequence[Pair]) -> list[np.ndarray]:
    warped = [flow_warp(pair.reference_line, pair.reference_gt, pair.target_line) for pair in pairs]
    return [pour_majority(picture, pair.target_line) for picture, pair in zip(warped, pairs, strict=True)]


def _oracle(pairs: Sequence[Pair]) -> list[np.ndarray]:
    return [pour_majority(flats_under_ink(pair.target_gt, pair.target_line), pair.target_line) for pair in pairs]


def _ours(pairs: Sequence[Pair]) -> list[np.ndarray]:
    return [colored.picture for colored in ours(pairs)]


def available_methods() -> dict[str, Method]:
    """Return the rows of the table by their short name; EbSynth only when its program is there."""
    methods: dict[str, Method] = {
        OURS: _ours,
        "copy": _on_arrays(copy_reference),
        FLOW: _on_arrays(flow_warp),
        "flow-poured": _flow_warp_poured,
        "regions": _on_arrays(region_match),
        RULES_AND_FLOW: _on_arrays(region_match_with_flow),
    }
    if ebsynth.is_available():
        methods["ebsynth"] = lambda pairs: [ebsynth.ebsynth(pair) for pair in pairs]
    return {**methods, ORACLE: _oracle}


class Gallery:
    """The pictures of one clip's pairs by method; each method runs once, whoever asks for it."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = list(pairs)
        self.seconds: dict[str, float] = {}  # of processor time a frame
        self._pictures: dict[str, list[np.ndarray]] = {}
        self._confidence: list[np.ndarray] = []

    def pictures(self, method: str) -> list[np.ndarray]:
        """Return a method's picture of each pair's target, uint8 RGB (H, W, 3)."""
        if method not in self._pictures:
            started = cpu_seconds()
            self._pictures[method] = self._color(method)
            self.seconds[method] = (cpu_seconds() - started) / max(1, len(self.pairs))
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
            return available_methods()[method](self.pairs)
        colored = ours(self.pairs)
        self._confidence = [one.confidence for one in colored]
        return [one.picture for one in colored]


def cpu_seconds() -> float:
    """Return the processor time of this process and its children: a busy machine does not lengthen it."""
    return time.process_time() + sum(os.times()[2:4])  # ours, finely, and our children's
