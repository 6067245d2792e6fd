"""The styles of heads: licences and palettes."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn import head_styles
from cmft_training.synthetic.drawn.head_styles import Style


def test_only_known_licences(monkeypatch: pytest.MonkeyPatch) -> None:
    """A style under another licence is refused; so is one that the package lacks."""
    monkeypatch.setattr(head_styles, "LICENCES", ("Public Domain",))
    with pytest.raises(InputError, match=r"adventurer: under CC BY 4\.0, not Public Domain; leave the style out"):
        Style("adventurer")
    with pytest.raises(InputError, match="nobody: not a style of dicebear-styles"):
        Style("nobody")


def test_hair_and_skin_are_told_apart() -> None:
    """No two colour slots are painted alike, but in near-black, which is ink."""
    style = Style("micah")
    for seed in range(40):
        colors = [color for color in style.palette(np.random.default_rng(seed)).values() if max(color) >= 70]
        assert len(set(colors)) == len(colors)


def test_near_black_paint_is_ink() -> None:
    """Pieces come from back to front; those painted near-black have no colour, the others one of the palette's."""
    style, rng = Style("adventurer"), np.random.default_rng(0)
    palette = style.palette(rng)
    pieces = style.pieces(style.choose(rng), palette)
    assert {piece.color is None for piece in pieces} == {True, False}
    assert all(max(piece.color) >= 70 for piece in pieces if piece.color is not None)
    assert next(piece for piece in pieces if piece.role == "skin").color == palette["skin"]
