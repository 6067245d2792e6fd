"""Every method of the quality table under one shape: the pairs of one clip in, their colourings out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cmft_engine.evaluation.baselines import copy_reference, flow_warp, region_match, region_match_with_flow
from cmft_engine.evaluation.clips import Pair
from cmft_engine.evaluation.pictures import flats_under_ink, pour_majority

from . import ebsynth
from .ours import ours

Method = Callable[[Sequence[Pair]], list[np.ndarray]]

OURS, RULES_AND_FLOW, ORACLE = "ours", "regions-flow", "oracle"
TITLES = {
    OURS: "ours",
    "copy": "copy of the reference",
    "flow": "flow warp",
    "flow-poured": "flow warp, majority poured into each region",
    "regions": "region matching by rules",
    RULES_AND_FLOW: "region matching + flow",
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


def available_methods() -> dict[str, Method]:
    """Return the rows of the table by their short name; EbSynth only when its program is there."""
    methods: dict[str, Method] = {
        OURS: ours,
        "copy": _on_arrays(copy_reference),
        "flow": _on_arrays(flow_warp),
        "flow-poured": _flow_warp_poured,
        "regions": _on_arrays(region_match),
        RULES_AND_FLOW: _on_arrays(region_match_with_flow),
    }
    if ebsynth.is_available():
        methods["ebsynth"] = lambda pairs: [ebsynth.ebsynth(pair) for pair in pairs]
    return {**methods, ORACLE: _oracle}
