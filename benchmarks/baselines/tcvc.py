"""TCVC (Thasarathan, Nazeri and Ebrahimi, "Automatic Temporally Coherent Video Colorization", CRV 2019).

As the original: a generator of convolutions 7, 4, 4, eight residual blocks with a dilation of 2, and back, instance
norms, reading the line and the previous frame in colour; 70 x 70 PatchGAN with spectral norms on line, previous frame
and picture, one of its steps for twelve of the generator's; cross-entropy plus 10 L1; the previous frame blank in
half of training. Painted one after another from its own results it is *prev*; always from the first frame, *first*.

What differs: 16 channels at the first layer instead of 64; no style and content losses, because they need VGG's
weights, which are not ours to give; Adam at four times the original's rates, for the training is short; the previous
frame is any earlier or later drawing of the clip in training, and without ink; 2 pictures in a batch instead of 16.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

WIDTH = 16  # channels of the first layer; the original has 64
BLOCKS = 8
DILATION = 2


def _layer(convolution: nn.Module, channels: int) -> list[nn.Module]:
    return [convolution, nn.InstanceNorm2d(channels), nn.ReLU(inplace=True)]


class Block(nn.Module):
    """A residual block that looks far."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(DILATION),
            *_layer(nn.Conv2d(channels, channels, 3, dilation=DILATION), channels),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.body(x)
        return out


class Tcvc(nn.Module):
    """The generator as a painter (see `learned`): the reference's flats are its previous frame."""

    channels = 4  # ink, and the previous frame

    def __init__(self) -> None:
        super().__init__()
        first, second, third = WIDTH, 2 * WIDTH, 4 * WIDTH
        self.body = nn.Sequential(
            nn.ReflectionPad2d(3),
            *_layer(nn.Conv2d(self.channels, first, 7), first),
            *_layer(nn.Conv2d(first, second, 4, 2, 1), second),
            *_layer(nn.Conv2d(second, third, 4, 2, 1), third),
            *[Block(third) for _ in range(BLOCKS)],
            *_layer(nn.ConvTranspose2d(third, second, 4, 2, 1), second),
            *_layer(nn.ConvTranspose2d(second, first, 4, 2, 1), first),
            nn.ReflectionPad2d(3),
            nn.Conv2d(first, 3, 7),
        )

    def inputs(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> Tensor:
        """Return what the generator reads, (B, 4, S, S); it does not look at the previous frame's line."""
        return torch.cat([line[:, :1], reference_color], 1)

    def forward(self, line: Tensor, reference_line: Tensor, reference_color: Tensor) -> Tensor:
        """Paint the target, RGB (B, 3, S, S) in [0, 1]."""
        out: Tensor = self.body(self.inputs(line, reference_line, reference_color))
        return (torch.tanh(out) + 1) / 2
