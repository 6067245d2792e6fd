"""Batches of (reference, target) pairs drawn on the fly: puppets, characters and random palettes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.model.inputs import line_channels
from cmft_engine.training.characters import CharacterSet
from cmft_engine.training.degrade import degrade
from cmft_engine.training.drawing import Drawing
from cmft_engine.training.puppets import Style, puppet_pair

MAX_LABELS = 96  # more parts than this are supervised by colour group
GAPS = (1, 1, 2, 3, 4, 5, 6, 7, 8, 9)
STYLES: tuple[Style, ...] = ("inked", "shaded", "mixed")


@dataclass(frozen=True)
class Mixture:
    """What a batch is drawn from. puppets: share of puppets; degraded: share of drawings made worse."""

    characters: Path
    puppets: float = 0.35
    degraded: float = 0.3


@dataclass(frozen=True)
class Pair:
    """One training pair: drawings, the label that supervises every pixel, and a colour for each label.

    label_*: int64 (S, S) below MAX_LABELS; color: float32 (labels, 3) display RGB.
    """

    reference: Drawing
    target: Drawing
    label_reference: NDArray[np.int64]
    label_target: NDArray[np.int64]
    color: NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """Tensors of B pairs: lines (B, 2, S, S), flats (B, 3, S, S), labels (B, S, S) int64."""

    line_reference: Tensor
    line_target: Tensor
    color_reference: Tensor
    color_target: Tensor
    label_reference: Tensor
    label_target: Tensor


def random_colors(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Draw `count` display colours (count, 3), mostly far apart; the first is paper, often white."""
    pool = rng.uniform(0, 1, (4 * count + 8, 3)).astype(np.float32)
    chosen = [np.ones(3, np.float32) if rng.random() < 0.6 else pool[0]]
    for _ in range(count - 1):
        tries = pool[rng.integers(len(pool), size=6)]
        far = np.abs(tries[:, None] - np.stack(chosen)[None]).sum(-1).min(1)
        chosen.append(tries[far.argmax()])
    return np.stack(chosen)


class PairSource:
    """Draws pairs without end from one seed."""

    def __init__(self, mixture: Mixture, *, seed: int, split: str = "train") -> None:
        self.mixture = mixture
        self.rng = np.random.default_rng(seed)
        self.characters = CharacterSet(mixture.characters, split)

    def pair(self, size: int) -> Pair:
        """Draw one pair at `size` pixels, with mirrored sides now and then."""
        rng = self.rng
        gap = int(rng.choice(GAPS))
        if rng.random() < self.mixture.puppets:
            reference, target, group = puppet_pair(rng, size=size, gap=gap, style=STYLES[rng.integers(len(STYLES))])
        else:
            reference, target, group = self.characters.pair(rng, size=size, gap=gap)
        if rng.random() < 0.5:
            reference, target = target, reference
        reference, target = (self._worsen(drawing) for drawing in (reference, target))
        return label_pair(reference, target, np.asarray(group), colors=random_colors(rng, int(np.max(group)) + 1))

    def _worsen(self, drawing: Drawing) -> Drawing:
        if self.rng.random() >= self.mixture.degraded:
            return drawing
        return degrade(self.rng, drawing, float(self.rng.uniform(0.1, 0.6)))

    def batches(self, sizes: dict[int, int]) -> Iterator[Batch]:
        """Yield batches; `sizes` maps a picture size to the batch size used with it."""
        while True:
            size = int(self.rng.choice(list(sizes)))
            yield collate([self.pair(size) for _ in range(sizes[size])])


def label_pair(
    reference: Drawing, target: Drawing, group: NDArray[np.integer], *, colors: NDArray[np.float32]
) -> Pair:
    """Number the parts that are visible in either drawing from 0, or their colour groups when there are too many."""
    parts = np.minimum(group, MAX_LABELS - 1) if group.size > MAX_LABELS else np.arange(group.size)
    label_color = np.zeros((MAX_LABELS, 3), np.float32)
    label_color[parts] = colors[np.minimum(group, len(colors) - 1)]
    label_reference, label_target = parts[reference.part].astype(np.int64), parts[target.part].astype(np.int64)
    return Pair(reference, target, label_reference, label_target, label_color)


def collate(pairs: list[Pair]) -> Batch:
    """Stack pairs of one size into tensors."""

    def stack(arrays: list[NDArray[np.float32]]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(np.stack(arrays)))

    def lines(drawings: list[Drawing]) -> Tensor:
        return stack([line_channels(1.0 - d.line.astype(np.float32) / 255.0) for d in drawings])

    return Batch(
        line_reference=lines([p.reference for p in pairs]),
        line_target=lines([p.target for p in pairs]),
        color_reference=stack([p.color[p.label_reference].transpose(2, 0, 1) for p in pairs]),
        color_target=stack([p.color[p.label_target].transpose(2, 0, 1) for p in pairs]),
        label_reference=torch.from_numpy(np.stack([p.label_reference for p in pairs])),
        label_target=torch.from_numpy(np.stack([p.label_target for p in pairs])),
    )


def use_one_thread() -> None:
    """Keep OpenCV from spinning beside torch's own threads."""
    cv2.setNumThreads(1)
