"""A region is painted like another one, stretched to its box."""

import numpy as np

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.pattern import area_of, painted_like


def box(size, x0, y0, x1, y1):
    mask = np.zeros(size, bool)
    mask[y0:y1, x0:x1] = True
    return mask


def test_stretched():
    """Halves stay halves in a box of another size, and nothing else changes."""
    source = np.zeros((6, 8), np.int32)
    source[:, 2:4], source[:, 4:6] = 1, 2
    like = box((6, 8), 2, 0, 6, 6)
    inside = box((10, 20), 5, 2, 17, 9)
    found = painted_like(PaintMap.pure(np.full((10, 20), 7, np.int32)), inside, PaintMap.pure(source), like)
    assert (found.first[2:9, 5:11] == 1).all() and (found.first[2:9, 11:17] == 2).all()
    assert (found.first[~inside] == 7).all() and np.array_equal(found.first, found.second)


def test_nearest_of_the_region():
    """A place of the box that is not of the region takes the nearest that is."""
    source = np.array([[1, 9], [1, 2]], np.int32)
    found = painted_like(PaintMap.pure(np.zeros((2, 2), np.int32)), np.ones((2, 2), bool), PaintMap.pure(source),
                         source != 9)
    assert found.first[0, 1] in (1, 2) and found.first[1].tolist() == [1, 2]


def test_under_ink():
    """What a painting has under its ink does not come along; of a region that is all under ink it does."""
    source = np.ones((6, 6), np.int32)
    source[2, 1:5] = source[5] = 9
    paints, everywhere = PaintMap.pure(np.zeros((6, 6), np.int32)), np.ones((6, 6), bool)
    found = painted_like(paints, everywhere, PaintMap.pure(source), everywhere, source == 1)
    assert (found.first == 1).all()
    found = painted_like(paints, everywhere, PaintMap.pure(source), everywhere, ~everywhere)
    assert (found.first == source).all()


def test_follows_the_outline():
    """A shadow along one side of a part that has turned lies along the same side."""
    rows, columns = np.mgrid[:80, :120]
    like = box((80, 120), 10, 30, 100, 50)
    source = np.where(rows > 40, 2, 1).astype(np.int32) * like
    slope = rows - 25 - (columns - 10) * 0.25
    inside = (columns >= 10) & (columns < 100) & (slope >= 0) & (slope < 20)
    found = painted_like(PaintMap.pure(np.zeros((80, 120), np.int32)), inside, PaintMap.pure(source), like)
    wanted = np.where(slope > 10, 2, 1)
    assert (found.first == wanted)[inside].mean() > 0.93


def test_area():
    """An outline is cut to the region; around a point it is the connected pixels of one paint."""
    index = np.zeros((8, 8), np.int32)
    index[:, 4:] = 1
    index[6:, :2] = 1
    inside = box((8, 8), 0, 0, 8, 7)
    paints = PaintMap.pure(index)
    assert (area_of(paints, inside, ((5.5, 1.2),)) == box((8, 8), 4, 0, 8, 7)).all()
    assert (area_of(paints, inside, ((0.0, 6.0),)) == box((8, 8), 0, 6, 2, 7)).all()
    assert not area_of(paints, inside, ((0.0, 7.0),)).any() and not area_of(paints, inside, ((9.0, -1.0),)).any()
    outline = ((2.0, 5.0), (6.0, 5.0), (6.0, 9.0), (2.0, 9.0))
    assert (area_of(paints, inside, outline) == box((8, 8), 2, 5, 7, 7)).all()


def test_area_at_a_point_on_ink():
    """It means the paint beside the ink, not what a painting has under it."""
    index = np.ones((8, 8), np.int32)
    index[3, 3] = 9
    paints, everywhere = PaintMap.pure(index), np.ones((8, 8), bool)
    assert (area_of(paints, everywhere, ((3.0, 3.0),), index == 1) == (index == 1)).all()
    assert (area_of(paints, everywhere, ((3.0, 3.0),), ~everywhere) == (index == 9)).all()


def test_mixtures_and_own_pixels():
    """They come along; where the source has none the region has none either."""
    index = np.zeros((4, 4), np.int32)
    own = np.ones((4, 4), bool)
    soft = PaintMap(index, index + 1, np.full((4, 4), 0.25, np.float32), own, np.full((4, 4, 4), 0.5, np.float32))
    inside = box((4, 4), 0, 0, 2, 4)
    found = painted_like(PaintMap.pure(index + 5), inside, soft, np.ones((4, 4), bool))
    assert (found.own == inside).all() and (found.pixels[inside] == 0.5).all()
    assert (found.share == np.where(inside, 0.25, 0)).all() and (found.second[inside] == 1).all()
    back = painted_like(soft, inside, PaintMap.pure(index + 5), np.ones((4, 4), bool))
    assert (back.own == ~inside).all() and (back.first[inside] == 5).all() and (back.share[inside] == 0).all()


def test_empty():
    paints = PaintMap.pure(np.zeros((3, 3), np.int32))
    nothing = np.zeros((3, 3), bool)
    assert painted_like(paints, nothing, paints, ~nothing) is paints
    assert painted_like(paints, ~nothing, paints, nothing) is paints
