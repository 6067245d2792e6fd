import pytest
import torch

from benchmarks.baselines.material import Pool
from benchmarks.baselines.pix2pix import LINE_ONLY, WITH_REFERENCE, Pix2Pix
from benchmarks.baselines.plain_cmft import PlainCmft
from benchmarks.baselines.tcvc import Tcvc
from tests.training.cubes import write_cubes


@pytest.fixture(scope="session")
def painters():
    """New painters, always the same ones. Let them paint, and change no weight."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return {
            "line": Pix2Pix(LINE_ONLY),
            "reference": Pix2Pix(WITH_REFERENCE),
            "tcvc": Tcvc(),
            "plain": PlainCmft(),
        }


@pytest.fixture(scope="session")
def pool(tmp_path_factory):
    """Two pairs of one cube and of puppets."""
    return Pool(write_cubes(tmp_path_factory.mktemp("characters")), 2)
