"""Votes to colours: one palette colour a region, or a region divided where the reference divides it.

Every output colour is an index into the palette, or two of them with a share where the painting's borders are soft.
Shapes: H W plate size, n regions, K palette colours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..image.paint_map import PaintMap
from ..image.strips import strips
from ..shot.drawing import SegmentedDrawing
from .calibration import UNCALIBRATED, Calibration, Fitted
from .carry import CarriedPaint, overwrite
from .divide import agreement, divide
from .kinds import region_kinds
from .votes import MIXED_SHARE, TemporalVotes, Votes, color_chances

UNKNOWN_BELOW = 0.8  # chance of being in the references, below which a region is unknown

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Decision:
    """The colours of a drawing.

    color, runner_up: (n,) palette index of a region's first and
    second choice. confidence: float32 (n,) in [0, 1]. divided: bool (n,) regions painted in several colours.
    confidence_features: float32 (n, len(CONFIDENCE_FEATURES)) what confidence was judged by: log odds of the chance of
    the chosen colour, its margin over the second, log odds of its chance one round before, whether the match holds in
    return, the shares of the region's pixels that agree by flow and by the pixel network, flow agreement, log odds of
    being known, log of the region's width in work pixels, two flags, and how far the neighbouring frames agree.
    unknown: bool (n,) regions that no reference shows. paints: what every pixel shows, with the mixtures of soft
    borders.
    """

    color: NDArray[np.intp]
    runner_up: NDArray[np.intp]
    confidence: Floats
    divided: NDArray[np.bool_]
    confidence_features: Floats
    unknown: NDArray[np.bool_]
    paints: PaintMap

    @property
    def index(self) -> Labels:
        """Palette index of every pixel, int32 (H, W)."""
        return self.paints.first

    def kinds(self, drawing: SegmentedDrawing) -> NDArray[np.intp]:
        """How each region (n,) of the drawing that was decided is coloured: its number in `kinds.KINDS`."""
        return region_kinds(self.paints, drawing.labels, drawing.count)

    def as_painted(self, paints: PaintMap) -> Decision:
        """Return the decision for a drawing that the painter coloured: his own pixels, nothing to check."""
        known = np.zeros_like(self.unknown)
        return replace(self, confidence=np.ones_like(self.confidence), unknown=known, paints=paints)

    def finished(self, drawing: SegmentedDrawing, *, edges: str, paper: int | None) -> Decision:
        """Return the decision with the borders that are wanted, and unknown regions left in an entry, or painted.

        edges: as in the settings. paper: the entry in which unknown regions are left, None to paint what is likeliest.
        """
        paints = self.paints.with_edges(edges, ~drawing.ink)
        if paper is not None and self.unknown.any():
            paints = paints.poured(self.unknown[drawing.labels_under_ink - 1], paper)
        return replace(self, paints=paints)


def spread_regions(values: NDArray[np.generic], labels: Labels) -> Floats:
    """Values (n,) of regions as float32 (H, W), by the labels of all pixels, under ink too; 0 if there is no region."""
    if not len(values):
        return np.zeros(labels.shape, np.float32)
    return np.asarray(values, np.float32)[labels - 1]


def decide(
    drawing: SegmentedDrawing, votes: Votes, temporal: TemporalVotes | None = None, *,
    calibration: Calibration = UNCALIBRATED,
) -> Decision:
    """Decide every region and pixel of a drawing; temporal: None where no neighbouring frame votes."""
    fitted = calibration.single if temporal is None else calibration.temporal
    divided, chance = votes.is_divided, color_chances(votes, temporal, fitted.fusion)
    ranked = np.argsort(-chance, axis=1, kind="stable")
    color = ranked[:, 0]
    runner_up = ranked[:, min(1, ranked.shape[1] - 1)]
    index = np.zeros(drawing.size, np.int32)
    if len(color):
        index = color.astype(np.int32)[drawing.labels_under_ink - 1]
    rows = np.arange(len(color))
    agreed = [share[rows, color] for share in (votes.flow, votes.match)]
    if divided.any():
        index, shares = _divide(index, drawing, votes, temporal, chance)
        agreed = [np.where(divided, of_pixels, share) for of_pixels, share in zip(shares, agreed, strict=True)]
    paints = _paints(index, drawing, votes, temporal, _allowed(chance))
    features = _features(votes, temporal, chance, color=color, runner_up=runner_up, agreed=agreed)
    confidence = _confidence(features, fitted)
    unknown = votes.has_region_vote & (votes.known < UNKNOWN_BELOW)
    return Decision(
        color, runner_up, confidence, divided, features.astype(np.float32), unknown, paints
    )


def judge_alone(votes: Votes, calibration: Calibration) -> tuple[Floats, Floats]:
    """Return what a drawing finds by itself: chance (n, K) of each colour, and confidence (n,) in the likeliest."""
    chance = color_chances(votes, None, calibration.single.fusion)
    ranked = np.argsort(-chance, axis=1, kind="stable")
    color, runner_up = ranked[:, 0], ranked[:, min(1, ranked.shape[1] - 1)]
    rows = np.arange(len(color))
    agreed = [share[rows, color] for share in (votes.flow, votes.match)]
    features = _features(votes, None, chance, color=color, runner_up=runner_up, agreed=agreed)
    return chance, _confidence(features, calibration.single)


def _confidence(features: NDArray[np.floating], fitted: Fitted) -> Floats:
    odds = features @ fitted.confidence[:-1] + fitted.confidence[-1]
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _paints(
    index: Labels, drawing: SegmentedDrawing, votes: Votes, temporal: TemporalVotes | None, allowed: NDArray[np.bool_]
) -> PaintMap:
    """The decided index with the painter's own pixels where they are taken, and his soft borders in divided regions.

    allowed: bool (n, K) which colours a region may have; a pixel of another colour is not taken.
    """
    carried = votes.carried if temporal is None else temporal.carried
    if carried is None:
        return PaintMap.pure(index)
    shown = PaintMap(index.copy(), index.copy(), np.zeros(index.shape, np.float32),
                     None if carried.paints.own is None else np.zeros(index.shape, np.bool_), carried.paints.pixels)
    for rows in strips(index.shape):
        taken = _taken(index[rows], drawing.labels_under_ink[rows], carried.rows(rows), votes.is_divided, allowed)
        taken |= _soft_borders(index, drawing.labels_under_ink, carried.paints, votes.is_divided, rows)
        overwrite(shown.rows(rows), (slice(None), slice(None)), taken, replace(carried.paints.rows(rows), pixels=None))
    return shown


def _taken(
    index: Labels, labels_under_ink: Labels, carried: CarriedPaint, is_divided: NDArray[np.bool_],
    allowed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which of some pixels (h, w) show what was carried to them, as `_paints` wants it, soft borders apart."""
    paints, taken = carried.paints, carried.taken
    if len(allowed):
        taken = taken & (carried.free | allowed[labels_under_ink - 1, paints.first])
    if paints.own is None:
        return taken.copy()
    agrees = (paints.first == index) | (paints.second == index)
    return np.asarray(taken | (paints.own & agrees & _of_divided(labels_under_ink, is_divided)))


def _soft_borders(
    index: Labels, labels_under_ink: Labels, paints: PaintMap, is_divided: NDArray[np.bool_], rows: slice
) -> NDArray[np.bool_]:
    """Which pixels of some rows (h, W) of divided regions show the mixture that was carried to them.

    Those around which the index is what was carried, or where it steps from one of the two paints to the other: a
    border that was carried to another place than the index has it would be drawn a second time there.
    """
    mixed = (paints.share[rows] > 0) & _of_divided(labels_under_ink[rows], is_divided)
    y, x = np.nonzero(mixed)
    y += rows.start
    first, second, region = paints.first[y, x], paints.second[y, x], labels_under_ink[y, x]
    same, has_first, has_second = np.ones(len(y), np.bool_), np.zeros(len(y), np.bool_), np.zeros(len(y), np.bool_)
    for dy, dx in np.ndindex(3, 3):
        there = (y + dy - 1).clip(0, index.shape[0] - 1), (x + dx - 1).clip(0, index.shape[1] - 1)
        near, inside = index[there], labels_under_ink[there] == region
        same &= (near == paints.first[there]) | ~inside
        has_first |= (near == first) & inside
        has_second |= (near == second) & inside
    agrees = (index[y, x] == first) | (index[y, x] == second)
    mixed[mixed] = same | agrees & has_first & has_second
    return mixed


def _of_divided(labels_under_ink: Labels, is_divided: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pixels (h, w) are of divided regions (n,)."""
    divided = np.append(False, is_divided)
    return np.asarray(divided[np.minimum(labels_under_ink, len(divided) - 1)])


def _divide(
    index: Labels, drawing: SegmentedDrawing, votes: Votes, temporal: TemporalVotes | None, chance: Floats
) -> tuple[Labels, Floats]:
    """The index with divided regions decided pixel by pixel, and how far flow and match agree there: (2, n)."""
    by_pixel = votes.by_flow, votes.by_match
    warps = votes.region_warps if temporal is None else temporal.region_warps
    allowed = votes.is_divided[:, None] & _allowed(chance)
    index = divide(index, drawing.labels_under_ink, (*by_pixel, *warps), allowed)
    return index, agreement(index, drawing.labels_under_ink, by_pixel, votes.is_divided)


def _features(
    votes: Votes, temporal: TemporalVotes | None, chance: Floats, *, color: NDArray[np.intp],
    runner_up: NDArray[np.intp], agreed: list[Floats],
) -> NDArray[np.floating]:
    """What confidence is judged by, one column for each of CONFIDENCE_FEATURES."""
    rows, divided = np.arange(len(color)), votes.is_divided
    first = np.where(divided, _total(chance), chance[rows, color])
    margin = first - np.where(divided | (runner_up == color), 0, chance[rows, runner_up])
    before = np.where(divided, votes.before.sum(1), votes.before[rows, color])
    width = np.log(np.maximum(votes.area, 1)) / 2
    neighbors = np.zeros(len(color), np.float32) if temporal is None else temporal.neighbors[rows, color]
    return np.stack(
        [
            _logit(first), margin, _logit(before), votes.cycle, *agreed, votes.flow_agreement, _logit(votes.known),
            width, divided, ~votes.has_region_vote, neighbors,
        ],
        1,
    )  # fmt: skip


def _allowed(chance: Floats) -> NDArray[np.bool_]:
    """Which colours (n, K) a region may have: those with a share of its chance that is no accident."""
    allowed: NDArray[np.bool_] = chance >= MIXED_SHARE * _total(chance)[:, None]
    return allowed


def _total(chance: Floats) -> Floats:
    total: Floats = np.maximum(chance.sum(1), 1e-6)
    return total


def _logit(chance: Floats) -> Floats:
    """Log odds of a probability, kept within about 7."""
    kept = np.clip(chance, 1e-3, 1 - 1e-3)
    odds: Floats = np.log(kept / (1 - kept))
    return odds
