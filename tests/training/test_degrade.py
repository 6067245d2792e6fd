"""Promises of the line-art faults used in training."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_engine.training import degrade as faults
from cmft_engine.training.drawing import Drawing


@pytest.fixture
def drawing():
    line = np.full((64, 64), 255, np.uint8)
    line[20:23, 8:56] = 0
    line[40:43, 8:56] = 0
    part = np.zeros((64, 64), np.uint16)
    part[21:42, 8:56] = 7
    return Drawing(line, part)


@pytest.mark.parametrize("seed", range(12))
def test_degrade_keeps_shape_and_type(drawing, seed):
    """Whatever is done to it, a drawing stays a drawing with the ids it had."""
    worse = faults.degrade(np.random.default_rng(seed), drawing, 1.0)
    assert worse.line.shape == worse.part.shape == (64, 64)
    assert worse.line.dtype == np.uint8 and worse.part.dtype == np.uint16
    assert set(np.unique(worse.part)) <= {0, 7}


def test_strength_zero_changes_nothing(drawing):
    """Strength 0 returns an equal drawing that shares no memory."""
    same = faults.degrade(np.random.default_rng(0), drawing, 0.0)
    np.testing.assert_array_equal(same.line, drawing.line)
    assert not np.shares_memory(same.line, drawing.line)


def test_degrade_is_deterministic_and_pure(drawing):
    """Equal generators give equal faults, and the input keeps its pixels."""
    before = drawing.line.copy()
    a, b = (faults.degrade(np.random.default_rng(3), drawing, 1.0) for _ in range(2))
    np.testing.assert_array_equal(a.line, b.line)
    np.testing.assert_array_equal(drawing.line, before)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_gaps_erase_discs_on_ink(drawing, count):
    """Gaps remove ink, add none, and never more than the discs cover."""
    gapped = faults.erase_gaps(np.random.default_rng(1), drawing.line, count=count, radius=2.0)
    erased = np.count_nonzero((gapped == 255) & (drawing.line == 0))
    assert (gapped >= drawing.line).all()
    assert count * 0 <= erased <= count * 21
    assert erased >= 8 * min(count, 1)


def test_gaps_on_an_empty_page():
    """Paper without ink stays as it is."""
    page = np.full((8, 8), 255, np.uint8)
    np.testing.assert_array_equal(faults.erase_gaps(np.random.default_rng(0), page, count=3, radius=2.0), page)


def test_wobble_moves_line_and_part_together(drawing):
    """After a wobble the ink still lies on the border of the part."""
    moved = faults.wobble(np.random.default_rng(2), drawing, amplitude=3.0)
    assert (moved.line != drawing.line).any() and (moved.part != drawing.part).any()
    rows = np.nonzero(moved.part[:, 32])[0]
    assert moved.line[rows[0] - 1 : rows[0] + 2, 32].min() < 128


def test_binary_lines_has_two_values(drawing):
    """Only ink and paper remain."""
    soft = faults.blur(drawing.line, 1.0)
    assert set(np.unique(faults.binary_lines(soft))) == {0, 255}


@pytest.mark.parametrize(("change", "more"), [(1.0, True), (0.5, True), (-0.5, False), (-1.0, False)])
def test_thickness_adds_or_takes_ink(drawing, change, more):
    """Positive changes add ink, negative ones take it."""
    ink = (255 - faults.change_thickness(drawing.line, change).astype(int)).sum()
    assert (ink > (255 - drawing.line.astype(int)).sum()) == more


def test_pencil_is_grey_on_white_paper(drawing):
    """Pencil lightens ink and leaves paper white."""
    grey = faults.pencil(np.random.default_rng(0), drawing.line, darkness=0.8, grain=0.5)
    assert (grey[drawing.line == 255] == 255).all() and grey[drawing.line == 0].min() > 30


def test_noise_and_jpeg_keep_ink_dark(drawing):
    """Scanning faults leave ink and paper well apart."""
    noisy = faults.jpeg(faults.paper_noise(np.random.default_rng(0), drawing.line, amount=6.0), 60)
    assert noisy[21, 10:50].mean() < 60 and noisy[30, 10:50].mean() > 220
