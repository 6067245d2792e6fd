"""A settled shot says how sure it is, and where patterns go on."""

import numpy as np
import pytest

from cmft_engine.matching.settled import pattern_sources, summed_doubt, track_ranks, visibility
from cmft_engine.matching.shot_graph import ShotGraph
from tests.matching.test_shot_graph import chain, drawing


def test_doubt_of_a_track():
    """A region is less sure where its track is, and where the painting brings another colour; a painting is sure."""
    drawings = [drawing(0, [0], 0.9, painted=True), drawing(1, [0], 0.9, before=0, linked=[(0, 0, 0.9)]),
                drawing(2, [0], 0.9, before=1, linked=[(0, 0, 0.9)])]
    sure = ShotGraph(drawings).settled[1]
    assert sure[0] == 1 and (sure[1:] > 0.9).all()
    drawings[2] = drawing(2, [0], 0.3, before=1, linked=[(0, 0, 0.9)])
    less = ShotGraph(drawings).settled[1]
    assert less[1] < sure[1] and less[2] < sure[2]
    strange = ShotGraph(drawings).features(np.array([0, 1, 0]))
    assert strange[1, 2] == pytest.approx(-0.9, abs=1e-3) and strange[2, 2] == pytest.approx(0.81, abs=1e-3)
    single = ShotGraph([drawing(4, [1], 0.5)])
    alone = single.features(np.array([1]))
    assert alone[0, 0] == pytest.approx(alone[0, 1]) and alone[0, 2] == 0
    assert single.settled[1].tolist() == [0.5]  # as its drawing tells it


def sources(graph, start, patterns, kept=()):
    field = graph.field(np.array([start]))
    return pattern_sources(field.source, field.strength, patterns, divided=graph.divided,
                           kept=np.isin(np.arange(len(graph)), kept)).tolist()


def test_patterns_go_along_chains():
    """Of what was approved to divided regions, of what a person made to any that a pin would reach; never to a kept."""
    graph, strong = chain([0, 0, 0, 0, 0], strength=0.8), chain([0, 0, 0, 0, 0], strength=0.9)
    graph.divided[[1, 3]] = True
    assert sources(graph, 0, {0: False}) == [-1, 0, -1, 0, -1]
    assert sources(graph, 2, {2: False}) == [-1, 2, -1, 2, -1]
    assert sources(graph, 0, {0: True}) == [-1, 0, -1, 0, -1]  # 0.64 is no sure chain
    assert sources(strong, 0, {0: True}) == [-1, 0, 0, 0, -1]
    assert sources(strong, 0, {0: True}, kept=[1]) == [-1, -1, 0, 0, -1]
    assert sources(strong, 0, {}) == [-1] * 5


def test_tracks_by_their_doubt():
    """The sum over a track counts, of equals the smaller number."""
    sure = np.array([0.9, 0.5, 0.9, 0.5, 0.9, 0.2], np.float32)
    seen, track = np.ones(6, np.float32), np.array([3, 0, 3, 1, 3, 2])
    assert track_ranks(track, sure, seen).tolist() == [3, 1, 3, 2, 3, 0]
    assert track_ranks(track, sure, np.array([1, 1, 1, 1, 1, 0.2], np.float32)).tolist() == [2, 0, 2, 1, 2, 3]
    assert summed_doubt(track, sure, seen) == pytest.approx([0.5, 0.5, 0.8, 0.3])
    assert track_ranks(*(np.zeros(0, kind) for kind in (np.intp, np.float32, np.float32))).tolist() == []


def test_how_well_regions_are_seen():
    """From 20 px of a picture of 512x512 on as well as any, at any size of the picture."""
    for scale in (1, 4):
        found = visibility(np.array([0, 5, 20, 900]) * scale, 512 * 512 * scale)
        assert found == pytest.approx([0, 0.25, 1, 1])
