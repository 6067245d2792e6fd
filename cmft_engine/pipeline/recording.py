"""A decided drawing made ready to be written: its borders, its report, and the record from which corrections go on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..matching.decide import Decision, judge_alone
from ..matching.kinds import KINDS
from ..matching.matcher import Matcher
from ..matching.origins import Matches
from ..matching.settled import visibility
from ..matching.shot_graph import GraphDrawing, Links
from ..matching.temporal import MatchedDrawing
from ..matching.votes import Votes
from ..protocol.settings import Settings
from ..review.frame_report import JudgedRegions, report_frame
from ..shot.drawing import SegmentedDrawing
from ..shot.references import LineDrawing
from .compose import Colored, known_numbers
from .drawing_record import DrawingRecord
from .frames import ColoredFrame, FrameTask
from .match_cache import Match
from .reference_matcher import ReferenceMatcher

_NO_LINKS = Links(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32), np.zeros(0, np.float32))


def finish_drawing(task: FrameTask, drawing: LineDrawing, votes: Votes, decision: Decision, *,
                   loaded: ReferenceMatcher, settings: Settings, match: Match) -> ColoredFrame:
    """Return a decided drawing with its borders, or as its painting shows it, and what is told and kept of it.

    match: as for `MatchCache.matched`.
    """
    segmented = drawing.segmented
    decision = known_numbers(decision).finished(segmented, edges=settings.edges, paper=loaded.paper)
    if (painted := loaded.painting_of(task.decided_at, segmented.size)) is not None:
        decision = decision.as_painted(painted)
    left = decision.unknown & (loaded.paper is not None)
    decision = as_shown(decision, segmented, (decision.divided | (painted is not None)) & ~left)
    kinds = decision.kinds(segmented)
    judged = JudgedRegions.of(decision, kinds)
    report = report_frame(task.frame, task.path, segmented.labels, judged, loaded.palette, settings)
    drawing = loaded.keep_lines(task.decided_at, drawing, votes.places)
    record = record_drawing(task, drawing, votes, decision, judged, matcher=loaded.matcher, match=match,
                            is_painted=painted is not None, leaves_unknown=loaded.paper is not None)
    return ColoredFrame(drawing, Colored.of(decision, kinds), replace(report, held_from=task.held_from), record)


def record_drawing(task: FrameTask, drawing: LineDrawing, votes: Votes, decision: Decision, judged: JudgedRegions, *,
                   matcher: Matcher, match: Match, is_painted: bool, leaves_unknown: bool) -> DrawingRecord:
    """Return the record of a drawing; its links to the drawing before are looked up here.

    drawing: with the coloured lines that its references keep. decision: what every pixel shows by now. judged: what
    is told of its regions. match: as for `MatchCache.matched`. is_painted: whether the decision is a painting's.
    leaves_unknown: whether unknown regions are left unpainted.
    """
    segmented, links = drawing.segmented, _NO_LINKS
    if task.before is not None:
        links = matcher.links(task.own.matched(match), task.before.matched(match))
    alone, confidence = judge_alone(votes, matcher.calibration)
    left = decision.unknown & leaves_unknown
    free = (judged.kind == KINDS.index("flat")) & ~decision.divided & ~left
    graph = GraphDrawing(task.decided_at, None if task.before is None else task.before.frame, links, decision.color,
                         alone, confidence, free, is_painted, ~free & (judged.kind != KINDS.index("carried")),
                         decision.confidence, _matches(task.own.matched(match), ~left, is_painted=is_painted),
                         visibility(segmented.area, segmented.labels.size))
    return DrawingRecord(task.record_digest, graph, segmented.labels_under_ink, segmented.labels > 0, decision.paints,
                         decision.confidence, judged.kind, decision.unknown, judged.reason, decision.runner_up,
                         (drawing.lines.coverage, drawing.lines.color))


def _matches(own: MatchedDrawing, known: NDArray[np.bool_], *, is_painted: bool) -> Matches:
    """Matches of the regions of a drawing that are known (n,), as the shot graph takes them."""
    found = dict(list(own.found.items())[:1]) if is_painted else own.found  # its own painting comes first
    return Matches.of(found, own.kept, known)


def as_shown(decision: Decision, drawing: SegmentedDrawing, where: NDArray[np.bool_]) -> Decision:
    """Return the decision with the palette entry that most of each region shows as its color; where: bool (n,)."""
    entries = int(decision.index.max(initial=0)) + 1
    code = (drawing.labels_under_ink.astype(np.int64) - 1) * entries + decision.index
    table = np.bincount(code.ravel(), minlength=drawing.count * entries).reshape(drawing.count, entries)
    color = np.where(where, table.argmax(1), decision.color).astype(decision.color.dtype)
    runner_up = np.where(decision.runner_up == color, decision.color, decision.runner_up)
    return replace(decision, color=color, runner_up=np.where(color == decision.color, decision.runner_up, runner_up))
