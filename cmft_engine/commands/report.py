"""A finished run's report, read back: what to check by hand. Opens no browser."""

from pathlib import Path
from typing import Any, NamedTuple

from rich.markup import escape
from rich.table import Table

from ..protocol.errors import InputError, brief
from ..protocol.job import frames_text
from ..protocol.plain import counted, plain
from ..protocol.text_file import parse_json, read_text
from ..protocol.tracks import group_tracks, ratio
from ..review.report_data import MAX_REPORT_BYTES, VERSION, FrameReport, ReportTrack, UnsureRegion

MAX_ROWS = 30  # that are listed


class Report(NamedTuple):
    """What a report.json says, and where its pictures are."""

    html: Path
    title: str
    frames: tuple[FrameReport, ...]

    @property
    def summary(self) -> str:
        """One line about the whole run."""
        unsure = sum(len(frame.unsure) for frame in self.frames)
        return (f"{self.title}: {counted(len(self.frames), 'frame')}, {counted(unsure, 'region')} to check: "
                f"{counted(len(self.tracks), 'part')} of drawings")

    @property
    def tracks(self) -> list[ReportTrack]:
        """The regions to check by the parts of the drawings, most doubt first."""
        return group_tracks(self.frames, lambda frame: frame.unsure)

    def worst(self, limit: int) -> list[tuple[str, str, str, str, str]]:
        """Return frames, place, colour, confidence and reason of the parts in most doubt, as text.

        Place, colour and confidence are of the least sure region of a part, in the frame that is named first.
        """
        return [_row(track) for track in self.tracks[:limit]]


def read_report(path: Path) -> Report:
    """Read a report.json, or the one in a folder or beside a report.html. Raises InputError."""
    source = path / "report.json" if path.is_dir() else path.with_suffix(".json")
    try:
        content = parse_json(read_text(source, most=MAX_REPORT_BYTES))
    except OSError as error:
        raise InputError(f"{source}: the report cannot be read ({error.strerror}); give the report.json that a run "
                         "wrote beside its plates") from error
    except ValueError as error:
        raise InputError(f"{source}: the report is damaged ({error}); run the shot again with --resume") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise InputError(f"{source} is no report of version {VERSION}; use the engine that wrote it")
    try:
        frames = tuple(FrameReport.from_notes(frame, "") for frame in _list(content, "frames"))
    except ValueError as error:
        raise InputError(f"{source}: the report is damaged ({brief(str(error))} is not as a run writes it); run the "
                         "shot again with --resume") from error
    title = content.get("title")
    return Report(source.with_suffix(".html"), title if isinstance(title, str) else source.stem, frames)


def review_table(report: Report) -> Table:
    """Return the parts in most doubt as a table."""
    table = Table("frames", "region", "colour", "confidence", "why", title=escape(plain(report.summary)),
                  title_justify="left")
    for row in report.worst(MAX_ROWS):
        table.add_row(*(escape(plain(cell)) for cell in row))
    return table


def _row(track: ReportTrack) -> tuple[str, str, str, str, str]:
    frame, region = track.worst
    others = [other for other in track.frames if other != frame.frame]
    frames = f"{frame.frame}, {frames_text(others)}" if others else str(frame.frame)
    return frames, _place(region), _choice(region), f"{ratio(region.confidence):.2f}", track.reason


def _list(content: dict[str, Any], name: str) -> list[Any]:
    value = content.get(name)
    if not isinstance(value, list):
        raise ValueError(name)
    return value


def _place(region: UnsureRegion) -> str:
    left, top, right, bottom = region.bbox
    return f"{region.label} at {(left + right) // 2}, {(top + bottom) // 2}"


def _choice(region: UnsureRegion) -> str:
    return f"{region.color}, or {region.runner_up}" if region.runner_up else region.color
