from pathlib import Path

import numpy as np
import torch

from cmft_engine.matching.network.network import Network
from cmft_engine.matching.network.region_network import RegionNetwork
from cmft_training.learn.config import NetworkConfig, ValidationConfig
from cmft_training.learn.validate_regions import development_samples, validate_regions
from cmft_training.learn.variants import build_network

SIZE = 64


def _network(levels: int = 1, transformer: int = 2) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return build_network(NetworkConfig(transformer=transformer, levels=levels, residual=True)).eval()  # type: ignore[arg-type]


def test_region_figures_come_from_framed_pairs(characters: Path) -> None:
    """The same framed pairs each time; the right part has the right colour."""
    config = ValidationConfig(pairs=1, size=SIZE, pictures=1, framed=2, framed_size=96)
    samples, again = (development_samples(characters, config) for _ in range(2))
    for name, pairs in samples.items():
        assert all(np.array_equal(a.pair, b.pair) for a, b in zip(pairs, again[name], strict=True))
    assert all(sample.has_pixel_loss for pairs in samples.values() for sample in pairs)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        regions = RegionNetwork()
    device = torch.device("cpu")
    figures = validate_regions(_network(levels=3), regions, samples, device=device)
    assert figures.keys() == {f"{name} {what}" for name in ("plain", "mixed") for what in ("color", "part")}
    assert all(0 <= value <= 1 for value in figures.values())
    assert all(figures[f"{name} color"] >= figures[f"{name} part"] for name in ("plain", "mixed"))
    assert validate_regions(_network(levels=3), regions, samples, device=device) == figures
