from dataclasses import replace

import numpy as np
import pytest

from benchmarks.clips.validation_clip import Pair
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


def test_a_region_is_first_seen_when_the_reference_lacks_its_part():
    """Less than a tenth of it in the reference's parts; paper is in every reference; without parts nothing is said."""
    labels = np.repeat(np.int32([[1], [2], [3]]), 20, 1)
    part = np.repeat(np.uint16([[4], [7], [0]]), 20, 1)
    part[1, 0] = 4  # a twentieth of the second region is known
    picture = np.zeros((3, 20, 3), np.uint8)
    pair = Pair("face", 1, picture, picture, picture, picture, np.full((3, 20), 4, np.uint16), part)
    found = verdicts.first_seen(pair, labels=labels, valid=labels > 0, wanted=np.array([1, 2, 3]))
    assert found.tolist() == [False, True, False]
    assert verdicts.first_seen(replace(pair, target_part=None), labels=labels, valid=labels > 0,
                               wanted=np.array([1])) is None
