"""Validation clips of art drawn by hand, drawn on the fly from a prepared folder and painted in several manners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from benchmarks.metrics.pictures import lay_ink
from cmft_engine.protocol.errors import InputError
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.drawn.families import open_family
from cmft_training.synthetic.drawn.inhabitants import PaintedFigure
from cmft_training.synthetic.drawn.paintings import PaintingKind, painted
from cmft_training.synthetic.drawn.plates import OVERSAMPLING, reduced
from cmft_training.synthetic.drawn.split import FAMILIES, FamilyName

from .film import extracted_line_plate, film_frames
from .validation_clip import GAPS, ValidationClip

if TYPE_CHECKING:
    from cmft_training.synthetic.drawn.figure import Family, Figure

Manner = PaintingKind | Literal["painted", "film"]
OF_PARTS: tuple[PaintingKind, ...] = ("flat", "anti-aliased", "jpeg", "soft", "gradient")
BY_DRAWING: tuple[Manner, ...] = ("flat", "anti-aliased", "jpeg")  # a drawing's paint does not depend on the others
AS_PAINTED: tuple[Manner, ...] = ("painted", "film")  # frames as their painters made them, on paper and over scenery
PAINTINGS: tuple[Manner, ...] = (*OF_PARTS, *AS_PAINTED)
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
    painting: Manner

    @property
    def name(self) -> str:
        """The family's name, followed by the manner of painting unless that is flat."""
        return self.family if self.painting == "flat" else f"{self.family}-{self.painting}"


DRAWN_SETS = {drawn.name: drawn for drawn in (
    *(DrawnSet(family, kind) for family in FAMILIES for kind in OF_PARTS),
    *(DrawnSet("inhabitants", manner) for manner in AS_PAINTED),
)}


def draw_clips(drawn: DrawnSet, folder: Path, *, size: int) -> Iterator[ValidationClip]:
    """Yield the DRAWN_CLIPS clips of a set, `size` px square; its paintings show the same figures in the same poses.

    Figures that hold a drawing for one of GAPS are passed over, see `moves`. folder: as made by
    `cmft_training.synthetic.drawn.prepare`. Raises InputError when the family is not in it or lacks its library.
    """
    for number in range(DRAWN_CLIPS):
        yield _draw_clip(drawn, folder, number, size)


def _draw_clip(drawn: DrawnSet, folder: Path, number: int, size: int) -> ValidationClip:
    if drawn.painting in AS_PAINTED:
        return _painted_clip(drawn, folder, number, size)
    figure = draw_figure(drawn.family, folder, number, size)
    drawings = figure.clip.drawings
    truths = dict(zip(KEPT, _painted(figure, _kind(drawn), number), strict=True))
    lines = [np.repeat(drawing.line[..., None], 3, axis=2) for drawing in drawings]
    return ValidationClip(
        name=f"{number:02d}-{figure.clip.name.removeprefix(f'{drawn.family}/')}",
        lines={i: lines[i] for i in KEPT},
        paintings={i: _as_file(drawn, truth) for i, truth in truths.items()},
        parts={i: drawings[i].part for i in KEPT},
        between={i: line for i, line in enumerate(lines) if i not in KEPT},
        truths=truths,
    )


def draw_long_clips(drawn: DrawnSet, folder: Path, *, size: int, n_drawings: int) -> Iterator[ValidationClip]:
    """Yield a set's figures again, in clips of n_drawings drawings of which every one's truth is known.

    drawn: painted in a manner of BY_DRAWING. The page is framed for all drawings, so that a figure may be smaller in a
    longer clip. Takes 7 MB a drawing at 512 px while a clip is drawn, and 2 MB after. Raises InputError likewise.
    """
    for number in range(DRAWN_CLIPS):
        yield _draw_long_clip(drawn, folder, number, size=size, n_drawings=n_drawings)


def _draw_long_clip(drawn: DrawnSet, folder: Path, number: int, *, size: int, n_drawings: int) -> ValidationClip:
    figure = _figure(drawn.family, folder, number)
    large = figure.clip([float(time) for time in range(n_drawings)], size=OVERSAMPLING * size)
    clip = reduced(large)
    kind = _kind(drawn)
    truths = {}
    for i, drawing in enumerate(clip.drawings):
        flats = large.color[large.group[large.drawings[i].part]]
        (truths[i],) = painted(flats[None], drawing.part[None], drawing.line[None], kind, _paint_rng(number, kind))
    return ValidationClip(
        name=f"{number:02d}-{clip.name.removeprefix(f'{drawn.family}/')}",
        lines={i: np.repeat(drawing.line[..., None], 3, axis=2) for i, drawing in enumerate(clip.drawings)},
        paintings={i: _as_file(drawn, truth) for i, truth in truths.items()},
        parts={i: drawing.part for i, drawing in enumerate(clip.drawings)},
        truths=truths,
    )


def _kind(drawn: DrawnSet) -> PaintingKind:
    """Return how a set of parts is painted before its paintings become files."""
    return next(kind for kind in OF_PARTS if kind == ("anti-aliased" if drawn.painting == "jpeg" else drawn.painting))


def _as_file(drawn: DrawnSet, truth: np.ndarray) -> np.ndarray:
    """Return a painting as its file shows it, uint8 RGB (H, W, 3)."""
    return _through_jpeg(truth) if drawn.painting == "jpeg" else truth


def _painted_clip(drawn: DrawnSet, folder: Path, number: int, size: int) -> ValidationClip:
    """A clip of frames as they were painted: "painted" with its figure's lines, "film" with lines found in it."""
    figure = _figure(drawn.family, folder, number)
    assert isinstance(figure, PaintedFigure)
    times = [float(time) for time in range(max(GAPS) + 1)]
    figures = figure.paintings(times, size=size)
    if drawn.painting == "film":
        frames = film_frames(figures, np.random.default_rng([DRAWN_SEED, number, PAINTINGS.index("film")]))
        lines = [extracted_line_plate(frame) for frame in frames]
    else:
        frames = [np.rint(255 * (one[..., :3] + 1 - one[..., 3:])).clip(0, 255).astype(np.uint8) for one in figures]
        lines = [np.repeat(d.line[..., None], 3, axis=2) for d in reduced(figure.clip(times, size=OVERSAMPLING * size)
                                                                         ).drawings]
    return ValidationClip(
        name=f"{number:02d}-{figure.name.removeprefix(f'{drawn.family}/')}",
        lines={i: lines[i] for i in KEPT}, paintings={i: frames[i] for i in KEPT},
        between={i: line for i, line in enumerate(lines) if i not in KEPT},
        truths={i: lay_ink(frames[i], lines[i]) for i in KEPT},
    )


@dataclass(frozen=True)
class _DrawnFigure:
    """A clip at its size, and the flats of its KEPT drawings at three times the size, uint8 (4, 3S, 3S, 3)."""

    clip: Clip
    flats: np.ndarray


@lru_cache(maxsize=DRAWN_CLIPS)  # the sets of one family follow each other
def draw_figure(family: FamilyName, folder: Path, number: int, size: int) -> _DrawnFigure:
    """Return the clip of a number, and its flats, the same every time. Raises InputError likewise."""
    figure = _figure(family, folder, number)
    large = figure.clip([float(time) for time in range(max(GAPS) + 1)], size=OVERSAMPLING * size)
    flats = np.stack([large.color[large.group[large.drawings[i].part]] for i in KEPT])
    return _DrawnFigure(reduced(large), flats)


def _figure(family: FamilyName, folder: Path, number: int) -> Figure:
    """Return the figure of a number, new and the same every time."""
    return _moving_figure(open_family(family, folder, "validation"), np.random.default_rng([DRAWN_SEED, number]))


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
    return painted(figure.flats, parts, lines, kind, _paint_rng(number, kind))


def _paint_rng(number: int, kind: PaintingKind) -> np.random.Generator:
    return np.random.default_rng([DRAWN_SEED, number, PAINTINGS.index(kind)])


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
    found: list[str] = []
    for name in names:
        of_family = [one.name for one in DRAWN_SETS.values() if one.family == name and one.painting in paintings]
        found += of_family if name in FAMILIES else [name]
    return list(dict.fromkeys(found))
