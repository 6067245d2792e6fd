"""Temporal votes: means of chances, motions found once, divided regions warped anew."""

import dataclasses

import numpy as np
import pytest
import torch

from cmft_engine.image.stand_in import stand_in
from cmft_engine.matching import encoded, temporal
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.temporal import NeighborVoter, reweight_matches
from cmft_engine.matching.votes import color_chances
from cmft_engine.shot.drawing import PaintedDrawing, SegmentedDrawing
from tests.drawings import assert_same, cut, figure, painted

COAT, HAT, SHADES = 1, 3, 4  # places in the palette; shades begin there
SMALL_FIRST = ((32, 11, 15, 4, 1), (32, 44, 18, 12, 2), (32, 24, 11, 12, 3))


@pytest.fixture(scope="module")
def build(random_checkpoint):
    def build(*references, n_colors=4, radius=1):
        return Matcher(random_checkpoint, references, n_colors=n_colors, work_size=128, device=torch.device("cpu"),
                       temporal_radius=radius)
    return build


def vote(build, target, *neighbors, n_neighbors=2):
    """Votes on a drawing, and those of its neighbours, all painted like the first figure."""
    one = build(painted(figure()))
    votes, own = one.match_to_references(cut(target))
    matched = [one.match_to_references(cut(other))[1] for other in neighbors]
    return votes, one.apply_temporal_votes(cut(target), votes, own, matched, n_neighbors=n_neighbors)


def test_neighbors_vote_on_colors(build):
    """A mean over as many as there could be: colours in [0, 1]; where no region is divided, its match stays."""
    votes, temporal = vote(build, figure(3), figure(2), figure(4))
    assert temporal.neighbors.shape == votes.color.shape and temporal.neighbors.dtype == np.float32
    assert temporal.neighbors.min() >= 0
    assert temporal.neighbors.sum(1).max() <= 1.0001 and temporal.neighbors.sum() > 0
    assert np.array_equal(temporal.color, votes.color) and np.array_equal(temporal.region_warps, votes.region_warps)


def test_missing_neighbors_do_not_vote(build):
    """One of two votes with half of what two alike do, two of four too, none not at all."""
    (_, both), (_, half), (_, none) = (vote(build, figure(3), *[figure(2)] * n) for n in (2, 1, 0))
    two_of_four = vote(build, figure(3), *[figure(2)] * 2, n_neighbors=4)[1]
    assert np.allclose(two_of_four.neighbors, half.neighbors, atol=1e-5)
    assert np.allclose(half.neighbors, both.neighbors / 2, atol=1e-5)
    assert not none.neighbors.any()


def test_two_drawings_find_their_motions_once(build, monkeypatch):
    """Asked the other way round, they are the same as if found anew."""
    one, two = (build(painted(figure())) for _ in range(2))
    first, second = (cut(figure(n)) for n in (3, 5))
    (votes, own), (others, other) = (one.match_to_references(drawing) for drawing in (first, second))
    anew = two.apply_temporal_votes(second, others, other, [own], n_neighbors=1)
    found, find = [], temporal.find_motions
    monkeypatch.setattr(temporal, "find_motions", lambda *sides: (found.append(1), find(*sides))[1])
    one.apply_temporal_votes(first, votes, own, [other], n_neighbors=1)
    assert_same(one.apply_temporal_votes(second, others, other, [own], n_neighbors=1), anew)
    assert found == [1]


@pytest.mark.parametrize("is_ink", [False, True], ids=["no ink", "all ink"])
def test_neighbors_without_shape(build, is_ink):
    """An empty drawing, or one of nothing but ink, may be a neighbour, or have neighbours."""
    one, drawing = build(painted(figure())), cut(figure(3))
    labels = np.full((64, 64), not is_ink, np.int32)
    other = SegmentedDrawing(labels == 0, labels, np.ones_like(labels), 1)
    (votes, own), (empty_votes, empty) = one.match_to_references(drawing), one.match_to_references(other)
    both = (one.apply_temporal_votes(drawing, votes, own, [empty], n_neighbors=1),
            one.apply_temporal_votes(other, empty_votes, empty, [own], n_neighbors=1))
    assert all(np.isfinite(one_of_them.neighbors).all() for one_of_them in both)


def test_many_neighbors_find_their_motions_once(build, monkeypatch):
    """With more neighbours than one on either side, too, every pair is looked at once."""
    two = build(painted(figure()), radius=2)
    drawings = [cut(figure(n)) for n in range(8)]
    matched = [two.match_to_references(drawing) for drawing in drawings]
    found, find = [], temporal.find_motions
    monkeypatch.setattr(temporal, "find_motions", lambda *sides: (found.append(1), find(*sides))[1])
    for at, (drawing, own) in enumerate(zip(drawings, matched, strict=True)):
        beside = [i for i in range(at - 2, at + 3) if i != at and 0 <= i < len(matched)]
        two.apply_temporal_votes(drawing, *own, [matched[i][1] for i in beside], n_neighbors=4)
    assert len(found) == 7 + 6


def test_matches_are_reweighted():
    """Neighbours turn an unsure region and leave a sure one; what they do not know stays; rows keep their sums."""
    found = np.array([[0.5, 0.3, 0.1], [0.95, 0.02, 0], [0.2, 0.3, 0.1], [0, 0, 0]], np.float32)
    neighbor_votes = np.array([[0, 1, 0], [0, 0.5, 0], [0, 0, 0], [0, 1, 0]], np.float32)
    gained = reweight_matches(found, neighbor_votes)
    assert gained.argmax(1).tolist()[:3] == [1, 0, 1] and gained.dtype == np.float32
    assert np.allclose(gained.sum(1), found.sum(1), atol=1e-6)
    assert np.allclose(gained[2:], found[2:], atol=1e-6) and gained[1, 2] == 0
    assert reweight_matches(np.zeros((2, 0), np.float32), np.zeros((2, 0), np.float32)).shape == (2, 0)


def shaded(drawing, *places):
    """A reference in which what is painted so has a shaded half with no line between."""
    paint, left = drawing.paint.copy(), np.arange(64)[None] < 32
    for number, place in enumerate(places):
        paint[(paint == place) & left] = SHADES + number
    return PaintedDrawing(cut(drawing), paint, stand_in([paint])[0])


def same_parts(monkeypatch, count):
    """Let every neighbour have the same parts in the same order."""
    same = np.eye(count, dtype=np.float32)
    monkeypatch.setattr(NeighborVoter, "_correspond", lambda self, target, other: same)


def rows_of(count, **rows):
    """An array (count, count) of zeros but for some rows, each given as {column: value}."""
    table = np.zeros((count, count), np.float32)
    for row, values in rows.items():
        for column, value in values.items():
            table[int(row[1:]), column] = value
    return table


@pytest.mark.parametrize(("region", "colors"), [(1, {COAT, SHADES}), (3, {HAT, SHADES + 1})], ids=["coat", "hat"])
@pytest.mark.parametrize("at", [0, 1], ids=["first reference", "second reference"])
def test_divided_regions_are_warped_from_what_neighbors_name(build, monkeypatch, at, region, colors):
    """An unsure region takes the colours of the region that the neighbours found, and its pixels come from there.

    Other regions keep their votes, and what was warped onto them before.
    """
    references = [painted(figure(4)), painted(figure(5))]
    references[at] = shaded(figure(), COAT, HAT)
    one, drawing = build(*references, n_colors=6), cut(figure(2))
    votes, own = one.match_to_references(drawing)
    empty = np.zeros((4, 4), np.float32)
    own = dataclasses.replace(own, found={i: rows_of(4, r1={1: 0.45, 3: 0.55}) if i == at else empty for i in (0, 1)})
    neighbor = dataclasses.replace(own, found={i: rows_of(4, r1={region: 1}) if i == at else empty for i in (0, 1)})
    before = np.full((2, 64, 64), -1, np.int32)
    before[:, drawing.labels_under_ink == 4] = HAT
    votes = dataclasses.replace(votes, mixture=np.array([0, 0.5, 0, 0], np.float32), region_warps=before)
    same_parts(monkeypatch, 4)
    voted = one.apply_temporal_votes(drawing, votes, own, [neighbor] * 2, n_neighbors=2)
    assert set(np.flatnonzero(voted.color[1] > 0.2)) == colors
    assert np.isclose(voted.color[1].sum(), 1, atol=1e-5)
    assert np.array_equal(voted.color[[0, 2, 3]], votes.color[[0, 2, 3]])
    warped = set(np.unique(voted.region_warps[:, drawing.labels_under_ink == 2]))
    assert warped == (colors if region == 1 else {-1})  # the hat was the best before, so nothing is warped anew
    others = drawing.labels_under_ink != 2
    assert np.array_equal(voted.region_warps[:, others], before[:, others])


def test_regions_that_the_network_was_not_asked_about(build, monkeypatch):
    """Where the smallest region was left out, votes and warps still go to the right ones, and none to it."""
    monkeypatch.setattr(encoded, "MAX_REGIONS", 3)
    small_first = figure(boxes=SMALL_FIRST)
    one, drawing = build(shaded(small_first, 2), n_colors=6), cut(small_first)
    votes, own = one.match_to_references(drawing)
    assert own.kept.tolist() == [0, 2, 3]
    assert np.array_equal(own.chance, color_chances(votes, None, one.calibration.single.fusion)[own.kept])
    own = dataclasses.replace(own, found={0: rows_of(3, r1={0: 0.55, 1: 0.45})})
    neighbor = dataclasses.replace(own, chance=np.eye(3, 6, dtype=np.float32), found={0: rows_of(3, r1={1: 1})})
    votes = dataclasses.replace(
        votes, mixture=np.array([0, 0, 0.5, 0], np.float32), region_warps=np.full((2, 64, 64), -1, np.int32)
    )
    same_parts(monkeypatch, 3)
    voted = one.apply_temporal_votes(drawing, votes, own, [neighbor] * 2, n_neighbors=2)
    assert voted.neighbors.argmax(1).tolist() == [0, 0, 1, 2] and not voted.neighbors[1].any()
    assert set(np.flatnonzero(voted.color[2] > 0.2)) == {2, SHADES}
    assert np.array_equal(voted.color[[0, 1, 3]], votes.color[[0, 1, 3]])
    assert set(np.unique(voted.region_warps[:, drawing.labels_under_ink == 3])) == {2, SHADES}
    assert (voted.region_warps[:, drawing.labels_under_ink != 3] == -1).all()


def test_references_that_one_drawing_alone_used(build):
    """Drawings that were matched with other references vote on those that both used, in the target's order."""
    one, drawing = build(*[painted(figure(dx)) for dx in (0, 5, 9)]), cut(figure(3))
    (_, own), (_, other) = one.match_to_references(drawing, (1, 0)), one.match_to_references(drawing, (2, 1))
    _, parts = NeighborVoter(one.regions, one.encoder.device, temporal_radius=1).collect_votes(
        own, [other], n_neighbors=1)
    assert parts.shape == (4, 8)
    assert parts[:, :4].sum() > 0 and not parts[:, 4:].any()


def test_palette_entry_0_is_warped_anew(build, monkeypatch):
    """Where the neighbours name another region, its paint is warped even where that is the palette's first entry."""
    reference = shaded(figure(), HAT)
    index = np.where(reference.index == SHADES, 0, reference.index).astype(np.int32)
    one, drawing = build(PaintedDrawing(reference.drawing, index, reference.rgb), n_colors=5), cut(figure(2))
    votes, own = one.match_to_references(drawing)
    own = dataclasses.replace(own, found={0: rows_of(4, r1={1: 0.55, 3: 0.45})})
    neighbor = dataclasses.replace(own, found={0: rows_of(4, r1={3: 1})})
    votes = dataclasses.replace(votes, mixture=np.array([0, 0.5, 0, 0], np.float32),
                                region_warps=np.full((2, 64, 64), COAT, np.int32))
    same_parts(monkeypatch, 4)
    voted = one.apply_temporal_votes(drawing, votes, own, [neighbor] * 2, n_neighbors=2)
    warped = set(np.unique(voted.region_warps[:, drawing.labels_under_ink == 2]))
    assert {0, HAT} <= warped and COAT not in warped
