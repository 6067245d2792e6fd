from dataclasses import replace

import numpy as np

from benchmarks.quality import confidence
from tests.benchmarks.made_up import verdict


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


def test_what_is_first_seen_has_a_precision_and_a_recall():
    """Two of three said regions are first seen, and two of four of these are said; sets without parts are left out."""
    known = replace(verdict([0.5] * 6, [0] * 6), first_seen=np.array([1, 1, 1, 1, 0, 0], bool),
                    unknown=np.array([1, 1, 0, 0, 1, 0], bool))
    text = confidence.render([known, verdict([0.5], [0], set_name="shaded")])
    assert "| toon | 6 | 4 | 3 | 66.7 | 50.0 |" in text and "| all | 6 | 4 | 3 | 66.7 | 50.0 |" in text
    assert "first seen |" not in confidence.render([verdict([0.5], [0])])
