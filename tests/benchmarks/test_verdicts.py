import numpy as np
import pytest

from benchmarks.metrics.failures import FAR, FIRST_SEEN, TINY, Failures
from benchmarks.quality import causes, confidence, verdicts
from benchmarks.quality.methods import Gallery
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import verdict


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


def test_confidence_is_judged_by_set_and_over_all():
    """A set that ranks well and one that ranks badly; all in one is neither, and more wrong than room is said."""
    good = verdict([0.1] + [0.9] * 19, [1] + [0] * 19)
    bad = verdict([0.9] + [0.2] * 19, [1] + [0] * 19, set_name="shaded")
    text = confidence.render([good, bad])
    assert "| toon | 20 | 1 | 1.000 | 100.0 | 100.0 |" in text
    assert "| shaded | 20 | 1 | 0.000 | 0.0 | 100.0 |" in text
    assert "| all | 40 | 2 |" in text
    area, share = confidence.bars([good])
    assert area.met and share.met
    assert not any(bar.met for bar in confidence.bars([bad]))
    crowded = confidence.bars([verdict(list(np.linspace(0, 1, 100)), [1] * 20 + [0] * 80)])[1]
    assert (crowded.met, crowded.reached) == (False, "25.0 % (at most 25.0 % fit in)")


def test_a_set_without_errors_meets_no_bar_of_confidence():
    """There is nothing to tell apart, which is no proof."""
    assert not any(bar.met for bar in confidence.bars([verdict([0.5, 0.6], [0, 0])]))
    assert "| toon | 2 | 0 | – | – | – |" in confidence.render([verdict([0.5, 0.6], [0, 0])])


def test_causes_are_shares_of_the_wrong_ones():
    """Regions before pixels, each of its own total; what no method could know is told."""
    one = verdict([], [], failures=Failures({FIRST_SEEN: 2, TINY: 1}, {FIRST_SEEN: 30, TINY: 10}, 1, 20))
    two = verdict([], [], set_name="shaded", failures=Failures({FAR: 1}, {FAR: 60}, 0, 0))
    text = causes.render([one, two])
    assert "| first seen | 66.7 / 75.0 | 0.0 / 0.0 | 50.0 / 30.0 |" in text
    assert "| far or resized | 0.0 / 0.0 | 100.0 / 100.0 | 25.0 / 60.0 |" in text
    assert "| wrong regions / pixels | 3 / 40 | 1 / 60 | 4 / 100 |" in text
    assert "No method could know 1 of the 4 wrong regions, 20.0 % of the wrong pixels" in text
    assert "For 1 more regions" in text


def test_nothing_wrong_has_no_shares():
    """Zero of zero is a dash, not an error."""
    assert "| tiny | – / – | – / – |" in causes.render([verdict([], [])])
