"""Framed samples depend on seed and number alone, and both networks read from them what they read in use."""

from pathlib import Path

import numpy as np
import pytest
import torch

from cmft_engine.matching import region_flow as region_flow
from cmft_engine.matching.region_inputs import FLOW_COLUMNS, MASS_COLUMNS, find_motions, pair_features
from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.data import region_samples
from cmft_training.data.dataset import MAX_LABELS, VALIDATION_SEED
from cmft_training.data.region_samples import RegionSample, from_bytes, to_bytes
from tests.training.data.framed import framed_source


def test_a_number_has_one_sample(characters: Path) -> None:
    """The sample of a number is the same after others and in a new source; another number or seed gives another."""
    source = framed_source(characters)
    first = source.sample(4)
    source.sample(1)
    for again in (source.sample(4), framed_source(characters).sample(4), from_bytes(to_bytes([first]))[0]):
        assert np.array_equal(first.pair, again.pair)
        assert np.array_equal(first.target.line, again.target.line)
        assert torch.equal(first.reference.cells.levels[2].pixels, again.reference.cells.levels[2].pixels)
    for other in (source.sample(5), framed_source(characters, seed=4).sample(4)):
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
    assert framed_source(characters).sample(2).has_pixel_loss
    assert not framed_source(characters, pixel_share=0.0).sample(2).has_pixel_loss


def test_validation_is_not_drawn(characters: Path) -> None:
    """The validation's seed is refused."""
    with pytest.raises(SettingsError, match="seed"):
        framed_source(characters, seed=VALIDATION_SEED)


def test_material_without_regions_ends_with_a_remedy(characters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawings that give nothing to match do not draw on for ever."""
    monkeypatch.setattr(region_samples, "MAX_TRIES", 2)
    monkeypatch.setattr(region_samples, "usable", lambda target, reference: False)
    with pytest.raises(InputError, match=r"2 drawings without regions .* joint.sizes"):
        framed_source(characters).sample(0)


def test_columns_are_what_they_are_called(sample: RegionSample) -> None:
    """Other motion changes the columns of flow alone; match weight those of match weight alone."""
    target, reference = sample.target.work.side, sample.reference.work.side
    there, back = find_motions(target, reference)
    moved = [type(m)(m.flow_x + 7, m.flow_y - 7, m.still_x, m.still_y) for m in (there, back)]
    other = pair_features(target, reference, (moved[0], moved[1]))
    assert tuple(np.flatnonzero((other != sample.pair).any((0, 1)))) == FLOW_COLUMNS
    asked = pair_features(target, reference, (there, back), np.full(sample.pair.shape[:2], 3.0))
    assert tuple(np.flatnonzero((asked != sample.pair).any((0, 1)))) == MASS_COLUMNS
