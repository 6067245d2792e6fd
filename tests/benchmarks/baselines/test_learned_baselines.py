import numpy as np
import pytest
import torch

from benchmarks.baselines import pix2pix, tcvc
from benchmarks.baselines.learned import color_with
from benchmarks.baselines.patch_gan import PatchGan, normed
from benchmarks.baselines.pix2pix import LEVELS, LINE_ONLY, WITH_REFERENCE, Level, Pix2Pix
from benchmarks.baselines.plain_cmft import PlainCmft
from benchmarks.baselines.tcvc import Tcvc
from benchmarks.baselines.work_picture import WORK_PX, enlarge, shrink
from tests.benchmarks.small_drawings import draw_face

LINE, PAINTING = draw_face()
OTHER_LINE, _ = draw_face(8, 4)


@pytest.fixture
def painters():
    """New painters, always the same ones."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return {
            "line": Pix2Pix(LINE_ONLY),
            "reference": Pix2Pix(WITH_REFERENCE),
            "tcvc": Tcvc(),
            "plain": PlainCmft(),
        }


@pytest.mark.parametrize("name", ["line", "reference", "tcvc", "plain"])
def test_a_painter_gives_a_picture_for_every_target(painters, name):
    """Two targets in, two RGB pictures of their size in [0, 1] out, and every weight is used."""
    painter = painters[name].train()
    line, color = torch.rand(2, 2, WORK_PX, WORK_PX), torch.rand(2, 3, WORK_PX, WORK_PX)
    rgb = painter(line, line.flip(3), color)
    assert rgb.shape == (2, 3, WORK_PX, WORK_PX)
    assert 0 <= float(rgb.detach().min()) <= float(rgb.detach().max()) <= 1
    rgb.square().sum().backward()
    assert [key for key, value in painter.named_parameters() if value.grad is None] == []


def test_the_u_net_has_eight_levels_and_the_originals_widths(painters):
    """Widths 1, 2, 4, 8, 8, 8, 8, 8 times the first; one picture cell at the bottom; dropout in levels 4 to 6."""
    levels = [module for module in painters["line"].modules() if isinstance(module, Level)]
    widths = [next(m for m in level.body if isinstance(m, torch.nn.Conv2d)).out_channels for level in levels]
    assert len(levels) == LEVELS == 8
    assert [width // pix2pix.WIDTH for width in widths] == [1, 2, 4, 8, 8, 8, 8, 8]
    assert WORK_PX // 2**LEVELS == 1
    dropped = [any(isinstance(m, torch.nn.Dropout) for m in level.body) for level in levels]
    assert [number for number, has in enumerate(dropped) if has] == [4, 5, 6]


def test_a_patch_of_the_discriminator_is_70_px_wide():
    """One output depends on 70 x 70 px of the picture and on nothing else."""
    judge = PatchGan(2, wrap=normed).eval()
    for module in judge.modules():  # a norm looks at the whole picture
        if isinstance(module, torch.nn.InstanceNorm2d):
            module.forward = lambda x: x  # type: ignore[method-assign]
    picture = torch.rand(1, 3, 140, 140, requires_grad=True)
    logits = judge(torch.rand(1, 2, 140, 140), picture)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    seen = torch.nonzero(picture.grad.abs().sum(dim=(0, 1)))
    assert tuple(seen.max(0).values - seen.min(0).values + 1) == (70, 70)


def test_line_only_does_not_see_the_reference_and_the_other_does(painters):
    """Another reference changes nothing for Pix2Pix on the line alone, and something with the reference."""
    other = PAINTING[::-1].copy()
    for name, changes in (("line", False), ("reference", True)):
        color = color_with(painters[name])
        results = [color(LINE, painting, OTHER_LINE) for painting in (PAINTING, other)]
        assert np.array_equal(*results) is not changes


def test_tcvc_reads_the_previous_frame_s_colours_and_not_its_line(painters):
    """`first` and `prev` differ in the previous frame alone: its colours decide, its line does not."""
    color = color_with(painters["tcvc"])
    first = color(LINE, PAINTING, OTHER_LINE)
    own = color(OTHER_LINE, first, LINE)
    assert not np.array_equal(own, color(LINE, PAINTING, LINE))
    line, rgb = torch.rand(1, 2, 64, 64), torch.rand(1, 3, 64, 64)
    assert torch.equal(painters["tcvc"](line, line, rgb), painters["tcvc"](line, 1 - line, rgb))
    assert painters["tcvc"].inputs(line, line, rgb).shape[1] == tcvc.Tcvc.channels == 4


def test_the_plain_cmft_is_the_decoder_s_rgb(painters):
    """Nothing is snapped: what comes out is the network's RGB, clipped."""
    painter = painters["plain"].eval()
    line, rgb = torch.rand(1, 2, 64, 64), torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        output = painter.network(line, painter.network.encode_reference(line, rgb))
        assert torch.equal(painter(line, line, rgb), output.rgb.clamp(0, 1))


@pytest.mark.parametrize("size", [(96, 96), (48, 96), (300, 40)])
def test_any_size_comes_back_with_the_target_s_ink(painters, size):
    """A picture of any shape is coloured at its own size, and where there is full ink it is black."""
    line = np.full((*size, 3), 255, np.uint8)
    line[size[0] // 2] = 0
    colored = color_with(painters["plain"])(line, line, line)
    assert colored.shape == (*size, 3)
    assert not colored[size[0] // 2].any()


def test_shrinking_and_enlarging_keep_plain_colours():
    """A picture of one colour survives both, margins and all."""
    picture = np.full((128, 512, 3), (10, 200, 90), np.uint8)
    assert np.array_equal(enlarge(shrink(picture), (128, 512)), picture)
