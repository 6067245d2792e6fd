"""What was fitted on training drawings: how much each cue counts for a colour, and each feature for confidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CUES = ("log of the chance", "chance", "flow", "match", "neighbors")
CONFIDENCE_FEATURES = (
    "chance", "margin", "before", "cycle", "flow", "match", "flow agreement", "known", "size", "divided", "pixels only",
    "neighbors",
)  # fmt: skip


@dataclass(frozen=True)
class Fitted:
    """Weights of one kind of votes.

    confidence: float32 (len(CONFIDENCE_FEATURES) + 1,), what each of them counts towards confidence, then the constant.
    fusion: float32 (len(CUES),), what each of CUES counts towards the colour of an undivided region.
    """

    confidence: Floats
    fusion: Floats


@dataclass(frozen=True)
class Calibration:
    """Weights for a drawing that is decided by itself, and for one that is decided with temporal votes."""

    single: Fitted
    temporal: Fitted


UNFUSED: Floats = np.eye(1, len(CUES), dtype=np.float32)[0]  # the region match alone
UNFITTED = Fitted(np.eye(1, len(CONFIDENCE_FEATURES) + 1, dtype=np.float32)[0], UNFUSED)  # the chance alone
UNCALIBRATED = Calibration(UNFITTED, UNFITTED)
