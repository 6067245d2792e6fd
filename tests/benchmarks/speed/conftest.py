import pytest

from benchmarks.speed import floor, material


@pytest.fixture
def few_targets(monkeypatch):
    """Let the shots have three targets instead of seven, the fewest that have one between two others."""
    for module in (floor, material):
        monkeypatch.setattr(module, "TARGETS", material.TARGETS[:3])
