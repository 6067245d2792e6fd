"""A finished run's report, read back: what to check by hand. Opens no browser."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from ..protocol.errors import InputError
from ..protocol.text_file import read_text
from ..review.report_data import VERSION


class Report(NamedTuple):
    """A report.json and where its pictures are."""

    html: Path
    content: dict[str, Any]

    @property
    def summary(self) -> str:
        """One line about the whole run."""
        numbers = self.content["summary"]
        return f"{self.content['title']}: {numbers['frames']} frames, {numbers['unsure']} regions to check"

    def worst(self, limit: int) -> list[tuple[str, str, str, str, str]]:
        """Return frame, place, colour, confidence and reason of the least sure regions, as text."""
        pairs = [(frame["frame"], region) for frame in self.content["frames"] for region in frame["unsure"]]
        pairs.sort(key=lambda pair: (pair[1]["confidence"], -pair[1]["area"], pair[0]))
        return [(str(frame), _place(region), _choice(region), f"{region['confidence']:.2f}", region["reason"])
                for frame, region in pairs[:limit]]


def read_report(path: Path) -> Report:
    """Read a report.json, or the one in a folder or beside a report.html. Raises InputError."""
    source = path / "report.json" if path.is_dir() else path.with_suffix(".json")
    try:
        content = json.loads(read_text(source))
    except OSError as error:
        raise InputError(f"{source}: the report cannot be read ({error.strerror}); give the report.json that a run "
                         "wrote beside its plates") from error
    except ValueError as error:
        raise InputError(f"{source}: the report is damaged ({error}); run the shot again with --resume") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise InputError(f"{source} is no report of version {VERSION}; use the engine that wrote it")
    return Report(source.with_suffix(".html"), content)


def _place(region: dict[str, Any]) -> str:
    left, top, right, bottom = region["bbox"]
    return f"{region['label']} at {(left + right) // 2}, {(top + bottom) // 2}"


def _choice(region: dict[str, Any]) -> str:
    return f"{region['color']}, or {region['runner_up']}" if region["runner_up"] else str(region["color"])
