"""Which drawing of a shot a painter had best paint next."""

from __future__ import annotations

import numpy as np

from .shot_graph import ShotGraph

CANDIDATES = 48  # drawings that are tried


def to_paint_next(graph: ShotGraph) -> tuple[int, float] | None:
    """Return the frame whose painting would settle most of what is in doubt, and its share of the doubt.

    A region's doubt goes by the strength of the chain that would bring the painting's colour. None where nothing is in
    doubt. Of a long shot only CANDIDATES drawings are tried, those of most doubt.
    """
    if not graph.unary.size:
        return None
    doubt = np.where(graph.painted, 0, 1 - graph.settled[1])
    own = np.bincount(graph.drawing_of, doubt, minlength=len(graph.drawings))
    if not own.any():
        return None
    tried = np.sort(np.argsort(-own, kind="stable")[:CANDIDATES])
    gains = [float(doubt @ graph.field(np.arange(graph.starts[at], graph.starts[at + 1])).strength) for at in tried]
    best = int(np.argmax(gains))
    return graph.drawings[tried[best]].frame, gains[best] / float(doubt.sum())
