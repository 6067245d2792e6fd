"""What the report says of one frame, from its drawing and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image.palette import Palette
from ..lineart.faint import faint_note
from ..matching.decide import Decision
from ..matching.kinds import KINDS
from ..protocol.settings import Settings
from ..shot.references import LineDrawing
from .report_data import FrameReport, UnsureRegion


def report_frame(frame: int, path: Path, drawing: LineDrawing, decision: Decision,
                 kinds: NDArray[np.intp], palette: Palette, settings: Settings) -> FrameReport:
    """Report on a frame whose plate is written to `path`; kinds (n,): of its regions, by number in KINDS.

    Unsure are regions with less than the asked confidence, and those that no reference shows.
    """
    area = np.bincount(drawing.segmented.labels.ravel(), minlength=drawing.segmented.count + 1)[1:]
    unsure = np.flatnonzero(((decision.confidence < settings.confidence_below) | decision.unknown) & (area > 0))
    counts = np.bincount(kinds[area > 0], minlength=len(KINDS)).tolist()
    boxes = ndimage.find_objects(drawing.segmented.labels, drawing.segmented.count)
    mean = float((decision.confidence * area).sum() / area.sum()) if area.sum() else 0.0
    return FrameReport(frame, str(path), int((area > 0).sum()),
                       tuple(_unsure(int(i), boxes, area, decision, palette, KINDS[kinds[i]]) for i in unsure), mean,
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


def _unsure(i: int, boxes: Sequence[Any], area: np.ndarray, decision: Decision, palette: Palette,
            kind: str) -> UnsureRegion:
    rows, columns = boxes[i]
    names = palette.names
    return UnsureRegion(
        label=int(i) + 1, bbox=(columns.start, rows.start, columns.stop, rows.stop), area=int(area[i]),
        confidence=float(decision.confidence[i]), color=names[decision.color[i]],
        runner_up=names[decision.runner_up[i]],
        reason=_reason(decision, i), kind=kind, unknown=bool(decision.unknown[i]),
    )


def _reason(decision: Decision, i: int) -> str:
    if decision.unknown[i]:
        return "first seen: no reference shows it"
    return "several colours without a line between" if decision.divided[i] else "no sure match in the references"
