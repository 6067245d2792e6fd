"""Drawings around one say what they found: means of chances, motions found once, divided regions laid over anew."""

import dataclasses

import numpy as np
import pytest
import torch

from cmft_engine.image.stand_in import stand_in
from cmft_engine.matching import matcher
from cmft_engine.matching import temporal as around
from cmft_engine.matching.decide import chances
from cmft_engine.matching.matcher import CutDrawing, Matcher, PaintedDrawing
from cmft_engine.matching.temporal import Around, weigh_in
from tests.drawings import assert_same, cut, figure, painted

COAT, HAT, SHADES = 1, 3, 4  # places in the palette; shades begin there
SMALL_FIRST = ((32, 11, 15, 4, 1), (32, 44, 18, 12, 2), (32, 24, 11, 12, 3))


@pytest.fixture(scope="module")
def build(random_checkpoint):
    def build(*references, n_colors=4, around=1):
        cpu = torch.device("cpu")
        return Matcher(random_checkpoint, references, n_colors=n_colors, work_size=128, device=cpu, around=around)
    return build


def hear(build, target, *around, places=2):
    """Votes on a drawing that hears others, all painted like the first figure."""
    one = build(painted(figure()))
    votes, own = one.study(cut(target))
    return votes, one.hear(cut(target), votes, own, [one.study(cut(other))[1] for other in around], places=places)


def test_drawings_around_add_what_they_say(build):
    """A mean over as many as could have been asked: colours in [0, 1], and nothing else about the votes changes."""
    alone, heard = hear(build, figure(3), figure(2), figure(4))
    assert heard.around.shape == alone.color.shape and heard.around.dtype == np.float32
    assert heard.around.min() >= 0 and heard.around.sum(1).max() <= 1.0001 and heard.around.sum() > 0
    assert_same(dataclasses.replace(heard, around=None), alone)


def test_drawings_around_that_are_missing_say_nothing(build):
    """One of two says half of what two alike say, two of four too, none says nothing."""
    (_, both), (_, half), (_, none) = (hear(build, figure(3), *[figure(2)] * n) for n in (2, 1, 0))
    assert np.allclose(hear(build, figure(3), *[figure(2)] * 2, places=4)[1].around, half.around, atol=1e-5)
    assert np.allclose(half.around, both.around / 2, atol=1e-5)
    assert not none.around.any()


def test_two_drawings_find_their_motions_once(build, monkeypatch):
    """Asked the other way round, they are the same as if found anew."""
    one, two = (build(painted(figure())) for _ in range(2))
    first, second = (cut(figure(n)) for n in (3, 5))
    (votes, own), (others, other) = (one.study(drawing) for drawing in (first, second))
    anew = two.hear(second, others, other, [own], places=1)
    found, find = [], around.find_motions
    monkeypatch.setattr(around, "find_motions", lambda *sides: (found.append(1), find(*sides))[1])
    one.hear(first, votes, own, [other], places=1)
    assert_same(one.hear(second, others, other, [own], places=1), anew)
    assert found == [1]


@pytest.mark.parametrize("is_ink", [False, True], ids=["no ink", "all ink"])
def test_drawings_around_without_shape(build, is_ink):
    """An empty drawing, or one of nothing but ink, may stand around another, or have others around it."""
    one, drawing = build(painted(figure())), cut(figure(3))
    labels = np.full((64, 64), not is_ink, np.int32)
    other = CutDrawing(labels == 0, labels, np.ones_like(labels), 1)
    (votes, own), (empty_votes, empty) = one.study(drawing), one.study(other)
    heard = one.hear(drawing, votes, own, [empty], places=1), one.hear(other, empty_votes, empty, [own], places=1)
    assert all(np.isfinite(heard_votes.around).all() for heard_votes in heard)


def test_many_around_find_their_motions_once(build, monkeypatch):
    """With more drawings around than one on either side, too, every pair is looked at once."""
    two = build(painted(figure()), around=2)
    drawings = [cut(figure(n)) for n in range(8)]
    studies = [two.study(drawing) for drawing in drawings]
    found, find = [], around.find_motions
    monkeypatch.setattr(around, "find_motions", lambda *sides: (found.append(1), find(*sides))[1])
    for at, (drawing, study) in enumerate(zip(drawings, studies, strict=True)):
        beside = [i for i in range(at - 2, at + 3) if i != at and 0 <= i < len(studies)]
        two.hear(drawing, *study, [studies[i][1] for i in beside], places=4)
    assert len(found) == 7 + 6


def test_what_is_said_weighs_in():
    """Those around turn an unsure region and leave a sure one; what they do not know stays; rows keep their sums."""
    found = np.array([[0.5, 0.3, 0.1], [0.95, 0.02, 0], [0.2, 0.3, 0.1], [0, 0, 0]], np.float32)
    said = np.array([[0, 1, 0], [0, 0.5, 0], [0, 0, 0], [0, 1, 0]], np.float32)
    heard = weigh_in(found, said)
    assert heard.argmax(1).tolist()[:3] == [1, 0, 1] and heard.dtype == np.float32
    assert np.allclose(heard.sum(1), found.sum(1), atol=1e-6)
    assert np.allclose(heard[2:], found[2:], atol=1e-6) and heard[1, 2] == 0
    assert weigh_in(np.zeros((2, 0), np.float32), np.zeros((2, 0), np.float32)).shape == (2, 0)


def shaded(drawing, *places):
    """A reference in which what is painted so has a shaded half with no line between."""
    paint, left = drawing.paint.copy(), np.arange(64)[None] < 32
    for number, place in enumerate(places):
        paint[(paint == place) & left] = SHADES + number
    return PaintedDrawing(cut(drawing), paint, stand_in([paint])[0])


def same_parts(monkeypatch, count):
    """Let every drawing around have the same parts in the same order."""
    monkeypatch.setattr(Around, "_same_part", lambda self, target, other: np.eye(count, dtype=np.float32))


def rows_of(count, **rows):
    """An array (count, count) of zeros but for some rows, each given as {column: value}."""
    table = np.zeros((count, count), np.float32)
    for row, values in rows.items():
        for column, value in values.items():
            table[int(row[1:]), column] = value
    return table


@pytest.mark.parametrize(("region", "colors"), [(1, {COAT, SHADES}), (3, {HAT, SHADES + 1})], ids=["coat", "hat"])
@pytest.mark.parametrize("at", [0, 1], ids=["first reference", "second reference"])
def test_divided_regions_are_laid_over_what_those_around_name(build, monkeypatch, at, region, colors):
    """An unsure region takes the colours of the region that they found, and its pixels come from there.

    Other regions keep their votes, and what was laid over them before.
    """
    references = [painted(figure(4)), painted(figure(5))]
    references[at] = shaded(figure(), COAT, HAT)
    one, drawing = build(*references, n_colors=6), cut(figure(2))
    votes, own = one.study(drawing)
    empty = np.zeros((4, 4), np.float32)
    own = dataclasses.replace(own, found={i: rows_of(4, r1={1: 0.45, 3: 0.55}) if i == at else empty for i in (0, 1)})
    witness = dataclasses.replace(own, found={i: rows_of(4, r1={region: 1}) if i == at else empty for i in (0, 1)})
    before = np.full((2, 64, 64), -1, np.int32)
    before[:, drawing.grown == 4] = HAT
    votes = dataclasses.replace(votes, mixture=np.array([0, 0.5, 0, 0], np.float32), laid=before)
    same_parts(monkeypatch, 4)
    heard = one.hear(drawing, votes, own, [witness] * 2, places=2)
    assert set(np.flatnonzero(heard.color[1] > 0.2)) == colors
    assert np.isclose(heard.color[1].sum(), 1, atol=1e-5)
    assert np.array_equal(heard.color[[0, 2, 3]], votes.color[[0, 2, 3]])
    laid = set(np.unique(heard.laid[:, drawing.grown == 2]))
    assert laid == (colors if region == 1 else {-1})  # the hat was the best before, so nothing is laid anew
    assert np.array_equal(heard.laid[:, drawing.grown != 2], before[:, drawing.grown != 2])


def test_regions_that_the_network_was_not_asked_about(build, monkeypatch):
    """Where the smallest region was left out, what is heard and laid still goes to the right ones, and none to it."""
    monkeypatch.setattr(matcher, "MAX_REGIONS", 3)
    small_first = figure(boxes=SMALL_FIRST)
    one, drawing = build(shaded(small_first, 2), n_colors=6), cut(small_first)
    votes, own = one.study(drawing)
    assert own.kept.tolist() == [0, 2, 3]
    assert np.array_equal(own.chance, chances(votes, one.calibration.alone.fusion)[own.kept])
    own = dataclasses.replace(own, found={0: rows_of(3, r1={0: 0.55, 1: 0.45})})
    witness = dataclasses.replace(own, chance=np.eye(3, 6, dtype=np.float32), found={0: rows_of(3, r1={1: 1})})
    votes = dataclasses.replace(
        votes, mixture=np.array([0, 0, 0.5, 0], np.float32), laid=np.full((2, 64, 64), -1, np.int32)
    )
    same_parts(monkeypatch, 3)
    heard = one.hear(drawing, votes, own, [witness] * 2, places=2)
    assert heard.around.argmax(1).tolist() == [0, 0, 1, 2] and not heard.around[1].any()
    assert set(np.flatnonzero(heard.color[2] > 0.2)) == {2, SHADES}
    assert np.array_equal(heard.color[[0, 1, 3]], votes.color[[0, 1, 3]])
    assert set(np.unique(heard.laid[:, drawing.grown == 3])) == {2, SHADES}
    assert (heard.laid[:, drawing.grown != 3] == -1).all()


def test_references_that_one_drawing_alone_used(build):
    """Drawings that were matched with other references say of those that both used, in the order of the asked one."""
    one, drawing = build(*[painted(figure(dx)) for dx in (0, 5, 9)]), cut(figure(3))
    (_, own), (_, other) = one.study(drawing, (1, 0)), one.study(drawing, (2, 1))
    _, parts = Around(one.regions, one.device, around=1).ask(own, [other], places=1)
    assert parts.shape == (4, 8)
    assert parts[:, :4].sum() > 0 and not parts[:, 4:].any()
