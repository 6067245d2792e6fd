import pytest
import torch

from benchmarks.baselines.pix2pix import LINE_ONLY, WITH_REFERENCE, Pix2Pix
from benchmarks.baselines.plain_cmft import PlainCmft
from benchmarks.baselines.tcvc import Tcvc


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


def test_the_plain_cmft_is_the_decoder_s_rgb(painters):
    """Nothing is snapped: what comes out is the network's RGB, clipped."""
    painter = painters["plain"].eval()
    line, rgb = torch.rand(1, 2, 64, 64), torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        output = painter.network(line, painter.network.encode_reference(line, rgb))
        assert torch.equal(painter(line, line, rgb), output.rgb.clamp(0, 1))
