"""Promises of the bundled example shot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cmft_training.synthetic import example_shot
from cmft_training.synthetic.example_shot import FIRST_FRAME, FRAMES, HEIGHT, HELD_FRAME, WIDTH, ExampleShot

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "shot"


@pytest.fixture(scope="module")
def shot():
    return ExampleShot()


@pytest.fixture(scope="module")
def first(shot):
    return shot.frame(FIRST_FRAME)


def _read(name):
    return cv2.cvtColor(cv2.imread(str(FOLDER / name), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)


def test_bundled_files_are_what_the_code_draws(first):
    """The committed plates of frame 1001 are reproduced, save single pixels that another OpenCV rounds otherwise."""
    for name, drawn in (("line.1001.png", first.line), ("ref.1001.png", first.painted)):
        assert (_read(name) != drawn).any(-1).mean() < 1e-3


def test_all_frames_are_there_and_small():
    """The folder holds every line plate and one reference, 1.5 MB at most."""
    names = {path.name for path in FOLDER.glob("*.png")}
    assert names == {f"line.{FIRST_FRAME + i}.png" for i in range(FRAMES)} | {"ref.1001.png"}
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 1.5e6


def test_paper_is_transparent_and_main_ink_black(first):
    """Line plates have empty paper and black opaque ink."""
    assert first.line.shape == (HEIGHT, WIDTH, 4)
    assert (first.line[..., 3] == 0).mean() > 0.8
    opaque = first.line[..., 3] == 255
    assert (first.line[opaque][:, :3].max(1) == 0).mean() > 0.5


@pytest.mark.parametrize(("channel", "others"), [(0, (1, 2)), (2, (0, 1))])
def test_both_trace_colors_are_drawn(first, channel, others):
    """There are red lines round highlights and blue ones round shadows."""
    line = first.line.astype(int)
    pure = (line[..., channel] > 200) & (line[..., others[0]] < 40) & (line[..., others[1]] < 40) & (line[..., 3] > 200)
    assert pure.sum() > 200


def test_trace_lines_vanish_in_the_painting(first):
    """Where only a trace line runs, the painting shows a flat colour, not red or blue."""
    line = first.line.astype(int)
    trace = (line[..., :3].max(2) > 250) & (line[..., 3] > 200)
    np.testing.assert_array_equal(first.painted[trace], first.flats[trace])


def test_one_hold():
    """The held frame repeats the drawing before it, and its neighbours differ."""
    before, held, after = (_read(f"line.{HELD_FRAME + k}.png") for k in (-1, 0, 1))
    np.testing.assert_array_equal(before, held)
    assert (held != after).any()


def test_reference_shows_every_color_of_the_shot(shot, first):
    """No frame needs a colour that the painted frame lacks."""
    known = np.unique(first.flats.view(np.uint32))
    last = shot.frame(FIRST_FRAME + FRAMES - 1)
    unknown = np.isin(last.flats.view(np.uint32), known, invert=True).sum()
    assert unknown <= 0.001 * HEIGHT * WIDTH


def test_writing_the_shot(tmp_path, monkeypatch, shot):
    """The command writes line plates and the reference under their frame numbers."""
    monkeypatch.setattr(example_shot, "FRAMES", 1)
    example_shot.main([str(tmp_path / "new")])
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["line.1001.png", "ref.1001.png"]


def test_parts_of_a_bone_are_found(shot, first):
    """The hand is painted in skin and its shadow alone; a bone that there is not has no part."""
    hand = shot.is_on(FIRST_FRAME, "hand")
    skin, shadow = (example_shot.COLORS[name] for name in ("skin", "skin/shadow"))
    assert hand.any() and set(map(tuple, first.flats[hand][:, :3].tolist())) <= {skin, shadow}
    assert not shot.is_on(FIRST_FRAME, "tail").any()
