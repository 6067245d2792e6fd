"""Painted frames cut into the colours of their run."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic.drawn.clusters import cut_by_color, enlarged, find_palette, palette_rgb
from tests.training.synthetic.drawn.small_art import GREEN, RED


def _painted(noise: int) -> np.ndarray:
    """Return a frame with a red and a green half, soft shading and a ground that is transparent."""
    frame = np.zeros((80, 120, 4), np.uint8)
    frame[10:70, 10:110, 3] = 255
    frame[10:70, 10:60, :3], frame[10:70, 60:110, :3] = RED, GREEN
    shade = np.linspace(-noise, noise, 60)[:, None, None]
    frame[10:70, 10:110, :3] = np.clip(frame[10:70, 10:110, :3] + shade, 0, 255)
    return frame


def test_colours_are_found_and_cut() -> None:
    """Two paints give two colours despite soft shading; the cut follows them, and the ground is 0."""
    frame = _painted(12)
    palette = find_palette([frame, _painted(8)])
    assert len(palette) == 2
    label = cut_by_color(frame, palette)
    assert len(set(label[15:65, 15:50].ravel())) == len(set(label[15:65, 70:105].ravel())) == 1
    assert label[20, 30] != label[20, 90]
    assert (label[:9] == 0).all() and (label[15:65, 15:105] > 0).all()
    red = palette_rgb(palette)[label[20, 30] - 1].astype(int)
    assert red[0] > red[1] + 80 and red[0] > red[2] + 80


def test_specks_go_to_their_surroundings() -> None:
    """A piece of a few pixels is no region of its own."""
    frame = _painted(0)
    frame[40:42, 30:31, :3] = GREEN
    assert len(set(cut_by_color(frame, find_palette([frame]))[15:65, 15:50].ravel())) == 1


def test_an_empty_frame_has_a_palette() -> None:
    """A frame with nothing on it gives one colour and no figure."""
    empty = np.zeros((20, 20, 4), np.uint8)
    assert not cut_by_color(empty, find_palette([empty])).any()


def test_enlarging_keeps_labels() -> None:
    """No label appears that was not there, areas grow by the square, and borders are no stairs of whole pixels."""
    label = np.zeros((20, 20), np.uint8)
    label[np.add.outer(np.arange(20), np.arange(20)) > 19] = 7
    large = enlarged(label, 60, 60)
    assert set(np.unique(large)) == {0, 7}
    assert np.mean(large == 7) == pytest.approx(np.mean(label == 7), abs=0.03)
    assert not np.array_equal(large, np.kron(label, np.ones((3, 3), np.uint8)))
