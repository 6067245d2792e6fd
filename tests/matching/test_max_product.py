"""Beliefs settle between neighbouring drawings as max-product has them."""

import numpy as np
import pytest

from cmft_engine.matching.chains import Edges
from cmft_engine.matching.max_product import LEAST_LEAK, MESSAGE_POWER, settle

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
