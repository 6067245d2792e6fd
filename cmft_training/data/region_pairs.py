"""Examples for the region network: drawn pairs, segmented as in use, with which region is which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmft_engine.lineart.lineart import LineArt
from cmft_engine.matching.descriptors import count_colors, shares_of
from cmft_engine.matching.encoded import frame_regions
from cmft_engine.matching.framing import work_scale
from cmft_engine.matching.region_inputs import RegionSide
from cmft_engine.shot.drawing import SegmentedDrawing, segment
from cmft_training.data.dataset import MAX_LABELS, VOID, Pair
from cmft_training.synthetic.drawing import Drawing

INK_BELOW = 191  # line value up to which a pixel is ink
GAP_PX, MIN_REGION_PX = 4, 4  # training pictures are about half as large as the plates that the defaults are for
MAX_TRAINED_REGIONS = 160  # larger drawings are left out of training

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class WorkDrawing:
    """A drawing segmented at the work size.

    shares: (regions, MAX_LABELS) how much of each region every label covers. label: int64 (h, w) label of every work
    pixel.
    """

    side: RegionSide
    shares: Floats
    label: Labels


@dataclass(frozen=True)
class Truth:
    """What the region network should find of T target and R reference regions.

    same: bool (T, R) both show the same part. same_color: bool (T, R) both are of one colour for the most part.
    weight: float32 (T,) how much a region counts, 0 without pixels: each once, and a little more the larger it is.
    """

    same: NDArray[np.bool_]
    same_color: NDArray[np.bool_]
    weight: Floats


def segment_pair(pair: Pair, work_size: int) -> tuple[WorkDrawing, WorkDrawing]:
    """Segment target and reference, framed as in use."""
    scale = work_scale(pair.reference.line <= INK_BELOW, work_size)
    return (
        segment_framed(pair.target, pair.label_target, scale, work_size),
        segment_framed(pair.reference, pair.label_reference, scale, work_size),
    )


def segment_drawing(drawing: Drawing) -> SegmentedDrawing:
    """Segment a training drawing as the engine does."""
    ink = drawing.line <= INK_BELOW
    coverage = np.float32(1) - drawing.line.astype(np.float32) / np.float32(255)
    art = LineArt(ink, np.zeros_like(ink), coverage, np.zeros((*ink.shape, 3), np.float32))
    return segment(art, gap_px=GAP_PX, min_region_px=MIN_REGION_PX)


def segment_framed(drawing: Drawing, label: Labels, scale: float, work_size: int) -> WorkDrawing:
    """Segment a drawing and frame it as in use; label: (S, S), scale: work pixels a plate pixel."""
    regions = segment_drawing(drawing)
    side, framing = frame_regions(regions, scale, work_size)
    shares = shares_of(count_colors(regions.labels, label, (regions.count, MAX_LABELS)))
    return WorkDrawing(side, shares, framing.sample(label).astype(np.int64))


def usable(target: WorkDrawing, reference: WorkDrawing) -> bool:
    """Whether there is something to match, and not too much."""
    return all(1 < drawing.side.count <= MAX_TRAINED_REGIONS for drawing in (target, reference))


def truth_of(target: WorkDrawing, reference: WorkDrawing, color: Floats) -> Truth:
    """Tell which regions belong together; color: (MAX_LABELS, 3) colour of each label."""
    a, b = target.shares, reference.shares
    common = np.minimum(a[:, None], b[None]).sum(-1)
    same = (common > 0.5) | (a.argmax(1)[:, None] == b.argmax(1)[None])
    group = np.unique(color, axis=0, return_inverse=True)[1].reshape(-1)
    group[VOID] = group.max() + 1  # scenery and what is unpainted: no colour to take
    member = (group[:, None] == np.arange(group.max() + 1)[None]).astype(np.float32)
    same_color = (a @ member).argmax(1)[:, None] == (b @ member).argmax(1)[None]
    real = (a.sum(1) > 0)[:, None] & (b.sum(1) > 0)[None]
    area = target.side.descriptors.area
    share = area / max(float(area.sum()), 1.0)
    weight = np.where(area > 0, 0.5 + 5 * np.sqrt(share), 0)
    return Truth(same & real, same_color & real, weight.astype(np.float32))
