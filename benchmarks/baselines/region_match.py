"""Region matching by rules: no learning, every region of the target takes one region's colour of the reference.

A cost of place, area, shape and Hu moments, softened by what the neighbours cost, gives mutual best pairs;
the reference's region centres are moved by them and matched again; an assignment makes the rest unique.
With flow, the overlap of regions under a dense flow enters the cost. A region of several colours becomes one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.metrics.pictures import fill_from_nearest, flats_under_ink, lay_ink, majority_colors, paint_regions

from .flow import flow_to_reference, warp_nearest
from .region_features import RegionFeatures, describe_regions

# Weights of the cost, tuned once on drawings that no table shows, then frozen.
POSITION, AREA, SHAPE, MOMENTS, TOUCHES, FLOW = 0.4, 0.5, 1.6, 0.08, 0.5, 0.4
POSITION_CAP, AREA_CAP, MOMENTS_CAP = 2.2, 3.0, 8.0
TURN_PENALTY = 0.3  # added to the shape cost when the regions only agree with their long axes level
COST_SCALE = 4.0
CONTEXT_SHARE, CONTEXT_ROUNDS, CONTEXT_OFFSET = 0.3, 2, 1.2
NEIGHBOUR_CAP, OFFSET_CAP, NO_NEIGHBOUR = 2.5, 1.5, 2.0
POSITION_SCALE, REGISTERED_SCALE = 0.18, 0.15  # of the picture's side
REGISTRATION_ROUNDS, REGISTRATION_RESIDUAL, MIN_PAIRS = 2, 0.06, 4
VOTE_SHARPNESS = 10.0
UNASSIGNED = 5.0  # cost of leaving a region to the vote of its likeliest colour
PAPER_RIM_SHARE, PAPER_REGION_SHARE = 0.6, 0.15


def region_match(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return the target coloured region by region by rules alone; uint8 RGB (H, W, 3)."""
    return _match_and_paint(reference_line, reference_gt, target_line, None)


def region_match_with_flow(reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray) -> np.ndarray:
    """Return the target coloured region by region by rules and a dense flow; uint8 RGB (H, W, 3)."""
    flow = flow_to_reference(reference_line, target_line)
    return _match_and_paint(reference_line, reference_gt, target_line, flow)


@dataclass(frozen=True)
class Regions:
    """N regions of the reference with their packed colours (N,), and M regions of the target."""

    reference: RegionFeatures
    colors: np.ndarray
    target: RegionFeatures

    @property
    def side(self) -> float:
        """Side in px of a square as large as the drawing: the unit of what counts as far."""
        return float(np.sqrt(self.target.labels.size))


def _match_and_paint(
    reference_line: np.ndarray, reference_gt: np.ndarray, target_line: np.ndarray, flow: np.ndarray | None
) -> np.ndarray:
    """Return the coloured target; a drawing without regions keeps the reference's flats under its ink."""
    flats = flats_under_ink(reference_gt, reference_line)
    reference, target = describe_regions(reference_line), describe_regions(target_line)
    if not len(reference) or not len(target):
        return lay_ink(flats, target_line)
    majority = majority_colors(reference.labels, reference.count, flats, reference.labels > 0)
    regions = Regions(reference, majority[reference.kept], target)
    fixed = appearance_cost(reference, target)
    if flow is not None:
        fixed = fixed + FLOW * (1 - flow_overlap(regions, flow))
    colors = np.full(target.count, -1, np.int64)
    colors[target.kept] = keep_paper(regions, assign_colors(regions, match_cost(regions, fixed)))
    return paint_regions(target.labels, colors, target_line)


def _jaccard_distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return 1 - intersection over union of soft masks (M, S) and (N, S), as (M, N)."""
    shared = one @ other.T
    return np.asarray(1 - shared / (one.sum(1)[:, None] + other.sum(1)[None] - shared + 1e-6))


def appearance_cost(reference: RegionFeatures, target: RegionFeatures) -> np.ndarray:
    """Return the cost (M target, N reference) of all that does not depend on where the regions lie."""
    area = np.abs(np.log(target.area)[:, None] - np.log(reference.area)[None])
    touches = np.abs(target.touches[:, None] - reference.touches[None]).sum(axis=-1)
    moments = np.abs(target.moments[:, None] - reference.moments[None]).sum(axis=-1)
    level = _jaccard_distance(target.turned, reference.turned)
    half_turn = _jaccard_distance(target.turned, reference.turned[:, ::-1])
    shape = np.minimum(_jaccard_distance(target.shape, reference.shape), TURN_PENALTY + np.minimum(level, half_turn))
    area, moments = np.minimum(area, AREA_CAP), np.minimum(moments, MOMENTS_CAP)
    return np.asarray(AREA * area + SHAPE * shape + TOUCHES * touches + MOMENTS * moments)


def flow_overlap(regions: Regions, flow: np.ndarray) -> np.ndarray:
    """Return how far each target region is covered by each warped reference region, (M, N) in [0, 1]."""
    reference, target = regions.reference, regions.target
    full = fill_from_nearest(reference.labels, reference.labels > 0).astype(np.float32)
    warped = warp_nearest(full, flow).astype(np.int64)
    row = np.full(target.count, -1)
    row[target.kept] = np.arange(len(target))
    column = np.full(reference.count, -1)
    column[reference.kept] = np.arange(len(reference))
    rows, columns = row[target.labels], column[warped]
    counted = (rows >= 0) & (columns >= 0)
    shape = (len(target), len(reference))
    keys = rows[counted] * shape[1] + columns[counted]
    shared = np.bincount(keys, minlength=shape[0] * shape[1]).reshape(shape)
    target_area, reference_area = target.area[:, None], reference.area[None]
    union = target_area + reference_area - np.minimum(shared, np.minimum(target_area, reference_area))
    return np.asarray(shared / union)


def match_cost(regions: Regions, fixed: np.ndarray) -> np.ndarray:
    """Return the cost (M, N): `fixed` with place and neighbours, the reference moved onto the target in rounds."""
    reference, target, side = regions.reference, regions.target, regions.side
    zoom = np.clip(target.ink_spread / reference.ink_spread, 0.6, 1.6)
    placed = (reference.center - reference.ink_center) * zoom + target.ink_center
    cost = _placed_cost(regions, fixed, _Placement(placed, POSITION_SCALE * side))
    for _ in range(REGISTRATION_ROUNDS):
        pairs = _mutual_best(cost)
        if len(pairs) < MIN_PAIRS:
            break
        placed = _registered(regions, cost, pairs, placed)
        cost = _placed_cost(regions, fixed, _Placement(placed, REGISTERED_SCALE * side))
    return cost


@dataclass(frozen=True)
class _Placement:
    """Where the reference's region centres fall on the target, (N, 2) px, and the px that count as one unit."""

    center: np.ndarray
    scale: float


def _placed_cost(regions: Regions, fixed: np.ndarray, placement: _Placement) -> np.ndarray:
    """Return the cost with the distance of the centres, mixed with what the neighbours cost."""
    offset = regions.target.center[:, None] - placement.center[None]
    distance = np.sqrt((offset**2).sum(axis=-1)) / placement.scale
    own = (fixed + POSITION * np.minimum(distance, POSITION_CAP)) / COST_SCALE
    cost: np.ndarray = own
    for _ in range(CONTEXT_ROUNDS):
        context = _context_cost(regions, cost, placement)
        cost = (1 - CONTEXT_SHARE) * own + CONTEXT_SHARE * context
    return cost


def _context_cost(regions: Regions, cost: np.ndarray, placement: _Placement) -> np.ndarray:
    """Return (M, N): the mean over a target region's neighbours of their cheapest reference neighbour.

    A neighbour is dear when it matches badly or lies on another side than in the reference.
    """
    reference, target = regions.reference, regions.target
    region, neighbour = np.nonzero(target.borders)
    weight = np.sqrt(target.borders[region, neighbour])
    total = np.bincount(region, weight, minlength=len(target))
    has_neighbour = total > 0
    offset_target = (target.center[neighbour] - target.center[region]) / placement.scale
    neighbour_cost = cost[neighbour]
    context = np.full(cost.shape, NO_NEIGHBOUR)
    for i in range(len(reference)):
        others = np.flatnonzero(reference.borders[i])
        if len(others) == 0:
            continue
        offset = (placement.center[others] - placement.center[i]) / placement.scale
        apart = np.abs(offset_target[:, None] - offset[None]).sum(axis=-1)
        dear = neighbour_cost[:, others] + CONTEXT_OFFSET * np.minimum(apart, OFFSET_CAP)
        cheapest = np.minimum(dear.min(axis=1), NEIGHBOUR_CAP) if len(region) else np.zeros(0)
        summed = np.bincount(region, weight * cheapest, minlength=len(target))
        context[:, i] = summed / np.maximum(total, 1e-9)
    context[~has_neighbour] = cost[~has_neighbour]
    return context


def _mutual_best(cost: np.ndarray) -> np.ndarray:
    """Return (P, 2) pairs target, reference that are each other's cheapest."""
    cheapest_reference, cheapest_target = cost.argmin(axis=1), cost.argmin(axis=0)
    rows = np.flatnonzero(cheapest_target[cheapest_reference] == np.arange(len(cost)))
    return np.stack([rows, cheapest_reference[rows]], axis=1)


def _registered(regions: Regions, cost: np.ndarray, pairs: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """Return the reference's centres moved by the similarity that most pairs agree on; `placed` if it is absurd."""
    reference, target, side = regions.reference, regions.target, regions.side
    rows, columns = pairs.T
    source, goal = reference.center[columns], target.center[rows]
    sure = np.sqrt(np.minimum(target.area[rows], 0.02 * side * side)) * np.exp(-cost[rows, columns] / 0.25)
    weight = sure
    for _ in range(6):
        turn, shift = _similarity(source, goal, weight)
        residual = np.linalg.norm(source @ turn.T + shift - goal, axis=1)
        weight = sure / (1 + (residual / (REGISTRATION_RESIDUAL * side)) ** 2)
    zoom = np.sqrt(abs(np.linalg.det(turn)))
    return reference.center @ turn.T + shift if 0.5 < zoom < 2 else placed


def _similarity(source: np.ndarray, goal: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return turn-and-zoom (2, 2) and shift (2,) from source to goal points, weighted Procrustes."""
    weight = weight / weight.sum()
    middle_source, middle_goal = weight @ source, weight @ goal
    one, other = source - middle_source, goal - middle_goal
    power = (weight[:, None] * one * one).sum() + 1e-9
    cosine = (weight[:, None] * one * other).sum() / power
    sine = (weight * (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])).sum() / power
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return turn, middle_goal - turn @ middle_source


def assign_colors(regions: Regions, cost: np.ndarray) -> np.ndarray:
    """Return a packed colour for each target region (M,): one region each, the rest by their likeliest colour."""
    colors = regions.colors
    distinct = np.unique(colors)
    likely = np.exp(-VOTE_SHARPNESS * cost)
    votes = np.stack([likely[:, colors == color].max(axis=1) for color in distinct], axis=1)
    chosen: np.ndarray = distinct[votes.argmax(axis=1)]
    unassigned = np.full((len(cost), len(cost)), UNASSIGNED)
    importance = regions.target.area[:, None] ** 0.25
    rows, columns = linear_sum_assignment(np.hstack([cost, unassigned]) * importance)
    real = columns < len(colors)
    chosen[rows[real]] = colors[columns[real]]
    return chosen


def keep_paper(regions: Regions, chosen: np.ndarray) -> np.ndarray:
    """Return the chosen colours with the regions along the picture's rim left as the reference's paper."""
    reference, colors, target = regions.reference, regions.colors, regions.target
    distinct = np.unique(colors)
    share = np.array([reference.rim_share[colors == color].sum() for color in distinct])
    if share.max() <= PAPER_RIM_SHARE:
        return chosen
    on_rim = (target.rim_share > PAPER_REGION_SHARE) | (target.rim_share == target.rim_share.max())
    return np.where(on_rim, distinct[share.argmax()], chosen)
