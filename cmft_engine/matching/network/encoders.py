"""Convolutional encoders of the network: line art, reference colour, backbone, and the semantic net on top.

No matching here; see `cmft.py`. Shapes: B batch, C channels, H W work resolution (multiples of 16).
"""

from __future__ import annotations

import copy
import itertools
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

LINE_CHANNELS = 2  # ink, distance to ink
COLOR_CHANNELS = 3  # display RGB without ink
WIDTHS = (24, 48, 96)  # channels at 1/2, 1/4, 1/8
SEMANTIC = 64  # channels that the semantic net adds at 1/8


AnyModule = TypeVar("AnyModule", bound=nn.Module)


def fold_batch_norms(module: AnyModule) -> AnyModule:
    """Return a copy for use, not for training, in which every convolution has taken in the batch norm behind it."""
    folded = copy.deepcopy(module).eval()
    for sequence in [part for part in folded.modules() if isinstance(part, nn.Sequential)]:
        for i, (first, second) in enumerate(itertools.pairwise(sequence)):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                sequence[i], sequence[i + 1] = fuse_conv_bn_eval(first, second), nn.Identity()
    return folded


class ConvBlock(nn.Sequential):
    """Convolution, batch norm and SiLU; batch norm keeps a cell's features independent of the crop around it."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, dilation: int = 1) -> None:
        padding = dilation * (kernel // 2)
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False),
            nn.BatchNorm2d(outputs),
            nn.SiLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two convolutions around a skip; a dilated one widens the view as the paper's line encoder does."""

    def __init__(self, channels: int, *, dilation: int = 1) -> None:
        super().__init__()
        self.first = ConvBlock(channels, channels, dilation=dilation)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.silu(x + self.second(self.first(x)))


class Pyramid(nn.Module):
    """An encoder with features at 1/2, 1/4 and 1/8. The stem unshuffles: no convolution runs at full size."""

    def __init__(self, inputs: int, *, wide: bool = False) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        fine = [ConvBlock(half, half)] if wide else []
        self.to_half = nn.Sequential(nn.PixelUnshuffle(2), ConvBlock(inputs * 4, half), *fine)
        self.to_quarter = nn.Sequential(ConvBlock(half, quarter, stride=2), ResidualBlock(quarter))
        deep = [ResidualBlock(eighth, dilation=d) for d in ((1, 2, 4) if wide else (1,))]
        self.to_eighth = nn.Sequential(ConvBlock(quarter, eighth, stride=2), *deep)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode (B, C, H, W) into maps at 1/2, 1/4 and 1/8 of its size."""
        half = self.to_half(x)  # (B, 24, H/2, W/2)
        quarter = self.to_quarter(half)  # (B, 48, H/4, W/4)
        return half, quarter, self.to_eighth(quarter)  # (B, 96, H/8, W/8)


class SelfAttention(nn.Module):
    """One pre-norm transformer layer over the cells of a map."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.norm_mlp = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Mix tokens (B, N, C) with each other."""
        batch, count, channels = x.shape
        qkv = self.qkv(self.norm(x)).view(batch, count, 3, self.heads, channels // self.heads)
        q, k, v = (t.contiguous() for t in qkv.permute(2, 0, 3, 1, 4))  # (B, heads, N, C/heads) each
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, count, channels))
        out: Tensor = x + self.mlp(self.norm_mlp(x))
        return out


class SemanticNet(nn.Module):
    """What a cell belongs to: features of the whole drawing for the first, global match.

    Stands where the paper uses the trunk of a pre-trained illustration tagger; ours is trained with the rest,
    on top of the line encoder, and reads positions relative to the drawing's own centre and size.
    """

    def __init__(self, channels: int = 128) -> None:
        super().__init__()
        self.down = nn.Sequential(ConvBlock(WIDTHS[2], channels, stride=2), ResidualBlock(channels, dilation=2))
        self.position = nn.Linear(4, channels)
        self.attention = nn.Sequential(SelfAttention(channels), SelfAttention(channels))
        self.up = nn.Conv2d(channels, SEMANTIC, 1)

    def forward(self, eighth: Tensor, position: Tensor) -> Tensor:
        """Turn line features (B, 96, h, w) and positions (B, 2, h, w) into semantic ones (B, 64, h, w)."""
        x = self.down(eighth)  # (B, C, h/2, w/2)
        height, width = x.shape[-2:]
        p = F.avg_pool2d(position, 2)
        p = torch.cat([p, p.square()], 1).flatten(2).transpose(1, 2)  # (B, N, 4)
        tokens = x.flatten(2).transpose(1, 2) + self.position(p)
        tokens = self.attention(tokens)
        x = tokens.transpose(1, 2).reshape(x.shape[0], -1, height, width)
        return F.interpolate(self.up(x), scale_factor=2.0, mode="nearest")


def drawing_positions(ink: Tensor, cell: int) -> Tensor:
    """Place every cell relative to the drawing: (x, y) minus the ink's centre, over the ink's spread.

    ink: (B, 1, H, W) in [0, 1]; returns (B, 2, H/cell, W/cell). A drawing without ink counts as one whose
    ink is spread evenly.
    """
    batch, _, height, width = ink.shape
    weight = F.avg_pool2d(ink.float(), cell) + 1e-6  # (B, 1, h, w)
    y, x = torch.meshgrid(
        torch.arange(height // cell, device=ink.device, dtype=torch.float32),
        torch.arange(width // cell, device=ink.device, dtype=torch.float32),
        indexing="ij",
    )
    xy = torch.stack([x, y])[None].expand(batch, -1, -1, -1)  # (B, 2, h, w)
    total = weight.sum((2, 3), keepdim=True)
    center = (xy * weight).sum((2, 3), keepdim=True) / total
    spread = ((xy - center).square() * weight).sum((1, 2, 3), keepdim=True) / total[:, :1]
    return (xy - center) / spread.sqrt().clamp_min(1.0)
