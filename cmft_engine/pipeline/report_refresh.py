"""The report of a shot whose plates were corrected, written anew from what was noted; its pictures are kept."""

from __future__ import annotations

from typing import Any

from ..protocol.errors import InputError
from ..protocol.text_file import parse_json, read_text
from ..review.report import write_report
from ..review.report_data import MAX_REPORT_BYTES, VERSION, FrameReport, ReportData
from ..review.tracks import with_tracks
from .colored_shot import ColoredShot
from .pictures import read_pictures
from .report_files import REPORT_HTML, REPORT_JSON, own_reports
from .wanted import Wanted


def refresh_report(shot: ColoredShot, wanted: Wanted) -> None:
    """Write report.json and report.html of a shot again, where a run has written them. Raises InputError.

    wanted: what its plates show.
    """
    folder = shot.pattern.parent
    path = folder / REPORT_JSON
    if not own_reports(folder).get(path, False):
        return
    try:
        values = parse_json(read_text(path, most=MAX_REPORT_BYTES))
        data = _data_of(values, shot, wanted)
    except OSError as error:
        raise InputError(f"{path}: the report cannot be read ({error.strerror}); run the shot with --resume") from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{path}: the report is damaged ({error}); run the shot with --resume") from error
    pictures = {(frame, label): picture for frame in shot.frames
                for label, picture in read_pictures(shot.folder, frame).items()}
    write_report(path, folder / REPORT_HTML, data, pictures)


def _data_of(values: dict[str, Any], shot: ColoredShot, wanted: Wanted) -> ReportData:
    if values["version"] != VERSION:
        raise ValueError("another version")
    width, height = (int(one) for one in values["size"])
    return ReportData(
        title=str(values["title"]), lines=str(values["lines"]), references=tuple(map(str, values["references"])),
        settings=dict(values["settings"]), palette=shot.palette,
        frames=with_tracks([FrameReport.from_notes(one.note.report, str(one.path)) for one in shot.frames.values()],
                           shot.tracks(wanted)),
        seconds=float(values["seconds"]), version=str(values["engine"]), weights=str(values["weights"]),
        size=(width, height), notes=tuple(map(str, values["notes"])),
        timings={str(stage): float(spent) for stage, spent in values["timings"].items()},
    )
