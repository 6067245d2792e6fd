"""Validation clips of art drawn by hand, drawn on the fly from a prepared folder and painted in several manners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.drawn.families import open_family
from cmft_training.synthetic.drawn.paintings import PaintingKind, painted
from cmft_training.synthetic.drawn.plates import OVERSAMPLING, reduced
from cmft_training.synthetic.drawn.split import FAMILIES, FamilyName

from .validation_clip import GAPS, ValidationClip

if TYPE_CHECKING:
    from cmft_training.synthetic.drawn.figure import Family, Figure

PAINTINGS: tuple[PaintingKind, ...] = ("flat", "anti-aliased", "jpeg", "soft", "gradient")
DRAWN_SEED = 20_261_124  # first word of every seed of a clip
DRAWN_CLIPS = 6  # of each set
JPEG_QUALITY = 90
MOVED_SHARE = 0.02  # of a figure's pixels: less is a held drawing, which a copy of the reference gets right
MOST_TRIES, GLANCE_PX = 60, 96
KEPT = (0, *GAPS)  # the drawings that are painted; the others lie between


@dataclass(frozen=True)
class DrawnSet:
    """The validation figures of one family, painted in one manner."""

    family: FamilyName
    painting: PaintingKind

    @property
    def name(self) -> str:
        """The family's name, followed by the manner of painting unless that is flat."""
        return self.family if self.painting == "flat" else f"{self.family}-{self.painting}"


DRAWN_SETS = {drawn.name: drawn for drawn in (DrawnSet(family, kind) for family in FAMILIES for kind in PAINTINGS)}


def draw_clips(drawn: DrawnSet, folder: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the DRAWN_CLIPS clips of a set, `size` px square; its paintings show the same figures in the same poses.

    Figures that hold a drawing for one of GAPS are passed over, see `moves`. folder: as made by
    `cmft_training.synthetic.drawn.prepare`. Raises InputError when the family is not in it or lacks its library.
    """
    for number in range(DRAWN_CLIPS):
        yield _draw_clip(drawn, folder, number, size)


def _draw_clip(drawn: DrawnSet, folder: Path, number: int, size: int) -> ValidationClip:
    figure = _draw_figure(drawn.family, folder, number, size)
    drawings = figure.clip.drawings
    kind: PaintingKind = "anti-aliased" if drawn.painting == "jpeg" else drawn.painting
    truths = dict(zip(KEPT, _painted(figure, kind, number), strict=True))
    lines = [np.repeat(drawing.line[..., None], 3, axis=2) for drawing in drawings]
    return ValidationClip(
        name=f"{number:02d}-{figure.clip.name.removeprefix(f'{drawn.family}/')}",
        lines={i: lines[i] for i in KEPT},
        paintings={i: _through_jpeg(truth) if drawn.painting == "jpeg" else truth for i, truth in truths.items()},
        parts={i: drawings[i].part for i in KEPT},
        between={i: line for i, line in enumerate(lines) if i not in KEPT},
        truths=truths,
    )


@dataclass(frozen=True)
class _DrawnFigure:
    """A clip at its size, and the flats of its KEPT drawings at three times the size, uint8 (4, 3S, 3S, 3)."""

    clip: Clip
    flats: np.ndarray


@lru_cache(maxsize=DRAWN_CLIPS)  # the sets of one family follow each other
def _draw_figure(family: FamilyName, folder: Path, number: int, size: int) -> _DrawnFigure:
    rng = np.random.default_rng([DRAWN_SEED, number])
    figure = _moving_figure(open_family(family, folder, "validation"), rng)
    large = figure.clip([float(time) for time in range(max(GAPS) + 1)], size=OVERSAMPLING * size)
    flats = np.stack([large.color[large.group[large.drawings[i].part]] for i in KEPT])
    return _DrawnFigure(reduced(large), flats)


def _moving_figure(family: Family, rng: np.random.Generator) -> Figure:
    """Return a random figure that moves; of MOST_TRIES that hold a drawing, the last."""
    for _ in range(MOST_TRIES):
        figure = family.figure(rng)
        if moves(figure.clip([float(number) for number in KEPT], size=GLANCE_PX)):
            break
    return figure


def moves(clip: Clip) -> bool:
    """Say whether every drawing after the first differs from it in at least MOVED_SHARE of the figure's pixels."""
    first, *others = (drawing.part for drawing in clip.drawings)
    least = MOVED_SHARE * max(1, int(np.count_nonzero(first)))
    return all(int(np.count_nonzero(first != part)) >= least for part in others)


def _painted(figure: _DrawnFigure, kind: PaintingKind, number: int) -> np.ndarray:
    """Return the KEPT drawings in one manner, uint8 (4, S, S, 3)."""
    drawings = [figure.clip.drawings[i] for i in KEPT]
    parts, lines = np.stack([d.part for d in drawings]), np.stack([d.line for d in drawings])
    rng = np.random.default_rng([DRAWN_SEED, number, PAINTINGS.index(kind)])
    return painted(figure.flats, parts, lines, kind, rng)


def _through_jpeg(picture: np.ndarray) -> np.ndarray:
    """Return uint8 RGB (H, W, 3) as it comes back from a JPEG file of JPEG_QUALITY."""
    _, stored = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))[..., ::-1])


def expand_sets(names: tuple[str, ...], paintings: tuple[str, ...]) -> list[str]:
    """Return names of sets in which each family stands for its sets in these paintings; others stay, none twice.

    Raises InputError for a painting that there is not.
    """
    if unknown := sorted(set(paintings) - set(PAINTINGS)):
        raise InputError(f"no painting {unknown[0]!r}; there are: " + ", ".join(PAINTINGS))
    families: dict[str, FamilyName] = {family: family for family in FAMILIES}
    found: list[str] = []
    for name in names:
        of_family = [DrawnSet(families[name], k).name for k in PAINTINGS if k in paintings] if name in families else []
        found += of_family or [name]
    return list(dict.fromkeys(found))
