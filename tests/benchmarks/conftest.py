import pytest
import torch

import cmft_engine
from benchmarks.baselines.pix2pix import LINE_ONLY, WITH_REFERENCE, Pix2Pix
from benchmarks.baselines.plain_cmft import PlainCmft
from benchmarks.baselines.tcvc import Tcvc
from tests.benchmarks.fake_engine import FakeEngine


@pytest.fixture
def engine(monkeypatch):
    """Replace the engine by a fake one and return it."""
    fake = FakeEngine()
    monkeypatch.setitem(vars(cmft_engine), "colorize", fake)
    return fake


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
