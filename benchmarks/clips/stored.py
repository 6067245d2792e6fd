"""Validation clips that are stored as files: read, and scaled to one size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from cmft_engine.protocol.errors import PlateError, ShotError

from .rgb8 import read_rgb8
from .validation_clip import ValidationClip

DATA = Path(__file__).parents[1] / "data"


def read_clips(folder: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the clips of `folder`/<clip>/{line,gt,between,truth}/NNNN.png by name, letterboxed to `size` px.

    Raises ShotError when the folder holds no clip, PlateError when a line or a painting has no partner.
    """
    homes = clip_folders(folder)
    if not homes:
        raise ShotError(f"{folder}: no clip in it; a clip is a folder with line/NNNN.png and gt/NNNN.png")
    for home in homes:
        yield _read_clip(home, size)


def clip_folders(folder: Path) -> list[Path]:
    """Return the clips' folders by name."""
    return sorted(path.parent for path in folder.glob("*/line") if path.is_dir())


def _read_clip(home: Path, size: int) -> ValidationClip:
    lines, paintings = _numbered(home / "line"), _numbered(home / "gt")
    alone = sorted(lines.keys() ^ paintings.keys())
    if alone:
        raise PlateError(
            f"{home}: drawing {alone[0]} has a line or a painting, but not both; add the other file",
            path=home,
            frame=alone[0],
        )
    return ValidationClip(
        name=home.name,
        lines={number: letterbox(read_rgb8(path), size) for number, path in lines.items()},
        paintings={number: letterbox(read_rgb8(path), size) for number, path in paintings.items()},
        between={number: letterbox(read_rgb8(path), size) for number, path in _numbered(home / "between").items()},
        truths={number: letterbox(read_rgb8(path), size) for number, path in _numbered(home / "truth").items()},
    )


def _numbered(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in sorted(folder.glob("*.png")) if path.stem.isdigit()}


def letterbox(picture: np.ndarray, size: int) -> np.ndarray:
    """Return uint8 RGB (size, size, 3): the picture scaled to fit and centred on white."""
    height, width = picture.shape[:2]
    if (height, width) == (size, size):
        return picture
    scale = size / max(height, width)
    fitted = max(1, round(width * scale)), max(1, round(height * scale))
    picture = cv2.resize(picture, fitted, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (size - fitted[1]) // 2, (size - fitted[0]) // 2
    canvas = np.full((size, size, 3), 255, np.uint8)
    canvas[top : top + fitted[1], left : left + fitted[0]] = picture
    return canvas
