"""Line features of a batch that somebody has computed already, so that no loss computes them again."""

from __future__ import annotations

from dataclasses import dataclass

from cmft_engine.matching.network.network import LineFeatures


@dataclass(frozen=True)
class SeenLines:
    """Line features of a batch's targets and of each of its references, when they are known already."""

    target: LineFeatures
    references: tuple[LineFeatures, ...]
