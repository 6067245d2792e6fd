"""Heads: styles of a package, expressions that change, parts that keep their numbers."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.head_styles import Style
from cmft_training.synthetic.drawn.heads import Head, Heads
from cmft_training.synthetic.drawn.plates import INK
from cmft_training.synthetic.drawn.split import names_of


@pytest.mark.parametrize("name", [*names_of("heads", "train"), *names_of("heads", "validation")])
def test_every_style_gives_parts_and_ink(name: str) -> None:
    """A head of each style has parts with colours, and lines of its own or borders to draw them at."""
    style = Style(name)
    for seed in range(3):
        head = Head(style, np.random.default_rng(seed))
        parts = {layer.part for time in (0.0, 8.0, 30.0) for layer in head.layers(time)} - {INK}
        assert parts and parts == set(range(1, len(head.colors()) + 1))


def test_features_change_and_the_head_stays() -> None:
    """Over time mouths are exchanged, while head and hair keep variant and number."""
    style, rng = Style("adventurer"), np.random.default_rng(5)
    head = Head(style, rng)
    shown = [{name: head._variant(name, float(t)) for name in style.components} for t in range(60)]
    assert len({choice["hair"] for choice in shown}) == len({choice["head"] for choice in shown}) == 1
    assert any(len({choice[name] for choice in shown}) > 1 for name in ("mouth", "eyes", "eyebrows"))
    assert shown == [{name: head._variant(name, float(t)) for name in style.components} for t in range(60)]


def test_a_bust_stands_at_its_cut() -> None:
    """The bottom of a bust does not tilt: its lowest points move less than its head."""
    head = Head(Style("open-peeps"), np.random.default_rng(4))
    points = np.array([[352.0, head._motion._top], [352.0, head._motion._top + head._motion._height]])
    paths = np.array([head._motion.at(float(t), [], [2])(points) for t in range(40)])
    top, bottom = np.ptp(paths[:, 0, 0]), np.ptp(paths[:, 1, 0])
    assert bottom < 0.5 * top


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the sentence says which extra brings it."""

    def missing(name: str) -> Path:
        raise ModuleNotFoundError("No module named 'dicebear_styles'")

    monkeypatch.setattr(resources, "files", missing)
    monkeypatch.setattr("cmft_training.synthetic.drawn.heads.names_of", lambda *_: ["adventurer"])
    with pytest.raises(InputError, match=r"dicebear_styles.*install the extra train"):
        Heads(Path("anywhere"), "train")
