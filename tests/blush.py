"""A face in anti-aliased ink with coloured lines: two ticks on the cheek, a mouth, and the border of a shadow."""

import cv2
import numpy as np

SIDE = 128
PAPER, SKIN, SHADE, DARK_RED = (1.0, 1.0, 1.0), (1.0, 0.8, 0.6), (0.85, 0.6, 0.5), (0.7, 0.15, 0.1)
BLACK, RED, GREEN, BLUE = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.8, 0.0), (0.1, 0.2, 1.0)
TICKS, MOUTH, BORDER = "ticks", "mouth", "border"
WHERE = {  # window of each line alone, rows and columns, for a face that has not moved
    TICKS: (slice(50, 66), slice(26, 48)), MOUTH: (slice(84, 94), slice(40, 66)),
    BORDER: (slice(28, 100), slice(78, 86)),
}


def _stroke(points, dx, dy, width=2):
    """Coverage (SIDE, SIDE) of a line through points, moved."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    at = (np.array(points, np.float32) + (dx, dy)) * 16
    cv2.polylines(canvas, [np.rint(at).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def strokes(dx=0, dy=0):
    """Coverage of each coloured line, float32 (SIDE, SIDE)."""
    ticks = np.maximum(_stroke([(30, 64), (34, 52)], dx, dy), _stroke([(38, 64), (42, 52)], dx, dy))
    mouth = _stroke([(42, 88), (48, 91), (56, 91), (63, 87)], dx, dy)
    border = _stroke([(80, 18), (84, 40), (82, 80), (78, 108)], dx, dy)
    return {TICKS: ticks, MOUTH: mouth, BORDER: border}


def outline(dx=0, dy=0):
    """Coverage of the black line around the face."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(canvas, ((62 + dx) * 16, (62 + dy) * 16), (46 * 16, 52 * 16), 0, 0, 360, 255, 2, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def over(picture, coverage, ink):
    """Lay ink over a picture (SIDE, SIDE, 3)."""
    return (picture * (1 - coverage[..., None]) + np.float32(ink) * coverage[..., None]).astype(np.float32)


def line_plate(dx=0, dy=0, *, inks=None):
    """The drawing on white paper; inks: the colour of each coloured line, red by default."""
    picture = np.ones((SIDE, SIDE, 3), np.float32)
    for name, coverage in strokes(dx, dy).items():
        picture = over(picture, coverage, (inks or {}).get(name, RED))
    return over(picture, outline(dx, dy), BLACK)


def flats(dx=0, dy=0, *, paints=(PAPER, SKIN, SHADE)):
    """The paints alone: the face, and the shadow on its right, which begins in the middle of its border."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    face = ((x - 62 - dx) / 46) ** 2 + ((y - 62 - dy) / 52) ** 2 <= 1
    border = np.interp(y, np.array([18, 40, 80, 108]) + dy, np.array([80, 84, 82, 78]) + dx)
    return np.float32(paints)[np.where(face, np.where(x > border, 2, 1), 0)]


def painting(kept, dx=0, dy=0, *, inks=None, paints=(PAPER, SKIN, SHADE), ink=True):
    """The painted face; kept: the coloured lines that stay. ink: whether the black line shows."""
    picture = flats(dx, dy, paints=paints)
    for name in kept:
        picture = over(picture, strokes(dx, dy)[name], (inks or {}).get(name, RED))
    return over(picture, outline(dx, dy), BLACK) if ink else picture
