"""Neighbouring drawings settle what each believes of its regions: max-product over their links. Arrays alone.

Shapes: N regions of all drawings, E links, K answers that a region may have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .chains import Edges, to_one

MESSAGE_POWER, DAMPING, TURNS, SETTLED = 0.8, 0.3, 10, 5e-3
LEAST_LEAK = 0.02  # share of a message that comes from no region

Floats = NDArray[np.float32]


def settle(unary: Floats, edges: Edges, *, power: float = MESSAGE_POWER) -> Floats:
    """Return beliefs (N, K): max-product over links between drawings, damped as above.

    A message to a node from another drawing is the best of its links times what the linked node believes without what
    this drawing told it, and a leak for being linked to nothing; power: of messages.
    """
    log_unary = np.log(np.maximum(unary, 1e-12))
    if not len(edges.rows) or not unary.shape[1]:
        return unary
    slots = _Messages(edges)
    message: NDArray[np.float32] = np.zeros((slots.count, unary.shape[1]), np.float32)  # logs
    belief, powered = unary, np.float32(power)
    for turn in range(TURNS):
        told = log_unary.copy()
        np.add.at(told, slots.node, powered * message)
        before, belief = belief, _softmax(told)
        if turn and np.abs(belief - before).max() < SETTLED:
            break
        cavity = _softmax(told[slots.node] - powered * message)
        new: Floats = np.log(to_one(slots.best(cavity)))
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

    def best(self, cavity: Floats) -> Floats:
        """Return what each slot is told (M, K), given what the linked nodes believe without it (M, K)."""
        told = self._weight[:, None] * cavity[self._told_by]
        found: Floats = np.maximum.reduceat(told, self._starts) + (self._leak / cavity.shape[1])[:, None]
        return found


def _softmax(logs: Floats) -> Floats:
    return to_one(np.exp(logs - logs.max(1, keepdims=True)))
