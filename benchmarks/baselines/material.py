"""What the learned baselines learn from: pairs drawn once for all of them, in new colours at every showing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from cmft_training.data.dataset import Batch, Mixture, PairSource, Sample, collate, paint, random_colors
from cmft_training.learn.validate import plain
from cmft_training.synthetic.drawing import Drawing

from .work_picture import WORK_PX

SEED = 20_040_671
GAPS = (1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9)
PUPPETS = 0.5


@dataclass(frozen=True)
class StoredPair:
    """A target and its reference, the part of each pixel replaced by its label; group: int (labels,) alike colours."""

    target: Drawing
    reference: Drawing
    group: np.ndarray


class Pool:
    """`count` pairs of the project's training characters and puppets, neither degraded nor augmented."""

    def __init__(self, characters: Path, count: int) -> None:
        """Draw the pairs, always the same ones. Raises InputError when there is no character in the folder."""
        mixture = replace(plain(Mixture(characters)), gaps=GAPS, puppets=PUPPETS)
        source = PairSource(mixture, seed=SEED)
        self.pairs = [_stored(source, number) for number in range(count)]

    def batch(self, step: int, sizes: Mapping[int, int]) -> Batch:
        """Return the pairs of a step; it depends on the step and the sizes alone.

        sizes maps a picture size in px, WORK_PX or half of it, to the batch size used with it.
        """
        rng = np.random.default_rng([SEED, step, 1])
        size = int(rng.choice(sorted(sizes)))
        chosen = rng.integers(len(self.pairs), size=sizes[size])
        return collate([_shown(rng, self.pairs[i], size) for i in chosen])


def _stored(source: PairSource, number: int) -> StoredPair:
    sample = source.sample(np.random.default_rng([SEED, number, 0]), WORK_PX, 1)
    target, reference = (
        Drawing(painting.drawing.line, painting.label.astype(np.uint16))
        for painting in (sample.target, sample.references[0])
    )
    return StoredPair(target, reference, _groups(sample.color))


def _groups(color: np.ndarray) -> np.ndarray:
    """Return int (labels,): labels of one colour have one number, and the paper's is 0."""
    group = np.unique(color, axis=0, return_inverse=True)[1].ravel()
    swapped = group.copy()
    swapped[group == group[0]] = 0
    swapped[group == 0] = group[0]
    return swapped


def _shown(rng: np.random.Generator, pair: StoredPair, size: int) -> Sample:
    color = random_colors(rng, int(pair.group.max()) + 1)[pair.group]
    label = np.arange(len(color))
    target, reference = (paint(_at(drawing, size), None, label, color) for drawing in (pair.target, pair.reference))
    return Sample(target, (reference,), color)


def _at(drawing: Drawing, size: int) -> Drawing:
    """Return a drawing at its own size or at half of it."""
    if size == drawing.line.shape[0]:
        return drawing
    line = cv2.resize(drawing.line, (size, size), interpolation=cv2.INTER_AREA)
    step = drawing.line.shape[0] // size
    return Drawing(np.asarray(line), drawing.part[step // 2 :: step, step // 2 :: step])

