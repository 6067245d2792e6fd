"""Motion that starts from matched regions: a part that moved far is lost by flow, yet the regions still know it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .flow import distance_map, refine_flow
from .region_inputs import Motion, RegionSide

SURE = 0.2  # matches with a smaller chance start nothing
SPREAD_PX = 6.0  # how far a region's motion reaches into its surroundings, in work pixels
LOST_BELOW = 0.9  # with less of the drawing sent to the matched regions by flow, flow starts anew from them
FLOW_PRIOR = 0.05  # how much of a say the earlier flow keeps beside a sure region

Floats = NDArray[np.float32]


def flow_agreement(chance: Floats, pair: Floats) -> Floats:
    """Return how much of each target region flow sends to the regions that it matched: (T,) in [0, 1].

    chance: (T, R), in [0, 1]. pair: (T, R, PAIR_FEATURES).
    """
    trust: Floats = (chance * pair[..., 0]).sum(1) / np.maximum(chance.sum(1), 1e-6)
    return trust


def flow_disagrees(trust: Floats, area: Floats) -> bool:
    """Say whether flow and region matches disagree over much of a drawing; (T,) each, weighed by area."""
    return bool((trust * area).sum() < LOST_BELOW * area.sum())


def refine_flow_from_matches(
    target: RegionSide, reference: RegionSide, chance: Floats, motion: tuple[Motion, Motion]
) -> tuple[Motion, Motion]:
    """Return the motions of both drawings anew, each region starting at what it matched.

    chance: (T, R), in [0, 1], that a target region is the reference region. motion: as from `find_motions`.
    """
    back = chance.T / np.maximum(chance.sum(0)[:, None], 1)  # several regions may be parts of one
    return _move(target, reference, chance, motion[0]), _move(reference, target, back, motion[1])


def _move(here: RegionSide, there: RegionSide, chance: Floats, motion: Motion) -> Motion:
    if not chance.size:
        return motion
    height, width = here.labels_under_ink.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = _centers(there)[chance.argmax(1)] - _centers(here)
    sure = chance.max(1)
    weight = np.append(0, np.where(sure > SURE, sure, 0)).astype(np.float32)
    weighted = np.vstack([np.zeros(2), moved]).astype(np.float32) * weight[:, None]
    said = np.dstack([weighted[here.labels_under_ink], weight[here.labels_under_ink]])
    near = np.asarray(cv2.GaussianBlur(said, (0, 0), SPREAD_PX), np.float32)
    flow = np.dstack([motion.flow_x - x, motion.flow_y - y])
    start = np.dstack([x, y]) + (near[..., :2] + FLOW_PRIOR * flow) / (near[..., 2:] + FLOW_PRIOR)
    places = refine_flow(distance_map(here.ink), distance_map(there.ink), start.astype(np.float32), outside=255)
    return replace(motion, flow_x=places[..., 0], flow_y=places[..., 1])


def _centers(side: RegionSide) -> NDArray[np.float64]:
    """Centres (n, 2) of a drawing's regions, x and y in work pixels."""
    labels = side.labels_under_ink.ravel()
    y, x = np.indices(side.labels_under_ink.shape).reshape(2, -1)
    area = np.maximum(np.bincount(labels, minlength=side.count + 1), 1)
    sums = [np.bincount(labels, along, side.count + 1) for along in (x, y)]
    centers: NDArray[np.float64] = (np.stack(sums, 1) / area[:, None])[1:]
    return centers
