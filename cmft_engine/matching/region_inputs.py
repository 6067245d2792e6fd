"""What the region network reads, from drawings in work pixels; the same in training and in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..image.look_up import look_up
from .descriptors import Descriptors, describe_regions, ink_frame, overlap
from .flow import flow_to_reference
from .network.region_network import PAIR_FEATURES, RegionTensors

FLOW_COLUMNS = (0, 1, 13, 14, 15, 16, 17, 18)  # of PAIR_FEATURES: what flow says
MASS_COLUMNS = (4, 5, 6)  # of PAIR_FEATURES: match weight at 1/2 as a share of either region, and whether it is known

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]
Indices = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class RegionSide:
    """One drawing at the work size: labels (h, w) with 0 = ink, the same grown under ink, ink in [0, 1]."""

    labels: Labels
    labels_under_ink: Labels
    ink: Floats
    count: int
    descriptors: Descriptors


def region_side(labels: Labels, labels_under_ink: Labels, ink: Floats, *, count: int) -> RegionSide:
    """Describe a drawing's regions 1..count."""
    descriptors = describe_regions(labels, labels_under_ink, ink, count=count)
    return RegionSide(labels, labels_under_ink, ink, count, descriptors)


@dataclass(frozen=True)
class Motion:
    """For every target work pixel its place in the reference, by flow and by aligning centre and spread.

    flow_x, flow_y, still_x, still_y: float32 (h, w) reference work pixels.
    """

    flow_x: Floats
    flow_y: Floats
    still_x: Floats
    still_y: Floats


def find_motion(target: RegionSide, reference: RegionSide) -> Motion:
    """Estimate where each target pixel comes from.

    The reference is first laid over the target by centre and spread of the ink; flow starts from there.
    """
    (tx, ty), t_spread = ink_frame(target.ink)
    (rx, ry), r_spread = ink_frame(reference.ink)
    scale = r_spread / t_spread
    if not 0.5 < scale < 2.0:
        scale = 1.0
    height, width = target.ink.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    still_x = np.float32(rx) + (x - np.float32(tx)) * np.float32(scale)
    still_y = np.float32(ry) + (y - np.float32(ty)) * np.float32(scale)
    laid = cv2.remap(reference.ink, still_x, still_y, cv2.INTER_LINEAR, borderValue=0)
    flow_x, flow_y = flow_to_reference(target.ink, laid)
    return Motion(
        np.float32(rx) + (flow_x - np.float32(tx)) * np.float32(scale),
        np.float32(ry) + (flow_y - np.float32(ty)) * np.float32(scale),
        still_x,
        still_y,
    )


def as_index(index: Labels, n_colors: int) -> Indices:
    """Return palette indices, all below n_colors, in the type that takes the least memory."""
    return np.asarray(index, np.int16 if n_colors <= np.iinfo(np.int16).max else np.int32)


def pair_features(
    target: RegionSide,
    reference: RegionSide,
    motion: tuple[Motion, Motion],
    mass: NDArray[np.float64] | None = None,
) -> Floats:
    """What is known of every pair: (T, R, PAIR_FEATURES).

    motion: of target pixels to the reference, and of reference pixels to the target. mass: (T, R) match weight that
    target region i's pixels sent to reference region j, in pixels; None if the pixel network was not asked.
    """
    there, back = motion
    counts = (target.count, reference.count)
    moved = look_up(reference.labels_under_ink, np.dstack([there.flow_x, there.flow_y]))
    still = look_up(reference.labels_under_ink, np.dstack([there.still_x, there.still_y]))
    returned = look_up(target.labels_under_ink, np.dstack([back.flow_x, back.flow_y]))
    a, b = target.descriptors, reference.descriptors
    sizes = np.maximum(a.area, 1)[:, None], np.maximum(b.area, 1)[None]
    offset = a.position[:, None] - b.position[None]
    distance = np.sqrt((offset**2).sum(-1))
    shared = a.raster @ b.raster.T
    union = a.raster.sum(1)[:, None] + b.raster.sum(1)[None] - shared
    columns = [
        *_shares(overlap(target.labels, moved, counts), sizes),
        *_shares(overlap(target.labels, still, counts), sizes),
        *(np.zeros(counts) for _ in MASS_COLUMNS),
        offset[..., 0],
        offset[..., 1],
        np.minimum(distance, 3.0),
        np.exp(-4 * distance),
        np.log(sizes[0] / sizes[1]) / 2,
        shared / np.maximum(union, 1e-6),
        *_shares(overlap(reference.labels, returned, counts[::-1]).T, sizes),
        *_landing(target, reference, there),
    ]
    features = np.stack(columns, -1).astype(np.float32)
    assert features.shape[-1] == PAIR_FEATURES
    return features if mass is None else with_match_weight(features, target, reference, mass)


def with_match_weight(
    features: Floats, target: RegionSide, reference: RegionSide, mass: NDArray[np.float64]
) -> Floats:
    """Return features of pairs (T, R, PAIR_FEATURES) with the pixel network's match weight; mass as above."""
    sizes = np.maximum(target.descriptors.area, 1)[:, None], np.maximum(reference.descriptors.area, 1)[None]
    told = features.copy()
    told[..., MASS_COLUMNS] = np.stack([*_shares(mass, sizes), np.ones(mass.shape, np.float32)], -1)
    return told


def _landing(target: RegionSide, reference: RegionSide, motion: Motion) -> tuple[Floats, ...]:
    """Where flow takes each target region, seen from each reference region: four tables (T, R).

    Offset (x, y) in units of the ink's spread, within 3; distance in units of the pair's mean width, within 4; and a
    falling function of that.
    """
    inside = target.labels > 0
    owner = target.labels[inside]
    area = np.maximum(target.descriptors.area, 1)
    landed = np.stack(
        [
            np.bincount(owner, places[inside], target.count + 1)[1:] / area
            for places in (motion.flow_x, motion.flow_y)
        ],
        1,
    )
    center, spread = ink_frame(reference.ink)
    offset = ((landed - center) / spread)[:, None] - reference.descriptors.position[None]
    width = np.sqrt(area[:, None] * np.maximum(reference.descriptors.area, 1)[None]) ** 0.5
    distance = np.sqrt((offset**2).sum(-1)) * spread / width
    offset = np.clip(offset, -3, 3)
    columns = (offset[..., 0], offset[..., 1], np.minimum(distance, 4), np.exp(-2 * distance))
    return tuple(column.astype(np.float32) for column in columns)


def _shares(pixels: NDArray[np.float64], sizes: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The overlap as a share of either region, in [0, 1]."""
    rows, columns = (np.minimum(pixels / size, 1.0).astype(np.float32) for size in sizes)
    return rows, columns


def relation_features(descriptors: Descriptors) -> Floats:
    """Offset (x, y), distance and touching share of every pair of one drawing's regions: (n, n, 4)."""
    offset = descriptors.position[:, None] - descriptors.position[None]
    distance = np.sqrt((offset**2).sum(-1))
    touching = descriptors.touching.toarray()
    return np.concatenate([offset, distance[..., None], touching[..., None]], -1).astype(np.float32)


def find_motions(target: RegionSide, reference: RegionSide) -> tuple[Motion, Motion]:
    """Where each target pixel comes from, and where each reference pixel goes."""
    return find_motion(target, reference), find_motion(reference, target)


def as_tensors(descriptors: Descriptors, pooled: Tensor) -> RegionTensors:
    """One drawing's regions as a batch of one; pooled: (n, POOLED), on the device to use."""
    device = pooled.device
    node, raster, relation = (
        torch.from_numpy(array)[None].to(device)
        for array in (descriptors.node, descriptors.raster, relation_features(descriptors))
    )
    real = torch.ones(node.shape[:2], dtype=torch.bool, device=device)
    return RegionTensors(node, raster, pooled[None], relation, real)
