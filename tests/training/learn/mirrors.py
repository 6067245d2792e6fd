"""A network of a fixed seed, and a batch in which the right match is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from cmft_engine.matching.network.network import Network
from cmft_training.data.dataset import Batch, Mixture, PairSource, ReferenceBatch
from cmft_training.learn.config import NetworkConfig
from cmft_training.learn.validate import plain
from cmft_training.learn.variants import build_network

SIZE = 64


def mirrored(characters: Path) -> Batch:
    """A target whose reference is the target itself: every cell's best match is its own place."""
    source = PairSource(plain(Mixture(characters, puppets=0.0)), seed=8)
    batch = source.batch(0, {SIZE: 1})
    return replace(batch, references=(ReferenceBatch(batch.line_target, batch.color_target, batch.label_target),))


def seeded_network(levels: int = 1, transformer: int = 2) -> Network:
    """The same network every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return build_network(NetworkConfig(transformer=transformer, levels=levels, residual=True)).eval()  # type: ignore[arg-type]
