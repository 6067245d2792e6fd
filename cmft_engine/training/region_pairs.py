"""Examples for the region network: drawn pairs, cut into regions, with which region is which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.image.descriptors import NODE_FEATURES, RASTER, count_colors, shares_of
from cmft_engine.image.framing import frame_drawing, work_scale
from cmft_engine.image.lineart import LineArt
from cmft_engine.image.regions import grow_under_ink, label_regions
from cmft_engine.model.matcher import TARGET_LIMIT, CutDrawing
from cmft_engine.model.region_inputs import RegionSide, find_motion, pair_features, region_side, relation_features
from cmft_engine.model.region_network import PAIR_FEATURES, RegionTensors
from cmft_engine.training.dataset import Pair
from cmft_engine.training.drawing import Drawing

INK_BELOW = 191  # line value up to which a pixel is ink
MAX_REGIONS = 160  # larger drawings are left out of training

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RegionExample:
    """One pair in numbers.

    node_*, raster_*, relation_*: as `RegionTensors`, without batch. pair: (T, R, PAIR_FEATURES).
    same: float32 (T, R) 1 where both regions show the same thing; area: float32 (T,) share of the drawing.
    """

    node_target: Floats
    node_reference: Floats
    raster_target: Floats
    raster_reference: Floats
    relation_target: Floats
    relation_reference: Floats
    pair: Floats
    same: Floats
    area: Floats


@dataclass(frozen=True)
class WorkDrawing:
    """A drawing cut into regions at the work size; shares: (regions, labels) of truth in each region."""

    side: RegionSide
    shares: Floats
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]


def cut_pair(pair: Pair, work_size: int) -> tuple[WorkDrawing, WorkDrawing]:
    """Cut target and reference into regions, framed as in use."""
    scale = work_scale(pair.reference.line <= INK_BELOW, work_size)
    return (
        _cut(pair.target, pair.label_target, scale, work_size),
        _cut(pair.reference, pair.label_reference, scale, work_size),
    )


def cut_drawing(drawing: Drawing) -> CutDrawing:
    """Cut a training drawing into regions as the engine does."""
    ink = drawing.line <= INK_BELOW
    coverage = np.float32(1) - drawing.line.astype(np.float32) / np.float32(255)
    art = LineArt(ink, np.zeros_like(ink), coverage, np.zeros((*ink.shape, 3), np.float32))
    regions = label_regions(art)
    grown = grow_under_ink(regions.labels)
    return CutDrawing(ink, regions.labels, grown, max(regions.count, int(grown.max())))


def _cut(drawing: Drawing, label: NDArray[np.int64], scale: float, work_size: int) -> WorkDrawing:
    regions = cut_drawing(drawing)
    ink = regions.ink
    framing = frame_drawing(ink, scale, limit=round(work_size * TARGET_LIMIT))
    side = region_side(
        framing.sample(regions.labels).astype(np.int32),
        framing.sample(regions.grown).astype(np.int32),
        framing.sample_ink(ink),
        count=regions.count,
    )
    shares = shares_of(count_colors(regions.labels, label, (regions.count, int(label.max()) + 1)))
    rows, columns = framing.rows(ink.shape[0]), framing.columns(ink.shape[1])
    return WorkDrawing(side, shares, rows, columns)


def example_of(target: WorkDrawing, reference: WorkDrawing, mass: NDArray[np.float64] | None) -> RegionExample | None:
    """Put two cut drawings side by side, or None for nothing to match or too much; `mass` as in `pair_features`."""
    counts = (target.side.count, reference.side.count)
    if not all(1 < count <= MAX_REGIONS for count in counts):
        return None
    width = max(target.shares.shape[1], reference.shares.shape[1])
    a, b = (np.pad(s, ((0, 0), (0, width - s.shape[1]))) for s in (target.shares, reference.shares))
    common = np.minimum(a[:, None], b[None]).sum(-1)
    same = (common > 0.5) | (a.argmax(1)[:, None] == b.argmax(1)[None])
    motion = find_motion(target.side, reference.side)
    area = target.side.descriptors.area
    return RegionExample(
        target.side.descriptors.node,
        reference.side.descriptors.node,
        target.side.descriptors.raster,
        reference.side.descriptors.raster,
        relation_features(target.side.descriptors),
        relation_features(reference.side.descriptors),
        pair_features(target.side, reference.side, motion, mass),
        same.astype(np.float32),
        (area / max(float(area.sum()), 1.0)).astype(np.float32),
    )


@dataclass(frozen=True)
class RegionBatch:
    """Padded examples; same (B, T, R), weight (B, T) with 0 on padding."""

    target: RegionTensors
    reference: RegionTensors
    pair: Tensor
    same: Tensor
    weight: Tensor


def collate_regions(examples: list[RegionExample]) -> RegionBatch:
    """Pad examples to one size. A region counts once, and a little more the larger it is."""
    size = len(examples)
    t = max(len(e.node_target) for e in examples)
    r = max(len(e.node_reference) for e in examples)

    def padded(arrays: list[Floats], *shape: int) -> Tensor:
        out = np.zeros((size, *shape), np.float32)
        for row, array in zip(out, arrays, strict=True):
            row[tuple(slice(0, n) for n in array.shape)] = array
        return torch.from_numpy(out)

    def side(name: str, count: int) -> RegionTensors:
        nodes: list[Floats] = [getattr(e, f"node_{name}") for e in examples]
        real = torch.arange(count)[None] < torch.tensor([len(n) for n in nodes])[:, None]
        return RegionTensors(
            padded(nodes, count, NODE_FEATURES),
            padded([getattr(e, f"raster_{name}") for e in examples], count, RASTER * RASTER),
            padded([getattr(e, f"relation_{name}") for e in examples], count, count, 4),
            real,
        )

    weight = padded([((e.area > 0) * (0.5 + 5 * np.sqrt(e.area))).astype(np.float32) for e in examples], t)
    return RegionBatch(
        side("target", t),
        side("reference", r),
        padded([e.pair for e in examples], t, r, PAIR_FEATURES),
        padded([e.same for e in examples], t, r),
        weight,
    )
