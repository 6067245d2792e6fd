"""Flash files as arrays: what was written is what is read, and a bad file is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.movie import Movie, to_skia, write_movie
from cmft_training.synthetic.drawn.swf import parse_swf
from tests.training.synthetic.drawn.small_art import RED, rig_swf, square, swf


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Every frame of every sprite, its labels and names come back; frames count round and round."""
    content = parse_swf(rig_swf())
    write_movie(content, tmp_path / "rig.npz")
    movie = Movie(tmp_path / "rig.npz")
    assert movie.exported == content.names
    assert set(movie.sprites) == set(content.sprites)
    for number, frames in content.sprites.items():
        assert [movie.frame(number, k) for k in range(movie.length(number))] == frames
        assert movie.frame(number, movie.length(number)) == frames[0]
    assert movie.labels(5) == {0: "look"}


def test_shapes_become_paths(tmp_path: Path) -> None:
    """A shape keeps colour and extent; a character without shapes has none."""
    write_movie(parse_swf(swf(square(3, RED, 40))), tmp_path / "a.npz")
    (shape,) = Movie(tmp_path / "a.npz").shapes(3)
    assert shape.rgba == (*RED, 255)
    bounds = shape.path.getBounds()
    assert (bounds.left(), bounds.top(), bounds.right(), bounds.bottom()) == (0, 0, 40, 40)
    assert Movie(tmp_path / "a.npz").shapes(8) == []


def test_matrices_mean_the_same() -> None:
    """x' = a x + c y + tx, y' = b x + d y + ty."""
    point = to_skia((2.0, 3.0, 5.0, 7.0, 11.0, 13.0)).mapXY(1, 10)
    assert (point.x(), point.y()) == (2 + 50 + 11, 3 + 70 + 13)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 and then nothing", b"hello"])
def test_bad_files_are_named(raw: bytes, tmp_path: Path) -> None:
    """What is no prepared file is named, with what to do."""
    (tmp_path / "a.npz").write_bytes(raw)
    with pytest.raises(InputError, match=r"a\.npz: not a prepared file \(.*prepare the drawn families again"):
        Movie(tmp_path / "a.npz")
