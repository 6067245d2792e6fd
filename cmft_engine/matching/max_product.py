"""Neighbouring drawings settle what each believes of its regions: max-product over their links. Arrays alone.

Shapes: N regions of all drawings, E links, K answers that a region may have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from .chains import Edges

MESSAGE_POWER, DAMPING, TURNS, SETTLED = 0.8, 0.3, 10, 5e-3
LEAST_LEAK = 0.02  # share of a message that comes from no region
WIDTHS = (8, 24, 64)  # answers that are worked out one by one in parts of a shot

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


def settle_few(unary: Floats, edges: Edges, *, power: float = MESSAGE_POWER) -> Floats:
    """Do as `settle` where few answers stand out in each part of the shot that is linked within.

    All others, which are as likely as another in every row of the part, are worked out as one.
    """
    n, k = unary.shape
    if not len(edges.rows) or k <= WIDTHS[0]:
        return settle(unary, edges, power=power)
    linked = coo_matrix((np.ones(len(edges.rows), np.int8), (edges.rows, edges.columns)), shape=(n, n))
    parts, part = connected_components(linked, directed=False)
    stands_out = np.zeros((parts, k), np.bool_)
    rows, columns = np.nonzero(unary > unary.min(1, keepdims=True))
    stands_out[part[rows], columns] = True
    needed = np.minimum(stands_out.sum(1) + 1, k)
    first = np.argsort(~stands_out, axis=1, kind="stable")  # answers that stand out come first
    belief = unary.copy()
    for least, width in zip((0, *WIDTHS), (*(one for one in WIDTHS if one < k), k), strict=False):
        nodes = np.flatnonzero((needed[part] > least) & (needed[part] <= width))
        if not len(nodes):
            continue
        answers = first[part[nodes], :width]
        settled = settle(unary[nodes[:, None], answers], _among(edges, nodes), power=power, alike=k - width + 1)
        belief[nodes] = settled[:, -1:]
        belief[nodes[:, None], answers] = settled
    return belief


def _among(edges: Edges, nodes: Ints) -> Edges:
    """The links among some nodes, ascending, none of which is linked to another."""
    place = np.full(len(edges.drawing_of), -1)
    place[nodes] = np.arange(len(nodes))
    of = place[edges.rows] >= 0
    return Edges(place[edges.rows[of]], place[edges.columns[of]], edges.link[of], edges.drawing_of[nodes])


def settle(unary: Floats, edges: Edges, *, power: float = MESSAGE_POWER, alike: int = 1) -> Floats:
    """Return beliefs (N, K): max-product over links between drawings, damped as above.

    A message to a node from another drawing is the best of its links times what the linked node believes without what
    this drawing told it, and a leak for being linked to nothing; power: of messages. alike: how many answers, all as
    likely in every row, the last one stands for.
    """
    log_unary = np.log(np.maximum(unary, 1e-12))
    if not len(edges.rows) or not unary.shape[1]:
        return unary
    slots = _Messages(edges)
    message: NDArray[np.float32] = np.zeros((slots.count, unary.shape[1]), np.float32)  # logs
    belief, powered = unary, np.float32(power)
    for turn in range(TURNS):
        told = log_unary + slots.summed(powered * message)
        before, belief = belief, _softmax(told, alike)
        if turn and np.abs(belief - before).max() < SETTLED:
            break
        cavity = _softmax(told[slots.node] - powered * message, alike)
        new: Floats = np.log(_to_one(slots.best(cavity, alike), alike))
        message = new if turn == 0 else np.float32(DAMPING) * message + np.float32(1 - DAMPING) * new
    return belief


class _Messages:
    """Slots of messages: one for each node and each drawing that it is linked to.

    node: (M,) whose slot it is. Links are kept both ways, sorted by the slot that they tell; `_told_by` is the slot in
    which the link's other end holds what this drawing told it.
    """

    def __init__(self, edges: Edges) -> None:
        rows, columns, drawing_of = edges.rows, edges.columns, edges.drawing_of
        to, by = np.concatenate([rows, columns]), np.concatenate([columns, rows])
        weight = np.concatenate([edges.link, edges.link])
        n = int(drawing_of.max()) + 1
        slots, slot = np.unique(to * n + drawing_of[by], return_inverse=True)
        told_by = np.searchsorted(slots, by * n + drawing_of[to])
        order = np.argsort(slot, kind="stable")
        self.node, self.count = slots // n, len(slots)
        self._weight, self._told_by, slot = weight[order], told_by[order], slot[order]
        self._starts = np.searchsorted(slot, np.arange(self.count))
        total = np.add.reduceat(self._weight, self._starts)
        self._leak = np.clip(1 - total, LEAST_LEAK, 1)
        self._more = np.setdiff1d(np.arange(len(slot)), self._starts)  # links of slots that have several
        self._slot_of_more = slot[self._more]
        self._of_node = csr_matrix((np.ones(self.count, np.float32), (self.node, np.arange(self.count))),
                                   shape=(len(drawing_of), self.count))

    def summed(self, message: Floats) -> Floats:
        """Return what each node is told in all (N, K), from what its slots are told (M, K)."""
        total: Floats = self._of_node @ message
        return total

    def best(self, cavity: Floats, alike: int) -> Floats:
        """Return what each slot is told (M, K), given what the linked nodes believe without it (M, K)."""
        found: Floats = self._weight[self._starts, None] * cavity[self._told_by[self._starts]]
        np.maximum.at(found, self._slot_of_more, self._weight[self._more, None] * cavity[self._told_by[self._more]])
        found += (self._leak / (cavity.shape[1] - 1 + alike))[:, None]
        return found


def _softmax(logs: Floats, alike: int) -> Floats:
    return _to_one(np.exp(logs - logs.max(1, keepdims=True)), alike)


def _to_one(values: Floats, alike: int) -> Floats:
    """The values (n, K) with rows that sum to 1, the last of a row so many times."""
    total = values.sum(1) + np.float32(alike - 1) * values[:, -1]
    values /= np.maximum(total, np.float32(1e-30))[:, None]
    return values
