"""The shape of a method: what it is given, what it gives back, and what a page says of it. Knows no method by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.baselines.program import Program
from benchmarks.clips.validation_clip import Pair

REFERENCE_FRAME = 0  # of a pair, whose target stands at its gap


@dataclass(frozen=True)
class Painted:
    """A reference: its line plate and its painting, both uint8 RGB (H, W, 3)."""

    line: np.ndarray
    painting: np.ndarray


@dataclass(frozen=True)
class UncoloredShot:
    """A shot as a method is given it; everything by frame, all pictures uint8 RGB (H, W, 3).

    targets: line plates of the drawings whose colouring is wanted. between: line plates of the shot's other drawings,
    for the methods that look at them. truth: paintings of the targets, for the ceiling alone.
    """

    references: Mapping[int, Painted]
    targets: Mapping[int, np.ndarray]
    between: Mapping[int, np.ndarray] = field(default_factory=dict)
    truth: Mapping[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of_pairs(cls, pairs: Sequence[Pair], between: Mapping[int, np.ndarray] | None = None) -> UncoloredShot:
        """Return the shot of pairs that share their reference and differ in gap; between: line plates by gap."""
        return cls(
            references={REFERENCE_FRAME: Painted(pairs[0].reference_line, pairs[0].reference_gt)},
            targets={pair.gap: pair.target_line for pair in pairs},
            between=between or {},
            truth={pair.gap: pair.target_gt for pair in pairs},
        )

    def nearest_reference(self, frame: int) -> Painted:
        """Return the reference nearest to a frame, the earlier of two."""
        return self.references[min(self.references, key=lambda at: (abs(at - frame), at))]


@dataclass(frozen=True)
class Colored:
    """A coloured drawing: uint8 RGB (H, W, 3).

    Where a method has them: its confidence, float32 (H, W) in [0, 1], and bool (H, W), what it says to see first.
    """

    picture: np.ndarray
    confidence: np.ndarray | None = None
    unknown: np.ndarray | None = None


Colorer = Callable[[UncoloredShot], Mapping[int, Colored]]
"""An uncoloured shot to the colouring of each of its targets."""
PairColorer = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Reference line, reference painting and target line to the coloured target, all uint8 RGB (H, W, 3)."""


@dataclass(frozen=True)
class Choices:
    """What a run is given from outside: VGG-19's weights, further programs, the folder of the baselines' weights."""

    vgg: Path | None = None
    programs: tuple[Program, ...] = ()
    weights: Path | None = None


NO_CHOICES = Choices()


@dataclass(frozen=True)
class Method:
    """Something that colours shots: its short name, its title on a page, and how it is loaded.

    load: raises CmftError when something that it needs is missing. caption: the title where that does not fit on a
    tile. is_available: whether a run has what a page would leave the method out without. colors_between: whether it
    colours the drawings between too. knows_truth: whether it uses the answer, so that it is a ceiling and no rival.
    """

    name: str
    title: str
    load: Callable[[Choices], Colorer]
    caption: str = ""
    is_available: Callable[[Choices], bool] = lambda choices: True
    colors_between: bool = False
    knows_truth: bool = False


def by_pairs(color: PairColorer) -> Colorer:
    """Return a colorer that takes every target alone, from the reference nearest to it."""

    def color_shot(shot: UncoloredShot) -> dict[int, Colored]:
        nearest = {frame: shot.nearest_reference(frame) for frame in shot.targets}
        return {
            frame: Colored(color(nearest[frame].line, nearest[frame].painting, line))
            for frame, line in shot.targets.items()
        }

    return color_shot
