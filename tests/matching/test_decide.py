"""Votes become colours: one a region, or divided where the reference is."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.calibration import (
    CONFIDENCE_FEATURES,
    CUES,
    UNCALIBRATED,
    UNFITTED,
    UNFUSED,
    Calibration,
    Fitted,
)
from cmft_engine.matching.carry import CarriedPaint
from cmft_engine.matching.decide import decide
from cmft_engine.matching.votes import PIXEL_TRUST, TemporalVotes, Votes, color_chances, cues, fuse
from cmft_engine.shot.drawing import SegmentedDrawing

LABELS = np.array([[1, 1, 0, 2, 2], [1, 1, 0, 2, 2]], np.int32)
UNDER_INK = np.array([[1, 1, 1, 2, 2], [1, 1, 2, 2, 2]], np.int32)
DRAWING = SegmentedDrawing(LABELS == 0, LABELS, UNDER_INK, 2)


@pytest.fixture
def vote():
    """Votes of two regions and three colours, sure and undivided unless a test says otherwise."""
    def vote(**fields):
        values = {
            "color": [[0.9, 0.1, 0], [0, 0.2, 0.7]], "before": [[0.9, 0.1, 0], [0, 0.2, 0.7]],
            "flow": fields.pop("pixel", [[0, 1, 0], [0, 1, 0]]), "mixture": [0, 0], "known": [1, 1], "cycle": [1, 1],
            "flow_agreement": [1, 1], "area": [1, 1], "rgb": np.zeros((2, 5, 3)), **fields,
        }
        values.setdefault("match", values["flow"])
        arrays = {name: np.array(value, np.float32) for name, value in values.items()
                  if name not in ("by_flow", "by_match", "region_warps")}
        by = {name: np.array(fields.get(name, np.ones((2, 5))), np.int32) for name in ("by_flow", "by_match")}
        warps = np.array(fields.get("region_warps", np.zeros((0, 2, 5))), np.int32)
        return Votes(**arrays, **by, region_warps=warps)
    return vote


def test_the_winner_fills_the_region(vote):
    """Each region and the ink grown from it hold the region's first choice, whatever its pixels say."""
    decision = decide(DRAWING, vote())
    assert decision.index.tolist() == [[0, 0, 0, 2, 2], [0, 0, 2, 2, 2]]
    assert decision.index.dtype == np.int32
    assert decision.color.tolist() == [0, 2] and decision.runner_up.tolist() == [1, 1]
    assert not decision.divided.any()


def test_confidence_is_the_winners_share(vote):
    """Uncalibrated, confidence is the winner's probability."""
    assert np.allclose(decide(DRAWING, vote()).confidence, [0.9, 0.7])


def test_confidence_features(vote):
    """Calibration sees odds, margin, round before, cycle, agreements, known, width, flags and neighbours."""
    votes = vote(color=[[0.9, 0.1, 0], [0, 0, 0]], before=[[0.5, 0.5, 0], [0, 0, 0]], cycle=[0.5, 0], area=[100, 0],
                 flow=[[0.25, 0.75, 0], [0, 1, 0]], match=[[0.5, 0.5, 0], [0, 1, 0]],
                 flow_agreement=[0.75, 0], known=[0.5, 0])
    confidence_features = decide(DRAWING, votes).confidence_features
    nothing = np.log(1 / 999)
    assert confidence_features.shape == (2, len(CONFIDENCE_FEATURES))
    first, second = confidence_features
    assert first == pytest.approx([np.log(9), 0.8, 0, 0.5, 0.25, 0.5, 0.75, 0, np.log(10), 0, 0, 0], abs=1e-6)
    assert second == pytest.approx([0, 0.5, nothing, 0, 1, 1, 0, nothing, 0, 0, 1, 0], abs=1e-5)


def test_calibration_weighs_the_features(vote):
    """A calibration that counts only the cycle makes the region that holds in return the surer one."""
    only_cycle = np.array([4 * (name == "cycle") for name in CONFIDENCE_FEATURES] + [-2], np.float32)
    calibration = Calibration(single=Fitted(only_cycle, UNFUSED), temporal=UNFITTED)
    confidence = decide(DRAWING, vote(cycle=[0, 1]), calibration=calibration).confidence
    assert confidence == pytest.approx([1 / (1 + np.e**2), 1 / (1 + np.e**-2)])


def test_pixels_decide_where_regions_were_not_asked(vote):
    """A region without a region vote takes the colour of its pixels, with half the trust."""
    decision = decide(DRAWING, vote(color=[[0, 0, 0], [0, 0.2, 0.7]], pixel=[[0, 0.25, 0.75], [1, 0, 0]]))
    assert decision.color.tolist() == [2, 2]
    assert decision.confidence[0] == pytest.approx(0.75 * PIXEL_TRUST)


def test_a_tie_goes_to_the_first_entry(vote):
    """Equal votes are decided the same way every time."""
    assert decide(DRAWING, vote(color=[[0, 0.4, 0.4], [0.5, 0, 0.5]])).color.tolist() == [1, 0]


def test_one_color(vote):
    """A palette of one colour has no second choice: the runner-up is the winner."""
    decision = decide(DRAWING, vote(color=[[0.5], [0.5]], pixel=[[1], [1]], by_flow=np.zeros((2, 5))))
    assert decision.runner_up.tolist() == [0, 0] and (decision.index == 0).all()


def test_no_regions(vote):
    """A drawing without regions is filled with the first entry."""
    none = np.zeros((0, 3))
    empty = vote(color=none, before=none, pixel=none, mixture=[], known=[], cycle=[], flow_agreement=[], area=[])
    labels = np.zeros((2, 5), np.int32)
    decision = decide(SegmentedDrawing(labels == 0, labels, labels + 1, 0), empty)
    assert (decision.index == 0).all() and decision.confidence.size == 0


def test_a_mixed_region_is_divided_by_flow(vote):
    """Where the reference divides a region and flow is trusted, each pixel has the colour that flow brings."""
    flow = [[0, 1, 1, 0, 0], [1, 0, 0, 0, 0]]
    decision = decide(DRAWING, vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]], mixture=[0.4, 0], by_flow=flow))
    assert decision.divided.tolist() == [True, False]
    assert decision.index.tolist() == [[0, 1, 1, 2, 2], [1, 0, 2, 2, 2]]
    assert decision.confidence[0] > 0.99  # both colours count


def test_what_the_matched_region_shows_outvotes_flow(vote):
    """Pixels take what most ways carry to them; with as many on either side flow comes first."""
    one, two = np.zeros((2, 5), np.int32), np.ones((2, 5), np.int32)
    mixed = {"color": [[0.6, 0.4, 0], [0, 0.2, 0.7]], "mixture": [0.4, 0], "by_flow": one, "by_match": two}
    assert (decide(DRAWING, vote(**mixed)).index[:, :2] == 0).all()
    assert (decide(DRAWING, vote(**mixed, region_warps=(two, two))).index[:, :2] == 1).all()
    assert (decide(DRAWING, vote(**mixed, region_warps=(two, one))).index[:, :2] == 0).all()
    assert (decide(DRAWING, vote(**mixed, region_warps=(two, two))).index[:, 3:] == 2).all()


def test_confidence_features_of_a_divided_region(vote):
    """How far flow and match agree with a divided region is counted pixel by pixel."""
    flow, match = np.zeros((2, 5), np.int32), np.array([[0, 1, 1, 0, 0], [1, 1, 0, 0, 0]], np.int32)
    votes = vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]], mixture=[0.4, 0], by_flow=flow, by_match=match)
    confidence_features = decide(DRAWING, votes).confidence_features[0]
    columns = [CONFIDENCE_FEATURES.index(name) for name in ("flow", "match")]
    assert confidence_features[columns] == pytest.approx([1, 1 / 5])


def test_only_the_regions_own_colors_divide_it(vote):
    """A colour that the matched regions do not hold is not let in; the other way, then the winner, decide."""
    mixed = {"color": [[0.4, 0.6, 0], [0, 0.2, 0.7]], "mixture": [0.4, 0], "by_flow": np.full((2, 5), 2)}
    assert (decide(DRAWING, vote(**mixed, by_match=np.zeros((2, 5)))).index[:, :2] == 0).all()
    assert (decide(DRAWING, vote(**mixed, by_match=np.full((2, 5), 2))).index[:, :2] == 1).all()


def test_inputs_stay(vote):
    """Deciding changes none of the arrays it reads."""
    votes = vote(mixture=[1, 1])
    before = {name: None if value is None else value.copy() for name, value in vars(votes).items()}
    decide(DRAWING, votes)
    assert all(np.array_equal(getattr(votes, name), value) for name, value in before.items())


def _fused(*weights: float) -> Calibration:
    return replace(UNCALIBRATED, single=Fitted(UNFITTED.confidence, _weights(*weights)))


def _weights(*weights: float) -> np.ndarray:
    """What the first of CUES count; the others count nothing."""
    return np.array([*weights, *[0] * (len(CUES) - len(weights))], np.float32)


def test_flow_and_pixels_decide_between_near_rivals(vote):
    """Where two colours are nearly even by region match, what was carried there decides; sure ones stay."""
    votes = vote(color=[[0.48, 0.52, 0], [0, 0.05, 0.9]], flow=[[1, 0, 0], [0, 1, 0]], match=[[0.6, 0.4, 0], [0, 1, 0]])
    assert decide(DRAWING, votes).color.tolist() == [1, 2]
    assert decide(DRAWING, votes, calibration=_fused(1, 0, 0.5, 1)).color.tolist() == [0, 2]


def test_fusing_keeps_what_is_known(vote):
    """Colours share the chance that the region is in the reference at all; without weights for them, nothing moves."""
    votes = vote(color=[[0.3, 0.1, 0.1], [0, 0.2, 0.7]])
    fused = fuse(votes, None, _weights(0.7, 1.6, 0.5, 0.9))
    assert fused.sum(1) == pytest.approx([0.5, 0.9]) and fused[0, 1] > 0.1
    assert (fuse(votes, None, UNFUSED) == votes.color).all()
    plain = fuse(votes, None, _weights(1, 1e-9))
    assert plain == pytest.approx(votes.color, abs=3e-4)


def test_divided_regions_are_not_fused(vote):
    """A region of several colours keeps the chances that say which colours it may have."""
    votes = vote(mixture=[0.4, 0], color=[[0.5, 0.4, 0], [0, 0.2, 0.7]], flow=[[0, 0, 1], [0, 0, 1]])
    index = decide(DRAWING, votes, calibration=_fused(1, 0, 9, 9)).index
    assert 2 not in index[:, :2]


def test_each_cue_counts_by_its_own_weight(vote):
    """What is weighed is the log of the chance, the chance, flow, match and the neighbours, in this order."""
    rows = [0.4, 0.5, 0], [0.3, 0.1, 0], [0.2, 0.6, 0], [0.1, 0.4, 0]
    color, flow, match, neighbors = ([row, [0, 0.2, 0.7]] for row in rows)
    votes = vote(color=color, flow=flow, match=match)
    temporal = heard(votes, neighbors)
    apart = cues(votes, temporal)[0]
    wanted = [[np.log(0.4001), 0.4, 0.3, 0.2, 0.1], [np.log(0.5001), 0.5, 0.1, 0.6, 0.4]]
    assert apart[:2] == pytest.approx(np.array(wanted))
    for cue, ratio in ((1, 0.1), (2, -0.2), (3, 0.4), (4, 0.3)):
        weights = np.zeros(len(CUES), np.float32)
        weights[cue] = 2
        fused = fuse(votes, temporal, weights)[0]
        assert np.log(fused[1] / fused[0]) == pytest.approx(2 * ratio, abs=1e-5)


def heard(votes, neighbors) -> TemporalVotes:
    """Temporal votes that say so of the colours, and leave the match as it is."""
    return TemporalVotes(np.array(neighbors, np.float32), votes.color, votes.region_warps)


def test_temporal_votes_are_weighed_by_their_own_calibration(vote):
    """With temporal votes the weights fitted with them decide; by itself a drawing has its own."""
    named = np.array([name == "neighbors" for name in CONFIDENCE_FEATURES] + [0], np.float32)
    calibration = replace(UNCALIBRATED, temporal=Fitted(named, _weights(1, 0, 0, 0, 9)))
    votes = vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]])
    by_itself = decide(DRAWING, votes, calibration=calibration)
    together = decide(DRAWING, votes, heard(votes, [[0.1, 0.8, 0], [0, 0, 0]]), calibration=calibration)
    assert by_itself.color.tolist() == [0, 2] and by_itself.confidence == pytest.approx([0.6, 0.7])
    assert together.color.tolist() == [1, 2]
    assert together.confidence == pytest.approx([1 / (1 + np.exp(-0.8)), 0.5])


def test_temporal_votes_replace_the_match_of_divided_regions(vote):
    """Where neighbours turned a region of several colours, their colours and warps decide, not the drawing's own."""
    zeros, ones, twos = (np.full((2, 5), color, np.int32) for color in range(3))
    votes = vote(color=[[1, 0, 0], [0, 0.2, 0.7]], mixture=[0.4, 0], by_flow=twos, by_match=twos, region_warps=(zeros,))
    temporal = TemporalVotes(np.zeros((2, 3), np.float32), np.array([[0, 1, 0], [0, 0.2, 0.7]], np.float32), ones[None])
    assert (decide(DRAWING, votes).index[:, :2] == 0).all()
    assert (decide(DRAWING, votes, temporal).index[:, :2] == 1).all()


def test_one_color_is_sure(vote):
    """With a palette of one colour the margin is the whole chance: there is no runner-up to lose it to."""
    votes = vote(color=[[0.5], [0.5]], before=[[0.5], [0.5]], pixel=[[1], [1]], by_flow=np.zeros((2, 5)))
    assert decide(DRAWING, votes).confidence_features[:, CONFIDENCE_FEATURES.index("margin")].tolist() == [0.5, 0.5]


def test_chances_are_what_is_decided_by(vote):
    """A divided region keeps its match, one that was not asked its pixels, the others are fused."""
    votes = vote(color=[[0.5, 0.4, 0], [0, 0, 0]], mixture=[0.4, 0], pixel=[[0, 0, 1], [0.25, 0.75, 0]])
    wanted = np.array([[0.5, 0.4, 0], [0.125, 0.375, 0]])
    assert color_chances(votes, None, _weights(1, 0, 9, 9)) == pytest.approx(wanted)
    one = vote(color=[[0.5, 0.4, 0], [0.1, 0.2, 0.3]])
    assert color_chances(one, None, _weights(1, 0, 9, 9)) == pytest.approx(fuse(one, None, _weights(1, 0, 9, 9)))


def test_colors_without_support_change_nothing(vote):
    """A long palette neither moves a region nor makes it less sure."""
    short = vote(color=[[0.5, 0.3], [0.1, 0.8]], flow=[[1, 0], [0, 1]], before=[[0.5, 0.3], [0.1, 0.8]])
    padded = {name: np.pad(getattr(short, name), ((0, 0), (0, 200))) for name in ("color", "before", "flow", "match")}
    one, other = (decide(DRAWING, votes, calibration=_fused(0.4, 3, 0.3, 0.5)) for votes in (short, vote(**padded)))
    assert (one.color == other.color).all()
    assert one.confidence == pytest.approx(other.confidence, abs=1e-6)


def test_regions_that_were_not_asked_are_not_fused(vote):
    """Where only pixels speak they keep their half of a chance."""
    votes = vote(color=[[0, 0, 0], [0, 0.2, 0.7]], pixel=[[0, 0.25, 0.75], [1, 0, 0]])
    decision = decide(DRAWING, votes, calibration=_fused(0.4, 3, 0.3, 0.5))
    assert decision.color[0] == 2 and decision.confidence[0] == pytest.approx(0.75 * PIXEL_TRUST)


def test_the_painters_pixels_are_taken_where_the_region_may_have_them(vote):
    """A carried pixel replaces the decided colour, mixture and all, unless the region may not have its colour."""
    index = np.array([[1, 2, 0, 0, 0], [1, 1, 0, 2, 2]], np.int32)
    paints = PaintMap(index, np.zeros((2, 5), np.int32), np.full((2, 5), 0.25, np.float32))
    taken = np.zeros((2, 5), bool)
    taken[0, :2] = taken[0, 4] = True
    nowhere = np.zeros((2, 5), bool)
    decision = decide(DRAWING, replace(vote(), carried=CarriedPaint(paints, taken, nowhere)))
    assert decision.index.tolist() == [[1, 0, 0, 2, 2], [0, 0, 2, 2, 2]]
    assert decision.paints.share[0].tolist() == [0.25, 0, 0, 0, 0]
    assert decision.paints.second[0, 0] == 0


def test_soft_borders_are_shown_where_the_index_has_a_border(vote):
    """Of a divided region's carried mixtures those count that lie on the border decided; elsewhere it shows none."""
    labels = np.ones((5, 9), np.int32)
    index = np.repeat([[0, 0, 0, 0, 1, 1, 1, 1, 1]], 5, 0)
    share = np.zeros((5, 9), np.float32)
    votes = vote(color=[[0.6, 0.4, 0]], before=[[0.6, 0.4, 0]], pixel=[[0.6, 0.4, 0]], mixture=[0.4], known=[1],
                 cycle=[1], flow_agreement=[1], area=[45], rgb=np.zeros((5, 9, 3)), by_flow=index, by_match=index)
    share[:, [2, 3, 7]] = 0.25  # the last is of a border that the index has elsewhere
    first = np.where(np.arange(9) == 7, 0, index)
    paints = PaintMap(first.astype(np.int32), (1 - first).astype(np.int32), share)
    carried = CarriedPaint(paints, np.zeros((5, 9), bool), np.zeros((5, 9), bool))
    drawing = SegmentedDrawing(labels == 0, labels, labels, 1)
    shown = decide(drawing, replace(votes, carried=carried)).paints
    assert shown.share.tolist() == [[0, 0, 0.25, 0.25, 0, 0, 0, 0, 0]] * 5
    assert shown.first.tolist() == index.tolist()


def test_what_no_reference_shows_is_unknown(vote):
    """A region of which the network doubts that a reference shows it; one that it was not asked about is not."""
    votes = vote()
    sure = replace(votes, known=np.full_like(votes.known, 0.9))
    assert not decide(DRAWING, sure).unknown.any()
    doubtful = replace(votes, known=np.full_like(votes.known, 0.7))
    assert decide(DRAWING, doubtful).unknown.tolist() == votes.has_region_vote.tolist()
    left = decide(DRAWING, doubtful).finished(DRAWING, edges="painted", paper=0)
    inside = votes.has_region_vote[DRAWING.labels_under_ink - 1]
    assert (left.index[inside] == 0).all()
