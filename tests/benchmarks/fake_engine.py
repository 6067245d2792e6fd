"""An engine that answers at once: it "colours" each frame with its own line plate, half sure of everything."""

from pathlib import Path

import numpy as np

from benchmarks.clips.validation_clip import ValidationClip
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.image.sequence import frame_path
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.benchmarks.small_drawings import draw_face


class FakeEngine:
    """Stands in for `colorize`; `shots` and `settings` are what it was given."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.settings: list[Settings] = []

    def __call__(self, shot: Shot, out: str, *, settings: Settings) -> None:
        self.shots.append(shot)
        self.settings.append(settings)
        for frame in shot.frames:
            rgb = read_plate(shot.lines.path(frame)).rgb()
            half = np.full(rgb.shape[:2], 0.5, np.float32)
            pixels = np.dstack([rgb, half, 0 * half])
            target = Path(frame_path(out, frame))
            target.parent.mkdir(exist_ok=True)
            write_plate(Plate.from_pixels(pixels, channels=("R", "G", "B", "confidence.Y", "unknown.Y")), target)


def face_clip(*numbers: int) -> ValidationClip:
    """Return a clip of faces that move one pixel to the right a drawing."""
    drawings = {number: draw_face(number, 0) for number in numbers}
    return ValidationClip("face", {n: d[0] for n, d in drawings.items()}, {n: d[1] for n, d in drawings.items()})
