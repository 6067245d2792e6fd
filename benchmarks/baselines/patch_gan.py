"""The 70 x 70 PatchGAN that judges patches of a picture beside what it was made from; used in training alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

SLOPE = 0.2  # of the leaky rectifiers
WIDTH = 16  # of the first layer; the original has 64

Wrap = Callable[[nn.Conv2d], nn.Module]


def plain(convolution: nn.Conv2d) -> nn.Module:
    """Return the convolution as it is."""
    return convolution


def normed(convolution: nn.Conv2d) -> nn.Module:
    """Return the convolution with a norm over one picture behind it."""
    return nn.Sequential(convolution, nn.InstanceNorm2d(convolution.out_channels, affine=True))


class PatchGan(nn.Module):
    """Five convolutions of 4 x 4, strides 2, 2, 2, 1, 1: every output sees 70 x 70 px."""

    def __init__(self, condition: int, *, wrap: Wrap, wrap_ends: Wrap = plain) -> None:
        """condition: channels of what the picture was made from. wrap, wrap_ends: of the inner, of the outer layers."""
        super().__init__()
        widths = [condition + 3, WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH]
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(pairwise(widths)):
            convolution = nn.Conv2d(inputs, outputs, 4, 2 if number < 3 else 1, 1)
            layers += [(wrap if number else wrap_ends)(convolution), nn.LeakyReLU(SLOPE, inplace=True)]
        self.body = nn.Sequential(*layers, wrap_ends(nn.Conv2d(widths[-1], 1, 4, 1, 1)))

    def forward(self, condition: Tensor, picture: Tensor) -> Tensor:
        """Return logits (B, 1, h, w), above 0 where (B, C, S, S) with RGB (B, 3, S, S) passes for painted."""
        logits: Tensor = self.body(torch.cat([condition, picture], 1))
        return logits
