"""Write paintings.png: ten kinds of painting, coloured by an earlier version of the engine and by this one.

`PYTHONPATH=. .venv/bin/python docs/images/paintings.py DRAWN BEFORE`: DRAWN is the prepared folder of the drawn sets,
BEFORE a clone of the earlier version.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.clips.drawn import DRAWN_SETS, OVERSAMPLING, draw_clips, draw_figure
from benchmarks.clips.rgb8 import read_rgb8, write_rgb8
from benchmarks.clips.validation_clip import ValidationClip
from cmft_training.synthetic.drawn.paintings import painted

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ROWS = (  # set, clip; the watercolour has no set of its own
    ("clipart", 0), ("heads-anti-aliased", 0), ("clipart-anti-aliased", 1), ("heads-jpeg", 1), ("avatars-jpeg", 0),
    ("avatars-soft", 1), ("heads-gradient", 2), ("watercolour", 2), ("inhabitants-painted", 1), ("inhabitants-film", 0),
)
SIZE, GAP, TILE_PX = 512, 5, 176
HEADINGS = ("", "painting", "lines, 5 later", "before", "now", "true colours")


def clip_of(name: str, number: int, drawn: Path) -> ValidationClip:
    """Return a clip of a set, or clip art painted as watercolour."""
    if name != "watercolour":
        return list(draw_clips(DRAWN_SETS[name], drawn, size=SIZE))[number]
    figure = draw_figure("clipart", drawn, number, SIZE)
    kept = (0, GAP)
    parts, lines = (np.stack([getattr(figure.clip.drawings[i], what) for i in kept]) for what in ("part", "line"))
    pictures = painted(figure.flats[[0, 2]], parts, lines, "texture", np.random.default_rng(number))
    plates = {i: np.repeat(line[..., None], 3, axis=2) for i, line in zip(kept, lines, strict=True)}
    assert figure.flats.shape[1] == SIZE * OVERSAMPLING
    return ValidationClip(figure.clip.name, plates, dict(zip(kept, pictures, strict=True)))


def colored(clip: ValidationClip, source: Path) -> np.ndarray | None:
    """Return what a version of the engine makes of the drawing GAP after the painting; None when it refuses."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in (0, GAP):
            write_rgb8(clip.lines[number], folder / f"l.{number:04d}.png")
        write_rgb8(clip.paintings[0], folder / "ref.png")
        command = [sys.executable, "-m", "cmft_engine", "colorize", str(folder / "l.####.png"), "--reference",
                   f"{folder / 'ref.png'}@0", "--out", str(folder / "c.####.png"), "--device", "cpu"]
        done = subprocess.run(command, cwd=source, env={**os.environ, "PYTHONPATH": str(source)}, check=False,
                              capture_output=True)
        made = folder / f"c.{GAP:04d}.png"
        return read_rgb8(made) if done.returncode == 0 else None


def tile(picture: np.ndarray | None) -> np.ndarray:
    """Return a picture as a tile; what was refused is grey and says so."""
    if picture is None:
        grey = np.full((TILE_PX, TILE_PX, 3), 210, np.uint8)
        cv2.putText(grey, "refused", (44, TILE_PX // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (120, 20, 20), 1, cv2.LINE_AA)
        return grey
    return np.asarray(cv2.resize(picture, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def words(text: str, height: int, width: int) -> np.ndarray:
    """Return a white box with text, a word a line."""
    box = np.full((height, width, 3), 255, np.uint8)
    for number, word in enumerate(text.split("-", 1)):
        cv2.putText(box, word, (4, 18 + 18 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return box


def main() -> None:
    """Colour every row by both versions and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawn", type=Path)
    parser.add_argument("before", type=Path)
    options = parser.parse_args()
    rows = [np.hstack([words(text, 24, TILE_PX if text else 110) for text in HEADINGS])]
    for name, number in ROWS:
        clip = clip_of(name, number, options.drawn)
        pictures = (clip.paintings[0], clip.lines[GAP], colored(clip, options.before), colored(clip, ROOT),
                    clip.truth(GAP))
        rows.append(np.hstack([words(name, TILE_PX, 110), *(tile(picture) for picture in pictures)]))
        print(name, flush=True)
    write_rgb8(np.vstack(rows), HERE / "paintings.png")


if __name__ == "__main__":
    main()
