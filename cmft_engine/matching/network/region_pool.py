"""From cells to regions and back: mean features of each region, and match weight between regions.

A region's share of every cell is counted once a drawing; what depends on weights is then a sparse sum.
Shapes: h w work size, n regions, C channels, N cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .encoders import WIDTHS
from .network import MATCH, LineFeatures

Labels = NDArray[np.int32]
CELLS = (8, 4, 2)  # side of a cell in work pixels at 1/8, 1/4 and 1/2
POOLED = MATCH[0] + WIDTHS[1] + WIDTHS[0]  # channels of matching features at 1/8, and of lines at 1/4 and 1/2


@dataclass(frozen=True)
class Membership:
    """Which regions lie in which cells of one size: entries (E,) of region (from 0), cell, and pixels in common."""

    region: Tensor
    cell: Tensor
    pixels: Tensor


@dataclass(frozen=True)
class RegionCells:
    """Membership at 1/8, 1/4 and 1/2, and the pixels of each region with the ink given to it: area (n,), least 1."""

    levels: tuple[Membership, Membership, Membership]
    area: Tensor
    cells: int  # at 1/8


def region_cells(labels_under_ink: Labels, *, count: int, device: torch.device) -> RegionCells:
    """Count the pixels of regions 1..count in every cell.

    labels_under_ink: int32 (h, w), multiples of 16; zeros count nowhere.
    """
    eighth, quarter, half = (_membership(labels_under_ink, count, side, device) for side in CELLS)
    area = np.maximum(np.bincount(labels_under_ink.ravel(), minlength=count + 1)[1:], 1).astype(np.float32)
    cells = (labels_under_ink.shape[0] // CELLS[0]) * (labels_under_ink.shape[1] // CELLS[0])
    return RegionCells((eighth, quarter, half), torch.from_numpy(area).to(device), cells)


def _membership(labels_under_ink: Labels, count: int, side: int, device: torch.device) -> Membership:
    height, width = labels_under_ink.shape
    cell = (np.arange(height) // side)[:, None] * (width // side) + (np.arange(width) // side)[None]
    cells = (height // side) * (width // side)
    keys, pixels = np.unique((labels_under_ink.astype(np.int64) * cells + cell).ravel(), return_counts=True)
    region, place = np.divmod(keys, cells)
    real = region > 0
    return Membership(
        torch.from_numpy(region[real] - 1).to(device),
        torch.from_numpy(place[real]).to(device),
        torch.from_numpy(pixels[real].astype(np.float32)).to(device),
    )


def pool(seen: LineFeatures, cells: RegionCells) -> Tensor:
    """Mean features of each region of one drawing: (n, POOLED); zeros for a region without pixels."""
    maps = (seen.tokens[0], *(feature[0].flatten(1).T for feature in (seen.quarter, seen.half)))  # (N, C) each
    return torch.cat([_mean(feature, level, cells.area) for feature, level in zip(maps, cells.levels, strict=True)], 1)


def _mean(feature: Tensor, level: Membership, area: Tensor) -> Tensor:
    weight = (level.pixels / area[level.region])[:, None]
    total = torch.zeros(len(area), feature.shape[1], device=feature.device)
    return total.index_add(0, level.region, feature.float()[level.cell] * weight)


def cell_shares(cells: RegionCells) -> Tensor:
    """Share of each region in every cell at 1/8: (N, n), rows sum to 1 where all pixels have a region."""
    level = cells.levels[0]
    table = torch.zeros(cells.cells, len(cells.area), device=cells.area.device)
    return table.index_put((level.cell, level.region), level.pixels / CELLS[0] ** 2)


def attention_mass(transferred: Tensor, target: RegionCells, reference: RegionCells) -> Tensor:
    """Match weight between regions as a share of either: (n, m, 2) in [0, 1].

    transferred: (N, m) share of every reference region that came to each target cell.
    """
    level = target.levels[0]
    pixels = torch.zeros(len(target.area), transferred.shape[1], device=transferred.device)
    pixels = pixels.index_add(0, level.region, transferred.float()[level.cell] * level.pixels[:, None])
    return torch.stack([pixels / target.area[:, None], pixels / reference.area[None]], -1).clamp(0, 1)
