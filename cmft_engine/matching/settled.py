"""What a settled shot tells: how sure its colours are, and where patterns go on. Arrays alone.

Shapes: N regions of all drawings.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

WEIGHTS = (0.025, 0.482, 2.443, 0.288, -0.080)  # of `settled_features`, constant last: cmft_training/release/settled.py
PIN_ODDS = 0.5  # of the colour that a sure chain brings from a pin, against a region's own
PATTERN_LINK = 0.5  # of a chain along which the pattern of an approved region goes on
SMALL_PX = 20  # of a picture of 512x512, in a region that is seen as well as larger ones
HAND_LINK = 1 / (1 + PIN_ODDS)  # likewise of what a person made: as a pin, to a region that is sure of itself


def settled_features(own: Floats, track: Ints, brought: Floats, told: Floats) -> Floats:
    """Return by what the confidence of a settled colour is judged, (N, 4).

    own (N,): chance of the colour by its drawing and the paintings. track (N,): number of the region's track. brought
    (N,): strength of the chain from a painting, negative where that brings another colour, 0 where there is none. told
    (N,): how sure its drawing is of the colour. The features are the log odds of `own`, those of its mean over the
    track, `brought`, and the log odds of `told`.
    """
    count = np.bincount(track, minlength=1)
    mean = (np.bincount(track, own, minlength=1) / np.maximum(count, 1))[track].astype(np.float32)
    return np.stack([_log_odds(own), _log_odds(mean), brought, _log_odds(told)], 1).astype(np.float32)


def settled_confidence(features: Floats) -> Floats:
    """Return how sure settled colours are (N,), in [0, 1], by their features (N, 4)."""
    odds: Floats = features @ np.asarray(WEIGHTS[:-1], np.float32) + WEIGHTS[-1]
    sure: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return sure


def visibility(area: Ints, pixels: int) -> Floats:
    """Return how well regions are seen (n,), in [0, 1], by their ink-free px (n,) in a picture of so many pixels."""
    least = SMALL_PX * pixels / (512 * 512)
    return np.minimum(area / max(least, 1), 1).astype(np.float32)


def summed_doubt(track: Ints, confidence: Floats, visible: Floats) -> NDArray[np.float64]:
    """Return the doubt of each track, by its number: of all its regions, also what is sure, as well as they are seen.

    track (N,): numbers of tracks; confidence, visible (N,), in [0, 1].
    """
    doubt = np.round((1 - confidence.astype(np.float64)) * visible, 6)
    return np.asarray(np.bincount(track, doubt, minlength=1), np.float64)


def track_ranks(track: Ints, confidence: Floats, visible: Floats) -> Ints:
    """Return the place of each node's track (N,) when those with most `summed_doubt` come first, from 0."""
    doubt = summed_doubt(track, confidence, visible)
    order = np.argsort(-doubt, kind="stable")
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return rank[track]


def pattern_sources(source: Ints, strength: Floats, patterns: Mapping[int, bool], *, divided: Bools, kept: Bools
                    ) -> Ints:
    """Return the node (N,) whose pattern each node takes, -1 for none: its nearest source, where the chain lasts.

    source, strength (N,): the nearest known node, -1 for none, and its chain. patterns: nodes whose pattern goes on,
    and whether a person made it. divided (N,): regions of several paints. kept (N,): those that take none.
    """
    by_hand = np.zeros(len(source), np.bool_)
    is_pattern = by_hand.copy()
    for node, made in patterns.items():
        is_pattern[node], by_hand[node] = True, made
    nearest = np.maximum(source, 0)
    takes = (source >= 0) & is_pattern[nearest] & ~kept & (source != np.arange(len(source)))
    takes &= np.where(divided, strength >= PATTERN_LINK, by_hand[nearest] & (strength >= HAND_LINK))
    return np.where(takes, source, -1)


def _log_odds(chance: Floats) -> Floats:
    sure = np.clip(chance, 1e-3, 1 - 1e-3)
    odds: Floats = np.log(sure / (1 - sure))
    return odds
