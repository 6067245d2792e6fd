"""Beliefs settle between neighbouring drawings as max-product has them."""

import numpy as np
import pytest

from cmft_engine.matching.chains import Edges
from cmft_engine.matching.max_product import LEAST_LEAK, MESSAGE_POWER, SETTLED, WIDTHS, settle, settle_few

LINK = Edges(np.array([1]), np.array([0]), np.array([0.8], np.float32), np.array([0, 1]))


@pytest.mark.parametrize("power", [MESSAGE_POWER, 0.5])
def test_settle_is_max_product(power):
    """On a chain of two its fixed point is the message passed by hand."""
    unary = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3]], np.float32)
    found = settle(unary, LINK, power=power)
    leak = max(1 - 0.8, LEAST_LEAK) / 3

    def told(by):
        message = 0.8 * by + leak
        return (message / message.sum()) ** power

    for own, other in ((0, 1), (1, 0)):
        expected = unary[own] * told(unary[other])
        assert found[own] == pytest.approx(expected / expected.sum(), abs=2e-3)


def test_nothing_to_settle():
    """Without links, or without anything to believe, beliefs stay."""
    unary = np.array([[0.7, 0.3], [0.4, 0.6]], np.float32)
    alone = Edges(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32), np.array([0, 1]))
    assert settle(unary, alone) is unary
    assert settle(unary[:, :0], LINK).shape == (2, 0)


@pytest.mark.parametrize("k", [WIDTHS[0], WIDTHS[0] + 1, 30, 90])
def test_few_answers_settle_as_all_do(k):
    """What is worked out as one gives the beliefs that it has one by one: parts of a shot with 1 to k answers."""
    rng = np.random.default_rng(k)
    n = 60  # nodes of each of four drawings; those of like number, 15 a part, are linked in every way
    unary = np.full((4 * n, k), 1e-4, np.float32)
    for node in range(4 * n):
        own = rng.choice(k, rng.integers(0, min([2, 4, 12, k][node % n // 15], k)), replace=False)
        unary[node, own] = rng.random(len(own), np.float32)
    unary /= unary.sum(1, keepdims=True)
    rows = np.repeat(np.arange(n, 4 * n), 3)
    columns = (rows // n - 1) * n + rows % n // 15 * 15 + rng.integers(0, 15, len(rows))
    rows, columns = np.unique(np.stack([rows, columns]), axis=1)
    edges = Edges(rows, columns, rng.uniform(0.1, 0.9, len(rows)).astype(np.float32), np.arange(4 * n) // n)
    few, all_of_them = (way(unary, edges, power=1.0) for way in (settle_few, settle))
    np.testing.assert_allclose(few, all_of_them, atol=2 * SETTLED)  # a part that has settled stops by itself
    assert (few.argmax(1) == all_of_them.argmax(1)).mean() > 0.99 and few.sum(1) == pytest.approx(1, abs=1e-5)
