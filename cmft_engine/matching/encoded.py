"""Drawings as the networks take them: cut to regions at the work size, with the features that the encoders see.

Shapes: H W plate size, h w work size, n regions of a drawing, m of a reference, K palette colours, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..shot.drawing import PaintedDrawing, SegmentedDrawing
from . import region_inputs
from .descriptors import Descriptors, count_colors, shares_of
from .framing import Framing, frame_drawing
from .network.inputs import as_batch, line_channels
from .network.network import LineFeatures, Network, ReferenceFeatures
from .network.region_network import RegionTensors
from .network.region_pool import RegionCells, cell_shares, pool, region_cells
from .region_inputs import Indices, RegionSide, as_index, region_side

MAX_REGIONS = 512  # of a drawing, the largest; the rest is decided by pixels alone
BUSY_PX, BUSY_SHARE = 64, 0.002  # so much that is unexplained, in a soft painting not the main paint, is no accident
INNER_PX = 2.5  # pixels nearer to a line than this do not make a region painterly
PAINTERLY_SHARE = 0.5  # a region of which that is more is painterly, however small it is
TARGET_LIMIT = 1.6  # a target may be this much longer than the work size before it is scaled down

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class EncodedDrawing:
    """A drawing at the work size: its regions, where they lie in the plate, and what the line encoder sees in it.

    side, cells and tensors hold the regions that the region network is asked about; kept: their rows among all of the
    drawing's. area: (n,) work pixels of all.
    """

    side: RegionSide
    framing: Framing
    line: torch.Tensor
    features: LineFeatures
    cells: RegionCells
    kept: NDArray[np.intp]
    area: Floats
    tensors: RegionTensors


@dataclass(frozen=True)
class EncodedReference:
    """A reference as the matcher keeps it: the drawing, its features, palette shares of its regions (m, K).

    segmented: the drawing at plate size. index: palette index of every plate pixel, from `as_index`. paints: the same
    with mixtures. painterly: (kept,) 1 for regions that no flat paint explains, else 0. is_soft, was_jpeg: as in
    `PaintedDrawing`. own_share: how much of the plate its paints do not explain.
    cell_shares: (M, m) share of its kept regions in every cell at 1/8.
    """

    drawing: EncodedDrawing
    segmented: SegmentedDrawing
    index: Indices
    paints: PaintMap
    painterly: Floats
    is_soft: bool
    was_jpeg: bool
    own_share: float
    features: ReferenceFeatures
    shares: Floats
    cell_shares: torch.Tensor

    @property
    def side(self) -> RegionSide:
        """The drawing's regions at the work size."""
        return self.drawing.side

    @property
    def framing(self) -> Framing:
        """Where the work picture lies in the plate."""
        return self.drawing.framing

    @property
    def distance(self) -> NDArray[np.uint8]:
        """Distance (H, W) to its lines, as `line_distance` has it."""
        return self.segmented.distance

    @cached_property
    def own_paints(self) -> PaintMap:
        """Its paints, with every pixel the painter's own where the painting is soft; one map, for what it remembers.

        Of a JPEG those alone that its paints do not explain: its noise is not the painter's.
        """
        return self.paints.as_painted() if self.is_soft and not self.was_jpeg else self.paints

    @property
    def kept_shares(self) -> Floats:
        """Palette shares of the regions that the region network is asked about."""
        return self.shares[self.drawing.kept]


class Encoder:
    """Encodes the drawings of a shot, all at one scale."""

    def __init__(self, network: Network, *, scale: float, work_size: int, device: torch.device) -> None:
        """scale: work pixels a plate pixel, from the references. network: on the device."""
        self.network, self.scale, self.work_size, self.device = network, scale, work_size, device

    def drawing(self, drawing: SegmentedDrawing) -> EncodedDrawing:
        """Encode a line drawing."""
        side, framing = frame_regions(drawing, self.scale, self.work_size)
        kept, area = _largest(side), side.descriptors.area
        side = _keep(side, kept)
        line = as_batch(line_channels(side.ink), self.device)
        features = self.network.lines(line)
        cells = region_cells(side.labels_under_ink, count=side.count, device=self.device)
        tensors = region_inputs.as_tensors(side.descriptors, pool(features, cells))
        return EncodedDrawing(side, framing, line, features, cells, kept, area, tensors)

    def reference(self, painted: PaintedDrawing, *, n_colors: int) -> EncodedReference:
        """Encode a painted drawing; n_colors: K."""
        drawing = self.drawing(painted.drawing)
        rgb = drawing.framing.sample(painted.rgb).astype(np.float32)
        features = self.network.encode_reference(
            drawing.line, as_batch(rgb.transpose(2, 0, 1), self.device), drawing.features
        )
        counted = count_colors(painted.drawing.labels, painted.index, (painted.drawing.count, n_colors))
        shares, paints = shares_of(counted), painted.paints or PaintMap.pure(painted.index)
        return EncodedReference(
            drawing, painted.drawing, as_index(painted.index, n_colors), paints,
            _painterly(painted, paints)[drawing.kept], painted.is_soft, painted.was_jpeg,
            0.0 if paints.own is None else float(paints.own.mean()), features, shares,
            cell_shares(drawing.cells),
        )


def _painterly(painted: PaintedDrawing, paints: PaintMap) -> Floats:
    """1 for each region (n,) that must be carried in the painter's own pixels, else 0.

    Away from lines its paints leave a part of it unexplained; or, in a soft painting, it shows more than one of them.
    Beside them a lossy file shows what is no paint, but a region that lies nowhere else is judged there.
    """
    inner = np.where(painted.drawing.distance > 10 * INNER_PX, painted.drawing.labels, 0)
    is_thin = np.bincount(inner.ravel(), minlength=painted.drawing.count + 1) == 0
    inner = np.where(is_thin[painted.drawing.labels], painted.drawing.labels, inner)
    labels, bins = inner[inner > 0], painted.drawing.count + 1
    area = np.bincount(labels, minlength=bins)[1:]
    busy = np.zeros(len(area)) if paints.own is None else np.bincount(labels, paints.own[inner > 0], bins)[1:]
    if painted.is_soft:
        shown = count_colors(inner, paints.first, (painted.drawing.count, int(paints.first.max(initial=0)) + 1))
        busy = np.maximum(busy, area - shown.max(1, initial=0))
    return np.asarray((busy >= BUSY_PX) & (busy > BUSY_SHARE * area) | (busy > PAINTERLY_SHARE * area), np.float32)


def frame_regions(drawing: SegmentedDrawing, scale: float, work_size: int) -> tuple[RegionSide, Framing]:
    """Bring a drawing's regions to the work size, in use and in training alike.

    scale: work pixels a plate pixel, from the references.
    """
    framing = frame_drawing(drawing.ink, scale, limit=round(work_size * TARGET_LIMIT))
    side = region_side(
        framing.sample(drawing.labels).astype(np.int32),
        framing.sample(drawing.labels_under_ink).astype(np.int32),
        framing.sample_ink(drawing.ink),
        count=drawing.count,
    )
    return side, framing


def _largest(side: RegionSide) -> NDArray[np.intp]:
    """Rows of the largest regions that have pixels at the work size, in label order."""
    order = np.argsort(-side.descriptors.area, kind="stable")[:MAX_REGIONS]
    return np.sort(order[side.descriptors.area[order] > 0])


def _keep(side: RegionSide, kept: NDArray[np.intp]) -> RegionSide:
    """The drawing with these regions alone, numbered anew; the pixels of the others have label 0."""
    number = np.zeros(side.count + 1, np.int32)
    number[kept + 1] = np.arange(1, len(kept) + 1)
    d = side.descriptors
    descriptors = Descriptors(
        d.node[kept], d.raster[kept], d.position[kept], d.area[kept], d.touching[kept][:, kept]
    )
    return RegionSide(number[side.labels], number[side.labels_under_ink], side.ink, len(kept), descriptors)
