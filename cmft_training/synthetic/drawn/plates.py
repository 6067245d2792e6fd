"""From a plan of parts and ink, drawn at three times the size, to a `Drawing`; and parts to colour groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.drawing import Clip, Drawing

OVERSAMPLING = 3
INK = 65535
"""In a plan: ink, not a part."""
_THINNEST = 0.7  # px of a line

Plan = NDArray[np.uint16]
Bools = NDArray[np.bool_]
RGB = tuple[int, int, int]
Borders = Callable[[Plan, Plan], Bools]
"""Says of pairs of numbers of neighbouring parts, (n,) and (n,), which have a line between them: bool (n,)."""


@dataclass(frozen=True)
class BorderPen:
    """Lines drawn where parts meet. width: px at size 256, scaled with the size; 0 = the art's own ink alone."""

    width: float
    borders: Borders


def everywhere(first: Plan, second: Plan) -> Bools:
    """Have a line between any two parts, and around the figure."""
    return np.ones(first.shape, np.bool_)


def drawing_of(plan: Plan, pen: BorderPen) -> Drawing:
    """Return the drawing of a plan, (3S, 3S) numbers of parts with 0 the background and `INK`.

    Line coverage is the mean of nine samples; the part is that of the middle one, or the nearest one under ink.
    """
    size = plan.shape[0] // OVERSAMPLING
    ink = (plan == INK).astype(np.uint8)
    if pen.width:
        edge = _edges(plan, pen.borders).astype(np.uint8)
        width = round(max(_THINNEST, pen.width * size / 256.0) * OVERSAMPLING)
        ink |= cv2.dilate(edge, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    line = cv2.resize((1 - ink) * np.uint8(255), (size, size), interpolation=cv2.INTER_AREA)
    middle = OVERSAMPLING // 2
    return Drawing(np.asarray(line, np.uint8), _under_ink(plan[middle::OVERSAMPLING, middle::OVERSAMPLING]))


def _edges(plan: Plan, borders: Borders) -> Bools:
    """Return where a pixel and the one above or to the left of it are of parts with a line between them."""
    edge = np.zeros(plan.shape, np.bool_)
    for here, there, out in (
        (plan[1:], plan[:-1], edge[1:]),
        (plan[:, 1:], plan[:, :-1], edge[:, 1:]),
    ):
        meets = (here != there) & (here != INK) & (there != INK)
        out[meets] |= borders(here[meets], there[meets])
    return edge


def _under_ink(plan: Plan) -> Plan:
    """Return the plan with every pixel of ink given to the nearest part, or all background where there is only ink."""
    ink = plan == INK
    if not ink.any():
        return np.ascontiguousarray(plan)
    if ink.all():
        return np.zeros_like(plan)
    _, nearest = cv2.distanceTransformWithLabels(ink.astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    part_of = np.zeros(int(nearest.max()) + 1, np.uint16)
    part_of[nearest[~ink]] = plan[~ink]
    filled: Plan = part_of[nearest]
    return filled


def color_groups(colors: Sequence[RGB]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return `Clip`'s group and color for parts 1, 2, … of these colours; parts of one colour are one group.

    A white part is a group of its own beside the background, which is white too.
    """
    number: dict[RGB, int] = {}
    group = [0, *(number.setdefault(color, len(number) + 1) for color in colors)]
    return np.array(group, np.uint16), np.array([(255, 255, 255), *number], np.uint8)


def reduced(clip: Clip) -> Clip:
    """Return a clip drawn at three times the size at its size: line coverage averaged, the middle part of each nine."""
    size = clip.drawings[0].line.shape[0] // OVERSAMPLING
    middle = OVERSAMPLING // 2
    drawings = tuple(
        Drawing(
            np.asarray(cv2.resize(drawing.line, (size, size), interpolation=cv2.INTER_AREA), np.uint8),
            np.ascontiguousarray(drawing.part[middle::OVERSAMPLING, middle::OVERSAMPLING]),
        )
        for drawing in clip.drawings
    )
    return Clip(drawings, clip.group, clip.color, clip.name)
