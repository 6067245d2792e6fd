import numpy as np
import torch

from benchmarks.baselines import pix2pix
from benchmarks.baselines.learned import color_with
from benchmarks.baselines.pix2pix import LEVELS, Level
from benchmarks.baselines.work_picture import WORK_PX
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()
OTHER_LINE, _ = draw_face(8, 4)


def test_the_u_net_has_eight_levels_and_the_originals_widths(painters):
    """Widths 1, 2, 4, 8, 8, 8, 8, 8 times the first; one picture cell at the bottom; dropout in levels 4 to 6."""
    levels = [module for module in painters["line"].modules() if isinstance(module, Level)]
    widths = [next(m for m in level.body if isinstance(m, torch.nn.Conv2d)).out_channels for level in levels]
    assert len(levels) == LEVELS == 8
    assert [width // pix2pix.WIDTH for width in widths] == [1, 2, 4, 8, 8, 8, 8, 8]
    assert WORK_PX // 2**LEVELS == 1
    dropped = [any(isinstance(m, torch.nn.Dropout) for m in level.body) for level in levels]
    assert [number for number, has in enumerate(dropped) if has] == [4, 5, 6]


def test_line_only_does_not_see_the_reference_and_the_other_does(painters):
    """Another reference changes nothing for Pix2Pix on the line alone, and something with the reference."""
    other = PAINTING[::-1].copy()
    for name, changes in (("line", False), ("reference", True)):
        color = color_with(painters[name])
        results = [color(LINE, painting, OTHER_LINE) for painting in (PAINTING, other)]
        assert np.array_equal(*results) is not changes
