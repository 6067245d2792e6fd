"""Region matching by rules and flow with several references: each region believes the reference that fits it best."""

from collections.abc import Sequence

import numpy as np

from benchmarks.metrics.pictures import flats_under_ink, lay_ink, majority_colors, paint_regions

from .flow import flow_to_reference
from .region_features import describe_regions
from .region_match import FLOW, Regions, appearance_cost, assign_colors, flow_overlap, keep_paper, match_cost

Painted = tuple[np.ndarray, np.ndarray]


def region_match_all(references: Sequence[Painted], target_line: np.ndarray) -> np.ndarray:
    """Return the target coloured from several (line plate, painting), all uint8 RGB (H, W, 3).

    Every reference is matched alone; each region takes the colour of the one whose regions in that colour cost least.
    """
    target = describe_regions(target_line)
    chosen: list[np.ndarray] = []
    costs: list[np.ndarray] = []
    for line, painting in references:
        flats = flats_under_ink(painting, line)
        reference = describe_regions(line)
        if not len(reference) or not len(target):
            continue
        majority = majority_colors(reference.labels, reference.count, flats, reference.labels > 0)
        regions = Regions(reference, majority[reference.kept], target)
        flow = flow_to_reference(line, target_line)
        fixed = appearance_cost(reference, target) + FLOW * (1 - flow_overlap(regions, flow))
        cost = match_cost(regions, fixed)
        colors = keep_paper(regions, assign_colors(regions, cost))
        chosen.append(colors)
        costs.append(np.where(colors[:, None] == regions.colors[None], cost, np.inf).min(axis=1))
    if not chosen:
        return lay_ink(flats_under_ink(references[0][1], references[0][0]), target_line)
    best = np.argmin(costs, axis=0)
    painted = np.full(target.count, -1, np.int64)
    painted[target.kept] = np.array(chosen)[best, np.arange(len(target))]
    return paint_regions(target.labels, painted, target_line)
