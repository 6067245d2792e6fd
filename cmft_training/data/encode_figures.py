"""What the region network reads of every pair of a figure's drawings, each drawing encoded once by frozen weights.

Shapes: T target regions, R reference regions, n regions of a drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import convert_conv2d_weight_memory_format

from cmft_engine.matching.network.encoders import fold_batch_norms
from cmft_engine.matching.network.network import Match, ReferenceFeatures
from cmft_engine.matching.network.weights import Checkpoint
from cmft_engine.matching.region_inputs import Motion, find_motion, pair_features
from cmft_training.data.figures import Figure
from cmft_training.data.region_batch import RegionBatch
from cmft_training.data.region_pairs import truth_of
from cmft_training.data.region_samples import FramedDrawing, RegionSample, frame_work
from cmft_training.data.region_views import View, read_again, read_regions, view

Rng = np.random.Generator
Floats = NDArray[np.float32]

CPU = torch.device("cpu")
COLOURED, LINE = 0, 1
"""Kinds of pairs: a target with its painted reference; two neighbouring line drawings, without match weights."""


@dataclass(frozen=True)
class CueShares:
    """Which share of painted pairs has the match weight at 1/2, and is looked at again where flow is lost."""

    match_weight: float
    again: float


@dataclass(frozen=True)
class EncodedPair:
    """What is read of a pair.

    target, reference: numbers of the drawings. kind: `COLOURED` or `LINE`. read: a batch of this pair, without
    gradients.
    """

    target: int
    reference: int
    kind: int
    read: RegionBatch


class FigureEncoder:
    """Encodes figures with the weights of a checkpoint, as in use."""

    def __init__(self, checkpoint: Checkpoint, shares: CueShares) -> None:
        """Take a copy of the networks, on the CPU."""
        self._network = fold_batch_norms(checkpoint.network)
        convert_conv2d_weight_memory_format(self._network, torch.channels_last)
        self._network.backbone = _LastSeen(self._network.backbone)  # type: ignore[assignment]
        self._regions, self._shares = checkpoint.regions, shares

    @torch.no_grad()
    def encode(self, figure: Figure, rng: Rng) -> list[EncodedPair]:
        """Return all pairs of a figure; those of neighbouring drawings come in both kinds."""
        seen = _SeenFigure(self._network, figure)
        pairs: list[EncodedPair] = []
        for target, reference in figure.pairs():
            sample = seen.sample(target, reference)
            read = self._painted(seen, sample, (target, reference), rng)
            pairs.append(EncodedPair(target, reference, COLOURED, read))
            if figure.are_neighbors(target, reference):
                pairs.append(EncodedPair(target, reference, LINE, without_match_weights(read, sample.pair)))
        return pairs

    def _painted(self, seen: _SeenFigure, sample: RegionSample, at: tuple[int, int], rng: Rng) -> RegionBatch:
        is_matched, is_seen_again = rng.random(2) < (self._shares.match_weight, self._shares.again)
        target, reference = (seen.views[i] for i in at)
        found: Match | None = None
        if is_matched:
            found = self._network.match(target.line, seen.painted(at[1]), None, target.features)
        read = read_regions(self._network, sample, target, reference, found)
        return read_again(self._regions, sample, read, is_bf16=False) if is_seen_again else read


def without_match_weights(read: RegionBatch, pair: Floats) -> RegionBatch:
    """Return what is read of a pair as of neighbouring line drawings; pair: (T, R, PAIR_FEATURES) without the match."""
    return replace(
        read, pair=torch.from_numpy(pair)[None].to(read.pair.device),
        attention_mass=torch.zeros_like(read.attention_mass),
    )  # fmt: skip


class _SeenFigure:
    """A figure's drawings as the network sees them; what two pairs have in common is found once."""

    def __init__(self, network: nn.Module, figure: Figure) -> None:
        self._network, self._color = network, figure.color
        self._framed: list[FramedDrawing] = [frame_work(drawing.work) for drawing in figure.drawings]
        self.views: list[View] = [view(network, framed, device=CPU, is_bf16=False)  # type: ignore[arg-type]
                                  for framed in self._framed]  # fmt: skip
        self._motions: dict[tuple[int, int], Motion] = {}
        self._painted: dict[int, ReferenceFeatures] = {}

    def sample(self, target: int, reference: int) -> RegionSample:
        """Return a pair of the drawings."""
        here, there = self._framed[target], self._framed[reference]
        motions = self._motion(target, reference), self._motion(reference, target)
        pair = pair_features(here.work.side, there.work.side, motions)
        truth = truth_of(here.work, there.work, self._color)
        return RegionSample(here, there, motions, pair, truth, self._color, has_pixel_loss=False)

    def painted(self, at: int) -> ReferenceFeatures:
        """Return a drawing encoded as a reference."""
        if at not in self._painted:
            seen = self.views[at]
            rgb = torch.from_numpy(self._color[seen.drawing.work.label]).permute(2, 0, 1)[None].contiguous()
            self._painted[at] = self._network.encode_reference(seen.line, rgb, seen.features)  # type: ignore[operator]
        return self._painted[at]

    def _motion(self, target: int, reference: int) -> Motion:
        if (target, reference) not in self._motions:
            sides = (self._framed[at].work.side for at in (target, reference))
            self._motions[target, reference] = find_motion(*sides)
        return self._motions[target, reference]


class _LastSeen(nn.Module):
    """A module that keeps what it made of the last tensor: the pairs of one target come behind each other."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self._module = module
        self._line: Tensor | None = None
        self._made: list[Tensor] = []

    def forward(self, line: Tensor) -> list[Tensor]:
        if line is not self._line:
            self._line, self._made = line, self._module(line)
        return self._made
