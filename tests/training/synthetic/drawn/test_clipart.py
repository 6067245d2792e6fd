"""Clip art: what is ink and what a part, what is refused, and bends that leave the numbers alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.clipart import Clipart, read_layers
from cmft_training.synthetic.drawn.plates import INK
from tests.training.synthetic.drawn.small_art import SVG, clipart_folder


def _read(tmp_path: Path, text: str) -> list[tuple[int, float]]:
    path = tmp_path / "art.svg"
    path.write_text(text, encoding="utf-8")
    return [(layer.part, layer.stroke) for layer in read_layers(path).layers]


def test_dark_paint_is_ink(tmp_path: Path) -> None:
    """Fills and black strokes in painter's order; a white shape is a part with a colour of its own."""
    assert _read(tmp_path, SVG) == [(1, 0), (INK, 3), (2, 0), (INK, 3), (3, 0), (INK, 3)]
    picture = read_layers(tmp_path / "art.svg")
    assert picture.colors == [(255, 128, 0), (0, 128, 255), (255, 255, 255)]
    bounds = picture.layers[0].path.getBounds()
    assert (bounds.left(), bounds.top(), bounds.right(), bounds.bottom()) == (10, 10, 50, 90)


def test_what_is_not_seen_is_left_out(tmp_path: Path) -> None:
    """Hidden, nearly transparent and unpainted shapes are no layers; groups hand their paint and opacity down."""
    text = """<svg xmlns="http://www.w3.org/2000/svg"><g opacity="0.7" fill="red">
    <path d="M0 0h9v9z"/><path d="M0 0h9v9z" opacity="0.5"/><g display="none"><path d="M0 0h9v9z"/></g>
    <path d="M0 0h9v9z" style="fill:none"/><path d="M0 0h9v9z" fill-opacity="0.2"/><line x2="4" stroke="blue"/></g>
    <defs><path d="M0 0h9v9z"/></defs></svg>"""
    assert _read(tmp_path, text) == [(1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg"><linearGradient/></svg>', "uses Gradient, which is not handled"),
        ("", r"cannot be read"),
        ("hello", r"cannot be read|no painted shape"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>', "no painted shape"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str, says: str) -> None:
    """A file that cannot be drawn is named, with what is wrong."""
    with pytest.raises(InputError, match=rf"art\.svg: .*({says})"):
        _read(tmp_path, text)


def test_bends_keep_every_part(tmp_path: Path) -> None:
    """The three parts stay on the page with their numbers, their neighbours and about their areas."""
    clipart = Clipart(clipart_folder(tmp_path), "train")
    for seed in range(5):
        clip = clipart.figure(np.random.default_rng(seed)).clip([0.0, 3.0, 20.0], size=128)
        areas = [np.bincount(drawing.part.ravel(), minlength=4)[1:] for drawing in clip.drawings]
        assert (np.array(areas) > 0).all()
        assert (np.array(areas[0]) < 3 * np.array(areas[1])).all()


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    """Without a figure of the split there is a sentence."""
    with pytest.raises(InputError, match="no validation figure in it; prepare the drawn families again"):
        Clipart(tmp_path, "validation")
