"""What the tests of framed samples share."""

from pathlib import Path

import pytest

from cmft_training.data.region_samples import RegionSample
from tests.training.data.framed import framed_source


@pytest.fixture(scope="module")
def sample(characters: Path) -> RegionSample:
    """One pair of puppets. Look, and change nothing."""
    return framed_source(characters).sample(0)
