"""Avatars: the rig wears what the split has, moves as its frames do, and numbers parts exactly."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.avatar_rig import RIG
from cmft_training.synthetic.drawn.avatars import Avatars, Costume, file_name
from cmft_training.synthetic.drawn.movie import Movie, write_movie
from cmft_training.synthetic.drawn.outlines import Layer
from cmft_training.synthetic.drawn.swf import parse_swf
from tests.training.synthetic.drawn.small_art import (
    GREEN,
    RED,
    avatar_folder,
    export,
    eye_swf,
    place,
    rig_swf,
    sprite,
    square,
    swf,
)


@pytest.fixture
def movies(tmp_path: Path) -> tuple[Movie, Movie]:
    """The hand-made rig and eyes."""
    for name, raw in (("rig", rig_swf()), ("eye", eye_swf())):
        write_movie(parse_swf(raw), tmp_path / f"{name}.npz")
    return Movie(tmp_path / "rig.npz"), Movie(tmp_path / "eye.npz")


def _left(layer: Layer) -> float:
    return float(layer.path.getBounds().left())


def test_worn_things_go_with_their_container(movies: tuple[Movie, Movie]) -> None:
    """Skull, then both shapes of the eye, which move 100 twips a frame and are seen on the skull alone."""
    rig, eye = movies
    who = Costume({"sideeye": (eye, eye.exported["sideEye"])}, 1, "side")
    for frame in (0, 1, 2):
        skull, white, iris = who.layers(rig, frame)
        assert (_left(skull), _left(white), _left(iris)) == (0, 100 + 100 * frame, 160 + 100 * frame)
        assert [layer.part for layer in (skull, white, iris)] == [1, 2, 3]
        assert white.clip.getBounds().right() == 800 and skull.clip is None
    assert who.colors()[1:] == [GREEN, RED]


def test_a_figure_from_behind_lacks_the_face(movies: tuple[Movie, Movie]) -> None:
    """Containers of the other side are not drawn."""
    rig, eye = movies
    (head,) = Costume({"sideeye": (eye, eye.exported["sideEye"])}, 1, "back").layers(rig, 0)
    assert _left(head) == 2000


def test_near_tones_are_one_part(tmp_path: Path, movies: tuple[Movie, Movie]) -> None:
    """Tones within 36 are one part; within 70 two without a line between; two containers always have a line."""
    shapes = [square(1, (200, 0, 0)), square(2, (180, 0, 0)), square(3, (140, 0, 0)), square(4, (60, 0, 0))]
    item = swf(*shapes, sprite(9, *[b"".join(place(k, k) for k in (1, 2, 3, 4))]), export(sideEye=9))
    write_movie(parse_swf(item), tmp_path / "item.npz")
    who = Costume({"sideeye": (Movie(tmp_path / "item.npz"), 9)}, 1, "side")
    layers = who.layers(movies[0], 0)
    assert [layer.part for layer in layers] == [1, 2, 2, 3, 4]
    pairs = np.array([(2, 3), (3, 4), (2, 4), (1, 2), (0, 3)], np.uint16).T
    assert who.borders(*pairs).tolist()[:4] == [False, True, True, True]


def test_dyes_are_the_figures_own(movies: tuple[Movie, Movie]) -> None:
    """Skin has one colour per figure, whichever frame is drawn first."""
    rig, _ = movies
    colors = []
    for seed, frame in ((1, 0), (1, 3), (2, 0)):
        who = Costume({}, seed, "side")
        who.layers(rig, frame)
        colors.append(who.colors()[0])
    assert colors[0] == colors[1] != colors[2]


def test_each_split_wears_its_own(tmp_path: Path) -> None:
    """Training opens only files of its items, validation only others; a copy for another process draws the same."""
    avatar_folder(tmp_path)
    worn = {}
    for split in ("train", "validation"):
        avatars = Avatars(tmp_path, split)  # type: ignore[arg-type]
        worn[split] = {item for items in avatars._items.values() for item in items}
        first = avatars.figure(np.random.default_rng(2)).clip([0.0, 1.0], size=64)
        copied = pickle.loads(pickle.dumps(avatars)).figure(np.random.default_rng(2)).clip([0.0, 1.0], size=64)
        np.testing.assert_array_equal(first.drawings[1].part, copied.drawings[1].part)
    assert worn["train"] and worn["validation"] and not worn["train"] & worn["validation"]


def test_a_missing_rig_is_named(tmp_path: Path) -> None:
    """Without the rig, or with nothing to wear, the folder is named with what to do."""
    with pytest.raises(InputError, match=r"base_avatar__Avatar\.npz: not there; run python -m .*prepare"):
        Avatars(tmp_path, "train")
    (tmp_path / "avatars").mkdir()
    write_movie(parse_swf(rig_swf()), tmp_path / "avatars" / file_name(RIG))
    with pytest.raises(InputError, match="nothing of the train split to wear; prepare the drawn families again"):
        Avatars(tmp_path, "train")
