"""A mitten on an arm that turns and walks, with a gap at its wrist, and a shot of it on disk."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from cmft_engine.image.plate import Plate, write_plate

HEIGHT, WIDTH = 240, 320
ARM = ((40, 190), (44, 160), (120, 128), (134, 158), (60, 196))
MITTEN = ((112, 124), (150, 88), (188, 84), (204, 104), (196, 136), (176, 156), (140, 166))
BODY = ((20, 250), (24, 150), (60, 132), (84, 200), (86, 250))
PARTS = ((BODY, (0.2, 0.4, 0.8)), (ARM, (0.8, 0.2, 0.2)), (MITTEN, (1.0, 0.8, 0.6)))
WRIST = np.array(((169.0, 86.0),))  # on the upper side of the mitten, over paper
GAP_PX = 8
STROKE = ((155.0, 87.5), (169.0, 86.0), (183.0, 84.6))  # over the gap, from line to line


class Pose(NamedTuple):
    """Where the arm with its mitten is: turned by degrees about its elbow and moved by px."""

    turn: float = 0.0
    x: float = 0.0
    y: float = 0.0

    def places(self, points) -> np.ndarray:
        """Points (n, 2) of the drawing at rest in this pose."""
        turn = np.deg2rad(self.turn)
        by = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        return (np.array(points, float) - (60, 180)) @ by + (60 + self.x, 180 + self.y)


def drawn(pose: Pose, *, gap: bool = True, painted: bool = False) -> np.ndarray:
    """Lines, or the painting, float32 (HEIGHT, WIDTH, 3)."""
    picture = np.ones((HEIGHT, WIDTH, 3), np.float32)
    for part, paint in PARTS:
        at = np.round((np.array(part, float) if part is BODY else pose.places(part)) * 16).astype(np.int32)[:, None]
        cv2.fillPoly(picture, [at], paint if painted else (1.0, 1.0, 1.0), shift=4)
        cv2.polylines(picture, [at], True, (0.0, 0.0, 0.0), 2, shift=4)
    if gap:
        (x, y), = pose.places(WRIST)
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        picture[np.hypot(columns + 0.5 - x, rows + 0.5 - y) < GAP_PX] = 1
    return picture


def write_shot(folder: Path, poses: dict[int, Pose], *, gaps: set[int], reference: int = 1) -> Path:
    """Write lines.####.png of every pose and ref.png of one; return the pattern of the lines."""
    for frame, pose in poses.items():
        write_plate(Plate.from_pixels(drawn(pose, gap=frame in gaps)), folder / f"lines.{frame:04d}.png")
    write_plate(Plate.from_pixels(drawn(poses[reference], gap=False, painted=True)), folder / "ref.png")
    return folder / "lines.####.png"
