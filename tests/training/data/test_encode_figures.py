"""Encoded figures hold what the region network reads of each pair in use, in two kinds."""

import numpy as np
import torch

from cmft_engine.matching.network.weights import Checkpoint
from cmft_engine.matching.region_inputs import MASS_COLUMNS, find_motions, pair_features
from cmft_training.data.encode_figures import COLOURED, LINE, CueShares, EncodedPair, FigureEncoder
from cmft_training.data.figures import Figure, FigureSource
from cmft_training.data.region_pairs import truth_of
from cmft_training.data.region_samples import RegionSample, frame_work
from cmft_training.learn.validate_regions import read_pair


def _encoded(checkpoint: Checkpoint, figure: Figure, *shares: float) -> list[EncodedPair]:
    return FigureEncoder(checkpoint, CueShares(*shares)).encode(figure, np.random.default_rng(0))


def _sample(figure: Figure, target: int, reference: int) -> RegionSample:
    here, there = (figure.drawings[at].work for at in (target, reference))
    motions = find_motions(here.side, there.side)
    pair = pair_features(here.side, there.side, motions)
    truth = truth_of(here, there, figure.color)
    return RegionSample(frame_work(here), frame_work(there), motions, pair, truth, figure.color, has_pixel_loss=False)


def test_a_painted_pair_is_read_as_in_use(figure_source: FigureSource, random_checkpoint: Checkpoint) -> None:
    """The pairs of several targets have what validation reads of the same drawings, whatever was found once for all."""
    figure = figure_source.figure(0)
    encoded = {(p.target, p.reference): p.read for p in _encoded(random_checkpoint, figure, 1.0, 0.0)
               if p.kind == COLOURED}  # fmt: skip
    assert list(encoded) == figure.pairs()
    for at in ((0, 1), (1, 0), (len(figure.drawings) - 1, 2)):
        wanted = read_pair(random_checkpoint.network, _sample(figure, *at), torch.device("cpu"))
        for side in ("target", "reference"):
            for name in ("node", "raster", "pooled", "relation"):
                ours, theirs = (getattr(getattr(read, side), name) for read in (encoded[at], wanted))
                torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)
        for name in ("pair", "attention_mass", "same", "same_color", "weight"):
            torch.testing.assert_close(getattr(encoded[at], name), getattr(wanted, name), rtol=1e-3, atol=1e-3)


def test_neighbours_are_told_by_flow_alone(figure_source: FigureSource, random_checkpoint: Checkpoint) -> None:
    """A line pair has the features of the drawings, no match weight at all, and the truth of the painted pair."""
    figure = figure_source.figure(1)
    pairs = _encoded(random_checkpoint, figure, 1.0, 1.0)
    lines = [pair for pair in pairs if pair.kind == LINE]
    assert {(p.target, p.reference) for p in lines} == {at for at in figure.pairs() if figure.are_neighbors(*at)}
    painted = {(p.target, p.reference): p for p in pairs if p.kind == COLOURED}
    for pair in lines:
        twin = painted[pair.target, pair.reference].read
        wanted = _sample(figure, pair.target, pair.reference).pair
        np.testing.assert_array_equal(pair.read.pair[0].numpy(), wanted)
        assert not pair.read.attention_mass.any() and not pair.read.pair[..., list(MASS_COLUMNS)].any()
        assert twin.attention_mass.any() and bool((twin.pair[..., MASS_COLUMNS[-1]] == 1).all())
        assert torch.equal(pair.read.same, twin.same) and torch.equal(pair.read.weight, twin.weight)


def test_shares_say_which_pairs_are_matched(figure_source: FigureSource, random_checkpoint: Checkpoint) -> None:
    """Without a share no pair has the match weight at 1/2; that at 1/8 is there all the same."""
    for pair in _encoded(random_checkpoint, figure_source.figure(0), 0.0, 0.0):
        assert not pair.read.pair[..., list(MASS_COLUMNS)].any()
        assert bool(pair.read.attention_mass.any()) == (pair.kind == COLOURED)
