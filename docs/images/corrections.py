"""Make corrections-track.png and corrections-wipe.png: `python -m docs.images.corrections demo`, after `cmft demo`.

The script does what docs/corrections.md says, in the window itself, on a copy of the demo's folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from cmft_engine.window.opening import open_window
from cmft_engine.window.qt import application, pixels_of

SIZE = 1160, 700
COLORS = 256  # of a picture, so that it is small
FRAME, COLOR = 1008, "skin"
FINGER, ZOOM = (397.0, 428.0), 2.4  # px in the frame, and how closely the hand is looked at


def write_pictures(demo: Path) -> None:
    """Write both pictures beside this file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with TemporaryDirectory(prefix="cmft-docs-") as folder:
        out = Path(shutil.copytree(demo, Path(folder) / "demo"))
        window, actions = open_window(out)
        window.resize(*SIZE)
        _settle(window)
        actions.going.go(FRAME)
        _settle(window)
        label = window.canvas.region_at(*FINGER)
        rows = [row for row, track in enumerate(window.session.tracks)
                if any((one.frame, one.unsure.label) == (FRAME, label) for one in track.doubts)]
        actions.going.open_track(rows[0])
        actions.going.go(FRAME)
        _settle(window)
        print(f"row {rows[0] + 1} of {len(window.session.tracks)}: {window.session.tracks[rows[0]].name}")
        _save(window, "corrections-track.png")
        window.palette_view.choose(window.session.colored.palette.names.index(COLOR))
        window.canvas.zoom(ZOOM, window.canvas.place.to_screen(*FINGER))
        before = window.session.wanted
        actions.correcting.gesture((FINGER,))
        _settle(window)
        print("the click changes", [frame for frame in window.session.frames if window.session.changes(frame)
                                    != before.changes.get(frame, {})])
        window.bar.shown["toggle_track"].setChecked(False)
        actions.do("wipe")
        window.canvas.wipe = FINGER[0]
        _settle(window)
        _save(window, "corrections-wipe.png")
        application().removeEventFilter(actions)
        window.session.close()


def _settle(window: Any) -> None:
    """Let the window show all that was asked for."""
    for _ in range(4):
        window.session.wait(120)
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            application().processEvents()


def _save(window: Any, name: str) -> None:
    """Write the window as a PNG of few colours, near enough to be seen as what they are."""
    picture = Image.fromarray(pixels_of(window.grab().toImage()))
    few = picture.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE)
    few.save(Path(__file__).with_name(name), optimize=True)


if __name__ == "__main__":
    write_pictures(Path(sys.argv[1]))
