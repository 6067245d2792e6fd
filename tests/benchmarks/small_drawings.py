"""A face of six discs, small enough to be scored in milliseconds; its parts move a little between drawings."""

import numpy as np

SIDE = 96
PAPER = (255, 255, 255)
HAIR, SKIN, EYE, CHEEK, MOUTH = (60, 40, 120), (250, 210, 180), (70, 160, 90), (240, 150, 150), (170, 50, 60)
# x, y, radius, colour; later ones lie on top. The cheek has no ink around it.
PARTS = (
    (46, 40, 34, HAIR, True),
    (46, 48, 26, SKIN, True),
    (36, 44, 6, EYE, True),
    (57, 44, 6, EYE, True),
    (32, 57, 4, CHEEK, False),
    (47, 62, 5, MOUTH, True),
)


def draw_face(dx: float = 0.0, dy: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return line plate and painting, uint8 RGB (SIDE, SIDE, 3); the eyes move at half the face's pace."""
    y, x = np.mgrid[:SIDE, :SIDE]
    ink = np.zeros((SIDE, SIDE))
    flats = np.empty((SIDE, SIDE, 3))
    flats[:] = PAPER
    for cx, cy, radius, color, inked in PARTS:
        pace = 0.5 if color == EYE else 1.0
        distance = np.hypot(x - cx - pace * dx, y - cy - pace * dy) - radius
        flats[distance < 0] = color
        if inked:
            ink = np.where(distance < 0, 0.0, ink)
            ink = np.maximum(ink, np.clip(1.5 - np.abs(distance), 0, 1))
    line = np.rint(255 * (1 - ink))[..., None].repeat(3, axis=2)
    return line.astype(np.uint8), np.rint(flats * (1 - ink[..., None])).astype(np.uint8)


def smear(painting: np.ndarray) -> np.ndarray:
    """Return a bad prediction: the painting moved by four pixels, its green a little off on the left half."""
    moved = np.roll(painting, 4, axis=1)
    moved[:, : SIDE // 2, 1] //= 2
    return moved


def rooms(*colors: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return line and painting of a row of 20 px wide rooms with black walls."""
    line = np.zeros((24, 22 * len(colors) + 2, 3), np.uint8)
    painting = line.copy()
    for i, color in enumerate(colors):
        inside = np.s_[2:22, 22 * i + 2 : 22 * i + 22]
        line[inside], painting[inside] = 255, color
    return line, painting
