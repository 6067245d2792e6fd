"""Which figure, item, style or file is for training and which for validation: `cmft_training/drawn_split.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Literal, get_args

from cmft_engine.protocol.errors import InputError

Split = Literal["train", "validation"]
FamilyName = Literal["avatars", "heads", "clipart", "inhabitants"]
FAMILIES: tuple[FamilyName, ...] = get_args(FamilyName)


def names_of(family: FamilyName, split: str) -> list[str]:
    """Return what a split has of a family: items, styles, files or figures. Raises InputError for no such split."""
    if split not in get_args(Split):
        raise InputError(f"{split}: no such split; take train or validation")
    return list(_table()[family][split])


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    text = resources.files("cmft_training").joinpath("drawn_split.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = json.loads(text)["families"]
    return table
