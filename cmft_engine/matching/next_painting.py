"""Which drawing of a shot a painter had best paint next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .shot_graph import Floats, ShotGraph

CANDIDATES = 48  # drawings that are tried


def to_paint_next(graph: ShotGraph) -> tuple[int, float] | None:
    """Return the frame whose painting would settle most of what is in doubt, and its share of the doubt.

    None where nothing is in doubt. Of a long shot only CANDIDATES drawings are tried, those of most doubt.
    """
    best = None
    for found in tried_paintings(graph):
        best = found
    return best


def tried_paintings(graph: ShotGraph, confidence: Floats | None = None) -> Iterator[tuple[int, float]]:
    """Try one drawing after the other, and yield the best so far; the last one is what `to_paint_next` returns.

    confidence: (N,) with corrections, in [0, 1]; without, that of the whole shot. A region's doubt goes by the strength
    of the chain that would bring the painting's colour.
    """
    if not graph.unary.size:
        return
    doubt = np.where(graph.painted, 0, 1 - (graph.settled[1] if confidence is None else confidence))
    own = np.bincount(graph.drawing_of, doubt, minlength=len(graph.drawings))
    if not own.any():
        return
    best, most, whole = -1, -1.0, float(doubt.sum())
    for at in np.sort(np.argsort(-own, kind="stable")[:CANDIDATES]):
        gain = float(doubt @ graph.field(np.arange(graph.starts[at], graph.starts[at + 1])).strength)
        if gain > most:
            best, most = int(at), gain
        yield graph.drawings[best].frame, most / whole
