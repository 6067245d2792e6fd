"""How well the region network does on framed development pairs, read as in use: all cues, at the work size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch

from cmft_engine.matching.network.network import Network, join_references
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_training.data.region_batch import RegionBatch, shares_right
from cmft_training.data.region_samples import RegionSample, RegionSource
from cmft_training.data.region_views import pixel_batch, read_regions, view
from cmft_training.learn.config import DEVELOPMENT_SEED, ValidationConfig
from cmft_training.learn.validate import development_mixtures


def development_samples(characters: Path, config: ValidationConfig) -> dict[str, list[RegionSample]]:
    """Return the framed development pairs, "plain" and "mixed"; always the same ones, one reference each."""
    sources = {
        name: RegionSource(mixture, seed=DEVELOPMENT_SEED, sizes={config.framed_size: 1.0}, pixel_share=1.0)
        for name, mixture in development_mixtures(characters).items()
    }
    return {name: [source.sample(i) for i in range(config.framed)] for name, source in sources.items()}


@torch.no_grad()
def validate_regions(
    network: Network, regions: RegionNetwork, samples: dict[str, list[RegionSample]], *, device: torch.device
) -> dict[str, float]:
    """Return figures for each set of pairs, as means over its pairs.

    color, part: share of target regions whose likeliest reference region has their colour, shows their part; what the
    reference lacks counts as wrong.
    """
    network.eval()
    figures: dict[str, float] = {}
    for name, pairs in samples.items():
        figures |= judge_regions(regions, {name: (read_pair(network, sample, device) for sample in pairs)})
    return figures


@torch.no_grad()
def judge_regions(regions: RegionNetwork, read: Mapping[str, Iterable[RegionBatch]]) -> dict[str, float]:
    """Return the figures of `validate_regions` for sets of pairs that were read before."""
    regions.eval()
    figures: dict[str, float] = {}
    for name, pairs in read.items():
        shares = [
            shares_right(regions(pair.target, pair.reference, pair.pair, pair.attention_mass), pair) for pair in pairs
        ]
        color, part = np.mean([(float(color), float(part)) for color, part in shares], axis=0)
        figures |= {f"{name} color": float(color), f"{name} part": float(part)}
    return figures


@torch.no_grad()
def read_pair(network: Network, sample: RegionSample, device: torch.device) -> RegionBatch:
    """Return what the region network reads of a pair, with all cues."""
    target, reference = (
        view(network, drawing, device=device, is_bf16=False) for drawing in (sample.target, sample.reference)
    )
    batch, seen = pixel_batch(sample, target, reference)
    painted = network.encode_reference(reference.line, batch.references[0].color, seen.references[0])
    output = network(target.line, join_references([painted]), seen=seen.target)
    return read_regions(network, sample, target, reference, output)
