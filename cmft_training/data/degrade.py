"""Worse line art than the synthetic clips give: scanned, broken, shaky, pencilled. Nothing here draws or labels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Drawing

Line = NDArray[np.uint8]
"""Line art, uint8 (H, W), 255 = paper, 0 = full ink."""

_INK = 128  # below this a pixel counts as ink
_LEAST_TAPER = 0.5  # share of its coverage that a tapered line keeps


def degrade(rng: np.random.Generator, drawing: Drawing, strength: float) -> Drawing:
    """Return the drawing with a random mix of faults; the part ids move with the line where the line moves.

    strength in [0, 1]: 0 returns an equal drawing, 1 applies several strong faults.
    """
    if strength <= 0.0:
        return Drawing(drawing.line.copy(), drawing.part.copy())
    size = drawing.line.shape[0]
    if rng.random() < 0.5 * strength:
        drawing = wobble(rng, drawing, amplitude=rng.uniform(0.3, 1.8) * strength * size / 256.0)
    if rng.random() < 0.5 * strength:
        shift = rng.uniform(-6.0, 6.0, 2) * strength * size / 256.0
        drawing = jitter(drawing, shift=(shift[0], shift[1]), degrees=rng.uniform(-3.0, 3.0) * strength)
    line = _degraded_pen(rng, drawing.line, strength)
    if rng.random() < 0.5 * strength:
        count = int(rng.integers(1, 2 + round(30 * strength)))
        line = erase_gaps(rng, line, count=count, radius=rng.uniform(0.8, 2.2) * size / 256.0)
    return Drawing(_degraded_scan(rng, line, strength), drawing.part)


def binary_lines(line: Line, threshold: int = _INK) -> Line:
    """Return the line art with only 0 and 255: everything below the threshold becomes full ink."""
    return np.where(line < threshold, 0, 255).astype(np.uint8)


def erase_gaps(rng: np.random.Generator, line: Line, *, count: int, radius: float) -> Line:
    """Return the line art with `count` paper discs of `radius` px on pixels that are ink; none if there is no ink."""
    rows, columns = np.nonzero(line < _INK)
    result = line.copy()
    if not len(rows):
        return result
    for k in rng.integers(len(rows), size=count):
        center = (int(columns[k]) * 16, int(rows[k]) * 16)
        cv2.circle(result, center, round(radius * 16), 255, -1, cv2.LINE_AA, 4)
    return result


def wobble(rng: np.random.Generator, drawing: Drawing, *, amplitude: float, wavelength: float = 24.0) -> Drawing:
    """Return line and parts moved together by a smooth random field of at most `amplitude` px either way.

    wavelength: how far apart, in px, the field's independent pushes are.
    """
    size = drawing.line.shape[0]
    knots = max(2, round(size / wavelength) + 1)
    push = rng.uniform(-1.0, 1.0, (knots, knots, 2)).astype(np.float32) * np.float32(amplitude)
    field = cv2.resize(push, (size, size), interpolation=cv2.INTER_LINEAR)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = x + field[..., 0], y + field[..., 1]
    line = cv2.remap(drawing.line, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255.0,))
    part = cv2.remap(drawing.part, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    return Drawing(line.astype(np.uint8), part.astype(np.uint16))


def jitter(drawing: Drawing, *, shift: tuple[float, float], degrees: float) -> Drawing:
    """Return line and parts moved together by a shift (x, y) in px and a turn about the page's middle.

    So drawings sit that were not registered to their pegs; what enters the page is paper.
    """
    size = drawing.line.shape[0]
    middle = (size - 1) / 2.0
    matrix = cv2.getRotationMatrix2D((middle, middle), degrees, 1.0)
    matrix[:, 2] += shift
    line = cv2.warpAffine(drawing.line, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=(255.0,))
    part = cv2.warpAffine(drawing.part, matrix, (size, size), flags=cv2.INTER_NEAREST, borderValue=(0.0,))
    return Drawing(np.asarray(line, np.uint8), np.asarray(part, np.uint16))


def taper(rng: np.random.Generator, line: Line, change: float, *, wavelength: float = 32.0) -> Line:
    """Return lines that swell and thin along their way by up to `change` px, but break nowhere.

    wavelength: how far apart, in px, the pen's pressure changes on its own.
    """
    knots = max(2, round(line.shape[0] / wavelength) + 1)
    pressure = cv2.resize(rng.random((knots, knots), np.float32), line.shape[::-1], interpolation=cv2.INTER_LINEAR)
    thick, thin = change_thickness(line, change), change_thickness(line, -change)
    crest = 255.0 - _LEAST_TAPER * (255.0 - line)  # what a hairline keeps where it is thinnest
    return _to_line(thick * pressure + np.minimum(thin, crest) * (1.0 - pressure))


def dust(rng: np.random.Generator, line: Line, *, count: int, radius: float) -> Line:
    """Return the line art with `count` specks of ink, up to `radius` px, anywhere on the page."""
    result = line.copy()
    for place in rng.uniform(0.0, line.shape[0], (count, 2)):
        center = (int(place[0] * 16), int(place[1] * 16))
        cv2.circle(result, center, round(rng.uniform(0.4, 1.0) * radius * 16), 0, -1, cv2.LINE_AA, 4)
    return result


def pencil(rng: np.random.Generator, line: Line, *, darkness: float, grain: float) -> Line:
    """Return the ink as grey pencil: `darkness` in [0, 1] of full ink, modulated by paper tooth of depth `grain`."""
    tooth = cv2.GaussianBlur(rng.random(line.shape, np.float32), (0, 0), 0.8)
    tooth = (tooth - tooth.min()) / max(float(np.ptp(tooth)), 1e-6)
    pressure = cv2.resize(rng.random((6, 6), np.float32), line.shape[::-1], interpolation=cv2.INTER_CUBIC)
    coverage = (255.0 - line) * darkness * (1.0 - grain * tooth) * (0.75 + 0.25 * np.clip(pressure, 0.0, 1.0))
    return _to_line(255.0 - coverage)


def paper_noise(rng: np.random.Generator, line: Line, *, amount: float) -> Line:
    """Return the line art with Gaussian noise of `amount` grey levels and slightly uneven paper."""
    shade = cv2.resize(rng.random((4, 4), np.float32), line.shape[::-1], interpolation=cv2.INTER_LINEAR)
    noise = rng.standard_normal(line.shape, np.float32) * amount
    return _to_line(line + noise - shade * amount)


def change_thickness(line: Line, change: float) -> Line:
    """Return lines thicker by `change` px (thinner when negative); fractions blend with the next whole size."""
    whole, rest = int(abs(change)), abs(change) - int(abs(change))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    operate = cv2.erode if change > 0 else cv2.dilate
    near = operate(line, cross, iterations=whole) if whole else line
    if rest == 0.0:
        return near.astype(np.uint8)
    return _to_line(near * (1.0 - rest) + operate(near, cross) * rest)


def blur(line: Line, sigma: float) -> Line:
    """Return the line art blurred by a Gaussian of `sigma` px."""
    return np.asarray(cv2.GaussianBlur(line, (0, 0), sigma), np.uint8)


def jpeg(line: Line, quality: int) -> Line:
    """Return the line art after JPEG compression, quality in [1, 100]."""
    _, stored = cv2.imencode(".jpg", line, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)


def _degraded_pen(rng: np.random.Generator, line: Line, strength: float) -> Line:
    if rng.random() < 0.5 * strength:
        line = change_thickness(line, float(rng.uniform(-0.8, 3.0)) * strength)
    if rng.random() < 0.5 * strength:
        line = taper(rng, line, float(rng.uniform(0.3, 1.5)) * strength)
    if rng.random() < 0.4:
        return binary_lines(line, int(rng.integers(110, 236)))  # up to what the engine takes for ink
    if rng.random() < 0.4 * strength:
        return pencil(rng, line, darkness=rng.uniform(0.6, 1.0), grain=rng.uniform(0.0, 0.6) * strength)
    return line


def _degraded_scan(rng: np.random.Generator, line: Line, strength: float) -> Line:
    if rng.random() < 0.3 * strength:
        line = blur(line, rng.uniform(0.3, 1.0))
    if rng.random() < 0.3 * strength:
        line = paper_noise(rng, line, amount=rng.uniform(1.0, 10.0) * strength)
    if rng.random() < 0.2 * strength:
        line = dust(rng, line, count=int(rng.integers(1, 2 + round(20 * strength))), radius=line.shape[0] / 256.0)
    if rng.random() < 0.25 * strength:
        line = jpeg(line, int(rng.integers(40, 95)))
    return line


def _to_line(values: NDArray[np.floating]) -> Line:
    return np.asarray(np.rint(np.clip(values, 0.0, 255.0)), np.uint8)
