import numpy as np
import torch

from benchmarks.baselines import tcvc
from benchmarks.baselines.learned import color_with
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()
OTHER_LINE, _ = draw_face(8, 4)


def test_tcvc_reads_the_previous_frame_s_colours_and_not_its_line(painters):
    """`first` and `prev` differ in the previous frame alone: its colours decide, its line does not."""
    color = color_with(painters["tcvc"])
    first = color(LINE, PAINTING, OTHER_LINE)
    own = color(OTHER_LINE, first, LINE)
    assert not np.array_equal(own, color(LINE, PAINTING, LINE))
    line, rgb = torch.rand(1, 2, 64, 64), torch.rand(1, 3, 64, 64)
    assert torch.equal(painters["tcvc"](line, line, rgb), painters["tcvc"](line, 1 - line, rgb))
    assert painters["tcvc"].inputs(line, line, rgb).shape[1] == tcvc.Tcvc.channels == 4
