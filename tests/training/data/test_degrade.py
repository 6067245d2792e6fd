"""Promises of the line-art faults used in training."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.data import degrade as faults
from cmft_training.synthetic.drawing import Drawing


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


def test_jitter_moves_line_and_part_together(drawing):
    """A shift moves both by as much; what enters the page is paper."""
    moved = faults.jitter(drawing, shift=(5.0, -3.0), degrees=0.0)
    np.testing.assert_array_equal(moved.line[:-3, 5:], drawing.line[3:, :-5])
    np.testing.assert_array_equal(moved.part[:-3, 5:], drawing.part[3:, :-5])
    assert (moved.line[:, :5] == 255).all() and (moved.part[-3:] == 0).all()


def test_jitter_turns_about_the_middle(drawing):
    """After a turn the part's border still carries the ink, and the middle has not moved."""
    turned = faults.jitter(drawing, shift=(0.0, 0.0), degrees=10.0)
    assert (turned.part != drawing.part).any() and turned.part[32, 32] == drawing.part[32, 32]
    rows = np.nonzero(turned.part[:, 32])[0]
    assert turned.line[rows[0] - 2 : rows[0] + 2, 32].min() < 128


def test_taper_swells_and_thins_without_a_break():
    """Along a straight line some places get more ink and some less, and half of it stays everywhere."""
    line = np.full((128, 128), 255, np.uint8)
    line[60:63] = 0
    tapered = [faults.taper(np.random.default_rng(seed), line, 1.2) for seed in range(6)]
    ink = (255.0 - np.stack(tapered)).sum(1) / 255
    assert ink.min() < 2.7 and ink.max() > 3.3 and np.abs(np.diff(ink)).max() < 0.5
    assert (255 - np.stack(tapered)).max(1).min() >= 127
    hairline = np.where(np.arange(128)[:, None] == 60, 0, 255).repeat(128, 1).astype(np.uint8)
    assert (255 - faults.taper(np.random.default_rng(0), hairline, 1.5)).max(0).min() >= 127


def test_dust_is_small_and_only_adds(drawing):
    """Specks darken some paper and leave everything else."""
    dusty = faults.dust(np.random.default_rng(1), drawing.line, count=6, radius=1.0)
    assert (dusty <= drawing.line).all() and 0 < np.count_nonzero(dusty < drawing.line) <= 6 * 16


def test_strong_faults_are_all_drawn(drawing, monkeypatch):
    """Each fault takes part in some of the drawings made worse."""
    called = set()
    names = ("wobble", "jitter", "erase_gaps", "change_thickness", "taper", "binary_lines", "pencil", "blur", "dust",
             "paper_noise", "jpeg")  # fmt: skip

    def watch(name):
        fault = getattr(faults, name)

        def watched(*values, **options):
            called.add(name)
            return fault(*values, **options)

        monkeypatch.setattr(faults, name, watched)

    for name in names:
        watch(name)
    for seed in range(60):
        faults.degrade(np.random.default_rng(seed), drawing, 1.0)
    assert called == set(names)
