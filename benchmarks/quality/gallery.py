"""The methods of the quality page, and their pictures of one clip, each coloured once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.clips.validation_clip import Pair
from benchmarks.methods.clock import cpu_seconds
from benchmarks.methods.method import NO_CHOICES, Colored, UncoloredShot
from benchmarks.methods.refusal import blank_paper, color_or_none
from benchmarks.methods.registry import (
    COPY,
    EBSYNTH,
    FLOW,
    FLOW_POURED,
    METHODS,
    ORACLE,
    OURS,
    OURS_ALONE,
    REGIONS,
    RULES_AND_FLOW,
    RULES_CHAINED,
    load_method,
)
from benchmarks.metrics.score import Score, score, score_refusal

SHOWN = (OURS, OURS_ALONE, COPY, FLOW, FLOW_POURED, REGIONS, RULES_AND_FLOW, RULES_CHAINED, EBSYNTH, ORACLE)


def available_methods() -> list[str]:
    """Return the rows of the page's tables by short name; EbSynth only when its program is there."""
    return [name for name in SHOWN if METHODS[name].is_available(NO_CHOICES)]


class Gallery:
    """The pictures of one clip's pairs by method; each method runs once, whoever asks for it.

    between: line plates of the shot's other drawings by gap, for the methods that look at them. Of a clip that a method
    refuses, its pictures are white paper, unsure everywhere, and `refused` names the method.
    """

    def __init__(self, pairs: Sequence[Pair], between: Mapping[int, np.ndarray] | None = None) -> None:
        self.pairs, self.between = list(pairs), between or {}
        self.seconds: dict[str, float] = {}  # of processor time a frame
        self.refused: set[str] = set()
        self._colored: dict[str, list[Colored]] = {}

    def colored(self, method: str) -> list[Colored]:
        """Return what a method made of each pair's target."""
        if method not in self._colored:
            started = cpu_seconds()
            made = color_or_none(load_method(method), UncoloredShot.of_pairs(self.pairs, self.between))
            if made is None:
                self.refused.add(method)
                made = {pair.gap: blank_paper(pair.target_line) for pair in self.pairs}
            frames = len(self.pairs) + (len(self.between) if METHODS[method].colors_between else 0)
            self.seconds[method] = (cpu_seconds() - started) / max(1, frames)
            self._colored[method] = [made[pair.gap] for pair in self.pairs]
        return self._colored[method]

    def pictures(self, method: str) -> list[np.ndarray]:
        """Return a method's picture of each pair's target, uint8 RGB (H, W, 3)."""
        return [colored.picture for colored in self.colored(method)]

    def has(self, method: str) -> bool:
        """Say whether a method has run."""
        return method in self._colored


def score_pair(picture: np.ndarray | None, pair: Pair) -> Score:
    """Return the figures of a pair's coloured target, or of a refusal."""
    flats = pair.reference_flats()
    if picture is None:
        return score_refusal(pair.target_gt, line=pair.target_line, reference_flats=flats)
    return score(picture, pair.target_gt, line=pair.target_line, reference_flats=flats)
