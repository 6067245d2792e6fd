"""Inhabitants: held where frames are missing, drawn where they are on their canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawn.inhabitants import TABLE, Inhabitants, Run
from tests.training.synthetic.drawn.small_art import GREEN, RED, inhabitant_folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The one run of training's figure."""
    return Inhabitants(inhabitant_folder(tmp_path), "train")._runs[0]


def _left(label: np.ndarray) -> int:
    return int(np.nonzero(label.any(0))[0][0])


def test_a_hole_holds_the_frame_before(run: Run) -> None:
    """Frame 3 is missing, so 2 is shown; past an end the run goes back."""
    assert [_left(run.label(number)) // 8 for number in (1, 2, 3, 4, 5, 6, 7, 0)] == [1, 2, 2, 4, 2, 2, 1, 2]


def test_drawings_keep_their_place(tmp_path: Path) -> None:
    """All drawings of a clip share one framing: the figure moves across the page, its colours keep their numbers."""
    inhabitants = Inhabitants(inhabitant_folder(tmp_path), "train")
    figure = inhabitants.figure(np.random.default_rng(0))
    clip = figure.clip([1 - figure.start, 4 - figure.start], size=128)
    first, last = (_left(drawing.part > 0) for drawing in clip.drawings)
    assert last > first + 10
    assert clip.group.tolist() == [0, 1, 2] and clip.color[1:].tolist() == [list(RED), list(GREEN)]
    assert all(set(np.unique(drawing.part)) == {0, 1, 2} for drawing in clip.drawings)


def test_a_damaged_folder_is_named(run: Run, tmp_path: Path) -> None:
    """A frame or a table that cannot be read is named, with what to do."""
    (run.folder / "0001.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"0001\.png: not a prepared frame; prepare the drawn families again"):
        run.label(1)
    (tmp_path / "inhabitants" / TABLE).write_text("{}x")
    with pytest.raises(InputError, match=r"runs\.json: no table of runs \(.*prepare the drawn families again"):
        Inhabitants(tmp_path, "train")
