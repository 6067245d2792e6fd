"""Clicks are counted as a person would make them, with corrections that travel and without."""

import numpy as np

from benchmarks.clicks.colorist import Truth, largest_first, of_chains, of_graph, one_by_one
from cmft_engine.matching.shot_graph import GraphDrawing, Links, ShotGraph


def shot(strength):
    """Two regions in each of four drawings, linked with those before; all found to be of color 0."""
    same = np.arange(2)
    drawings = []
    for frame in range(4):
        chance = np.full(2 if frame else 0, strength, np.float32)
        alone = np.tile(np.array([0.8, 0.1, 0.1], np.float32), (2, 1))
        links = Links(same[:len(chance)], same[:len(chance)], chance, chance)
        drawings.append(GraphDrawing(frame, frame - 1 if frame else None, links, np.zeros(2, np.intp), alone,
                                     np.full(2, 0.8, np.float32), np.ones(2, bool), False, np.zeros(2, bool),
                                     np.full(2, 0.8, np.float32)))
    return ShotGraph(drawings)


def truth(*colors, judged=True):
    colors = np.array(colors)
    return Truth(colors, np.full(len(colors), judged), np.arange(1, len(colors) + 1),
                 np.repeat(np.arange(len(colors) // 2), 2))


def test_one_click_for_a_part_that_is_wrong_everywhere():
    """Along strong chains one click mends all, along weak ones each needs its own."""
    wanted = truth(*[0, 1] * 4)
    assert one_by_one(wanted, np.zeros(8, np.intp)).clicks == 4
    assert largest_first(wanted, of_graph(shot(0.97))) == (1, 0)
    assert largest_first(wanted, of_graph(shot(0.1))) == (4, 0)


def test_spoiled_regions_are_clicked_again():
    """A part whose color changes in truth is pinned into the right drawings, and what a pin spoils is counted."""
    wanted = truth(0, 0, 0, 0, 0, 0, 0, 1)
    found = largest_first(wanted, of_graph(shot(0.97)))
    assert found.spoiled > 0 and found.clicks == 2


def test_nothing_to_do():
    assert largest_first(truth(*[0] * 8), of_graph(shot(0.9))) == (0, 0)
    assert largest_first(truth(*[1] * 8, judged=False), of_graph(shot(0.9))) == (0, 0)


def test_other_methods_get_the_same_chains():
    """A rule's colours are sure of themselves: only the strongest chains change them."""
    graph, wanted = shot(0.97), truth(*[0, 1] * 4)
    assert largest_first(wanted, of_chains(graph, np.zeros(8, np.intp))) == (1, 0)
    weak = shot(0.6)
    assert largest_first(wanted, of_chains(weak, np.zeros(8, np.intp))) == (4, 0)
