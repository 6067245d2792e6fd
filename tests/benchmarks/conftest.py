import pytest

import cmft_engine
from tests.benchmarks.fake_engine import FakeEngine


@pytest.fixture
def engine(monkeypatch):
    """Replace the engine by a fake one and return it."""
    fake = FakeEngine()
    monkeypatch.setitem(vars(cmft_engine), "colorize", fake)
    return fake
