"""The split of the drawn families, which no figure crosses."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn import families as module
from cmft_training.synthetic.drawn.families import open_family
from cmft_training.synthetic.drawn.split import FAMILIES, names_of
from tests.training.synthetic.drawn.small_art import small_families

TOGETHER = ({"juju", "juju_bandit"}, {"headmaster", "schoolmaster", "taskmaster"})
"""Inhabitants that are the same drawings, or share a body."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of art of a few bytes."""
    path = tmp_path_factory.mktemp("drawn")
    small_families(path)
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_no_name_is_in_both_splits(family: module.FamilyName) -> None:
    """Each item, style, file or figure is named once, in training or in validation."""
    train, validation = names_of(family, "train"), names_of(family, "validation")
    assert train and validation
    assert len({*train, *validation}) == len(train) + len(validation)


def test_variations_of_one_figure_stay_together() -> None:
    """Files that differ in a number, and creatures that share drawings, are not on both sides."""

    def stem(name: str) -> str:
        return re.sub(r"[\d_]*\.svg$", "", name)

    assert not {stem(n) for n in names_of("clipart", "train")} & {stem(n) for n in names_of("clipart", "validation")}
    for group in TOGETHER:
        assert not group & set(names_of("inhabitants", "validation")) or not group & set(
            names_of("inhabitants", "train")
        )


@pytest.mark.parametrize("name", ["avatars", "clipart", "inhabitants"])
def test_figures_come_from_their_split(folder: Path, name: module.FamilyName) -> None:
    """What training draws is named differently from what validation draws, where the name is the figure's."""
    drawn = {}
    for split in ("train", "validation"):
        family = open_family(name, folder, split)  # type: ignore[arg-type]
        drawn[split] = {family.figure(np.random.default_rng(k)).name for k in range(4)}
    assert name == "avatars" or not drawn["train"] & drawn["validation"]


def test_no_such_split_is_named() -> None:
    """A split of another name is a mistake that is told."""
    with pytest.raises(InputError, match="test: no such split; take train or validation"):
        names_of("heads", "test")
