"""Plates that are damaged at random: each is read, or refused with a sentence; nothing else comes of any."""

import pytest

from benchmarks.fuzz.run import fuzz, table
from benchmarks.fuzz.seeds import PLATES


@pytest.mark.parametrize("kind", PLATES)
def test_mutated_plates(kind):
    """500 mutated files of each format, read in a child process, because a library may crash."""
    tally = fuzz(1, kinds=(kind,), cases=500)
    assert tally.cases == 500 and not tally.findings, table(tally)
    assert tally.results[kind, "read"] > 10 and tally.results[kind, "PlateError"] > 10
