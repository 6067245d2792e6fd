"""What a run tells: warnings as they come, and the report at its end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import __version__
from ..image.palette import Palette
from ..image.plate import Plate
from ..protocol.events import Finished, Message
from ..protocol.settings import Settings
from ..review.report import write_report
from ..review.report_data import WHOLE_FRAME, FrameReport, ReportData
from ..review.thumbnails import frame_thumbnail, outline_thumbnail
from ..review.tracks import with_tracks
from ..shot.shot import Shot
from .compose import display_picture
from .report_files import REPORT_HTML, REPORT_JSON

MAX_OUTLINED = 12  # regions of a frame that get a picture in the report


@dataclass(frozen=True)
class Report:
    """What `colorize` returns: where the reports are, frames written or kept, regions to check, seconds."""

    json: Path
    html: Path
    frames: int
    unsure: int
    seconds: float

    @classmethod
    def of(cls, finished: Finished) -> Report:
        """Return the report that a run's last event tells of."""
        return cls(Path(finished.report), Path(finished.html), finished.frames, finished.unsure, finished.seconds)


class Reporter:
    """Collects warnings and frames, and writes the report of a whole shot."""

    def __init__(self, shot: Shot, folder: Path, settings: Settings) -> None:
        """folder: where the report goes."""
        self._shot, self._folder, self._settings = shot, folder, settings
        self._start = time.perf_counter()
        self._frames: list[FrameReport] = []
        self._thumbnails: dict[tuple[int, int], bytes] = {}
        self._notes: list[str] = []
        self._told = 0

    def warn(self, text: str) -> None:
        """Note something for the report and for whoever watches, once."""
        if text not in self._notes:
            self._notes.append(text)

    def advise(self, text: str) -> Message:
        """Note something that may help for the report, and return it for whoever watches."""
        self.warn(text)
        self._told = len(self._notes)
        return Message("info", text)

    def news(self, last: Iterable[str] = ()) -> Iterator[Message]:
        """Yield the warnings that were not yielded yet, those given last."""
        for text in last:
            self.warn(text)
        fresh, self._told = self._notes[self._told :], len(self._notes)
        for text in fresh:
            yield Message("warning", text)

    def picture(self, report: FrameReport, plate: Plate, labels_under_ink: np.ndarray | None) -> dict[int, bytes]:
        """Make the pictures of a frame, and return them by region label; a part of a shot needs none.

        labels_under_ink: (H, W), to outline regions by, else their boxes are.
        """
        made = {} if self._shot.part is not None else frame_pictures(report, plate, labels_under_ink)
        self.take_pictures(report.frame, made)
        return made

    def take_pictures(self, frame: int, pictures: Mapping[int, bytes]) -> None:
        """Take the pictures of a frame, by region label, into the report."""
        self._thumbnails.update({(frame, label): picture for label, picture in pictures.items()})

    def add(self, report: FrameReport) -> None:
        """Take a frame into the report."""
        self._frames.append(report)

    def replace(self, report: FrameReport) -> None:
        """Take a frame that was reported already as it is now; pictures of its regions are made anew."""
        self._frames = [report if one.frame == report.frame else one for one in self._frames]
        self._thumbnails = {place: picture for place, picture in self._thumbnails.items() if place[0] != report.frame}

    def take_tracks(self, tracks: Mapping[tuple[int, int], int]) -> None:
        """Take which track each region is of, by frame and label."""
        self._frames = list(with_tracks(self._frames, tracks))

    @property
    def is_doubtful(self) -> bool:
        """Whether a region is to be checked."""
        return any(report.unsure for report in self._frames)

    def finish(self, palette: Palette, *, weights: str, timings: dict[str, float]) -> Finished:
        """Write report.json and report.html; weights: which checkpoint. Raises InputError."""
        seconds = self._seconds()
        json_path, html_path = self._folder / REPORT_JSON, self._folder / REPORT_HTML
        canvas = self._shot.canvas()
        data = ReportData(
            title=Path(self._shot.lines.pattern).name, lines=str(self._shot.lines.pattern),
            references=tuple(f"{r.plate}@{'sheet' if r.frame is None else r.frame}" for r in self._shot.references),
            settings=self._settings.to_dict(), palette=palette, frames=tuple(self._frames), seconds=seconds,
            version=__version__, weights=weights, size=(canvas.width, canvas.height), timings=timings,
            notes=tuple(self._notes),
        )
        write_report(json_path, html_path, data, self._thumbnails)
        return Finished(str(json_path), str(html_path), len(self._frames), len(data.unsure), seconds)

    def finish_part(self) -> Finished:
        """End the run over a part of a shot, which has no report."""
        unsure = sum(len(report.unsure) for report in self._frames)
        return Finished("", "", len(self._frames), unsure, self._seconds())

    def _seconds(self) -> float:
        return time.perf_counter() - self._start


def frame_pictures(report: FrameReport, plate: Plate, labels_under_ink: np.ndarray | None) -> dict[int, bytes]:
    """Return the pictures of a frame by region label, as `Reporter.picture` makes them."""
    rgb = display_picture(plate)
    unknown = [region.label for region in report.unsure if region.unknown]
    hatched = np.isin(labels_under_ink, unknown) if unknown and labels_under_ink is not None else None
    found = {WHOLE_FRAME: frame_thumbnail(rgb, hatched)}
    for region in sorted(report.unsure, key=lambda region: region.confidence)[:MAX_OUTLINED]:
        if region.bbox[2] > rgb.shape[1] or region.bbox[3] > rgb.shape[0]:
            continue  # the note of an earlier run tells of another picture
        found[region.label] = outline_thumbnail(rgb, region.bbox, labels_under_ink, region.label)
    return found
