"""Samples for both networks: a drawn pair, segmented and framed as in use, with which region is which.

What depends on no weights is worked out here, so that it can be done in processes that only draw.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cmft_engine.matching.network.inputs import line_channels
from cmft_engine.matching.network.region_pool import RegionCells, region_cells
from cmft_engine.matching.region_inputs import Motion, find_motions, pair_features
from cmft_engine.protocol.errors import InputError
from cmft_training.data.dataset import Mixture, PairSource
from cmft_training.data.region_pairs import Truth, WorkDrawing, segment_pair, truth_of, usable

FRAMED = 1  # second word of the seeds, so that these samples are not those of the first stage
MAX_TRIES = 200  # pairs in a row without enough regions, or with too many

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FramedDrawing:
    """One drawing at the work size: its regions, what the line encoder reads (2, h, w), and where regions lie."""

    work: WorkDrawing
    line: Floats
    cells: RegionCells


@dataclass(frozen=True)
class RegionSample:
    """A target and its reference, T and R regions.

    motions: as from `find_motions`. pair: (T, R, PAIR_FEATURES), without the pixel network's. truth: which regions
    belong together. color: (MAX_LABELS, 3) display RGB of each label. has_pixel_loss: whether the pixel network's own
    losses look at it too.
    """

    target: FramedDrawing
    reference: FramedDrawing
    motions: tuple[Motion, Motion]
    pair: Floats
    truth: Truth
    color: Floats
    has_pixel_loss: bool


class RegionSource:
    """Draws framed samples; each depends on the seed and its number alone."""

    def __init__(self, mixture: Mixture, *, seed: int, sizes: dict[int, float], pixel_share: float) -> None:
        """sizes: work size in px -> how often. pixel_share: of samples that the pixel network's losses look at.

        Raises as `PairSource` does.
        """
        self._pairs = PairSource(mixture, seed=seed)
        self._seed, self._pixel_share = seed, pixel_share
        self._sizes = sorted(sizes)
        frequency = np.array([sizes[size] for size in self._sizes])
        self._frequency = frequency / frequency.sum()

    def sample(self, number: int) -> RegionSample:
        """Return the sample of a number, the same in every process and after every restart.

        Raises InputError when the characters give no drawings with regions to match.
        """
        rng = np.random.default_rng([self._seed, FRAMED, number])
        size = int(rng.choice(self._sizes, p=self._frequency))
        has_pixel_loss = bool(rng.random() < self._pixel_share)
        for _ in range(MAX_TRIES):
            pair = self._pairs.pair(rng, size)
            target, reference = segment_pair(pair, size)
            if usable(target, reference):
                return _sample(target, reference, pair.color, has_pixel_loss=has_pixel_loss)
        raise InputError(
            f"sample {number}: {MAX_TRIES} drawings without regions to match; set data.characters or joint.sizes"
        )


def _sample(target: WorkDrawing, reference: WorkDrawing, color: Floats, *, has_pixel_loss: bool) -> RegionSample:
    motions = find_motions(target.side, reference.side)
    return RegionSample(
        frame_work(target),
        frame_work(reference),
        motions,
        pair_features(target.side, reference.side, motions),
        truth_of(target, reference, color),
        color,
        has_pixel_loss,
    )


def frame_work(work: WorkDrawing) -> FramedDrawing:
    """Return a drawing with what the networks read of it that depends on no weights."""
    cells = region_cells(work.side.labels_under_ink, count=work.side.count, device=torch.device("cpu"))
    return FramedDrawing(work, line_channels(work.side.ink), cells)


def to_bytes(samples: list[RegionSample]) -> bytes:
    """Pack samples for another process: a tensor that travels by itself holds a file open until it is used."""
    return pickle.dumps(samples)


def from_bytes(data: bytes) -> list[RegionSample]:
    """Undo `to_bytes`; only for what our own processes packed."""
    samples: list[RegionSample] = pickle.loads(data)
    return samples
