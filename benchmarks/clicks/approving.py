"""An ideal colourist at work on a coloured shot, by the corrections that the command line and the window make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from cmft_engine.pipeline.changes import with_changes
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.correcting import approval
from cmft_engine.pipeline.drawing_record import DrawingRecord, inner_point
from cmft_engine.protocol.corrections import Correction, made

MOST, LEAST_WRONG_PX = 0.5, 10  # a spot with so large a share wrong is mended; with a smaller one, from so many on
ROUNDS = 6  # of one frame; an outline around an area covers what lies in it, which is then mended

Ints = NDArray[np.int64]


class Spot(NamedTuple):
    """A region, or an area of one, as it is in truth: its box, its pixels in it, its palette entry."""

    region: int
    box: tuple[slice, slice]
    mask: NDArray[np.bool_]
    color: int
    is_whole: bool


@dataclass(frozen=True)
class Frame:
    """A frame in truth: its number, and what is judged."""

    number: int
    spots: tuple[Spot, ...]


class Approved(NamedTuple):
    """What a shot cost: clicks into whole regions, and areas drawn within regions; spoiled: of either, by one."""

    clicks: int
    areas: int
    spoiled: int


def spots_of(labels: Ints, valid: NDArray[np.bool_], entries: Ints, *, colors: int, least_px: int, mixed: float
             ) -> Iterator[Spot]:
    """Yield the regions of a frame, and where one has several colours in truth the areas of each.

    labels (H, W): regions from 1. valid (H, W): ink-free pixels, the only ones that count. entries (H, W): the truth;
    `colors` or more is no palette colour, and is not judged. least_px: of a spot. mixed: share of further colours above
    which a region has several.
    """
    shown = np.where(valid, labels, 0)
    for region in np.flatnonzero(np.bincount(shown.ravel())[1:]) + 1:
        rows, columns = (np.flatnonzero((shown == region).any(axis)) for axis in (1, 0))
        box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        inside, here = shown[box] == region, entries[box]
        count = np.bincount(here[inside])
        color = int(count.argmax())
        if count.max() >= (1 - mixed) * count.sum():
            if count.sum() >= least_px and color < colors:
                yield Spot(int(region), box, inside & (here == color), color, True)
            continue
        areas = label(np.where(inside, here + 1, 0), background=0, connectivity=1)
        for area in range(1, int(areas.max()) + 1):
            mask = areas == area
            if mask.sum() >= least_px and (color := int(here[mask][0])) < colors:
                yield Spot(int(region), box, mask, color, False)


def wrong_spots(spots: tuple[Spot, ...], shown: NDArray[np.integer], *, share: float = MOST) -> list[Spot]:
    """Return those of which a share, LEAST_WRONG_PX or more, or most pixels show another palette entry, largest first.

    shown: entries (H, W).
    """
    wrong = []
    for one in spots:
        off, size = int((shown[one.box][one.mask] != one.color).sum()), int(one.mask.sum())
        if off > min(max(share * size, LEAST_WRONG_PX - 1), MOST * size):
            wrong.append(one)
    return sorted(wrong, key=lambda one: -int(one.mask.sum()))


def approve_in_order(shot: ColoredShot, frames: Mapping[int, Frame], *, share: float = MOST
                     ) -> tuple[Approved, list[Correction]]:
    """Correct the frames in the order of time and approve each when it is right; return what that cost, and all of it.

    A wrong region is pinned, a wrong area drawn around; corrections travel as they do for a person. share: of a
    region or an area that is wrong when it is mended.
    """
    corrections = list[Correction]()
    total = Approved(0, 0, 0)
    for number in sorted(frames):
        done = _correct(shot, frames[number], corrections, share)
        total = Approved(*(a + b for a, b in zip(total, done, strict=True)))
        changes = shot.corrector.wanted(corrections).changes[number]
        corrections.append(made(approval(shot, number, changes)))
    return total, corrections


def _correct(shot: ColoredShot, frame: Frame, corrections: list[Correction], share: float) -> Approved:
    clicks = areas = spoiled = 0
    before: set[int] | None = None
    for _ in range(ROUNDS + len(frame.spots)):
        wrong = wrong_spots(frame.spots, _shown(shot, frame.number, corrections).paints.first, share=share)
        now = {id(one) for one in wrong}
        spoiled += 0 if before is None else len(now - before)
        before = now
        if not wrong:
            return Approved(clicks, areas, spoiled)
        whole = [one for one in wrong if one.is_whole]
        if whole:  # one at a time: its pin may mend others
            corrections.append(_pin(shot, frame, whole[0]))
            clicks += 1
            continue
        corrections += [_area(shot, frame, one) for one in wrong]
        areas += len(wrong)
    raise AssertionError(f"frame {frame.number}: {len(wrong)} places stay wrong whatever is clicked")


def _shown(shot: ColoredShot, number: int, corrections: list[Correction]) -> DrawingRecord:
    record = shot.record(shot.decided_at[number])
    assert record is not None
    return with_changes(record, shot.corrector.wanted(corrections).changes[number], shot.record)


def _pin(shot: ColoredShot, frame: Frame, one: Spot) -> Correction:
    row, column = inner_point(one.mask)
    point = float(one.box[1].start + column), float(one.box[0].start + row)
    return made(Correction("pin", frame.number, (point,), shot.palette.names[one.color]))


def _area(shot: ColoredShot, frame: Frame, one: Spot) -> Correction:
    """The outline of an area in truth, which a person draws around it."""
    found, _ = cv2.findContours(one.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(found, key=len).reshape(-1, 2) + (one.box[1].start, one.box[0].start)
    points = tuple((float(x), float(y)) for x, y in outline)
    if len(points) < 3:  # a line of pixels
        points = (points[0], points[-1], points[-1])
    return made(Correction("area", frame.number, points, shot.palette.names[one.color]))
