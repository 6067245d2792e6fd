"""Votes on a drawing's colours, by the drawing itself and by its neighbouring frames, and the chances they add up to.

Shapes: H W plate size, n regions, K palette colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import CUES, UNFUSED
from .carry import CarriedPaint

Floats = NDArray[np.float32]
Indices = NDArray[np.signedinteger[Any]]

MIXED_SHARE = 0.03  # further colours with this share of the matched regions divide a region
PIXEL_TRUST = 0.5  # chance of a colour that only pixels vote for
LEAST_CHANCE = 1e-4  # of a colour that no matched region has, for its logarithm


@dataclass(frozen=True)
class Votes:
    """What the networks and the flow say of one drawing by itself.

    color: (n, K) probability of each colour by region match, rows sum to at most 1; before: the same after all rounds
    of messages but the last. flow, match: (n, K) share of each colour among the pixels that flow and the pixel network
    carried to the region. mixture: (n,) how much of the matched regions is painted in other than their main colour.
    known: (n,) probability that the region is in the reference. cycle: (n,) whether the match holds in return.
    flow_agreement: (n,) share of the region that flow sends to the matched regions. All in [0, 1]. area: (n,) work
    pixels. by_flow, by_match: (H, W) palette index carried to each pixel by flow and by the pixel network, of the type
    that `as_index` gives.
    region_warps: any number of such maps (…, H, W), from reference regions warped onto those that matched them, -1
    where nothing was carried. rgb: (H, W, 3) the decoder's display RGB, where it was wanted. carried: the painter's
    pixels, mixtures kept; None where they were not carried. places: float32 (H, W, 2) where flow says that each pixel
    lies in each reference used, x and y; None unless a reference keeps coloured lines.
    """

    color: Floats
    before: Floats
    flow: Floats
    match: Floats
    mixture: Floats
    known: Floats
    cycle: Floats
    flow_agreement: Floats
    area: Floats
    by_flow: Indices
    by_match: Indices
    region_warps: Indices
    rgb: Floats | None = None
    carried: CarriedPaint | None = None
    places: tuple[Floats, ...] | None = None

    @property
    def pixel(self) -> Floats:
        """Share (n, K) of each colour among all pixels carried to the region."""
        pixel: Floats = (self.flow + self.match) / np.float32(2)
        return pixel

    @property
    def is_divided(self) -> NDArray[np.bool_]:
        """Which regions (n,) match regions of several colours."""
        divided: NDArray[np.bool_] = self.mixture >= MIXED_SHARE
        return divided

    @property
    def has_region_vote(self) -> NDArray[np.bool_]:
        """Which regions (n,) were large enough for the region network."""
        has_vote: NDArray[np.bool_] = self.color.sum(1) > 0
        return has_vote


@dataclass(frozen=True)
class TemporalVotes:
    """What the neighbouring frames say of one drawing.

    neighbors: (n, K) mean chance of each colour in the regions that correspond there, rows sum to at most 1. color,
    region_warps, carried: as in `Votes`, which they replace: in regions of several colours the neighbours' matches
    count too.
    """

    neighbors: Floats
    color: Floats
    region_warps: Indices
    carried: CarriedPaint | None = None


def color_chances(votes: Votes, temporal: TemporalVotes | None, fusion: Floats) -> Floats:
    """Return the chance (n, K) of each colour in every region, as `fuse` has it where a region is undivided.

    Of a region without a vote of the region network, pixels alone decide.
    """
    color = votes.color if temporal is None else temporal.color
    chance = np.where(votes.is_divided[:, None], color, fuse(votes, temporal, fusion))
    return np.where(votes.has_region_vote[:, None], chance, PIXEL_TRUST * votes.pixel)


def fuse(votes: Votes, temporal: TemporalVotes | None, fusion: Floats) -> Floats:
    """Return the chance (n, K) of each colour when all cues count beside the region match.

    fusion: (len(CUES),), see `Fitted`. Rows keep the sum of the region vote; a colour that no cue supports has no
    chance.
    """
    color = votes.color if temporal is None else temporal.color
    if not color.shape[1] or np.array_equal(fusion, UNFUSED):
        return color
    with np.errstate(invalid="ignore"):  # matmul raises the flag for finite numbers on some processors
        odds = cues(votes, temporal) @ fusion
    share = np.exp(odds - odds.max(1, keepdims=True)) * supported_colors(votes, temporal)
    fused: Floats = share / np.maximum(share.sum(1, keepdims=True), 1e-9) * color.sum(1, keepdims=True)
    return fused


def supported_colors(votes: Votes, temporal: TemporalVotes | None) -> NDArray[np.bool_]:
    """Return which colours any cue supports, (n, K)."""
    color = votes.color if temporal is None else temporal.color
    found: NDArray[np.bool_] = (color > 0) | (votes.flow > 0) | (votes.match > 0)
    return found if temporal is None else found | (temporal.neighbors > 0)


def cues(votes: Votes, temporal: TemporalVotes | None) -> Floats:
    """Return how far each of CUES supports each colour, (n, K, len(CUES))."""
    color = votes.color if temporal is None else temporal.color
    neighbors = np.zeros_like(color) if temporal is None else temporal.neighbors
    log = np.log(color + np.float32(LEAST_CHANCE))
    found = np.stack([log, color, votes.flow, votes.match, neighbors], -1)
    assert found.shape[-1] == len(CUES)
    return found
