"""Pictures in TorchScript: display light, coverage of lines, distances and resampling, without `F.interpolate`.

Every function is compiled into the exported model; they use only operators that torch 1.12 has.
Shapes: H W picture size, h w the size asked for.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

STRAIGHT, DIAGONAL = 0.955, 1.3693  # lengths of a step, as OpenCV's distanceTransform has them for 3 x 3


def sure_numbers(x: Tensor) -> Tensor:
    """Return the picture within [0, 1]; what is no number becomes 0."""
    return torch.nan_to_num(x, 0.0, 1.0, 0.0).clamp(0.0, 1.0)


def display(x: Tensor) -> Tensor:
    """Turn linear light in [0, 1] into display sRGB."""
    return torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp(min=1e-6).pow(1 / 2.4) - 0.055)


def linear_light(x: Tensor) -> Tensor:
    """Turn display sRGB in [0, 1] into linear light."""
    return torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055).pow(2.4))


def line_picture(rgba: Tensor, is_linear: int) -> tuple[Tensor, Tensor]:
    """Lay premultiplied lines (1, 4, H, W) over white: display RGB (1, 3, H, W), and the coverage (1, 1, H, W).

    A picture whose alpha is 0 everywhere has none and counts as opaque.
    """
    alpha = rgba[:, 3:]
    if bool((alpha.amax() <= 0).item()):
        alpha = torch.ones_like(alpha)
    straight = (rgba[:, :3] / alpha.clamp(min=1e-4)).clamp(0.0, 1.0)
    if is_linear != 0:
        straight = display(straight)
    shown = straight * alpha + (1 - alpha)
    light = shown[:, :1] * 0.2126 + shown[:, 1:2] * 0.7152 + shown[:, 2:3] * 0.0722
    return shown, (1 - light).clamp(0.0, 1.0)


def fill_unknown(color: Tensor, known: Tensor, steps: int) -> Tensor:
    """Let the colours (1, C, H, W) grow from where they are known (1, 1, H, W, 0 or 1) by so many pixels."""
    color = color * known
    for _ in range(steps):
        near = F.avg_pool2d(known, [3, 3], [1, 1], [1, 1])
        grown = F.avg_pool2d(color, [3, 3], [1, 1], [1, 1]) / near.clamp(min=1e-4)
        color = torch.where(known > 0, color, grown * (near > 1e-4).to(color.dtype))
        known = torch.where(near > 1e-4, torch.ones_like(known), known)
    return color + (1 - known)


def chamfer(ink: Tensor, limit: float, straight: float = STRAIGHT, diagonal: float = DIAGONAL) -> Tensor:
    """Return the distance to ink (1, 1, H, W, at least 0.5) in px, up to `limit`, measured in steps to neighbours."""
    far = limit + 2.0
    distance = torch.where(ink >= 0.5, torch.zeros_like(ink), torch.full_like(ink, far))
    height, width = ink.shape[-2], ink.shape[-1]
    for _ in range(int(math.ceil(limit / straight))):
        around = torch.constant_pad_nd(distance, [1, 1, 1, 1], far)
        for dy in range(3):
            for dx in range(3):
                step = 0.0 if dy == 1 and dx == 1 else (straight if dy == 1 or dx == 1 else diagonal)
                moved = around[:, :, dy:dy + height, dx:dx + width] + step
                distance = torch.minimum(distance, moved)
    return distance.clamp(max=limit)


def dilate(ink: Tensor, size: int) -> Tensor:
    """Take the largest value of a square of `size` px around each pixel (1, 1, H, W)."""
    wide = torch.max_pool2d(ink, [size, size], [1, 1], [size // 2, size // 2])
    return wide[:, :, : ink.shape[-2], : ink.shape[-1]]


def nearest_rows(start: int, count: int, scale: float, limit: int) -> list[int]:
    """Return the source row under each of `count` rows, from row `start` on, kept within [0, limit)."""
    return [min(max(int(math.floor(start + (i + 0.5) / scale)), 0), limit - 1) for i in range(count)]


def area_weights(start: int, count: int, size: int, source: int, like: Tensor) -> Tensor:
    """Return weights (count, source) that average `size` source rows, from row `start` on, into `count` rows.

    Rows outside of the source count as 0.
    """
    ratio = float(size) / float(count)
    edge = torch.arange(count, device=like.device, dtype=torch.float32)[:, None] * ratio + float(start)
    row = torch.arange(source, device=like.device, dtype=torch.float32)[None]
    overlap = torch.minimum(edge + ratio, row + 1) - torch.maximum(edge, row)
    return (overlap.clamp(min=0.0) / ratio).to(like.dtype)


def linear_weights(places: Tensor, source: int, like: Tensor) -> Tensor:
    """Return weights (count, source) that read a source at these places (count,) by linear interpolation."""
    inside = places.clamp(0.0, float(source - 1))[:, None]
    row = torch.arange(source, device=like.device, dtype=torch.float32)[None]
    return (1 - (inside - row).abs()).clamp(min=0.0).to(like.dtype)


def stretch(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Resample a picture (1, C, H, W) by weights (h, H) and (w, W): (1, C, h, w)."""
    return torch.matmul(torch.matmul(rows, x), columns.transpose(0, 1))
