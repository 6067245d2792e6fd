"""What is known spreads along the best chain of links."""

import numpy as np
import pytest

from cmft_engine.matching.chains import Edges, spread, to_one, track_means, tracks, with_field


def edges(*links, count):
    """Edges of (node, node before, link), each node a drawing of its own."""
    rows, columns, link = zip(*links, strict=True) if links else ((), (), ())
    return Edges(np.array(rows, np.intp), np.array(columns, np.intp), np.array(link, np.float32), np.arange(count))


def test_spread_multiplies_links():
    """The strongest chain counts, both ways in time, down to the least link that tells anything."""
    found = spread(edges((1, 0, 0.9), (2, 1, 0.9), (2, 0, 0.5), (3, 2, 0.05), count=5).lengths(), np.array([0]))
    assert found.strength == pytest.approx([1, 0.9, 0.81, 0, 0], abs=1e-6)
    assert found.source.tolist() == [0, 0, 0, -1, -1]
    back = spread(edges((1, 0, 0.9), count=2).lengths(), np.array([1]))
    assert back.source.tolist() == [1, 1]


def test_nothing_spreads_from_nowhere():
    """Without sources, and without nodes."""
    assert spread(edges(count=2).lengths(), np.zeros(0, np.intp)).source.tolist() == [-1, -1]
    assert spread(edges(count=0).lengths(), np.zeros(0, np.intp)).strength.shape == (0,)


def test_with_field_is_a_weighted_mean():
    """What a chain brings counts by its strength and odds; a row that nothing reaches stays."""
    own = np.array([[0.5, 0.5], [0.2, 0.8]], np.float32)
    mixed = with_field(own, np.array([0.6, 0], np.float32), np.array([1, -1]), 0.25)
    assert mixed[0] == pytest.approx(np.array([0.2, 0.35]) / 0.55, rel=1e-5) and mixed[1] == pytest.approx(own[1])
    assert to_one(np.array([[1, 3], [0, 0]], np.float32)).tolist() == [[0.25, 0.75], [0, 0]]


def test_tracks_are_chains_of_the_likeliest():
    """Each other's, and sure ones; a node without a partner is a track of its own, and the mean is of its track."""
    link = np.array([0.6, 0.9, 0.5], np.float32)
    some = Edges(np.array([2, 3, 3]), np.array([0, 0, 1]), link, np.array([0, 0, 1, 1]))
    track = tracks(some, np.array([True, True, True]))
    assert track[0] == track[3] and len({*track.tolist()}) == 3
    values = np.array([[1, 0], [2, 2], [3, 3], [0, 0.5]], np.float32)
    assert track_means(values, track).tolist() == [[0.5, 0.25], [2, 2], [3, 3], [0.5, 0.25]]
    assert len({*tracks(some, np.array([True, False, True])).tolist()}) == 4
    assert track_means(values[:0], track[:0]).shape == (0, 2)
