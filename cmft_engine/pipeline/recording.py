"""What a run keeps of a drawing that it has decided: the record from which corrections go on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..matching.decide import Decision, judge_alone
from ..matching.kinds import KINDS
from ..matching.matcher import Matcher
from ..matching.shot_graph import GraphDrawing, Links
from ..matching.votes import Votes
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing
from .drawing_record import DrawingRecord
from .frames import FrameTask
from .match_cache import Match

_NO_LINKS = Links(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32), np.zeros(0, np.float32))


def record_drawing(task: FrameTask, drawing: LineDrawing, votes: Votes, decision: Decision, kinds: NDArray[np.intp], *,
                   matcher: Matcher, match: Match, is_painted: bool, leaves_unknown: bool) -> DrawingRecord:
    """Return the record of a drawing; its links to the drawing before are looked up here.

    drawing: with the coloured lines that its references keep. decision: what every pixel shows by now. kinds: (n,) of
    its regions. match: as for `MatchCache.matched`. is_painted: whether the decision is a painting's. leaves_unknown:
    whether unknown regions are left unpainted.
    """
    segmented, links = drawing.segmented, _NO_LINKS
    if task.before is not None:
        links = matcher.links(task.own.matched(match), task.before.matched(match))
    alone, confidence = judge_alone(votes, matcher.calibration)
    color = _commonest(decision, segmented) if is_painted else decision.color
    free = (kinds == KINDS.index("flat")) & ~decision.divided & ~(decision.unknown & leaves_unknown)
    graph = GraphDrawing(task.decided_at, None if task.before is None else task.before.frame, links, color, alone,
                         confidence, free, is_painted)
    kept = (drawing.lines.coverage, drawing.lines.color) if matcher.keeps_lines else None
    return DrawingRecord(task.record_digest, graph, segmented.labels_under_ink, segmented.labels > 0, decision.paints,
                         decision.confidence, kinds, decision.unknown, decision.divided, decision.runner_up, kept)


def _commonest(decision: Decision, drawing: SegmentedDrawing) -> NDArray[np.intp]:
    """The palette entry that most of each region (n,) shows."""
    entries = int(decision.index.max(initial=0)) + 1
    code = (drawing.labels_under_ink.astype(np.int64) - 1) * entries + decision.index
    table = np.bincount(code.ravel(), minlength=drawing.count * entries).reshape(drawing.count, entries)
    return np.asarray(table.argmax(1), np.intp)
