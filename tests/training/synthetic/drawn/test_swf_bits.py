"""Bits and numbers of Flash files."""

from __future__ import annotations

import pytest

from cmft_training.synthetic.drawn.swf_bits import Bits
from tests.training.synthetic.drawn.small_art import (
    matrix,
    rectangle,
)


def test_numbers_have_signs_and_ends() -> None:
    """Two's complement, little-endian words, and an error past the end."""
    bits = Bits(b"\xf0\x34\x12")
    assert bits.signed(4) == -1
    assert bits.u16() == 0x1234
    with pytest.raises(IndexError):
        bits.u8()


def test_records() -> None:
    """Rectangles, matrices and colours are read as they were written; a gradient gives the mean of its colours."""
    bits = Bits(rectangle(-5, 900, 0, 7) + matrix(3, -4) + bytes([9, 8, 7]))
    assert bits.rectangle() == (-5, 900, 0, 7)
    assert bits.matrix() == (1.0, 0.0, 0.0, 1.0, 3.0, -4.0)
    assert bits.color(has_alpha=False) == (9, 8, 7, 255)
    gradient = bytes([0x10]) + matrix(0, 0) + bytes([2, 0, 10, 20, 30, 255, 30, 40, 50])
    assert Bits(gradient).fill_style(1) == ("fill", (20, 30, 40, 255))
