from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from cmft_engine.matching import region_flow as region_flow
from cmft_engine.matching.attention_mass import pixel_attention_mass
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.weights import Checkpoint
from cmft_engine.matching.region_inputs import MASS_COLUMNS
from cmft_engine.shot.drawing import PaintedDrawing
from cmft_training.data import region_samples
from cmft_training.data.dataset import MAX_LABELS, Mixture, PairSource
from cmft_training.data.region_pairs import segment_drawing, segment_pair, truth_of, usable
from cmft_training.data.region_samples import RegionSample
from cmft_training.data.region_views import match_pixels, pixel_batch, read_again, read_regions, view
from cmft_training.learn.losses import LossWeights, losses, match_and_judge
from cmft_training.learn.validate import plain
from tests.training.data.framed import SIZE

CPU = torch.device("cpu")


def _views(checkpoint: Checkpoint, sample: RegionSample):  # type: ignore[no-untyped-def]
    return (view(checkpoint.network, d, device=CPU, is_bf16=False) for d in (sample.target, sample.reference))


@torch.no_grad()
def test_both_networks_read_what_they_read_in_use(
    characters: Path, random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pair framed for training gives the region network the tensors that the matcher gives it, twice."""
    monkeypatch.setattr(region_flow, "LOST_BELOW", 2.0)  # there is always a second look
    given = []
    rounds = random_checkpoint.regions.rounds
    monkeypatch.setattr(random_checkpoint.regions, "rounds", lambda *read: (given.append(read), rounds(*read))[1])
    pair = PairSource(plain(Mixture(characters, puppets=1.0)), seed=5).pair(np.random.default_rng(1), SIZE)
    works = segment_pair(pair, SIZE)
    assert usable(*works)
    sample = region_samples._sample(*works, pair.color, has_pixel_loss=True)
    target, reference = _views(random_checkpoint, sample)
    index = pair.label_reference.astype(np.int32)
    painted = PaintedDrawing(segment_drawing(pair.reference), index, pair.color[index])
    matcher = Matcher(random_checkpoint, [painted], n_colors=MAX_LABELS, work_size=SIZE, device=CPU)
    matcher.match(segment_drawing(pair.target))
    found = match_pixels(random_checkpoint.network, sample, target, reference, is_bf16=False)
    read = read_regions(random_checkpoint.network, sample, target, reference, found)
    again = read_again(random_checkpoint.regions, sample, read, is_bf16=False)
    in_use_target, in_use_reference, in_use_pair, in_use_sent = given[0]
    rows, columns = (np.flatnonzero(work.side.descriptors.area > 0) for work in works)
    assert min(len(rows), len(columns)) > 3
    close = partial(torch.testing.assert_close, rtol=1e-3, atol=1e-4)
    for mine, wanted, kept in ((read.target, in_use_target, rows), (read.reference, in_use_reference, columns)):
        for name in ("node", "raster", "pooled"):
            close(getattr(mine, name)[:, kept], getattr(wanted, name))
        close(mine.relation[:, kept][:, :, kept], wanted.relation)
    close(read.pair[:, rows][:, :, columns], in_use_pair)
    close(read.attention_mass[:, rows][:, :, columns], in_use_sent)
    close(again.pair[:, rows][:, :, columns], given[1][2])
    assert not torch.equal(again.pair, read.pair) and torch.equal(again.attention_mass, read.attention_mass)


@torch.no_grad()
def test_there_is_no_second_look_where_flow_is_not_lost(
    sample: RegionSample, random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read stays as it is."""
    read = read_regions(random_checkpoint.network, sample, *_views(random_checkpoint, sample), None)
    monkeypatch.setattr(region_flow, "LOST_BELOW", 0.0)
    assert read_again(random_checkpoint.regions, sample, read, is_bf16=False) is read


@torch.no_grad()
def test_known_line_features_change_no_loss(sample: RegionSample, random_checkpoint: Checkpoint) -> None:
    """Losses from features that are known already are those of the plain batch, and the mass that of the output."""
    target, reference = _views(random_checkpoint, sample)
    batch, seen = pixel_batch(sample, target, reference)
    output, terms = match_and_judge(random_checkpoint.network, batch, LossWeights(), seen)
    for name, value in losses(random_checkpoint.network, batch).items():
        torch.testing.assert_close(terms[name], value)
    read = read_regions(random_checkpoint.network, sample, target, reference, output)
    sides = sample.target.work.side, sample.reference.work.side
    mass = pixel_attention_mass(output, sides[0], [sides[1]])[0]
    share = np.minimum(mass / np.maximum(sides[0].descriptors.area, 1)[:, None], 1)
    np.testing.assert_allclose(read.pair[0, ..., MASS_COLUMNS[0]].numpy(), share, atol=1e-6)
    bare = read_regions(random_checkpoint.network, sample, target, reference, None)
    assert not bare.pair[..., MASS_COLUMNS].any()
    assert torch.equal(bare.attention_mass, read.attention_mass)
    same = truth_of(sample.target.work, sample.reference.work, sample.color).same
    assert np.array_equal(read.same[0].numpy(), same)


def test_gradients_reach_the_line_encoder(sample: RegionSample, random_checkpoint: Checkpoint) -> None:
    """What the region network reads teaches the pixel network's line encoder, in both ways that it reads it."""
    network = random_checkpoint.network
    for column in ("pooled", "sent"):
        target, reference = _views(random_checkpoint, sample)
        read = read_regions(network, sample, target, reference, None)
        value = read.target.pooled if column == "pooled" else read.attention_mass
        network.zero_grad()
        value.square().sum().backward()
        gradient = network.match_eighth.weight.grad
        assert gradient is not None and float(gradient.abs().sum()) > 0
    network.zero_grad()
