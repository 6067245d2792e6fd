"""Shots at the edge: a plate of very many regions, a very large plate, and very many plates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.clips.png_chunk import png_chunk
from benchmarks.clips.puppets import draw_puppet_clip
from benchmarks.clips.rgb8 import write_rgb8

MANY_REGIONS = 21_000
CELL_PX = 7  # cells of a mosaic whose lines are one pixel wide
PAINTS = np.random.default_rng(1).integers(60, 256, (24, 3), dtype=np.uint8)
_PNG_HEADER = 8 + 25  # signature and IHDR


def write_mosaic(folder: Path, *, side: int = 1024, frames: int = 3) -> None:
    """Write line.####.png and ref.png of frame 1: a mosaic of small cells that moves by a pixel a frame."""
    for frame in range(1, frames + 1):
        labels = _cells(side, shift=frame - 1)
        ink = np.zeros((side, side), bool)
        ink[:, 1:] |= labels[:, 1:] != labels[:, :-1]
        ink[1:] |= labels[1:] != labels[:-1]
        painted = PAINTS[labels % len(PAINTS)]
        write_rgb8(np.where(ink[..., None], np.uint8(0), np.uint8(255)).repeat(3, axis=2), line_path(folder, frame))
        if frame == 1:
            write_rgb8(np.where(ink[..., None], np.uint8(0), painted), folder / "ref.png")


def write_large(folder: Path, *, width: int = 7680, height: int = 4320, frames: int = 3) -> None:
    """Write line.####.png and ref.png of frame 1: shaded puppets side by side, drawn at half the size."""
    half = height // 2
    clips = [draw_puppet_clip(number, style="shaded", size=half) for number in range(-(-width // height))]
    drawings = sorted(clips[0].lines)[:frames]
    for frame, drawing in enumerate(drawings, start=1):
        write_rgb8(_doubled([clip.lines[drawing] for clip in clips], width), line_path(folder, frame))
    write_rgb8(_doubled([clip.paintings[0] for clip in clips], width), folder / "ref.png")


def write_many(folder: Path, *, frames: int, width: int = 1920, height: int = 1080, drawings: int = 12) -> None:
    """Write line.####.png and ref.png of frame 1: a few drawings over and over, the bytes of each file its own."""
    clips = [draw_puppet_clip(number, style="shaded", size=height) for number in range(-(-width // height))]
    line = np.hstack([clip.lines[0] for clip in clips])[:, :width]
    write_rgb8(np.hstack([clip.paintings[0] for clip in clips])[:, :width], folder / "ref.png")
    encoded = []
    for number in range(drawings):
        path = line_path(folder, 1)
        write_rgb8(np.roll(line, 8 * number, axis=1), path)
        encoded.append(path.read_bytes())
    for frame in range(1, frames + 1):
        line_path(folder, frame).write_bytes(_marked(encoded[(frame - 1) % drawings], frame))


def line_path(folder: Path, frame: int) -> Path:
    """Path of a line plate."""
    return folder / f"line.{frame:04d}.png"


def _cells(side: int, *, shift: int) -> np.ndarray:
    """Which cell each pixel lies in: the nearest of points that stand on an uneven grid."""
    rows, columns = np.mgrid[0:side:CELL_PX, -CELL_PX:side + CELL_PX:CELL_PX].astype(np.float64)
    points = np.stack([rows, columns + shift], axis=-1).reshape(-1, 2)
    points += np.random.default_rng(0).uniform(-0.7, 0.7, points.shape)
    places = np.indices((side, side)).reshape(2, -1).T
    return np.asarray(cKDTree(points).query(places)[1]).reshape(side, side)


def _doubled(pictures: list[np.ndarray], width: int) -> np.ndarray:
    return np.hstack(pictures).repeat(2, axis=0).repeat(2, axis=1)[:, :width]


def _marked(png: bytes, frame: int) -> bytes:
    """Return a PNG with its frame number in a text, as renderers write it."""
    chunk = png_chunk(b"tEXt", b"Comment\0" + str(frame).encode())
    return png[:_PNG_HEADER] + chunk + png[_PNG_HEADER:]
