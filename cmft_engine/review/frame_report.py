"""What the report says of one frame, from its drawing and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.palette import Palette
from ..lineart.faint import faint_note
from ..matching.decide import Decision
from ..matching.kinds import KINDS
from ..matching.reasons import REASONS, doubt_reasons
from ..protocol.settings import Settings
from ..shot.references import LineDrawing
from .report_data import FrameReport, UnsureRegion


@dataclass(frozen=True)
class JudgedRegions:
    """What is told of regions (n,): palette index of first and second choice, confidence in [0, 1], whether no
    reference shows them, their number in KINDS, and why they are in doubt, as a number in REASONS."""

    color: NDArray[np.intp]
    runner_up: NDArray[np.intp]
    confidence: NDArray[np.float32]
    unknown: NDArray[np.bool_]
    kind: NDArray[np.intp]
    reason: NDArray[np.intp]

    @classmethod
    def of(cls, decision: Decision, kinds: NDArray[np.intp]) -> JudgedRegions:
        """Return what a decision says; kinds (n,): of its regions."""
        reason = doubt_reasons(decision.confidence_features, unknown=decision.unknown, divided=decision.divided)
        return cls(decision.color, decision.runner_up, decision.confidence, decision.unknown, kinds, reason)


def report_frame(frame: int, path: Path, labels: NDArray[np.int32], judged: JudgedRegions, palette: Palette,
                 settings: Settings) -> FrameReport:
    """Report on a frame whose plate is written to `path`; labels: (H, W), 0 = ink, of its regions.

    Unsure are regions with less than the asked confidence, and those that no reference shows.
    """
    count = len(judged.color)
    area = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    unsure = np.flatnonzero(((judged.confidence < settings.confidence_below) | judged.unknown) & (area > 0))
    counts = np.bincount(judged.kind[area > 0], minlength=len(KINDS)).tolist()
    boxes = ndimage.find_objects(labels, count)
    mean = float((judged.confidence * area).sum() / area.sum()) if area.sum() else 0.0
    return FrameReport(frame, str(path), int((area > 0).sum()),
                       tuple(replace(_unsure(int(i), boxes, area, judged, palette),
                                     at=_inside(labels, int(i) + 1, boxes[i])) for i in unsure), mean,
                       kinds=dict(zip(KINDS, counts, strict=True)))


def frame_warnings(report: FrameReport, drawing: LineDrawing, settings: Settings) -> Iterator[str]:
    """What is odd about a whole frame, as sentences."""
    if not drawing.lines.ink.any():
        yield f"frame {report.frame}: no line was found in {drawing.plate.path}; lower the ink threshold if it has some"
    elif report.regions == 0:
        yield f"frame {report.frame}: {drawing.plate.path} is all ink; raise the ink threshold if it shows a drawing"
    elif not settings.ink_threshold and (note := faint_note(drawing.lines, regions=report.regions)):
        yield f"frame {report.frame}: {drawing.plate.path}: {note}"
    elif report.confidence < settings.confidence_below:
        yield (f"frame {report.frame}: mean confidence {report.confidence:.2f}; does a reference show what "
               f"{drawing.plate.path} draws? Paint this frame and add it as a reference")


def _inside(labels: NDArray[np.int32], label: int, box: Any) -> tuple[int, int]:
    """Return x, y of a pixel well inside of a region: in the middle of the longest run of its middle row."""
    rows, columns = box
    y = (rows.start + rows.stop - 1) // 2
    while not (of := np.flatnonzero(labels[y, columns] == label)).size:  # a region in two parts, one below the other
        y -= 1
    run = max(np.split(of, np.flatnonzero(np.diff(of) > 1) + 1), key=len)
    return int(columns.start + run[len(run) // 2]), int(y)


def _unsure(i: int, boxes: Sequence[Any], area: np.ndarray, judged: JudgedRegions, palette: Palette) -> UnsureRegion:
    rows, columns = boxes[i]
    names = palette.names
    return UnsureRegion(
        label=int(i) + 1, bbox=(columns.start, rows.start, columns.stop, rows.stop), area=int(area[i]),
        confidence=float(judged.confidence[i]), color=names[judged.color[i]], runner_up=names[judged.runner_up[i]],
        reason=REASONS[judged.reason[i]], kind=KINDS[judged.kind[i]], unknown=bool(judged.unknown[i]),
    )

