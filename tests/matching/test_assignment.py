"""Rivals for one reference region give way by area and by how sure they are."""

import numpy as np

from cmft_engine.matching.assignment import exclude, split_chances

ALIKE = np.full(2, 100, np.float32)  # areas


def test_regions_that_want_the_same_give_way():
    """Of two regions that want one reference region, the unsure one turns to its second choice; rows stay whole."""
    chance = np.array([[0.9, 0.05, 0.05], [0.5, 0.45, 0.05]], np.float32)
    given = exclude(chance, ALIKE, ALIKE)
    assert given.argmax(1).tolist() == [0, 1]
    assert np.allclose(given.sum(1), 1, atol=1e-5) and given.dtype == np.float32


def test_nobody_gives_way_without_a_rival():
    """Regions that want different ones, and any number of regions that want none, keep their chances."""
    chance = np.array([[0.8, 0, 0.2], [0, 0.7, 0.3], [0, 0, 1], [0, 0, 1]], np.float32)
    assert np.allclose(exclude(chance, np.full(4, 100, np.float32), ALIKE), chance, atol=1e-6)


def test_slivers_do_not_drive_a_body_away():
    """Twenty slivers that were cut from a body want it too; together they fit in, and none of them gives way."""
    chance = np.array([[0.6, 0.3, 0.1], *[[0.8, 0.1, 0.1]] * 20], np.float32)
    area = np.array([9000, *[20] * 20], np.float32)
    given = exclude(chance, area, np.array([10000, 9000], np.float32))
    assert np.allclose(given, chance, atol=1e-6)


def test_split_chances_know_as_much_as_all():
    """Of two references, each alone keeps its own proportions and the sum over both; one that says nothing stays 0."""
    chance = np.array([[0.2, 0.1, 0.3, 0.0], [0.0, 0.0, 0.5, 0.5]], np.float32)
    first, second = split_chances(chance, [2, 2])
    np.testing.assert_allclose(first, [[0.4, 0.2], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(second, [[0.6, 0], [0.5, 0.5]], atol=1e-6)
