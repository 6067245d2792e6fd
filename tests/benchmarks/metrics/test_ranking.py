import math

import numpy as np
import pytest

from benchmarks.metrics.ranking import area_under_curve, best_among_least_sure, wrong_among_least_sure

SURE = np.array([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("wrong", "area"),
    [([1, 1, 0, 0], 1.0), ([0, 0, 1, 1], 0.0), ([1, 0, 1, 0], 0.75), ([0, 1, 1, 0], 0.5)],
)
def test_area_counts_pairs_in_the_right_order(wrong, area):
    """Of the four pairs of a wrong and a right item, the share in which the wrong one is less sure."""
    assert area_under_curve(SURE, np.array(wrong, bool)) == pytest.approx(area)


def test_ties_count_half():
    """Equally sure items tell nothing: one of two pairs is a tie, the other right."""
    assert area_under_curve(np.array([0.2, 0.2, 0.5]), np.array([True, False, False])) == pytest.approx(0.75)
    assert area_under_curve(np.full(6, 0.5), np.array([1, 0, 0, 1, 0, 0], bool)) == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [[0, 0, 0, 0], [1, 1, 1, 1]])
def test_without_both_kinds_there_is_no_area(wrong):
    """All right or all wrong: nothing to tell apart."""
    assert math.isnan(area_under_curve(SURE, np.array(wrong, bool)))


def test_the_least_sure_share_is_filled_from_below():
    """A quarter of four items is the least sure one; it holds one of the two wrong ones."""
    assert wrong_among_least_sure(SURE, np.array([1, 0, 1, 0], bool), share=0.25) == pytest.approx(0.5)
    assert wrong_among_least_sure(SURE, np.array([0, 1, 1, 0], bool), share=0.25) == 0.0


def test_a_tie_at_the_cut_counts_as_much_as_fits():
    """Room for one of four equal items, one of them wrong: a quarter of it, in whatever order they come."""
    for place in range(4):
        wrong = np.arange(4) == place
        assert wrong_among_least_sure(np.full(4, 0.5), wrong, share=0.25) == pytest.approx(0.25)


def test_more_wrong_ones_than_room_do_not_fit():
    """Five of a hundred can hold half of ten wrong ones, and all of four."""
    for n_wrong, most in ((10, 0.5), (4, 1.0)):
        wrong = np.arange(100) < n_wrong
        assert best_among_least_sure(wrong) == pytest.approx(most)
        assert wrong_among_least_sure(np.arange(100.0), wrong) == pytest.approx(most)
    assert math.isnan(best_among_least_sure(np.zeros(9, bool)))
    assert math.isnan(wrong_among_least_sure(np.arange(9.0), np.zeros(9, bool)))
