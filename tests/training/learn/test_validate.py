"""Figures and pictures say what a network does right and wrong on development pairs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from cmft_training.data.dataset import Batch, Mixture
from cmft_training.learn.config import ValidationConfig
from cmft_training.learn.validate import (
    ABSENT,
    CAPTION_PX,
    COLUMNS,
    WRONG,
    development_batches,
    development_mixtures,
    judge,
    picture_row,
    validate,
)
from tests.training.learn.mirrors import SIZE, mirrored, seeded_network


@pytest.fixture(scope="module")
def mirror(characters: Path) -> Batch:
    return mirrored(characters)


@torch.no_grad()
def test_equal_drawings_match_right(mirror: Batch) -> None:
    """At 1/8, and with it at 1/2 where nothing finer is matched, a drawing finds itself; all its parts count."""
    judged = judge(seeded_network(), mirror)
    assert judged.counted_eighth.sum() > 4
    assert judged.right_eighth[judged.counted_eighth].all()
    assert judged.right_half[judged.counted_half].all()
    assert int(judged.counted_half.sum()) == int((mirror.label_target[:, 1::2, 1::2] > 0).sum())


@torch.no_grad()
def test_wrong_parts_are_wrong(mirror: Batch) -> None:
    """With the parts' labels exchanged in the reference, the same matches are all wrong, and drawn so."""
    label = mirror.label_target
    parts = [int(part) for part in label.unique() if part > 0]
    assert len(parts) >= 2
    exchanged = label.clone()
    for part, other in zip(parts, [*parts[1:], parts[0]], strict=True):
        exchanged[label == part] = other
    batch = replace(mirror, references=(replace(mirror.references[0], label=exchanged),))
    judged = judge(seeded_network(), batch)
    assert not judged.right_half[judged.counted_half].any()
    errors = picture_row(batch, judged)[:, -SIZE:]
    assert (errors == WRONG).all(-1).sum() > 20


@torch.no_grad()
def test_what_the_reference_lacks_does_not_count(mirror: Batch) -> None:
    """Against an empty reference nothing is right or wrong, only absent."""
    empty = replace(mirror.references[0], label=torch.zeros_like(mirror.label_target))
    batch = replace(mirror, references=(empty,))
    judged = judge(seeded_network(), batch)
    assert not judged.counted_eighth.any()
    assert not judged.counted_half.any()
    assert (picture_row(batch, judged)[:, -SIZE:] == ABSENT).all(-1).sum() > 20


def test_development_pairs_never_change(characters: Path) -> None:
    """They are the same each time, plain ones have one reference, and training with any mixture leaves them alone."""
    config = ValidationConfig(pairs=3, size=SIZE, pictures=1, framed=2, framed_size=SIZE)
    first, second = (development_batches(characters, config) for _ in range(2))
    for name in ("plain", "mixed"):
        assert len(first[name]) == 3
        for a, b in zip(first[name], second[name], strict=True):
            assert torch.equal(a.line_target, b.line_target)
            assert torch.equal(a.references[0].color, b.references[0].color)
    assert all(len(batch.references) == 1 for batch in first["plain"])
    mixtures = development_mixtures(characters)
    assert {mixture.remixed for mixture in mixtures.values()} == {0.0}
    assert mixtures["mixed"] == replace(Mixture(characters), remixed=0.0)


def test_a_sheet_shows_the_first_pairs(characters: Path) -> None:
    """Figures of both sets lie in [0, 1]; the sheet has as many rows as asked for, and captions."""
    config = ValidationConfig(pairs=3, size=SIZE, pictures=2, framed=1, framed_size=SIZE)
    batches = development_batches(characters, config)
    network = seeded_network(levels=3)
    figures, sheet = validate(network, batches, fabric=Fabric(accelerator="cpu"), pictures=2)
    assert {name.split()[0] for name in figures} == {"plain", "mixed"}
    assert all(0 <= value <= 1 for name, value in figures.items() if "right" in name)
    assert sheet.shape == (CAPTION_PX + 2 * SIZE, len(COLUMNS) * SIZE, 3)
    assert sheet.dtype == np.uint8
    assert np.ptp(sheet[:CAPTION_PX]) > 100
