import copy

import numpy as np
import pytest
import torch

from benchmarks.baselines.learned import color_with
from benchmarks.baselines.pix2pix import Pix2Pix
from benchmarks.baselines.work_picture import WORK_PX


@pytest.mark.parametrize("name", ["line", "reference", "tcvc", "plain"])
def test_a_painter_gives_a_picture_for_every_target(painters, name):
    """Two targets in, two RGB pictures of their size in [0, 1] out, and every weight is used."""
    painter = copy.deepcopy(painters[name]).train()
    side = WORK_PX if isinstance(painter, Pix2Pix) else 64  # a U-Net of eight levels takes no smaller one
    line, color = torch.rand(2, 2, side, side), torch.rand(2, 3, side, side)
    rgb = painter(line, line.flip(3), color)
    assert rgb.shape == (2, 3, side, side)
    assert 0 <= float(rgb.detach().min()) <= float(rgb.detach().max()) <= 1
    rgb.square().sum().backward()
    assert [key for key, value in painter.named_parameters() if value.grad is None] == []


@pytest.mark.parametrize("size", [(96, 96), (48, 96), (300, 40)])
def test_any_size_comes_back_with_the_target_s_ink(painters, size):
    """A picture of any shape is coloured at its own size, and where there is full ink it is black."""
    line = np.full((*size, 3), 255, np.uint8)
    line[size[0] // 2] = 0
    colored = color_with(painters["plain"])(line, line, line)
    assert colored.shape == (*size, 3)
    assert not colored[size[0] // 2].any()
