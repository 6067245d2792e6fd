"""What is carried to every pixel of a plate lies where the work picture lies in it."""

import numpy as np
import pytest
import torch

from cmft_engine.matching import pixel_votes
from cmft_engine.matching.framing import Framing
from cmft_engine.matching.pixel_votes import carry_by_match, painted_rgb


@pytest.fixture
def half_cells(monkeypatch):
    """A picture of half cells (4, 4), each with a number of its own, as what the match brings."""
    picture = np.arange(16, dtype=np.int32).reshape(4, 4)
    monkeypatch.setattr(pixel_votes, "_best_of_half_cells", lambda found, side, references: picture)
    return picture


@pytest.mark.parametrize("scale", [0.5, 1, 2])
def test_every_half_cell_is_carried(half_cells, scale):
    """At any scale each half cell covers its own square of the plate, the first row and column too."""
    side = round(2 / scale)
    size = 4 * side, 4 * side
    index = carry_by_match(None, None, [], Framing(0, 0, 8, 8, scale), size)
    assert np.array_equal(index, np.kron(half_cells, np.ones((side, side), np.int32)))


def test_outside_of_the_work_picture_the_border_goes_on(half_cells):
    """Plate pixels beyond the cropped drawing take the nearest half cell, on every side."""
    index = carry_by_match(None, None, [], Framing(3, 2, 8, 8, 1.0), (14, 13))
    assert np.array_equal(index[2:10, 3:11], np.kron(half_cells, np.ones((2, 2), np.int32)))
    assert (index[:2] == index[2]).all() and (index[10:] == index[9]).all()
    assert (index[:, :3] == index[:, 3:4]).all() and (index[:, 11:] == index[:, 10:11]).all()


def test_the_painted_picture_stays_in_range():
    """The decoder may leave [0, 1]; what is shown does not, and keeps its place."""
    rgb = torch.zeros(1, 3, 4, 4)
    rgb[0, :, 0, 0], rgb[0, :, 3, 3] = 2.0, -1.0
    shown = painted_rgb(rgb, Framing(0, 0, 4, 4, 1.0), (4, 4))
    assert shown.shape == (4, 4, 3) and shown[0, 0].tolist() == [1, 1, 1] and shown[1:].max() == 0
