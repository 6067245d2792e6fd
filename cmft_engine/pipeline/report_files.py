"""The names of the reports, and whether those in a folder are a run's own. Writes nothing."""

from __future__ import annotations

from pathlib import Path

from ..protocol.text_file import open_plain
from ..review.page import GENERATOR

REPORT_JSON, REPORT_HTML = "report.json", "report.html"
HEAD_BYTES = 4000  # of a report, that tell whose it is


def own_reports(folder: Path) -> dict[Path, bool]:
    """Return the files in a folder that have the names of reports, and whether a run of the engine wrote them."""
    marks = {REPORT_JSON: b'"engine": "', REPORT_HTML: GENERATOR.encode()}
    found = {}
    for name, mark in marks.items():
        if (path := folder / name).exists() or path.is_symlink():
            try:
                with open_plain(path) as stream:
                    head = stream.read(HEAD_BYTES)
            except OSError:
                head = b""
            found[path] = mark in head and not path.is_symlink()
    return found
