"""Pix2Pix (Isola, Zhu, Zhou and Efros, "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017).

As the original: a U-Net of 8 levels with skips, convolutions of 4 x 4 with stride 2, widths 1, 2, 4, 8, 8, 8, 8, 8
times the first, leaky rectifiers down and rectifiers up, dropout in the three innermost levels that have it, tanh at
the end; 70 x 70 PatchGAN; cross-entropy plus 100 L1 on [-1, 1]; Adam at 2e-4 with beta 0.5; 256 px.

What differs: 10 channels at the first level instead of 64, and 16 instead of 64 in the PatchGAN, so that it has about
as many weights as the others here;
norms over one picture, which is what batch norm is at the original's batch of one; no dropout when painting, so that
a result can be repeated; ink with its distance map as input; flats without ink as output; no jitter of the pictures,
for the material is drawn with its own. The original has no reference: `Pix2Pix(LINE_ONLY)` is that, and can but guess
colours; `Pix2Pix(WITH_REFERENCE)` sees the reference's line and flats beside the target's line.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

LINE_ONLY, WITH_REFERENCE = 2, 7  # input channels: ink and distance; the same of the reference, and its RGB
WIDTH = 10  # channels of the first level; the original has 64
LEVELS = 8
WIDEST = 8  # times the first level's
DROPPED = range(LEVELS - 4, LEVELS - 1)  # levels with dropout on their way up
SLOPE = 0.2


class Level(nn.Module):
    """One level of the U-Net and all below it: half the size, and back, beside what came in."""

    def __init__(self, number: int, inputs: int, outputs: int) -> None:
        """number: from 0, the outermost."""
        super().__init__()
        inner = WIDTH * min(2**number, WIDEST)
        is_outermost, is_innermost = number == 0, number == LEVELS - 1
        down: list[nn.Module] = [] if is_outermost else [nn.LeakyReLU(SLOPE)]
        down.append(nn.Conv2d(inputs, inner, 4, 2, 1))
        if not is_outermost and not is_innermost:
            down.append(nn.InstanceNorm2d(inner, affine=True))
        below: list[nn.Module] = [] if is_innermost else [Level(number + 1, inner, inner)]
        up: list[nn.Module] = [nn.ReLU(), nn.ConvTranspose2d(inner * (2 - is_innermost), outputs, 4, 2, 1)]
        up.append(nn.Tanh() if is_outermost else nn.InstanceNorm2d(outputs, affine=True))
        if number in DROPPED:
            up.append(nn.Dropout(0.5))
        self.body = nn.Sequential(*down, *below, *up)
        self.skips = not is_outermost

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        return torch.cat([x, out], 1) if self.skips else out


class Pix2Pix(nn.Module):
    """The generator as a painter (see `learned`); sides must be multiples of 256 px."""

    def __init__(self, channels: int) -> None:
        """channels: LINE_ONLY or WITH_REFERENCE."""
        super().__init__()
        self.channels: int = channels
        self.net = Level(0, channels, 3)

    def inputs(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> Tensor:
        """Return what the U-Net reads, (B, channels, S, S)."""
        return torch.cat([line, reference_line, reference_color], 1)[:, : self.channels]

    def forward(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> Tensor:
        """Paint the target, RGB (B, 3, S, S) in [0, 1]."""
        out: Tensor = self.net(self.inputs(line, reference_line, reference_color))
        return (out + 1) / 2
