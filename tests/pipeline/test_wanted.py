"""Corrections of every kind become changes of regions, and what has no effect is told, never dropped."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.matching.anchors import anchor_of
from cmft_engine.matching.origins import Matches
from cmft_engine.matching.shot_graph import GraphDrawing, Links, ShotGraph
from cmft_engine.pipeline.changes import Area, Change, Like, digest_of
from cmft_engine.pipeline.wanted import TOLD_WITHIN, Corrector
from cmft_engine.protocol.corrections import Correction

NAMES = ("paper", "red", "blue", "green")
FRAMES = (1, 2, 3, 4, 5)
DECIDED = {1: 1, 2: 2, 3: 2, 4: 4, 5: 5}  # frame 3 holds frame 2


def labels(at):
    """Two columns of three rows each: regions 1 to 6, moving right."""
    picture = np.zeros((30, 40 + at), np.int32)
    for row in range(3):
        for column in range(2):
            picture[row * 10:row * 10 + 10, at + column * 20:at + column * 20 + 20] = 1 + row * 2 + column
    picture[:, :at] = 1
    return picture


def drawing(at, before, *, free=(True,) * 6, painted=False, divided=(False,) * 6):
    same = np.arange(6)
    chance = np.full(6, 0.97, np.float32)
    links = Links(same, same, chance, chance) if before else Links(same[:0], same[:0], chance[:0], chance[:0])
    color = np.array([0, 1, 1, 2, 2, 3])
    alone = np.full((6, 4), 0.05, np.float32)
    alone[same, color] = 0.85
    return GraphDrawing(at, before, links, color, alone, np.full(6, 0.9, np.float32), np.array(free), painted,
                        np.array(divided), np.full(6, 0.9, np.float32))


def told(drawings):
    """The graph of drawings whose plates tell how sure the whole shot is."""
    graph = ShotGraph(drawings)
    return ShotGraph([replace(one, told=graph.settled[1][graph.of(one.frame)].copy()) for one in drawings])


def corrector_of(graph):
    return Corrector(graph, names=NAMES, paper=0, decided_at=DECIDED, labels_of=labels, showing=lambda *_: ())


@pytest.fixture
def corrector():
    graph = told([drawing(1, None), drawing(2, 1), drawing(4, 2, free=(True,) * 5 + (False,)), drawing(5, 4)])
    return corrector_of(graph)


def wanted(corrector, *corrections):
    found = corrector.wanted([one._replace(id=str(i)) for i, one in enumerate(corrections)])
    return {frame: dict(changes) for frame, changes in found.changes.items() if changes}, list(found.lost)


def colors(changes, region):
    return {frame: of[region].color for frame, of in changes.items() if region in of}


def test_nothing_to_correct(corrector):
    assert wanted(corrector) == ({}, [])


def test_pin_spreads_to_all_frames(corrector):
    """Held frames too; a region that was divided there keeps what it has."""
    changes, lost = wanted(corrector, Correction("pin", 1, ((25, 5),), "green"))
    assert not lost and colors(changes, 1) == dict.fromkeys(FRAMES, 3) and changes[1][1] == Change(3, 1.0, False)
    changes, _ = wanted(corrector, Correction("pin", 1, ((25, 25),), "red"))
    assert colors(changes, 5) == {1: 1, 2: 1, 3: 1, 5: 1}
    changes, _ = wanted(corrector, Correction("pin", 4, ((30, 25),), "red"))
    assert colors(changes, 5)[4] == 1  # pinned itself


def test_how_sure_all_is_with_corrections(corrector):
    """What a person set is sure, also in one drawing alone or to be left unpainted; the rest is as the shot has it."""
    alone = corrector.confidence(corrector.wanted(()))
    assert alone == pytest.approx(corrector.graph.settled[1], abs=TOLD_WITHIN) and alone.max() < 1
    corrections = [Correction("pin", 1, ((25, 5),), "green", id="a"), Correction("unknown", 4, ((30, 25),), id="b")]
    found = corrector.confidence(corrector.wanted(corrections))
    pinned, unknown = corrector.graph.of(1).start + 1, corrector.graph.of(4).start + 5
    assert found[pinned] == found[unknown] == 1 and np.sum(found > alone) > 2
    untouched = corrector.graph.of(1).start + 2
    assert found[untouched] == alone[untouched]


def test_doubt_of_the_whole_shot():
    """A drawing that is surer than the whole shot is told so, with what it found; corrections do not move it."""
    drawings = [drawing(1, None, painted=True), drawing(2, 1), drawing(4, 2)]
    graph = told(drawings)
    drawings = [replace(one, told=graph.settled[1][graph.of(one.frame)].copy()) for one in drawings]
    drawings[2].told[3] -= 0.3
    sure = float(ShotGraph(drawings).settled[1][15])
    corrector = Corrector(ShotGraph(drawings), names=NAMES, paper=0, decided_at={1: 1, 2: 2, 4: 4},
                          labels_of=lambda at: labels(at), showing=lambda at, entry: ())
    (change,) = wanted(corrector)[0][4].items()
    assert change == (3, Change(2, pytest.approx(sure, abs=1e-4))) and change[1].is_as_found(2)
    pinned = wanted(corrector, Correction("pin", 2, ((30, 5),), "green"))[0]
    assert pinned[4][3] == change[1]


@pytest.fixture
def off():
    """A painted frame and three others, in whose second last a divided region shows what is no color of its origin."""
    chance = np.eye(6, dtype=np.float32)
    matches = Matches.of({0: chance}, np.arange(6), np.ones(6, bool))
    divided = (True,) * 2 + (False,) * 4
    parts = [replace(drawing(at, before, free=tuple(not one for one in divided), painted=at == 1, divided=divided),
                     matches=matches) for at, before in ((1, None), (2, 1), (4, 2), (5, 4))]
    parts[0] = replace(parts[0], alone=np.eye(4, dtype=np.float32)[parts[0].color])
    parts[2].color[1] = 3
    return corrector_of(told(parts))


def test_a_region_is_painted_like_its_origin(off):
    """Whether a reference shows it stays as found, and corrections change what it is like, or what it is."""
    changes, _ = wanted(off)
    assert list(changes) == [4] and changes[4][1].like == Like(1, 1) and changes[4][1].color == 1
    assert changes[4][1].unknown is None and not changes[4][1].is_flat
    pinned, _ = wanted(off, Correction("pin", 4, ((30, 5),), "blue"))
    assert pinned[4][1] == Change(2, 1.0, False)
    other, _ = wanted(off, Correction("pin", 1, ((25, 5),), "green"))
    assert other[4][1].like == Like(1, 1, Change(3, 1.0, False)) and other[4][1].color == 3
    area = Correction("area", 2, ((25, 5),), "green")
    assert wanted(off, area)[0][4][1].like[:2] == (2, 1)


def test_an_approved_region_with_another_origin_stays(off):
    """As it was found, where that is what was approved."""
    approve = Correction("approve", 4, colors=((10.0, 5.0, "paper"), (30.0, 5.0, "")))
    assert 1 not in wanted(off, approve)[0].get(4, {})


def test_later_pins_win(corrector):
    """Of one region the later; between two of a track the nearer."""
    both = Correction("pin", 1, ((25, 5),), "green"), Correction("pin", 1, ((25, 5),), "blue")
    assert set(colors(wanted(corrector, *both)[0], 1).values()) == {2}
    ends = Correction("pin", 1, ((25, 5),), "green"), Correction("pin", 5, ((28, 5),), "blue")
    assert colors(wanted(corrector, *ends)[0], 1) == {1: 3, 2: 3, 3: 3, 4: 2, 5: 2}


def test_lock_stays_where_it_is(corrector):
    """It holds its region against other pins and spreads nowhere."""
    pin = Correction("pin", 1, ((25, 5),), "green")
    changes, _ = wanted(corrector, pin, Correction("lock", 4, ((30, 5),), "red"))
    assert colors(changes, 1) == {1: 3, 2: 3, 3: 3, 4: 1, 5: 3}


def test_approved_frame(corrector):
    """Its regions count as pins, and a pin of another frame changes none of them."""
    approve = Correction("approve", 4, colors=((30.0, 5.0, "blue"), (10.0, 5.0, "paper"), (10.0, 15.0, "")))
    changes, _ = wanted(corrector, approve)
    assert colors(changes, 1) == dict.fromkeys(FRAMES, 2)
    changes, _ = wanted(corrector, approve, Correction("pin", 1, ((25, 5),), "green"),
                        Correction("pin", 1, ((5, 15),), "green"))
    assert colors(changes, 1)[4] == 2 and colors(changes, 1)[1] == 3
    assert 4 not in colors(changes, 2) and colors(changes, 2)[5] == 3  # it had no color of its own, and is kept


def test_stroke(corrector):
    """All regions under it, in its color; a graze of one pixel is none."""
    changes, _ = wanted(corrector, Correction("stroke", 2, ((30, 5), (30, 28)), "green"))
    assert [colors(changes, region)[2] for region in (1, 3, 5)] == [3, 3, 3] and 0 not in changes[2]
    changes, _ = wanted(corrector, Correction("stroke", 2, ((22, 5), (30, 5)), "green"))
    assert 1 in changes[2] and 0 not in changes[2]


def test_like_another_region(corrector):
    """It is painted like that region, and so is its part in other frames; a sheet's regions are not known any more."""
    changes, _ = wanted(corrector, Correction("pin", 4, ((30, 5),), like=(1, 5.0, 25.0)))
    assert changes[4] == {1: Change(2, 1.0, False, Like(1, 4))} and set(changes) == set(FRAMES)
    assert all(of[1].like == Like(1, 4) and of[1].color == 2 for of in changes.values())
    assert changes[5][1].confidence == pytest.approx(0.97, abs=1e-3)
    for like, said in ((None, 5.0, 5.0), "not of a sheet"), ((9, 5.0, 5.0), "frame 9 is not"), ((1, 900.0, 5.0), "900"):
        assert said in wanted(corrector, Correction("pin", 4, ((30, 5),), like=like))[1][0].reason


def test_like_a_region_that_others_changed(corrector):
    """It is painted like what that region shows: in the colour that spread to it, left unpainted, or with a pattern."""
    like = Correction("pin", 5, ((32, 25),), like=(4, 30.0, 5.0))
    found = wanted(corrector, Correction("pin", 1, ((25, 5),), "green"), like)[0]
    assert found[5][5] == Change(3, 1.0, False, Like(4, 1, Change(3, 1.0, False)))
    found = wanted(corrector, Correction("unknown", 4, ((30, 5),)), like)[0]
    assert found[5][5] == Change(0, 1.0, False, Like(4, 1, Change(0, 0.0, True)))
    area = Correction("area", 1, ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0)), "green")
    found = wanted(corrector, area, like)[0]
    assert found[5][5].like == found[4][1].like == Like(1, 1, found[1][1])


def test_a_region_is_not_painted_like_itself(corrector):
    """What goes on from a copy leaves the region that was copied as it is, but surer."""
    changes, _ = wanted(corrector, Correction("pin", 4, ((30, 5),), like=(2, 30.0, 5.0)))
    assert changes[2][1].is_as_found(1) and all(changes[frame][1].like == Like(2, 1) for frame in (1, 4, 5))


def test_likes_one_after_the_other():
    """A long chain leads to what its last region shows, however long."""
    frames = range(1, 601)
    corrector = Corrector(told([drawing(at, at - 1 if at > 1 else None) for at in frames]), names=NAMES, paper=0,
                          decided_at={at: at for at in frames}, labels_of=lambda at: labels(0), showing=lambda *_: ())
    likes = [Correction("pin", at, ((25, 5),), like=(at + 1, 25.0, 5.0)) for at in frames[:-1]]
    changes, lost = wanted(corrector, *likes, Correction("pin", 600, ((25, 5),), "green"))
    assert not lost and changes[1][1] == Change(3, 1.0, False, Like(600, 1, Change(3, 1.0, False)))
    areas = [Correction("area", at, ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0)), "green") for at in frames]
    found = wanted(corrector, *likes, *areas)[0][1]
    assert digest_of(found) and found[1].like[:2] == (2, 1)  # of areas in each, as many as MAX_COPIED follow


def test_likes_in_a_ring(corrector):
    """Regions that are to be like each other are as they were, each like the other."""
    changes, lost = wanted(corrector, Correction("pin", 4, ((30, 5),), like=(5, 30.0, 25.0)),
                           Correction("pin", 5, ((30, 25),), like=(4, 30.0, 5.0)))
    assert not lost and changes[4][1].like.change.like.change is None
    assert (changes[4][1].color, changes[5][5].color) == (1, 3)


def test_area(corrector):
    """It changes a part of its region, and regions that correspond are painted like it; a pin over it ends it."""
    outline = ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0), (25.0, 8.0))
    area = Correction("area", 4, outline, "green")
    changes, lost = wanted(corrector, area)
    assert not lost and changes[4] == {1: Change(1, 1.0, False, None, (Area(3, outline),))}
    assert changes[5][1].like == Like(4, 1, changes[4][1]) and not changes[5][1].is_flat
    pinned = wanted(corrector, Correction("pin", 4, ((30, 5),), "blue"), area)[0]
    assert pinned[4][1].areas == (Area(2), Area(3, outline)) and pinned[4][1].color == 2
    assert wanted(corrector, area, Correction("pin", 4, ((30, 5),), "blue"))[0][4][1] == Change(2, 1.0, False)
    held = wanted(corrector, area, Correction("pin", 5, ((32, 5),), "blue"))[0]
    assert held[4] == changes[4] and held[5][1] == Change(2, 1.0, False)


def test_area_moves_with_its_region(corrector):
    """In a redrawn plate the outline goes where the region is; where none looks like it, that is told."""
    anchor = anchor_of(labels(4), 2)
    there = tuple((x + 3.0, y) for x, y in ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0)))
    changes, _ = wanted(corrector, Correction("area", 4, there, "green", anchors=(anchor._replace(box=tuple(
        edge + 3 * (i % 2 == 0) for i, edge in enumerate(anchor.box))),)))
    assert changes[4][1].areas[0].points == ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0))
    far = anchor._replace(area=4, shape="8" + "0" * 63)
    lost = wanted(corrector, Correction("area", 4, there, "green", anchors=(far,)))[1]
    assert "looks like the corrected one" in lost[0].reason


def test_approved_patterns_spread():
    """From an approved frame, to regions of several colours; no pattern reaches an approved or painted frame."""
    several = (False, True) + (False,) * 4
    free = tuple(not one for one in several)
    graph = told([drawing(1, None, painted=True), *(drawing(at, before, free=free, divided=several)
                                                    for at, before in ((2, 1), (4, 2), (5, 4)))])
    corrector = corrector_of(graph)
    as_is = Correction("approve", 5, colors=((32.0, 5.0, ""),))
    assert wanted(corrector, as_is)[0] == {4: {1: Change(1, pytest.approx(0.97, abs=1e-3), False, Like(5, 1))}}
    kept = as_is._replace(frame=4, colors=((30.0, 5.0, ""),), likes=((30.0, 5.0, 5, 32.0, 5.0),))
    assert wanted(corrector, as_is, kept)[0][4] == {1: Change(1, 1.0, False, Like(5, 1))}


def test_unknown(corrector):
    """Left unpainted, unsure and marked, here alone."""
    changes, _ = wanted(corrector, Correction("unknown", 2, ((30, 5),)))
    assert changes == {2: {1: Change(0, 0.0, True)}, 3: {1: Change(0, 0.0, True)}}


def test_recolor(corrector):
    """A color in some frames, within a box or along a track; what was pinned to it before counts."""
    everywhere = Correction("recolor", 2, (), "green", "red", last=4)
    changes, _ = wanted(corrector, everywhere)
    assert changes == {frame: {1: Change(3, 1.0, False), 2: Change(3, 1.0, False)} for frame in (2, 3, 4)}
    changes, _ = wanted(corrector, everywhere._replace(box=(20, 0, 60, 10)))
    assert {frame: set(of) for frame, of in changes.items()} == {2: {1}, 3: {1}, 4: {1}}
    changes, _ = wanted(corrector, everywhere._replace(points=((5, 15),), at=1))
    assert {frame: set(of) for frame, of in changes.items()} == {2: {2}, 3: {2}, 4: {2}}
    changes, _ = wanted(corrector, Correction("pin", 1, ((5, 5),), "red"), everywhere)
    assert 0 in changes[4] and changes[4][0].color == 3 and changes[5][0].color == 1


def test_recolor_reaches_regions_of_several_colors():
    """Where their drawing found the colour it is swapped; so it is in copies, in areas, and where they were pinned."""
    several = (False, True, True) + (False,) * 3
    free = tuple(not one for one in several)
    graph = told([drawing(1, None, painted=True), *(drawing(at, before, free=free, divided=several)
                                                    for at, before in ((2, 1), (4, 2), (5, 4)))])
    corrector = Corrector(graph, names=NAMES, paper=0, decided_at=DECIDED, labels_of=lambda at: labels(at),
                          showing=lambda at, entry: (1,) if (at, entry) == (4, 3) else ())
    recolor = Correction("recolor", 2, (), "blue", "green", last=4)

    def found(*corrections):
        return {frame: of[1] for frame, of in wanted(corrector, *corrections)[0].items() if 1 in of}

    assert found(recolor) == {4: Change(1, pytest.approx(0.993, abs=1e-3), swaps=((3, 2),))}
    area = Correction("area", 2, ((25.0, 1.0), (35.0, 1.0), (35.0, 8.0)), "green")
    assert found(area, recolor)[2].areas[0].color == 3 and found(area, recolor)[2].swaps == ((3, 2),)
    assert found(area, recolor)[5].like is not None and found(area, recolor)[5].swaps == ()
    assert found(Correction("pin", 2, ((30, 5),), "green"), recolor)[2] == Change(2, 1.0, False)
    again = recolor._replace(old="blue", color="red")
    assert found(recolor, again)[4].swaps == ((3, 2), (2, 1))


def test_recolor_leaves_what_was_settled_before(corrector):
    """A locked region and an approved frame keep their colours; what was recoloured before stays so."""
    recolor = Correction("recolor", 1, (), "green", "red", last=5)
    lock = Correction("lock", 4, ((30, 5),), "red")
    approve = Correction("approve", 5, colors=((28.0, 5.0, "red"), (8.0, 15.0, "red")))
    changes, _ = wanted(corrector, lock, approve, recolor)
    assert changes[4][1].color == 1 and changes[4][2].color == 3 and changes[5][1].color == changes[5][2].color == 1
    changes, _ = wanted(corrector, recolor, lock, approve)
    assert changes[4][1].color == 3 and changes[5][2].color == 3


def test_recolors_stay_in_their_frames(corrector):
    """What an approval keeps of a frame is what it has without them."""
    found = corrector.wanted([Correction("recolor", 2, (), "green", "red", id="a"),
                              Correction("pin", 4, ((30, 5),), "blue", id="b")])
    assert found.before_recolors[2][1].color == 2 and 2 not in found.before_recolors[2]
    assert found.changes[2][2].color == 3


def test_approval_keeps_a_lock_one(corrector):
    lock = Correction("lock", 4, ((30, 5),), "green")
    changes, _ = wanted(corrector, lock, Correction("approve", 4, colors=((30.0, 5.0, "green"),)))
    assert colors(changes, 1) == {4: 3}


def test_one_frame_of_a_held_drawing(corrector):
    changes, _ = wanted(corrector, Correction("recolor", 3, (), "green", "red"))
    assert set(changes) == {3}


@pytest.mark.parametrize("correction, said", [
    (Correction("pin", 9, ((5, 5),), "red"), "frame 9 is not coloured"),
    (Correction("pin", 1, ((5, 5),), "mauve"), 'no color "mauve"'),
    (Correction("pin", 1, ((500, 5),), "red"), "no region at 500, 5"),
    (Correction("stroke", 1, ((500, 5), (600, 6)), "red"), "no region at 500, 5"),
    (Correction("recolor", 1, (), "red", "mauve"), 'no color "mauve"'),
    (Correction("approve", 1, colors=((5.0, 5.0, "mauve"),)), 'no color "mauve"'),
])
def test_what_has_no_effect_is_told(corrector, correction, said):
    changes, lost = wanted(corrector, correction)
    assert not changes and said in lost[0].reason and lost[0].correction.kind == correction.kind


def test_switched_off_and_undone(corrector):
    pin = Correction("pin", 1, ((25, 5),), "green")
    assert wanted(corrector, pin._replace(on=False), pin._replace(undone=True)) == ({}, [])


def test_redrawn(corrector):
    """A pin says so where no region looks like the one that it was made in."""
    anchor = anchor_of(labels(5), 4)
    correction = Correction("pin", 5, ((30, 15),), "red", anchors=(anchor,))
    assert wanted(corrector, correction)[0][5][3].color == 1
    lost = wanted(corrector, correction._replace(anchors=(anchor._replace(area=4, shape="8" + "0" * 63),)))[1]
    assert "looks like the corrected one" in lost[0].reason


def test_digest():
    """Of what is wanted, in any order; nothing has none."""
    one, other = Change(1, 0.5), Change(2, 1.0, True)
    like = Change(1, 0.5, like=Like(4, 1, Change(2, 1.0, areas=(Area(1, ((1.0, 2.0),)),))))
    other_area = Change(1, 0.5, like=Like(4, 1, Change(2, 1.0, areas=(Area(1, ((1.0, 3.0),)),))))
    assert digest_of({1: like}) != digest_of({1: other_area})  # what it is painted like has changed
    assert digest_of({}) == "" and digest_of({1: one, 2: other}) == digest_of({2: other, 1: one})
    assert len({digest_of({1: one}), digest_of({1: other}), digest_of({2: one})}) == 3
