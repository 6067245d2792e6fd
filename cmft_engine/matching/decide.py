"""Votes to colours: one palette colour a region, or a region divided where the reference divides it.

Every output colour is an index into the palette, so it is copied and never recomputed.
Shapes: H W plate size, n regions, K palette colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .divide import agreement, divide

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

MIXED_SHARE = 0.03  # further colours with this share of the matched regions divide a region
PIXEL_TRUST = 0.5  # chance of a colour that only pixels speak for
SIGNS = (
    "chance", "margin", "before", "cycle", "flow", "match", "trust", "known", "size", "divided", "pixels only",
    "around",
)  # fmt: skip
VOICES = ("log of the chance", "chance", "flow", "match", "around")
LEAST_CHANCE = 1e-4  # of a colour that no matched region has, for its logarithm


@dataclass(frozen=True)
class Fitted:
    """What was fitted on training drawings.

    confidence: float32 (len(SIGNS) + 1,), what each of SIGNS counts towards confidence, then the constant. fusion:
    float32 (len(VOICES),), what each of VOICES counts towards the colour of an undivided region.
    """

    confidence: Floats
    fusion: Floats


@dataclass(frozen=True)
class Calibration:
    """Weights for a drawing that is looked at by itself, and for one that is judged with the drawings around it."""

    alone: Fitted
    around: Fitted

    def of(self, votes: Votes) -> Fitted:
        """Return the weights that votes are judged by."""
        return self.alone if votes.around is None else self.around


UNFUSED: Floats = np.eye(1, len(VOICES), dtype=np.float32)[0]  # the region match alone
UNFITTED = Fitted(np.eye(1, len(SIGNS) + 1, dtype=np.float32)[0], UNFUSED)  # the chance alone
UNCALIBRATED = Calibration(UNFITTED, UNFITTED)


@dataclass(frozen=True)
class Votes:
    """What the networks and the flow say of one drawing.

    color: (n, K) probability of each colour by region match, rows sum to at most 1; before: the same after all rounds
    of messages but the last. flow, match: (n, K) share of each colour among the pixels that flow and the pixel network
    carried to the region. mixture: (n,) how much of the matched regions is painted in other than their main colour.
    known: (n,) probability that the region is in the reference. cycle: (n,) whether the match holds in return. trust:
    (n,) share of the region that flow sends to the matched regions. All in [0, 1]. area: (n,) work pixels.
    by_flow, by_match: int32 (H, W) palette index carried to each pixel by flow and by the pixel network. laid: any
    number of such maps (…, H, W), from regions laid over those that they matched, -1 where nothing was carried. rgb:
    (H, W, 3) the decoder's display RGB, where it is asked for. around: (n, K) mean chance of each colour in the regions
    that match in the drawings around, rows sum to at most 1; None if none was asked. Then `color` and `laid` of
    regions of mixed colours hear them too; everything else stays as the drawing has it by itself.
    """

    color: Floats
    before: Floats
    flow: Floats
    match: Floats
    mixture: Floats
    known: Floats
    cycle: Floats
    trust: Floats
    area: Floats
    by_flow: Labels
    by_match: Labels
    laid: Labels
    rgb: Floats | None = None
    around: Floats | None = None

    @property
    def pixel(self) -> Floats:
        """Share (n, K) of each colour among all pixels carried to the region."""
        pixel: Floats = (self.flow + self.match) / np.float32(2)
        return pixel


@dataclass(frozen=True)
class Snapped:
    """The decision.

    index: int32 (H, W) palette index of every pixel. color, runner_up: (n,) palette index of a region's first and
    second choice. confidence: float32 (n,) in [0, 1]. divided: bool (n,) regions painted in several colours. signs:
    float32 (n, len(SIGNS)) what confidence was judged by: log odds of the chance of the chosen colour, its margin over
    the second, log odds of its chance one round before, whether the match holds in return, the shares of the region's
    pixels that agree by flow and by the pixel network, flow's trust, log odds of being known, log of
    the region's width in work pixels, two flags, and how far the drawings around agree.
    """

    index: Labels
    color: NDArray[np.intp]
    runner_up: NDArray[np.intp]
    confidence: Floats
    divided: NDArray[np.bool_]
    signs: Floats


def snap(labels: Labels, grown: Labels, votes: Votes, *, calibration: Calibration = UNCALIBRATED) -> Snapped:
    """Decide every region and pixel.

    labels: int32 (H, W), 0 = ink; grown: the same with ink given to the nearest region.
    """
    weights = calibration.of(votes)
    divided, asked = votes.mixture >= MIXED_SHARE, _asked(votes)
    chance = chances(votes, weights.fusion)
    ranked = np.argsort(-chance, axis=1, kind="stable")
    color = ranked[:, 0]
    runner_up = ranked[:, min(1, ranked.shape[1] - 1)]
    rows = np.arange(len(color))
    total = np.maximum(chance.sum(1), 1e-6)
    index = color[grown - 1].astype(np.int32) if len(color) else np.zeros(labels.shape, np.int32)
    agreed = [share[rows, color] for share in (votes.flow, votes.match)]
    if divided.any():
        ways = votes.by_flow, votes.by_match
        index = divide(
            index, grown, (*ways, *votes.laid), divided[:, None] & (chance >= MIXED_SHARE * total[:, None])
        )
        shares = agreement(index, grown, ways, divided)
        agreed = [np.where(divided, of_pixels, share) for of_pixels, share in zip(shares, agreed, strict=True)]
    first = np.where(divided, total, chance[rows, color])
    margin = first - np.where(divided | (runner_up == color), 0, chance[rows, runner_up])
    before = np.where(divided, votes.before.sum(1), votes.before[rows, color])
    width = np.log(np.maximum(votes.area, 1)) / 2
    signs = np.stack(
        [
            _logit(first), margin, _logit(before), votes.cycle, *agreed, votes.trust, _logit(votes.known), width,
            divided, ~asked, _around(votes)[rows, color],
        ],
        1,
    )  # fmt: skip
    confidence = 1 / (1 + np.exp(-(signs @ weights.confidence[:-1] + weights.confidence[-1])))
    return Snapped(index, color, runner_up, confidence.astype(np.float32), divided, signs.astype(np.float32))


def chances(votes: Votes, fusion: Floats) -> Floats:
    """Return the chance (n, K) of each colour in every region, as `fuse` has it where a region is undivided.

    Of a region that the region network was not asked about, pixels alone speak.
    """
    divided = votes.mixture >= MIXED_SHARE
    chance = np.where(divided[:, None], votes.color, fuse(votes, fusion))
    return np.where(_asked(votes)[:, None], chance, PIXEL_TRUST * votes.pixel)


def _asked(votes: Votes) -> NDArray[np.bool_]:
    """Which regions (n,) were large enough for the region network."""
    asked: NDArray[np.bool_] = votes.color.sum(1) > 0
    return asked


def _around(votes: Votes) -> Floats:
    """What the drawings around say, (n, K); nothing if none was asked."""
    return np.zeros_like(votes.color) if votes.around is None else votes.around


def fuse(votes: Votes, fusion: Floats) -> Floats:
    """Return the chance (n, K) of each colour when all voices are heard beside the region match.

    fusion: (len(VOICES),), see `Fitted`. Rows keep the sum that `Votes.color` gives them; a colour for which
    nothing speaks has no chance.
    """
    if not votes.color.shape[1] or np.array_equal(fusion, UNFUSED):
        return votes.color
    odds = voices(votes) @ fusion
    share = np.exp(odds - odds.max(1, keepdims=True)) * spoken_for(votes)
    fused: Floats = share / np.maximum(share.sum(1, keepdims=True), 1e-9) * votes.color.sum(1, keepdims=True)
    return fused


def spoken_for(votes: Votes) -> NDArray[np.bool_]:
    """Return for which colours anything speaks, (n, K)."""
    found: NDArray[np.bool_] = (votes.color > 0) | (votes.flow > 0) | (votes.match > 0) | (_around(votes) > 0)
    return found


def voices(votes: Votes) -> Floats:
    """Return what speaks for each colour, (n, K, len(VOICES))."""
    log = np.log(votes.color + np.float32(LEAST_CHANCE))
    return np.stack([log, votes.color, votes.flow, votes.match, _around(votes)], -1)


def _logit(chance: Floats) -> Floats:
    """Log odds of a probability, kept within about 7."""
    kept = np.clip(chance, 1e-3, 1 - 1e-3)
    odds: Floats = np.log(kept / (1 - kept))
    return odds
