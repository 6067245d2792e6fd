"""What a person does to a frame, as corrections: a click, a line of points, an approval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..matching.anchors import anchor_of, region_at
from ..pipeline.changes import Area, Change, Changes, with_changes
from ..pipeline.colored_shot import ColoredShot
from ..pipeline.correcting import approval
from ..pipeline.drawing_record import DrawingRecord, inner_point
from ..pipeline.line_placements import drawings_of, placements
from ..pipeline.line_track import along_track
from ..pipeline.wishes import regions_under
from ..protocol.corrections import Correction, Point, made
from ..protocol.errors import InputError


class Tool(NamedTuple):
    """What a click or a drag in the picture does: its name, what it says of itself, and whether it needs a colour."""

    name: str
    help: str
    has_color: bool = False
    is_drag: bool = False


PIN = Tool("Pin", "Click a region: it gets the colour, and what corresponds to it in other frames follows.", True)
BUCKET = Tool("Bucket", "Click a region: it gets the colour in this drawing alone.", True)
STROKE = Tool("Stroke", "Draw through regions: all of them get the colour, and other frames follow.", True, True)
AREA = Tool("Area", "Draw around a part of a region, beginning inside it: that part gets the colour; a click fills one "
            "paint. Other frames follow.", True, True)
RECOLOR = Tool("Recolour", "Click a paint: it becomes the chosen colour along its region's track, to the end.", True)
LOCK = Tool("Lock", "Click a region: it keeps the colour that it has, whatever others say.")
UNKNOWN = Tool("Unknown", "Click a region: it is left unpainted and marked for the painter.")
CLOSE = Tool("Close gap", "Draw a line: it closes a gap, when the shot is run again with --resume.", is_drag=True)
OPEN = Tool("Open gap", "Draw a line: what it crosses is one region, when the shot is run again.", is_drag=True)
TOOLS = (PIN, BUCKET, STROKE, AREA, RECOLOR, LOCK, UNKNOWN, CLOSE, OPEN)


@dataclass(frozen=True)
class Gesture:
    """A tool used on a frame: points in px, x and y from the top left corner, and the colour's palette entry.

    along: whether a gap line goes along its track.
    """

    tool: Tool
    frame: int
    points: tuple[Point, ...]
    color: int | None = None
    along: bool = False


class Made(NamedTuple):
    """Corrections that a gesture comes to, what they change at once in its own drawing, and what is to be said."""

    corrections: tuple[Correction, ...]
    changes: Changes
    said: str = ""


def correct(colored: ColoredShot, gesture: Gesture, changes: Changes) -> Made:
    """Return what a gesture comes to; changes: of the frame as it is shown. Raises InputError where it meets nothing.
    """
    frame, names, tool = gesture.frame, colored.palette.names, gesture.tool
    if tool.has_color and gesture.color is None:
        raise InputError(f"{tool.name} needs a colour; choose one in the palette, or pick one with Alt and a click")
    color = -1 if gesture.color is None else gesture.color
    record = colored.record(colored.decided_at[frame]) if frame in colored.decided_at else None
    if record is None:
        raise InputError(f"frame {frame}: nothing was kept of its drawing; run the shot again with --resume")
    if tool in (CLOSE, OPEN):
        line = Correction("line", frame, gesture.points, closes=tool is CLOSE, along=gesture.along)
        line = made(along_track(colored, line) if gesture.along else line)
        return Made((line,), {}, placements((*colored.corrections(), line), drawings_of(colored)).get(line.id, ""))
    labels = record.labels_under_ink
    if tool is STROKE:
        regions = list(regions_under(labels, gesture.points))
        if not regions:
            raise InputError(f"frame {frame}: no region lies under the stroke")
        stroke = Correction("stroke", frame, gesture.points, names[color])
        return Made((made(stroke),), {region - 1: Change(color, 1.0, False) for region in regions})
    region = _region_at(labels, gesture)
    if tool is AREA:
        return _area(gesture, record, region, changes.get(region - 1), names[color])
    if tool is RECOLOR:
        return _recolor(gesture, colored, record, region, changes.get(region - 1))
    shown = changes[region - 1].color if region - 1 in changes else int(record.graph.color[region - 1])
    paper = colored.shot.references.paper
    kind, takes, change = {
        PIN: ("pin", color, Change(color, 1.0, False)), BUCKET: ("lock", color, Change(color, 1.0, False)),
        LOCK: ("lock", shown, Change(shown, 1.0, False)),
        UNKNOWN: ("unknown", -1, Change(paper, 0.0, True)),
    }[tool]
    one = Correction(kind, frame, gesture.points[:1], names[takes] if takes >= 0 else "",
                     anchors=(anchor_of(labels, region),))
    return Made((made(one),), {region - 1: change})


def _area(gesture: Gesture, record: DrawingRecord, region: int, shown: Change | None, name: str) -> Made:
    """What an outline, or a click, comes to in a region that is shown with a change, or with none."""
    assert gesture.color is not None
    points = gesture.points if len(gesture.points) > 2 else gesture.points[:1]
    area = Area(gesture.color, points)
    if shown is None:
        shown = Change(int(record.graph.color[region - 1]), 1.0)
    elif shown.is_flat:
        shown = shown._replace(areas=(Area(shown.color),))
    change = shown._replace(confidence=1.0, unknown=False, areas=(*shown.areas, area))
    one = Correction("area", gesture.frame, points, name, anchors=(anchor_of(record.labels_under_ink, region),))
    return Made((made(one),), {region - 1: change})


def _recolor(gesture: Gesture, colored: ColoredShot, record: DrawingRecord, region: int, shown: Change | None) -> Made:
    """What a click comes to: the paint that is shown there becomes another; shown: the region's change, if any."""
    assert gesture.color is not None
    (x, y), names = gesture.points[0], colored.palette.names
    paints = with_changes(record, {} if shown is None else {region - 1: shown}, colored.record).paints
    old = int(paints.first[int(y), int(x)])
    one = Correction("recolor", gesture.frame, gesture.points[:1], names[gesture.color], names[old],
                     last=max(colored.frames), anchors=(anchor_of(record.labels_under_ink, region),))
    inside = record.labels_under_ink == region
    if (paints.first[inside] == old).all():
        return Made((made(one),), {region - 1: Change(gesture.color, 1.0, False)})
    change = shown or Change(int(record.graph.color[region - 1]), 1.0)
    return Made((made(one),), {region - 1: change._replace(swaps=(*change.swaps, (old, gesture.color)))})


def approve(colored: ColoredShot, frame: int, changes: Changes) -> Made:
    """Return the approval of a frame as it is shown. Raises InputError where nothing was kept of it."""
    return Made((made(approval(colored, frame, changes)),), {})


def point_in(colored: ColoredShot, frame: int, region: int) -> Point:
    """Return a place well inside a region, from 0, of a frame. Raises InputError where nothing was kept of it."""
    labels = colored.labels_under_ink(colored.decided_at.get(frame, frame))
    inside = None if labels is None else labels == region + 1
    if inside is None or not inside.any():
        raise InputError(f"frame {frame}: nothing was kept of its drawing; run the shot again with --resume")
    row, column = inner_point(inside)
    return float(column), float(row)


def approved_frames(corrections: Sequence[Correction]) -> set[int]:
    """Return the frames that are approved now."""
    return {one.frame for one in corrections if one.kind == "approve" and one.counts}


Maker = Callable[[], Made]


def _region_at(labels: NDArray[np.int32], gesture: Gesture) -> int:
    x, y = gesture.points[0]
    found = region_at(labels, x, y)
    if found is None:
        raise InputError(f"frame {gesture.frame}: there is no picture at {x:.0f}, {y:.0f}")
    return found
