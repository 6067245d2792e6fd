"""A validation clip: line plates, paintings and parts of its drawings, and the pairs that are scored.

Colours nothing and scores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.metrics.pictures import flats_under_ink

GAPS = (1, 5, 9)  # how many drawings lie between reference and target, in every table


@dataclass(frozen=True)
class Pair:
    """A reference drawing and one to be coloured from it, `gap` drawings later; all uint8 RGB (H, W, 3)."""

    clip: str
    gap: int
    reference_line: np.ndarray
    reference_gt: np.ndarray
    target_line: np.ndarray
    target_gt: np.ndarray
    reference_part: np.ndarray | None = None  # uint16 (H, W) which part each pixel shows, where that is known
    target_part: np.ndarray | None = None

    def reference_flats(self) -> np.ndarray:
        """Return the reference painting with its paint continued under the ink."""
        return flats_under_ink(self.reference_gt, self.reference_line)


@dataclass(frozen=True)
class ValidationClip:
    """Drawings of one clip by number; the lowest number is the reference. All uint8 RGB (H, W, 3).

    parts: uint16 (H, W) by number, which part each pixel shows, 0 = paper; empty where the files do not say. between:
    line plates of further drawings of the shot by number, which nobody painted and no pair scores. truths: what a
    drawing's colouring is held against by number, where that is not the painting that a reference shows; of drawings
    between too, where it is known.
    """

    name: str
    lines: Mapping[int, np.ndarray]
    paintings: Mapping[int, np.ndarray]
    parts: Mapping[int, np.ndarray] = field(default_factory=dict)
    between: Mapping[int, np.ndarray] = field(default_factory=dict)
    truths: Mapping[int, np.ndarray] = field(default_factory=dict)

    def truth(self, number: int) -> np.ndarray:
        """Return what the colouring of a drawing is held against."""
        return self.truths[number] if number in self.truths else self.paintings[number]

    def with_between(self) -> ValidationClip:
        """Return the clip with those of the drawings between whose truth is known among its scored ones."""
        known = {number: line for number, line in self.between.items() if number in self.truths}
        left = {number: line for number, line in self.between.items() if number not in known}
        return replace(self, lines={**self.lines, **known}, between=left)

    def pairs(self, gaps: Sequence[int] = GAPS) -> list[Pair]:
        """Return the reference with each stored target, gaps ascending; a gap without a drawing is left out."""
        first = min(self.lines)
        return [
            Pair(
                clip=self.name,
                gap=gap,
                reference_line=self.lines[first],
                reference_gt=self.paintings[first],
                target_line=self.lines[first + gap],
                target_gt=self.truth(first + gap),
                reference_part=self.parts.get(first),
                target_part=self.parts.get(first + gap),
            )
            for gap in sorted(gaps)
            if first + gap in self.lines
        ]

    def between_by_gap(self) -> dict[int, np.ndarray]:
        """Return the line plates between by how many drawings after the reference they stand."""
        first = min(self.lines)
        return {number - first: line for number, line in self.between.items()}
