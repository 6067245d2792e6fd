import numpy as np
import torch

from benchmarks.baselines.deep_analogy import find_field
from benchmarks.baselines.vgg import Vgg19, VggFeatures
from tests.benchmarks.small_drawings import draw_face


def test_vgg_gives_five_layers_of_lines_and_of_the_painting():
    """Five maps, each half as large as the next, widths as VGG-19's; a painting's maps know its colours."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        features = VggFeatures(Vgg19())
    line, painting = (picture[:64, :64].copy() for picture in draw_face())
    maps = features.lines(line)
    assert [one.shape for one in maps] == [(4, 4, 512), (8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 64)]
    assert not np.array_equal(features.painting(painting, line)[-1], maps[-1])
    assert find_field(maps, maps, features.painting(painting, line)).shape == (64, 64, 2)
