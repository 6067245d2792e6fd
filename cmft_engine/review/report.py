"""The report of a run: report.json for programs, report.html for eyes. Decides nothing about colors."""

import json
from pathlib import Path

from ..protocol.errors import InputError
from ..protocol.text_file import write_remedy, write_text
from .page import page
from .report_data import WHOLE_FRAME, FrameReport, ReportData, Thumbnails, UnsureRegion, to_dict

__all__ = ["WHOLE_FRAME", "FrameReport", "ReportData", "Thumbnails", "UnsureRegion", "write_report"]


def write_report(json_path: str | Path, html_path: str | Path, data: ReportData, thumbnails: Thumbnails) -> None:
    """Write both files, each under a temporary name first.

    `thumbnails` holds JPEG bytes by (frame, region label); label 0 is the whole frame's. Missing ones are left out.
    Raises InputError when a file cannot be written.
    """
    content = json.dumps(to_dict(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    for path, text in ((json_path, content), (html_path, page(data, thumbnails))):
        try:
            write_text(path, text)
        except OSError as error:
            raise InputError(f"{path}: cannot write the report ({error.strerror or error}); "
                             f"{write_remedy(error, path)}") from error
