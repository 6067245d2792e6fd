"""What the learned baselines share: pictures of any size go in, a network paints them at its own size.

A painter is a network that takes the target's line (B, 2, S, S), the reference's line (B, 2, S, S), both ink and
distance to ink in [0, 1], and the reference's display RGB without ink (B, 3, S, S), and returns the target's display
RGB without ink, (B, 3, S, S) in [0, 1]. So no painter has to draw ink: it is laid over at full size, as for every
baseline. The originals paint the whole picture, ink included.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.metrics.pictures import flats_under_ink, lay_ink
from cmft_engine.matching.network.inputs import as_batch, line_channels

from .work_picture import enlarge, shrink

Colorer = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Reference line, reference painting and target line to the coloured target, all uint8 RGB (H, W, 3)."""


def color_with(painter: nn.Module) -> Colorer:
    """Return a method that colours with a painter, which is put into evaluation mode."""
    painter.eval()

    def color(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
        flats = flats_under_ink(reference_gt, reference_line)
        with torch.inference_mode():
            rgb = painter(read_line(target_line), read_line(reference_line), read_color(flats))
        square = np.rint(rgb[0].clamp(0, 1).numpy().transpose(1, 2, 0) * 255).astype(np.uint8)
        return lay_ink(enlarge(square, target_line.shape[:2]), target_line)

    return color


def read_line(line: np.ndarray) -> Tensor:
    """Return a line plate, uint8 RGB (H, W, 3), as a painter reads it, (1, 2, S, S)."""
    grey = shrink(line).min(axis=2)
    return as_batch(line_channels(1.0 - grey.astype(np.float32) / 255), torch.device("cpu"))


def read_color(flats: np.ndarray) -> Tensor:
    """Return flats, uint8 RGB (H, W, 3), as a painter reads them, (1, 3, S, S)."""
    small = np.asarray(shrink(flats) / 255, np.float32)
    return as_batch(small.transpose(2, 0, 1), torch.device("cpu"))
