"""From drawings to votes: shapes, ranges and sameness that hold for any weights."""

import dataclasses

import numpy as np
import pytest
import torch

from cmft_engine.image.stand_in import stand_in, stand_in_colors
from cmft_engine.matching import encoded, region_flow
from cmft_engine.matching.decide import decide
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network import cmft
from cmft_engine.matching.network.weights import load_checkpoint
from cmft_engine.shot.drawing import PaintedDrawing, SegmentedDrawing
from tests.drawings import assert_same, cut, figure, painted

EMPTY = SegmentedDrawing(np.zeros((64, 64), bool), np.ones((64, 64), np.int32), np.ones((64, 64), np.int32), 1)
ALL_INK = SegmentedDrawing(np.ones((64, 64), bool), np.zeros((64, 64), np.int32), np.ones((64, 64), np.int32), 1)


@pytest.fixture(scope="module")
def build(random_checkpoint):
    def build(*references, n_colors=4, paints=True):
        cpu = torch.device("cpu")
        return Matcher(random_checkpoint, references, n_colors=n_colors, work_size=128, device=cpu, paints=paints)
    return build


@pytest.fixture(scope="module")
def one(build):
    return build(painted(figure()))


def test_votes_are_probabilities(one):
    """All votes lie in [0, 1]; a region's colours sum to how far it is known; indices are in the palette."""
    votes = one.match(cut(figure(3, 1)))
    for values in (votes.color, votes.pixel, votes.mixture, votes.known, votes.cycle, votes.flow_agreement, votes.rgb):
        assert values.dtype == np.float32 and values.min() >= 0 and values.max() <= 1.0001
    assert np.allclose(votes.color.sum(1), votes.known, atol=1e-5)
    assert np.allclose(votes.pixel.sum(1), 1)
    for index in (votes.by_flow, votes.by_match):
        assert index.shape == (64, 64) and set(np.unique(index)) <= {0, 1, 2, 3}
    assert votes.rgb.shape == (64, 64, 3) and set(np.unique(votes.region_warps)) <= {-1, 0, 1, 2, 3}


def test_flow_brings_the_painting_of_the_same_drawing(one, monkeypatch):
    """Of the same drawing, flow carries each pixel's own paint, as long as no match misleads it."""
    monkeypatch.setattr(region_flow, "LOST_BELOW", 0.0)
    votes = one.match(cut(figure()))
    assert (votes.by_flow == figure().paint).mean() > 0.99


def test_a_call_leaves_no_trace(one):
    """The same drawing gets the same votes whatever was matched in between."""
    first = one.match(cut(figure(3)))
    one.match(cut(figure(-9, 2)))
    second = one.match(cut(figure(3)))
    assert_same(first, second)
    assert np.array_equal(first.color, second.color) and np.array_equal(first.flow, second.flow)


def test_chunk_changes_nothing(one, monkeypatch):
    """Handling 11 cells at once gives the same votes."""
    whole = one.match(cut(figure(3)))
    monkeypatch.setattr(cmft, "CHUNK", 11)
    assert_same(one.match(cut(figure(3))), whole)


def test_order_of_references_changes_nothing(build):
    """Which reference was given first does not matter, only which one is named nearest."""
    a, b = painted(figure()), painted(figure(7, 3))
    target = cut(figure(3))
    assert_same(build(a, b).match(target, (0, 1)), build(b, a).match(target, (1, 0)))


def test_region_votes_do_not_hang_on_the_nearest(build):
    """Named in another order, the same references give regions the same colours; only flow follows the nearest."""
    two = build(painted(figure()), painted(figure(7, 3)))
    first, second = two.match(cut(figure(3)), (0, 1)), two.match(cut(figure(3)), (1, 0))
    for name in ("color", "known", "mixture", "rgb"):
        assert np.allclose(getattr(first, name), getattr(second, name), atol=1e-4), name


def test_unused_references_have_no_say(build):
    """A reference that a frame does not use changes none of its votes."""
    a, b = painted(figure()), painted(figure(7, 3))
    assert_same(build(a, b).match(cut(figure(3)), (0,)), build(a).match(cut(figure(3))))


def test_colors_of_the_reference_alone(build):
    """A palette entry that no reference shows gets no vote."""
    votes = build(painted(figure()), n_colors=9).match(cut(figure(3)))
    assert votes.color.shape == (4, 9)
    assert votes.color[:, 4:].max() == 0 and votes.pixel[:, 4:].max() == 0
    assert votes.by_flow.max() < 4 and votes.by_match.max() < 4


@pytest.mark.parametrize("target", [EMPTY, ALL_INK], ids=["no ink", "all ink"])
def test_drawings_without_shape(one, target):
    """An empty drawing and one of nothing but ink get votes like any other, without a warning."""
    votes = one.match(target)
    assert votes.color.shape == (1, 4) and np.isfinite(votes.color).all()
    assert votes.by_flow.shape == (64, 64)


@pytest.mark.parametrize("reference", [EMPTY, ALL_INK], ids=["no ink", "all ink"])
def test_references_without_shape(build, reference):
    """A reference of one colour gives that colour and no other."""
    blank = PaintedDrawing(reference, np.zeros((64, 64), np.int32), np.ones((64, 64, 3), np.float32))
    votes = build(blank, n_colors=1).match(cut(figure()))
    assert votes.color.shape == (4, 1)
    assert votes.by_flow.max() == 0 and votes.by_match.max() == 0


def test_single_pixel(build):
    """A drawing of 1 x 1 pixel is matched like any other."""
    dot = SegmentedDrawing(np.zeros((1, 1), bool), np.ones((1, 1), np.int32), np.ones((1, 1), np.int32), 1)
    reference = PaintedDrawing(dot, np.zeros((1, 1), np.int32), np.ones((1, 1, 3), np.float32))
    assert build(reference, n_colors=1).match(dot).by_flow.tolist() == [[0]]


def test_many_regions(one, monkeypatch):
    """Regions beyond the limit get no region vote but a pixel vote, the largest keep theirs."""
    monkeypatch.setattr(encoded, "MAX_REGIONS", 2)
    votes = one.match(cut(figure(3)))
    area = np.bincount(figure(3).labels.ravel())[1:]
    asked = votes.color.sum(1) > 0
    assert asked.tolist() == [area[i] in sorted(area)[-2:] for i in range(4)]
    assert np.allclose(votes.pixel.sum(1), 1)


def test_stand_ins_hide_the_palette():
    """Pictures painted with other palette entries look the same to the network; the first entry seen is white."""
    index = figure().paint
    renamed = np.array([3, 0, 2, 1], np.int32)[index]
    first, second = stand_in([index])[0], stand_in([renamed])[0]
    assert np.array_equal(first, second)
    assert (first[0, 0] == 1).all()
    assert len(np.unique(first.reshape(-1, 3), axis=0)) == 4


def test_stand_in_colors_are_apart():
    """The first 32 stand-ins differ by at least a tenth in sum over the channels, all 256 are distinct."""
    colors = stand_in_colors()
    assert colors.shape == (256, 3)
    assert len(np.unique(colors, axis=0)) == 256
    distance = np.abs(colors[:32, None] - colors[None, :32]).sum(-1) + 9 * np.eye(32)
    assert distance.min() > 0.1


def test_the_same_reference_twice_changes_no_decision(build, monkeypatch):
    """A second copy of a reference adds no weight against "not there", and rivals still give way."""
    monkeypatch.setattr(region_flow, "LOST_BELOW", 0.0)  # random matches are near ties: motion would follow either
    once, twice = (build(*[painted(figure())] * n).match(cut(figure(3, 1))) for n in (1, 2))
    assert np.allclose(twice.color, once.color, atol=1e-3) and np.allclose(twice.known, once.known, atol=1e-3)


def test_painting_changes_no_vote(build):
    """Asked for the decoder's picture or not, every vote is the same, bit for bit."""
    asked, not_asked = (build(painted(figure()), paints=paints).match(cut(figure(3, 1))) for paints in (True, False))
    assert not_asked.rgb is None
    assert_same(dataclasses.replace(asked, rgb=asked.area), dataclasses.replace(not_asked, rgb=asked.area))


def test_the_matcher_decides_as_the_plain_network():
    """With the shipped weights, the network as it was trained and the matcher's faster form of it decide alike."""
    checkpoint, reference = load_checkpoint(), painted(figure())
    fast, plain = (
        Matcher(checkpoint, [reference], n_colors=4, work_size=256, device=torch.device("cpu")) for _ in range(2)
    )
    plain.network = plain.encoder.network = checkpoint.network
    plain.references = plain._encode([reference])
    for drawing in (figure(3, 1), figure(-4, 2)):
        decided = [decide(cut(drawing), one.match(cut(drawing))) for one in (fast, plain)]
        assert np.array_equal(decided[0].index, decided[1].index)
        assert np.allclose(decided[0].confidence, decided[1].confidence, atol=1e-3)
