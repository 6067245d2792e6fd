"""Colours spread along chains of regions that correspond, and neighbours settle what one drawing cannot know."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.matching.origins import NO_MATCHES, Matches
from cmft_engine.matching.settled import PIN_ODDS
from cmft_engine.matching.shot_graph import GraphDrawing, Links, ShotGraph

COLORS = 3


def links(*pairs):
    """Links of (region, region before, chance)."""
    rows, columns, chance = zip(*pairs, strict=True) if pairs else ((), (), ())
    there = np.array(chance, np.float32)
    return Links(np.array(rows, np.intp), np.array(columns, np.intp), there, there)


def drawing(frame, colors, confidence, *, before=None, linked=(), free=None, painted=False, divided=None,
            matched=NO_MATCHES):
    """Each region is sure of its color by `confidence`, and thinks as much of the others."""
    count = len(colors)
    alone = np.full((count, COLORS), 0.1, np.float32)
    alone[np.arange(count), colors] = 0.8
    return GraphDrawing(frame, before, links(*linked), np.array(colors, np.intp), alone,
                        np.full(count, confidence, np.float32),
                        np.ones(count, bool) if free is None else np.array(free), painted,
                        np.zeros(count, bool) if divided is None else np.array(divided),
                        np.full(count, confidence, np.float32), matched)


def chain(colors, confidence=0.6, strength=0.95, **first):
    """One region in each of several drawings, linked with the one before."""
    return ShotGraph([drawing(frame, [color], confidence, before=frame - 1 if frame else None,
                              linked=[(0, 0, strength)] if frame else [], **(first if not frame else {}))
                      for frame, color in enumerate(colors)])


def test_field_is_the_best_chain():
    """Strength is the product of links along the best chain, and the nearest source counts."""
    graph = chain([0, 0, 0, 0, 0], strength=0.9)
    field = graph.field(np.array([0, 4]))
    assert field.strength == pytest.approx([1, 0.9, 0.81, 0.9, 1], rel=1e-5)
    assert field.source.tolist()[:2] == [0, 0] and field.source.tolist()[3:] == [4, 4]
    assert graph.field(np.zeros(0, np.intp)).source.tolist() == [-1] * 5


def test_links_are_symmetric_and_clipped():
    """A link counts by the root of its chances both ways, none is certain, and weak ones are none."""
    there, back = (np.array(chances, np.float32) for chances in ([[1, 0.04], [0, 0.25]], [[1, 0], [0.01, 0.09]]))
    both = np.array([0, 1])
    graph = ShotGraph([drawing(0, [0, 1], 0.5), GraphDrawing(
        1, 0, Links.of(there, back, both, both), both, np.full((2, COLORS), 0.3, np.float32), np.ones(2, np.float32),
        np.ones(2, bool), False, np.zeros(2, bool), np.ones(2, np.float32))])
    assert graph.rows.tolist() == [2, 3] and graph.columns.tolist() == [0, 1]
    assert graph.link == pytest.approx([0.98, 0.15], rel=1e-4)


@pytest.mark.parametrize("stranger", [(9, 0, 0.9), (0, 9, 0.9), (-9, 0, 0.9), (0, -9, 0.9)])
def test_links_of_no_region_do_not_count(stranger):
    """Links that a damaged record has with regions that are not there change nothing."""
    graph = ShotGraph([drawing(0, [1], 0.6), drawing(1, [1], 0.6, before=0, linked=[stranger, (0, 0, 0.9)])])
    assert graph.rows.tolist() == [1] and graph.columns.tolist() == [0]
    assert graph.solve().color.tolist() == [1, 1]


def test_neighbors_settle_an_unsure_region():
    """A drawing that errs by little is outvoted by those around it; one that is sure stays."""
    assert chain([1, 1, 0, 1, 1], confidence=0.55).solve().color.tolist() == [1, 1, 1, 1, 1]
    graph = ShotGraph([drawing(0, [1], 0.55), drawing(1, [0], 0.97, before=0, linked=[(0, 0, 0.3)]),
                       drawing(2, [1], 0.55, before=1, linked=[(0, 0, 0.3)])])
    assert graph.solve().color.tolist() == [1, 0, 1]


def test_a_track_has_one_color():
    """That of its mean belief, also where a region is sure of another; but paintings may change it on the way."""
    colors, sure = [1, 1, 0, 1, 1, 1], [0.6, 0.6, 0.97, 0.6, 0.6, 0.6]

    def graph(*painted):
        return ShotGraph([drawing(frame, [color], own, before=frame - 1 if frame else None,
                                  linked=[(0, 0, 0.55)] if frame else [], painted=frame in painted)
                          for frame, (color, own) in enumerate(zip(colors, sure, strict=True))])

    assert graph().belief[2].argmax() == 0 and graph().solve().color.tolist() == [1] * 6
    assert graph(2, 5).solve().color.tolist() == [int(one.argmax()) for one in graph(2, 5).belief]
    assert {0, 1} == {*graph(2, 5).solve().color.tolist()}


def test_divided_and_painted_regions_stay():
    """Whatever their neighbours believe."""
    parts = [drawing(0, [1], 0.9), drawing(1, [0], 0.4, before=0, linked=[(0, 0, 0.95)], free=[False]),
             drawing(2, [2], 0.4, before=1, linked=[(0, 0, 0.95)], painted=True),
             drawing(3, [1], 0.9, before=2, linked=[(0, 0, 0.95)])]
    assert ShotGraph(parts).solve().color.tolist()[1:3] == [0, 2]
    pinned = ShotGraph(parts).solve({3: 0}).color.tolist()
    assert pinned[1:] == [0, 2, 0] and pinned[0] != 0  # no pin goes on behind a painting


def test_painting_spreads():
    """What is unsure takes the colour of the painting along the chain, where links are strong."""
    near = chain([2, 0, 0], confidence=0.4, strength=0.97, painted=True)
    assert near.solve().color.tolist() == [2, 2, 2]
    far = chain([2, 0, 0], confidence=0.9, strength=0.3, painted=True)
    assert far.solve().color.tolist() == [2, 0, 0]


def test_pin_spreads_along_its_track():
    """A pin takes the chain of its region with it, and nothing else; kept nodes and other pins stop it."""
    graph = ShotGraph([drawing(0, [0, 1], 0.8),
                       *(drawing(frame, [0, 1], 0.8, before=frame - 1, linked=[(0, 0, 0.97), (1, 1, 0.97)])
                         for frame in (1, 2, 3))])
    assert graph.solve({2: 2}).color.tolist() == [2, 1] * 4
    kept = np.zeros(8, bool)
    kept[6] = True
    assert graph.solve({2: 2}, kept).color.tolist() == [2, 1, 2, 1, 2, 1, 0, 1]
    assert graph.solve({0: 2, 6: 1}).color.tolist()[::2] == [2, 2, 1, 1]
    solved = graph.solve({2: 2})
    assert solved.confidence[2] == 1 and (solved.confidence >= 0).all() and (solved.confidence <= 1).all()


def test_pin_by_the_odds():
    """A region takes a pin's colour where a s >= (1 - s) (b(top) - b(k))."""
    for strength in (0.3, 0.6, 0.8):
        graph = chain([0, 0], confidence=0.9, strength=strength)
        loss = graph.belief[1, 0] - graph.belief[1, 1]
        expected = 1 if PIN_ODDS * strength >= (1 - strength) * loss else 0
        assert graph.solve({0: 1}).color[1] == expected


def matched(*chances):
    """Each region's chance of every region of the only reference."""
    rows = np.arange(len(chances))
    return Matches.of({0: np.array(chances, np.float32)}, rows, np.ones(len(chances), bool))


def of_two_origins(*, divided=(True, False), own=0.9, kept=None, pins=None):
    """Two regions through five drawings; in the fourth, the first one looks like the second, as sure as `own`."""
    right, wrong, free = [[0.9, 0.05], [0.05, 0.9]], [[1 - own, own], [0.05, 0.9]], [not one for one in divided]
    both = [(0, 0, 0.95), (1, 1, 0.95)]
    first = drawing(0, [0, 1], 0.9, painted=True, matched=matched([1, 0], [0, 1]))
    parts = [replace(first, alone=np.eye(2, COLORS, dtype=np.float32))]
    for frame in (1, 2, 3, 4):
        is_wrong = frame == 3
        parts.append(drawing(frame, [1 if is_wrong else 0, 1], 0.9, before=frame - 1, linked=both, free=free,
                             divided=divided, matched=matched(*(wrong if is_wrong else right))))
    graph = ShotGraph(parts)
    return graph.solve(pins, kept)


def test_a_divided_region_is_painted_like_its_origin():
    """Where the shot is against it, it is painted like the painting's region, with its colour; nothing else changes."""
    solved = of_two_origins()
    assert solved.pattern.tolist() == [-1] * 6 + [0] + [-1] * 3
    assert solved.color.tolist() == [0, 1] * 5
    assert of_two_origins(own=0.0).pattern.tolist()[6] == 0  # its colour is none of its origin's


def test_what_a_person_decided_has_no_settled_origin():
    """A pinned region, and one that is to stay as it was found."""
    assert of_two_origins(pins={6: 2}).pattern.max() == -1 and of_two_origins(pins={6: 2}).color[6] == 2
    kept = np.zeros(10, bool)
    kept[6] = True
    stays = of_two_origins(pins={7: 1}, kept=kept)
    assert stays.pattern.max() == -1 and stays.color[6] == 1


def test_painted_and_carried_regions_have_no_settled_origin():
    """Painter's own pixels stay, whatever the shot says."""
    graph = ShotGraph([drawing(0, [0, 1], 0.9, painted=True, matched=matched([1, 0], [0, 1])),
                       drawing(1, [1, 1], 0.9, before=0, linked=[(0, 0, 0.95), (1, 1, 0.95)], free=[False, False],
                               matched=matched([0.9, 0.05], [0.05, 0.9]))])
    assert graph.pattern.tolist() == [-1] * 4 and graph.origins.origin.tolist() == [0, 1, 0, 1]


def test_the_order_of_drawings_changes_nothing():
    """Nodes are found by their drawing's frame, whatever other drawings there are."""
    parts = [drawing(0, [1], 0.6), drawing(5, [0], 0.5, before=0, linked=[(0, 0, 0.9)]),
             drawing(9, [2], 0.9, before=0, linked=[(0, 0, 0.4)])]
    first = ShotGraph(parts).solve().belief
    for order in itertools.permutations(range(3)):
        again = ShotGraph([parts[i] for i in order]).solve().belief
        assert again == pytest.approx(first[list(order)], abs=1e-5)


def test_tracks():
    """Each other's likeliest, sure both ways; a region without a partner is a track of its own."""
    graph = ShotGraph([drawing(0, [0, 1], 0.5),
                       drawing(1, [0, 1, 2], 0.5, before=0, linked=[(0, 0, 0.9), (1, 1, 0.4), (2, 0, 0.6)]),
                       drawing(2, [0], 0.5, before=1, linked=[(0, 0, 0.7)])])
    track = graph.track
    assert track[0] == track[2] == track[5] and len({*track.tolist()}) == 4


def test_empty():
    """No drawing, no region, no link: nothing to solve, and no error."""
    assert len(ShotGraph([])) == 0 and ShotGraph([]).solve().color.tolist() == []
    lonely = ShotGraph([drawing(3, [], 0.5), drawing(4, [1], 0.5, before=3)])
    assert lonely.solve().color.tolist() == [1] and lonely.of(4) == slice(0, 1) and lonely.track.tolist() == [0]
