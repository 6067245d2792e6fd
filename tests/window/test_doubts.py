"""Doubt by region, frame and track."""

import pytest

from cmft_engine.pipeline.changes import Change
from cmft_engine.window.doubts import Doubts, doubts_of, node_of


@pytest.fixture
def doubts(colored):
    one = Doubts(colored.frames, 1.0)
    one.note(colored.frames, lambda frame: {})
    return one


def test_tracks_of_the_whole_shot(colored, doubts):
    """Each part of the figure is one track through all drawings, held frames counted once, most doubt first."""
    graph, sure = colored.graph, colored.graph.solve().confidence
    tracks = doubts.tracks(graph, sure)
    assert {track.worst.unsure.color for track in tracks} <= {"paper", "blue", "skin", "red"}
    assert all(set(track.frames) <= {2, 3, 5, 6} and len(track.frames) == len(track.doubts) for track in tracks)
    nodes = [node_of(graph, track.doubts[0].frame, track.doubts[0].unsure.label - 1) for track in tracks]
    amounts = [float(((1 - sure) * graph.visible)[graph.track == graph.track[node]].sum()) for node in nodes]
    assert [track.amount for track in tracks] == pytest.approx(amounts, abs=1e-5)
    assert amounts == sorted(amounts, reverse=True) and len(set(graph.track[nodes])) == len(tracks) > 1
    assert tracks[0].name == f"{tracks[0].worst.unsure.color}, {len(tracks[0].frames)} frames"
    assert tracks[0].reason and tracks[0].worst.amount == max(one.amount for one in tracks[0].doubts)


def test_a_frame_s_doubt_is_the_sum(colored, doubts):
    found = doubts_of(colored.frames[5], {}, 1.0)
    assert doubts.amount(5) == sum(one.amount for one in found) > 0 and doubts.amount(1) == 0
    x0, y0, x1, y1 = found[0].unsure.bbox
    assert found[0].middle == ((x0 + x1) / 2, (y0 + y1) / 2)


def test_what_was_set_is_no_doubt(colored):
    """A pinned region is sure, one that is left unpainted on purpose too; one that stays unsure is not."""
    before = doubts_of(colored.frames[5], {}, 1.0)
    region = before[0].unsure.label - 1
    for change, gone in ((Change(1, 1.0), 1), (Change(0, 0.0, True), 1), (Change(1, 0.4), 0)):
        assert len(doubts_of(colored.frames[5], {region: change}, 1.0)) == len(before) - gone


def test_nodes(colored):
    graph = colored.graph
    assert node_of(graph, 2, 0) == graph.of(2).start and node_of(graph, 2, 4) is None and node_of(graph, 4, 0) is None
