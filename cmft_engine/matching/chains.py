"""What is known of some regions of a shot spreads along the best chains of correspondences. Arrays alone.

Shapes: N regions of all drawings, E links.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

LEAST_LINK = 0.05  # of a correspondence, and of a chain of them; weaker ones tell nothing

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


class Edges(NamedTuple):
    """The links of a shot.

    rows, columns: (E,) nodes of a drawing and of the one before. link: (E,) how likely both show the same part, above
    0 and below 1. drawing_of: (N,) the number of every node's drawing.
    """

    rows: Ints
    columns: Ints
    link: Floats
    drawing_of: Ints

    def lengths(self) -> csr_matrix:
        """Return -log of every link as a sparse matrix (N, N)."""
        length = np.maximum(-np.log(self.link), 1e-9)  # an explicit 0 would be no edge
        n = len(self.drawing_of)
        return csr_matrix(coo_matrix((length, (self.rows, self.columns)), shape=(n, n)))


class Field(NamedTuple):
    """What spreads from known regions: strength (N,) of the best chain in [0, 1], and source (N,), -1 where none is."""

    strength: Floats
    source: Ints


def spread(lengths: csr_matrix, sources: Ints) -> Field:
    """Return what spreads from known nodes along the best chains; of two as good, the first source counts.

    lengths: from `Edges.lengths`.
    """
    n = lengths.shape[0]
    if not len(sources) or not n:
        return Field(np.zeros(n, np.float32), np.full(n, -1))
    length, _, source = dijkstra(lengths, directed=False, indices=sources, min_only=True, return_predecessors=True,
                                 limit=-np.log(LEAST_LINK))
    reached = np.isfinite(length)
    return Field(np.where(reached, np.exp(-length), 0).astype(np.float32), np.where(reached, source, -1))


def tracks(edges: Edges, sure: NDArray[np.bool_]) -> Ints:
    """Return the track (N,) of every node: chains of nodes that are each other's likeliest; sure: (E,) links of one."""
    n = len(edges.drawing_of)
    best = np.zeros((2, n), np.float32)
    np.maximum.at(best[0], edges.rows, edges.link)  # each region's best in the drawing before
    np.maximum.at(best[1], edges.columns, edges.link)  # and its best in one after
    mutual = (edges.link >= best[0][edges.rows]) & (edges.link >= best[1][edges.columns]) & sure
    pairs = coo_matrix((np.ones(int(mutual.sum()), np.int8), (edges.rows[mutual], edges.columns[mutual])), shape=(n, n))
    return np.asarray(connected_components(pairs, directed=False)[1], np.intp)


def track_means(values: Floats, track: Ints) -> Floats:
    """Return for every node the mean of the values (N, K) over its track (N,)."""
    count = np.bincount(track, minlength=1)
    n = len(track)
    total = csr_matrix((np.ones(n, np.float32), (track, np.arange(n))), shape=(len(count), n)) @ values
    means: Floats = (total / np.maximum(count, 1)[:, None])[track].astype(np.float32)
    return means


def with_field(own: Floats, strength: Floats, brought: Ints, odds: float) -> Floats:
    """Return (1 - strength) own + odds strength [k = brought] (N, K), rows summing to 1; brought (N,): -1 for none."""
    mixed = (1 - strength)[:, None] * own
    reached = np.flatnonzero(brought >= 0)
    mixed[reached, brought[reached]] += odds * strength[reached]
    return to_one(mixed)


def to_one(values: Floats) -> Floats:
    """Return values with rows that sum to 1."""
    whole: Floats = (values / np.maximum(values.sum(-1, keepdims=True), 1e-30)).astype(np.float32)
    return whole
