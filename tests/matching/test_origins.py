"""Of which region of the paintings each region is, by all drawings together."""

import numpy as np
import pytest

from cmft_engine.matching.chains import Edges, Field
from cmft_engine.matching.origins import (
    COLOR_SHARE,
    LEAST_MATCH,
    NO_MATCHES,
    Matches,
    Origins,
    settle_origins,
    settled_patterns,
)

NO_FIELD = Field(np.zeros(4, np.float32), np.full(4, -1))


def matches(*of):
    """Matches of (row, reference, column, chance)."""
    rows, references, columns, chance = zip(*of, strict=True)
    return Matches(*(np.array(one, np.intp) for one in (rows, references, columns)), np.array(chance, np.float32))


def edges(*links, drawing_of):
    """Edges of (node, node before, link)."""
    rows, columns, link = zip(*links, strict=True)
    return Edges(np.array(rows), np.array(columns), np.array(link, np.float32), np.array(drawing_of))


def test_matches_leave_out_what_tells_nothing():
    """Small chances, and regions that are not known; numbers are those of all regions of the drawing."""
    found = {3: np.array([[0.9, LEAST_MATCH], [0.5, 0.4]], np.float32), 1: np.array([[0.1], [0.2]], np.float32)}
    known = np.ones(6, bool)
    told = Matches.of(found, np.array([2, 5]), known)
    assert told.rows.tolist() == [2, 5, 5, 2, 5] and told.references.tolist() == [3, 3, 3, 1, 1]
    assert told.columns.tolist() == [0, 0, 1, 0, 0] and told.chance == pytest.approx([0.9, 0.5, 0.4, 0.1, 0.2])
    known[5] = False
    assert Matches.of(found, np.array([2, 5]), known).rows.tolist() == [2, 2]
    assert Matches.of({}, np.array([2]), known).rows.tolist() == []


def test_neighbors_settle_the_origin():
    """One drawing that takes a region for another is outvoted; the painting's region is sure of itself."""
    found = matches((0, 0, 0, 0.9), (1, 0, 0, 0.9), (2, 0, 0, 0.3), (2, 0, 1, 0.6), (3, 0, 0, 0.9))
    links = edges((1, 0, 0.95), (2, 1, 0.95), (3, 2, 0.95), drawing_of=[0, 1, 2, 3])
    painted = np.array([True, False, False, False])
    settled = settle_origins(found, links, NO_FIELD, painted, np.zeros(4, np.intp))
    assert settled.origin.tolist() == [settled.origin[0]] * 4 and settled.painted.tolist() == [0] * 4
    assert settled.sure[0] == pytest.approx(1, abs=1e-3) and (settled.sure > 0.5).all()
    alone = settle_origins(found, edges((1, 0, 0.1), drawing_of=[0, 1, 2, 3]), NO_FIELD, painted, np.arange(4))
    assert alone.origin[2] != alone.origin[0] and alone.painted[2] == -1


def test_a_chain_from_the_painting_brings_its_origin():
    """Where the drawing cannot tell."""
    found = matches((0, 0, 0, 1), (1, 0, 1, 1), (2, 0, 0, 0.3), (2, 0, 1, 0.6), (3, 0, 1, 0.9))
    links = edges((2, 0, 0.1), (3, 1, 0.1), drawing_of=[0, 0, 1, 1])
    painted = np.array([True, True, False, False])
    strong = Field(np.array([1, 1, 0.9, 0], np.float32), np.array([0, 1, 0, -1]))
    assert settle_origins(found, links, NO_FIELD, painted, np.arange(4)).painted.tolist() == [0, 1, 1, 1]
    assert settle_origins(found, links, strong, painted, np.arange(4)).painted.tolist() == [0, 1, 0, 1]


def test_what_is_on_one_track_in_two_paintings_is_one_origin():
    """And a region is painted like the one nearest in time, of two as near the earlier."""
    found = matches((0, 0, 0, 1), (1, 0, 0, 0.9), (2, 1, 0, 0.9), (3, 1, 0, 1))
    links = edges((1, 0, 0.9), (2, 1, 0.9), (3, 2, 0.9), drawing_of=[0, 1, 2, 3])
    painted = np.array([True, False, False, True])
    one = settle_origins(found, links, NO_FIELD, painted, np.zeros(4, np.intp))
    assert len({*one.origin.tolist()}) == 1 and one.painted.tolist() == [0, 0, 3, 3]
    two = settle_origins(found, links, NO_FIELD, painted, np.arange(4))
    assert two.origin[0] != two.origin[3]
    middle = settle_origins(found, links._replace(drawing_of=np.array([0, 1, 2, 2])), NO_FIELD, painted, one.origin)
    assert middle.painted[1] == 0


def test_a_region_that_was_not_matched_is_not_sure():
    """Nor is there an origin where nothing was matched at all."""
    links = edges((1, 0, 0.9), (2, 1, 0.9), (3, 2, 0.9), drawing_of=[0, 1, 2, 3])
    painted = np.array([True, False, False, False])
    settled = settle_origins(matches((0, 0, 0, 1), (1, 0, 0, 0.9)), links, NO_FIELD, painted, np.zeros(4, np.intp))
    assert (settled.sure > 0).tolist() == [True, True, False, False]
    nothing = settle_origins(NO_MATCHES, links, NO_FIELD, painted, np.zeros(4, np.intp))
    assert nothing.painted.tolist() == [-1] * 4 and not nothing.sure.any()


def test_painted_anew_where_the_main_color_is_none_of_the_origin():
    """Only where it may, and where a painting has that origin."""
    shares = np.array([[0.7, 0.3 - COLOR_SHARE / 2, COLOR_SHARE / 2]] + [[1 / 3] * 3] * 4, np.float32)
    origins = Origins(np.zeros(5, np.intp), np.array([1, 0.8, 0.8, 0.8, 0], np.float32), np.array([0, 0, 0, -1, 0]))
    may = np.array([False, True, True, True, True])
    assert settled_patterns(origins, may, np.array([0, 2, 1, 2, 2]), shares).tolist() == [-1, 0, -1, -1, -1]
    assert settled_patterns(origins, ~may, np.array([0, 2, 1, 2, 2]), shares).max() == -1
