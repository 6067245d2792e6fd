"""A report as the engine writes it, for the tests of the panel: the page itself, not a likeness."""

import numpy as np

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.review.report import WHOLE_FRAME, FrameReport, ReportData, UnsureRegion, write_report
from cmft_engine.review.thumbnails import frame_thumbnail, outline_thumbnail

PALETTE = Palette((PaletteColor("skin", (0.9, 0.6, 0.4, 1.0), 90), PaletteColor("<b>red</b>", (0.8, 0.1, 0.1, 1.0))))
BOX = (10, 10, 40, 30)


def region(label, confidence, reason="two colours are close"):
    """Return an unsure region."""
    return UnsureRegion(label, BOX, 600, confidence, "skin", "<b>red</b>", reason, track=label % 2, at=(20, 15))


def solid(*rgb):
    """Return a picture (48, 64, 3) of one colour."""
    return np.broadcast_to(np.float32(rgb), (48, 64, 3))


def frames():
    """Return four frames: a sure one, two to check, and a hold of the last of them."""
    third = FrameReport(3, "coloured.0003.exr", 5, (region(4, 0.3), region(2, 0.12, "2 > 1 & \"odd\"")), 0.7)
    return (FrameReport(1, "coloured.0001.exr", 5), FrameReport(2, "coloured.0002.exr", 5, (region(3, 0.4),), 0.9),
            third, FrameReport(4, "coloured.0004.exr", 5, third.unsure, 0.7, held_from=3))


def write(folder, shown=None):
    """Write report.json and report.html into a folder; frame 2 is all red, frame 3 all blue."""
    shown = frames() if shown is None else shown
    colors = {1: solid(0, 1, 0), 2: solid(1, 0, 0), 3: solid(0, 0, 1), 4: solid(0, 0, 1)}
    pictures = {(frame.frame, WHOLE_FRAME): frame_thumbnail(colors[frame.frame]) for frame in shown}
    pictures.update({(frame.frame, found.label): outline_thumbnail(colors[frame.frame], found.bbox)
                     for frame in shown for found in frame.unsure if found.label != 4})  # as beyond the engine's limit
    data = ReportData("shot", "line.####.exr", ("ref.0001.exr",), {"mode": "flats"}, PALETTE, tuple(shown), 3.0, "0.1",
                      "w1", (64, 48))
    folder.mkdir(parents=True, exist_ok=True)
    write_report(folder / "report.json", folder / "report.html", data, pictures)
