"""Networks for tests that need any network, but not a good one."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small pictures: threads would only wait for each other


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory):
    """A checkpoint file of random networks, always the same ones."""
    import torch

    from cmft_engine.matching.network.network import Network
    from cmft_engine.matching.network.region_network import RegionNetwork
    from cmft_engine.matching.network.weights import save_checkpoint

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        path = tmp_path_factory.mktemp("weights") / "random.safetensors"
        save_checkpoint(Network(), RegionNetwork(), path)
    return path


@pytest.fixture(scope="session")
def random_checkpoint(random_weights):
    """The random networks, loaded."""
    from cmft_engine.matching.network.weights import load_checkpoint

    return load_checkpoint(random_weights)


@pytest.fixture
def any_weights(monkeypatch, random_checkpoint):
    """Let colouring take the random networks instead of the default checkpoint."""
    monkeypatch.setattr("cmft_engine.pipeline.reference_matcher.load_checkpoint", lambda: random_checkpoint)
