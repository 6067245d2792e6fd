"""Borders as they are wanted, regions poured, and the painter's own pixels."""

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap


def halves(side=6, **more):
    """Paint 0 on the left, paint 1 on the right."""
    index = np.zeros((side, side), np.int32)
    index[:, side // 2:] = 1
    return PaintMap(index, index, np.zeros(index.shape, np.float32), **more)


def everywhere(paints):
    """No line anywhere."""
    return np.ones(paints.first.shape, bool)


def test_painted_edges_are_as_they_are():
    """The setting that changes nothing gives the very map."""
    paints = halves()
    assert paints.with_edges("painted", everywhere(paints)) is paints


def test_hard_edges_take_the_larger_paint():
    """No pixel is a mixture any more; its first paint, the larger one, is left."""
    paints = halves()
    share = np.full(paints.share.shape, 0.4, np.float32)
    mixed = PaintMap(paints.first, 1 - paints.first, share).with_edges("hard", everywhere(paints))
    assert not mixed.share.any() and np.array_equal(mixed.first, paints.first)
    assert np.array_equal(mixed.second, mixed.first)


def test_hard_edges_take_no_mixture_of_the_painter():
    """His own pixels stay, but for those that are mixtures of two paints."""
    share = np.zeros((6, 6), np.float32)
    share[:, 2] = 0.4
    own, pixels = np.ones((6, 6), bool), np.ones((6, 6, 4), np.float32)
    paints = halves(own=own, pixels=pixels)
    hard = PaintMap(paints.first, 1 - paints.first, share, own, pixels).with_edges("hard", everywhere(paints))
    assert not hard.own[:, 2].any() and hard.own[:, [0, 1, 3, 4, 5]].all() and not hard.share.any()


def test_soft_edges_leave_the_painters_pixels():
    """What he painted beside a border is no mixture, in the mattes neither."""
    paints = halves(own=np.ones((6, 6), bool), pixels=np.ones((6, 6, 4), np.float32))
    assert not paints.with_edges("soft", everywhere(paints)).share.any()


def test_soft_edges_mix_the_pixels_beside_a_border():
    """A straight border: a quarter of the other paint on both sides, as 1 2 1 weighs it, and nothing farther off."""
    soft = halves().with_edges("soft", np.ones((6, 6), bool))
    assert soft.share[:, 2:4] == pytest.approx(0.25) and not soft.share[:, [0, 1, 4, 5]].any()
    assert (soft.second[:, 2] == 1).all() and (soft.second[:, 3] == 0).all()


def test_soft_edges_leave_lines_and_what_is_soft_alone():
    """Nothing is mixed below a line, and a mixture that the painter made keeps its share."""
    paints = halves()
    bare = everywhere(paints)
    bare[0] = False
    share = paints.share.copy()
    share[1, 2] = 0.4
    soft = PaintMap(paints.first, 1 - paints.first, share).with_edges("soft", bare)
    assert not soft.share[0].any() and soft.share[1, 2] == np.float32(0.4) and soft.share[2, 2] == pytest.approx(0.25)


def test_poured_regions_have_one_paint():
    """Inside there is the entry alone; own pixels and mixtures are gone there and stay outside."""
    own, pixels = np.ones((6, 6), bool), np.ones((6, 6, 4), np.float32)
    paints = halves(own=own, pixels=pixels)
    inside = np.zeros((6, 6), bool)
    inside[2:4] = True
    poured = paints.poured(inside, 7)
    assert (poured.first[inside] == 7).all() and (poured.second[inside] == 7).all() and not poured.own[inside].any()
    assert np.array_equal(poured.first[~inside], paints.first[~inside]) and poured.own[~inside].all()


def test_as_painted_shows_every_pixel_that_is_known():
    """Where the painting's pixels are kept all are shown; exact paints need none."""
    paints = halves(own=np.zeros((6, 6), bool), pixels=np.ones((6, 6, 4), np.float32))
    assert paints.as_painted().own.all() and not paints.own.any()
    exact = halves()
    assert exact.as_painted() is exact


def test_swapped_entries_change_inside_alone():
    """Whole paints and both sides of mixtures; a mixture of a paint with itself is that paint."""
    share = np.array([[0, 0.25, 0.25, 0.25]], np.float32)
    paints = PaintMap(np.array([[1, 1, 2, 1]], np.int32), np.array([[1, 2, 1, 2]], np.int32), share)
    found = paints.swapped(np.array([[True, True, True, False]]), 1, 2)
    assert found.first.tolist() == [[2, 2, 2, 1]] and found.second.tolist() == [[2, 2, 2, 2]]
    assert found.share.tolist() == [[0, 0, 0, 0.25]]


def test_a_paint_that_is_the_pixel_stays():
    """Where the painter's pixels and those around are their paint to the bit, nothing of them is his alone."""
    values = np.float32([[1, 1, 1, 1], [0.25, 0.5, 0.75, 1]])
    index = np.zeros((7, 12), np.int32)
    index[:, 6:] = 1
    pixels = values[index]
    pixels[3, 2, 0] -= 1e-6
    paints = PaintMap(index, index, np.zeros(index.shape, np.float32), np.zeros(index.shape, bool), pixels)
    known = paints.with_exact(values)
    assert not known.exact[2:5, 1:4].any() and not known.exact[:, 5:7].any()
    assert known.exact[:, 7:].all() and known.exact[0].tolist() == [True] * 5 + [False] * 2 + [True] * 5
    shown = known.as_painted()
    assert np.array_equal(shown.own, ~known.exact) and paints.as_painted().own.all()
    seen = np.where(shown.own[..., None], shown.pixels, values[shown.first])
    assert np.array_equal(seen, pixels)
    bare = PaintMap.pure(index)
    assert bare.with_exact(values) is bare
