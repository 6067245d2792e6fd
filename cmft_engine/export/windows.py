"""Where the network looks: the crop and the scale of `image.framing`, in TorchScript."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .pictures import area_weights, dilate, linear_weights, stretch

CELL_PX = 16  # these as in matching/framing.py
MARGIN_PX = 12
MAX_SCALE = 2.0


class WorkWindow(NamedTuple):
    """A window of the plate: its corner (may lie outside), its size in work pixels, work pixels a plate pixel."""

    x: int
    y: int
    width: int
    height: int
    scale: float


def drawing_box(ink: Tensor) -> list[int]:
    """Return left, top, right and bottom of the ink (1, 1, H, W), of the whole picture when there is none."""
    rows = torch.nonzero(ink.amax(3).flatten() > 0).flatten()
    columns = torch.nonzero(ink.amax(2).flatten() > 0).flatten()
    if rows.numel() == 0:
        return [0, 0, ink.shape[3], ink.shape[2]]
    return [int(columns[0].item()), int(rows[0].item()), int(columns[-1].item()) + 1, int(rows[-1].item()) + 1]


def work_scale(ink: Tensor, work_size: int, margin: int = MARGIN_PX, most: float = MAX_SCALE) -> float:
    """Return the scale at which the drawing's longer side fills `work_size` pixels, margins included."""
    box = drawing_box(ink)
    longer = max(box[2] - box[0], box[3] - box[1], 1)
    return min(most, float(work_size - 2 * margin) / float(longer))


def drawing_window(
    ink: Tensor, scale: float, limit: int, margin_px: int = MARGIN_PX, cell: int = CELL_PX
) -> WorkWindow:
    """Frame the drawing at `scale`, or smaller when its longer side would pass `limit` work pixels."""
    box = drawing_box(ink)
    wide, high = box[2] - box[0], box[3] - box[1]
    scale = min(scale, float(limit - 2 * margin_px) / float(max(wide, high, 1)))
    margin = int(math.ceil(margin_px / scale))
    width = int(math.ceil(round((wide + 2 * margin) * scale) / cell)) * cell
    height = int(math.ceil(round((high + 2 * margin) * scale) / cell)) * cell
    x = box[0] - int(round((width / scale - wide) / 2))
    y = box[1] - int(round((height / scale - high) / 2))
    return WorkWindow(x, y, width, height, scale)


def work_ink(ink: Tensor, window: WorkWindow) -> Tensor:
    """Scale the ink (1, 1, H, W) to the window as coverage in [0, 1]; thin lines stay dark, outside is paper."""
    high, wide = int(round(window.height / window.scale)), int(round(window.width / window.scale))
    if window.scale < 0.75:
        ink = dilate(ink, int(round(1 / window.scale)))
    if window.scale < 1:
        rows = area_weights(window.y, window.height, high, ink.shape[2], ink)
        columns = area_weights(window.x, window.width, wide, ink.shape[3], ink)
        return stretch(ink, rows, columns)
    padded = torch.constant_pad_nd(ink, [64, 64, 64, 64], 0.0)
    rows = linear_weights(_places(window.y + 64, window.height, high, ink), padded.shape[2], ink)
    columns = linear_weights(_places(window.x + 64, window.width, wide, ink), padded.shape[3], ink)
    return stretch(padded, rows, columns)


def _places(start: int, count: int, size: int, like: Tensor) -> Tensor:
    steps = torch.arange(count, device=like.device, dtype=torch.float32)
    return (steps + 0.5) * (float(size) / float(count)) - 0.5 + float(start)


def plate_picture(work: Tensor, window: WorkWindow, height: int, width: int) -> Tensor:
    """Bring a work picture (1, C, h, w) back to the plate's size (1, C, H, W); outside the border repeats."""
    y = (torch.arange(height, device=work.device, dtype=torch.float32) + 0.5 - window.y) * window.scale - 0.5
    x = (torch.arange(width, device=work.device, dtype=torch.float32) + 0.5 - window.x) * window.scale - 0.5
    return stretch(work, linear_weights(y, work.shape[2], work), linear_weights(x, work.shape[3], work))
