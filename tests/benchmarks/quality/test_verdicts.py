import numpy as np
import pytest

from benchmarks.quality import verdicts
from benchmarks.quality.gallery import Gallery
from tests.benchmarks.fake_engine import face_clip


def test_a_region_is_as_sure_as_its_pixels_on_average():
    """Only valid pixels count, in the order of the wanted labels."""
    labels = np.array([[0, 1, 1, 2]])
    values = np.array([[9.0, 0.2, 0.4, 0.8]])
    for valid, first in (([1, 1, 1, 1], 0.3), ([1, 0, 1, 1], 0.4)):
        mean = verdicts.mean_by_label(
            values, labels=labels, valid=np.array([valid], bool), wanted=np.array([2, 1])
        )
        assert mean.tolist() == pytest.approx([0.8, first])


def test_verdicts_count_what_the_table_counts(engine):
    """White paper "coloured" as line art: only the paper's region is right, and the plate's half is each one's."""
    (found,) = verdicts.measure("toon", Gallery(face_clip(0, 1).pairs()))
    assert (found.clip, found.gap) == ("face", 1)
    assert (len(found.wrong), int(found.wrong.sum())) == (6, 5)
    assert (found.confidence == 0.5).all()
    assert sum(found.failures.regions.values()) == 5
    assert 0.99 * found.foreground_px < sum(found.failures.pixels.values()) <= found.foreground_px
