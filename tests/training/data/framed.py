"""Framed samples of puppets for the tests of what is made of them."""

from pathlib import Path

from cmft_training.data.dataset import Mixture
from cmft_training.data.region_samples import RegionSource
from cmft_training.learn.validate import plain

SIZE = 96


def framed_source(characters: Path, *, seed: int = 3, pixel_share: float = 1.0, puppets: float = 1.0) -> RegionSource:
    """Return a source of small clean pairs."""
    mixture = plain(Mixture(characters, puppets=puppets))
    return RegionSource(mixture, seed=seed, sizes={SIZE: 1.0}, pixel_share=pixel_share)
