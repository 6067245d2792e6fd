"""Votes become colours: one a region, or divided where the reference is."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.matching.decide import (
    PIXEL_TRUST,
    SIGNS,
    UNCALIBRATED,
    UNFITTED,
    UNFUSED,
    VOICES,
    Calibration,
    Fitted,
    Votes,
    chances,
    fuse,
    snap,
    voices,
)

LABELS = np.array([[1, 1, 0, 2, 2], [1, 1, 0, 2, 2]], np.int32)
GROWN = np.array([[1, 1, 1, 2, 2], [1, 1, 2, 2, 2]], np.int32)


@pytest.fixture
def vote():
    """Votes of two regions and three colours, sure and undivided unless a test says otherwise."""
    def vote(**fields):
        values = {
            "color": [[0.9, 0.1, 0], [0, 0.2, 0.7]], "before": [[0.9, 0.1, 0], [0, 0.2, 0.7]],
            "flow": fields.pop("pixel", [[0, 1, 0], [0, 1, 0]]), "mixture": [0, 0], "known": [1, 1], "cycle": [1, 1],
            "trust": [1, 1], "area": [1, 1], "rgb": np.zeros((2, 5, 3)), **fields,
        }
        values.setdefault("match", values["flow"])
        arrays = {name: np.array(value, np.float32) for name, value in values.items()
                  if name not in ("by_flow", "by_match", "laid")}
        by = {name: np.array(fields.get(name, np.ones((2, 5))), np.int32) for name in ("by_flow", "by_match")}
        return Votes(**arrays, **by, laid=np.array(fields.get("laid", np.zeros((0, 2, 5))), np.int32))
    return vote


def test_the_winner_fills_the_region(vote):
    """Each region and the ink grown from it hold the region's first choice, whatever its pixels say."""
    snapped = snap(LABELS, GROWN, vote())
    assert snapped.index.tolist() == [[0, 0, 0, 2, 2], [0, 0, 2, 2, 2]]
    assert snapped.index.dtype == np.int32
    assert snapped.color.tolist() == [0, 2] and snapped.runner_up.tolist() == [1, 1]
    assert not snapped.divided.any()


def test_confidence_is_the_winners_share(vote):
    """Uncalibrated, confidence is the winner's probability."""
    assert np.allclose(snap(LABELS, GROWN, vote()).confidence, [0.9, 0.7])


def test_signs(vote):
    """Calibration sees odds, margin, round before, cycle, agreements, trust, known, width, flags and those around."""
    votes = vote(color=[[0.9, 0.1, 0], [0, 0, 0]], before=[[0.5, 0.5, 0], [0, 0, 0]], cycle=[0.5, 0], area=[100, 0],
                 flow=[[0.25, 0.75, 0], [0, 1, 0]], match=[[0.5, 0.5, 0], [0, 1, 0]], trust=[0.75, 0], known=[0.5, 0])
    signs = snap(LABELS, GROWN, votes).signs
    nothing = np.log(1 / 999)
    assert signs.shape == (2, len(SIGNS))
    assert signs[0] == pytest.approx([np.log(9), 0.8, 0, 0.5, 0.25, 0.5, 0.75, 0, np.log(10), 0, 0, 0], abs=1e-6)
    assert signs[1] == pytest.approx([0, 0.5, nothing, 0, 1, 1, 0, nothing, 0, 0, 1, 0], abs=1e-5)


def test_calibration_weighs_the_signs(vote):
    """A calibration that counts only the cycle makes the region that holds in return the surer one."""
    only_cycle = np.array([4 * (sign == "cycle") for sign in SIGNS] + [-2], np.float32)
    calibration = Calibration(alone=Fitted(only_cycle, UNFUSED), around=UNFITTED)
    confidence = snap(LABELS, GROWN, vote(cycle=[0, 1]), calibration=calibration).confidence
    assert confidence == pytest.approx([1 / (1 + np.e**2), 1 / (1 + np.e**-2)])


def test_pixels_decide_where_regions_were_not_asked(vote):
    """A region without a region vote takes the colour of its pixels, with half the trust."""
    snapped = snap(LABELS, GROWN, vote(color=[[0, 0, 0], [0, 0.2, 0.7]], pixel=[[0, 0.25, 0.75], [1, 0, 0]]))
    assert snapped.color.tolist() == [2, 2]
    assert snapped.confidence[0] == pytest.approx(0.75 * PIXEL_TRUST)


def test_a_tie_goes_to_the_first_entry(vote):
    """Equal votes are decided the same way every time."""
    assert snap(LABELS, GROWN, vote(color=[[0, 0.4, 0.4], [0.5, 0, 0.5]])).color.tolist() == [1, 0]


def test_one_color(vote):
    """A palette of one colour has no second choice: the runner-up is the winner."""
    snapped = snap(LABELS, GROWN, vote(color=[[0.5], [0.5]], pixel=[[1], [1]], by_flow=np.zeros((2, 5))))
    assert snapped.runner_up.tolist() == [0, 0] and (snapped.index == 0).all()


def test_no_regions(vote):
    """A drawing without regions is filled with the first entry."""
    none = np.zeros((0, 3))
    empty = vote(color=none, before=none, pixel=none, mixture=[], known=[], cycle=[], trust=[], area=[])
    snapped = snap(np.zeros((2, 5), np.int32), np.ones((2, 5), np.int32), empty)
    assert (snapped.index == 0).all() and snapped.confidence.size == 0


def test_a_mixed_region_is_divided_by_flow(vote):
    """Where the reference divides a region and flow is trusted, each pixel has the colour that flow brings."""
    flow = [[0, 1, 1, 0, 0], [1, 0, 0, 0, 0]]
    snapped = snap(LABELS, GROWN, vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]], mixture=[0.4, 0], by_flow=flow))
    assert snapped.divided.tolist() == [True, False]
    assert snapped.index.tolist() == [[0, 1, 1, 2, 2], [1, 0, 2, 2, 2]]
    assert snapped.confidence[0] > 0.99  # both colours count


def test_what_the_matched_region_shows_outvotes_flow(vote):
    """Pixels take what most ways carry to them; with as many on either side flow comes first."""
    one, two = np.zeros((2, 5), np.int32), np.ones((2, 5), np.int32)
    mixed = {"color": [[0.6, 0.4, 0], [0, 0.2, 0.7]], "mixture": [0.4, 0], "by_flow": one, "by_match": two}
    assert (snap(LABELS, GROWN, vote(**mixed)).index[:, :2] == 0).all()
    assert (snap(LABELS, GROWN, vote(**mixed, laid=(two, two))).index[:, :2] == 1).all()
    assert (snap(LABELS, GROWN, vote(**mixed, laid=(two, one))).index[:, :2] == 0).all()
    assert (snap(LABELS, GROWN, vote(**mixed, laid=(two, two))).index[:, 3:] == 2).all()


def test_signs_of_a_divided_region(vote):
    """How far flow and match agree with a divided region is counted pixel by pixel."""
    flow, match = np.zeros((2, 5), np.int32), np.array([[0, 1, 1, 0, 0], [1, 1, 0, 0, 0]], np.int32)
    votes = vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]], mixture=[0.4, 0], by_flow=flow, by_match=match)
    signs = snap(LABELS, GROWN, votes).signs[0]
    assert signs[[SIGNS.index("flow"), SIGNS.index("match")]] == pytest.approx([1, 1 / 5])


def test_only_the_regions_own_colors_divide_it(vote):
    """A colour that the matched regions do not hold is not let in; the other way, then the winner, decide."""
    mixed = {"color": [[0.4, 0.6, 0], [0, 0.2, 0.7]], "mixture": [0.4, 0], "by_flow": np.full((2, 5), 2)}
    assert (snap(LABELS, GROWN, vote(**mixed, by_match=np.zeros((2, 5)))).index[:, :2] == 0).all()
    assert (snap(LABELS, GROWN, vote(**mixed, by_match=np.full((2, 5), 2))).index[:, :2] == 1).all()


def test_inputs_stay(vote):
    """Deciding changes none of the arrays it reads."""
    votes = vote(mixture=[1, 1])
    before = {name: None if value is None else value.copy() for name, value in vars(votes).items()}
    snap(LABELS, GROWN, votes)
    assert all(np.array_equal(getattr(votes, name), value) for name, value in before.items())


def _fused(*weights: float) -> Calibration:
    return replace(UNCALIBRATED, alone=Fitted(UNFITTED.confidence, _weights(*weights)))


def _weights(*weights: float) -> np.ndarray:
    """What the first of VOICES count; the others count nothing."""
    return np.array([*weights, *[0] * (len(VOICES) - len(weights))], np.float32)


def test_flow_and_pixels_decide_between_near_rivals(vote):
    """Where two colours are nearly even by region match, what was carried there decides; sure ones stay."""
    votes = vote(color=[[0.48, 0.52, 0], [0, 0.05, 0.9]], flow=[[1, 0, 0], [0, 1, 0]], match=[[0.6, 0.4, 0], [0, 1, 0]])
    assert snap(LABELS, GROWN, votes).color.tolist() == [1, 2]
    assert snap(LABELS, GROWN, votes, calibration=_fused(1, 0, 0.5, 1)).color.tolist() == [0, 2]


def test_fusing_keeps_what_is_known(vote):
    """Colours share the chance that the region is in the reference at all; without weights for them, nothing moves."""
    votes = vote(color=[[0.3, 0.1, 0.1], [0, 0.2, 0.7]])
    fused = fuse(votes, _weights(0.7, 1.6, 0.5, 0.9))
    assert fused.sum(1) == pytest.approx([0.5, 0.9]) and fused[0, 1] > 0.1
    assert (fuse(votes, UNFUSED) == votes.color).all()
    plain = fuse(votes, _weights(1, 1e-9))
    assert plain == pytest.approx(votes.color, abs=3e-4)


def test_divided_regions_are_not_fused(vote):
    """A region of several colours keeps the chances that say which colours it may have."""
    votes = vote(mixture=[0.4, 0], color=[[0.5, 0.4, 0], [0, 0.2, 0.7]], flow=[[0, 0, 1], [0, 0, 1]])
    index = snap(LABELS, GROWN, votes, calibration=_fused(1, 0, 9, 9)).index
    assert 2 not in index[:, :2]


def test_each_voice_counts_by_its_own_weight(vote):
    """What is weighed is the log of the chance, the chance, flow, match and those around, in this order."""
    rows = [0.4, 0.5, 0], [0.3, 0.1, 0], [0.2, 0.6, 0], [0.1, 0.4, 0]
    color, flow, match, around = ([row, [0, 0.2, 0.7]] for row in rows)
    votes = vote(color=color, flow=flow, match=match, around=around)
    apart = voices(votes)[0]
    wanted = [[np.log(0.4001), 0.4, 0.3, 0.2, 0.1], [np.log(0.5001), 0.5, 0.1, 0.6, 0.4]]
    assert apart[:2] == pytest.approx(np.array(wanted))
    for voice, ratio in ((1, 0.1), (2, -0.2), (3, 0.4), (4, 0.3)):
        weights = np.zeros(len(VOICES), np.float32)
        weights[voice] = 2
        fused = fuse(votes, weights)[0]
        assert np.log(fused[1] / fused[0]) == pytest.approx(2 * ratio, abs=1e-5)


def test_drawings_around_are_weighed_by_their_own_calibration(vote):
    """Whoever was heard with those around is judged by the weights fitted so; by itself a drawing has its own."""
    heard = Fitted(np.array([sign == "around" for sign in SIGNS] + [0], np.float32), _weights(1, 0, 0, 0, 9))
    calibration = replace(UNCALIBRATED, around=heard)
    alone = vote(color=[[0.6, 0.4, 0], [0, 0.2, 0.7]])
    asked = replace(alone, around=np.array([[0.1, 0.8, 0], [0, 0, 0]], np.float32))
    by_itself, together = (snap(LABELS, GROWN, votes, calibration=calibration) for votes in (alone, asked))
    assert by_itself.color.tolist() == [0, 2] and by_itself.confidence == pytest.approx([0.6, 0.7])
    assert together.color.tolist() == [1, 2]
    assert together.confidence == pytest.approx([1 / (1 + np.exp(-0.8)), 0.5])


def test_chances_are_what_snap_decides_by(vote):
    """A divided region keeps its match, one that was not asked its pixels, the others are fused."""
    votes = vote(color=[[0.5, 0.4, 0], [0, 0, 0]], mixture=[0.4, 0], pixel=[[0, 0, 1], [0.25, 0.75, 0]])
    assert chances(votes, _weights(1, 0, 9, 9)) == pytest.approx(np.array([[0.5, 0.4, 0], [0.125, 0.375, 0]]))
    one = vote(color=[[0.5, 0.4, 0], [0.1, 0.2, 0.3]])
    assert chances(one, _weights(1, 0, 9, 9)) == pytest.approx(fuse(one, _weights(1, 0, 9, 9)))


def test_colors_that_nothing_speaks_for_change_nothing(vote):
    """A long palette neither moves a region nor makes it less sure."""
    short = vote(color=[[0.5, 0.3], [0.1, 0.8]], flow=[[1, 0], [0, 1]], before=[[0.5, 0.3], [0.1, 0.8]])
    padded = {name: np.pad(getattr(short, name), ((0, 0), (0, 200))) for name in ("color", "before", "flow", "match")}
    one, other = (snap(LABELS, GROWN, votes, calibration=_fused(0.4, 3, 0.3, 0.5)) for votes in (short, vote(**padded)))
    assert (one.color == other.color).all()
    assert one.confidence == pytest.approx(other.confidence, abs=1e-6)


def test_regions_that_were_not_asked_are_not_fused(vote):
    """Where only pixels speak they keep their half of a chance."""
    votes = vote(color=[[0, 0, 0], [0, 0.2, 0.7]], pixel=[[0, 0.25, 0.75], [1, 0, 0]])
    snapped = snap(LABELS, GROWN, votes, calibration=_fused(0.4, 3, 0.3, 0.5))
    assert snapped.color[0] == 2 and snapped.confidence[0] == pytest.approx(0.75 * PIXEL_TRUST)
