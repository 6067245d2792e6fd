"""Framed samples depend on seed and number alone, and both networks read from them what they read in use."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from cmft_engine.matching import region_flow as region_flow
from cmft_engine.matching.attention_mass import pixel_attention_mass
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.weights import Checkpoint
from cmft_engine.matching.region_inputs import FLOW_COLUMNS, MASS_COLUMNS, find_motions, pair_features
from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_engine.shot.drawing import PaintedDrawing
from cmft_training.data import region_samples
from cmft_training.data.dataset import MAX_LABELS, VALIDATION_SEED, Mixture, PairSource
from cmft_training.data.region_pairs import cut_pair, segment_drawing, truth_of, usable
from cmft_training.data.region_samples import RegionSample, RegionSource, from_bytes, to_bytes
from cmft_training.data.region_views import match_pixels, pixel_batch, read_again, read_regions, view
from cmft_training.learn.losses import LossWeights, losses, match_and_judge
from cmft_training.learn.validate import plain
from tests.training.cubes import write_cubes

CPU = torch.device("cpu")
SIZE = 96


@pytest.fixture(scope="module")
def characters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of cubes."""
    return write_cubes(tmp_path_factory.mktemp("characters"))


def _source(characters: Path, *, seed: int = 3, pixel_share: float = 1.0, puppets: float = 1.0) -> RegionSource:
    mixture = plain(Mixture(characters, puppets=puppets))
    return RegionSource(mixture, seed=seed, sizes={SIZE: 1.0}, pixel_share=pixel_share)


@pytest.fixture(scope="module")
def sample(characters: Path) -> RegionSample:
    """One pair of puppets."""
    return _source(characters).sample(0)


def _views(checkpoint: Checkpoint, sample: RegionSample):  # type: ignore[no-untyped-def]
    return (view(checkpoint.network, d, device=CPU, is_bf16=False) for d in (sample.target, sample.reference))


def test_a_number_has_one_sample(characters: Path) -> None:
    """The sample of a number is the same after others and in a new source; another number or seed gives another."""
    source = _source(characters)
    first = source.sample(4)
    source.sample(1)
    for again in (source.sample(4), _source(characters).sample(4), from_bytes(to_bytes([first]))[0]):
        assert np.array_equal(first.pair, again.pair)
        assert np.array_equal(first.target.line, again.target.line)
        assert torch.equal(first.reference.cells.levels[2].pixels, again.reference.cells.levels[2].pixels)
    for other in (source.sample(5), _source(characters, seed=4).sample(4)):
        assert first.target.line.shape != other.target.line.shape or not np.array_equal(
            first.target.line, other.target.line
        )


def test_a_sample_fits_together(sample: RegionSample) -> None:
    """Lines, labels, pairs and truth have the sizes of one drawing; a puppet's parts are mostly found again."""
    t, r = sample.target.work, sample.reference.work
    shape = (t.side.count, r.side.count)
    assert sample.target.line.shape == (2, *t.label.shape) and t.label.shape[0] % 16 == 0
    assert sample.pair.shape[:2] == sample.truth.same.shape == sample.truth.same_color.shape == shape
    assert sample.truth.weight.shape == shape[:1] and sample.color.shape == (MAX_LABELS, 3)
    assert sample.truth.same.any(1)[sample.truth.weight > 0].mean() > 0.4
    assert (sample.truth.same_color | ~sample.truth.same).mean() > 0.9  # one part, one colour


def test_the_share_that_asks_the_pixel_network(characters: Path) -> None:
    """Motion is kept where the pixel network is asked, and the share may be none."""
    assert _source(characters).sample(2).has_pixel_loss
    assert not _source(characters, pixel_share=0.0).sample(2).has_pixel_loss


def test_validation_is_not_drawn(characters: Path) -> None:
    """The validation's seed is refused."""
    with pytest.raises(SettingsError, match="seed"):
        _source(characters, seed=VALIDATION_SEED)


def test_material_without_regions_ends_with_a_remedy(characters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawings that give nothing to match do not draw on for ever."""
    monkeypatch.setattr(region_samples, "MAX_TRIES", 2)
    monkeypatch.setattr(region_samples, "usable", lambda target, reference: False)
    with pytest.raises(InputError, match=r"2 drawings without regions .* joint.sizes"):
        _source(characters).sample(0)


def test_columns_are_what_they_are_called(sample: RegionSample) -> None:
    """Other motion changes the columns of flow alone; match weight those of match weight alone."""
    target, reference = sample.target.work.side, sample.reference.work.side
    there, back = find_motions(target, reference)
    moved = [type(m)(m.flow_x + 7, m.flow_y - 7, m.still_x, m.still_y) for m in (there, back)]
    other = pair_features(target, reference, (moved[0], moved[1]))
    assert tuple(np.flatnonzero((other != sample.pair).any((0, 1)))) == FLOW_COLUMNS
    asked = pair_features(target, reference, (there, back), np.full(sample.pair.shape[:2], 3.0))
    assert tuple(np.flatnonzero((asked != sample.pair).any((0, 1)))) == MASS_COLUMNS


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
    works = cut_pair(pair, SIZE)
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
