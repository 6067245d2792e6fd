"""Batches of targets and their references drawn on the fly: puppets, characters, drawn art and random palettes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cmft_engine.matching.network.inputs import line_channels
from cmft_engine.protocol.errors import SettingsError
from cmft_training.data import augment
from cmft_training.data.degrade import degrade
from cmft_training.data.sheets import compose
from cmft_training.synthetic.characters import CharacterSet
from cmft_training.synthetic.drawing import Drawing
from cmft_training.synthetic.drawn.families import DrawnShares, DrawnSource
from cmft_training.synthetic.drawn.split import Split
from cmft_training.synthetic.puppets import Style, puppets_apart
from cmft_training.synthetic.remix import remixed

Rng = np.random.Generator
Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

MAX_LABELS = 96
VOID = MAX_LABELS - 1
"""Label of reference pixels that show nothing of the target: unpainted parts, painted scenery."""
MAX_PARTS = VOID  # more parts than this are supervised by colour group
LONGEST_GAP = 48
VALIDATION_SEED = 20_261_123  # first word of the validation puppets' seeds
STYLES: tuple[Style, ...] = ("inked", "shaded", "mixed")


@dataclass(frozen=True)
class Mixture:
    """What training draws: plain numbers, one field for each family, so that each can be switched off.

    All but `characters`, `gaps` and `drawn` are shares in [0, 1]; 0 switches the family off.
    characters: folder written by extract_characters.
    puppets: samples that show puppets, the others show characters; of those that show nothing drawn by hand.
    gaps: how many drawings lie between target and reference, each in [1, 48], drawn evenly; an entry may repeat.
    degraded: drawings whose lines are made worse (`degrade`).
    trace_lines: samples where borders between paints carry a trace line in the target, the references or both.
    rescaled: samples whose target is 0.5 to 2 times as large as in the references.
    painted_background: references that have painted scenery behind, which the target lacks.
    hidden: references where something is unpainted, blanked or off the page.
    patch_shuffle: references cut into patches that changed places.
    several: batches with two or three references for each target, the others have one.
    sheets: references that are a sheet of two to four views of the character.
    remixed: characters with other proportions and materials than their files' (`remix`).
    drawn: samples that show art drawn by hand, by family.
    """

    characters: Path
    puppets: float = 0.35
    gaps: tuple[int, ...] = (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 48)
    degraded: float = 0.3
    trace_lines: float = 0.15
    rescaled: float = 0.2
    painted_background: float = 0.1
    hidden: float = 0.15
    patch_shuffle: float = 0.05
    several: float = 0.1
    sheets: float = 0.08
    remixed: float = 0.4
    drawn: DrawnShares = field(default_factory=DrawnShares)

    def __post_init__(self) -> None:
        """Raise SettingsError for a value out of range."""
        object.__setattr__(self, "gaps", tuple(self.gaps))  # a settings file has a list
        if not self.gaps or not all(isinstance(gap, int) and 1 <= gap <= LONGEST_GAP for gap in self.gaps):
            raise SettingsError("gaps", self.gaps, f"one or more whole numbers from 1 to {LONGEST_GAP}")
        for name in (entry.name for entry in fields(self)):
            share = getattr(self, name)
            if name not in ("characters", "gaps", "drawn") and not 0 <= share <= 1:
                raise SettingsError(name, share, "a share from 0 to 1")

    @property
    def has_characters(self) -> bool:
        """Whether any sample shows characters."""
        return self.puppets < 1 and self.drawn.total < 1


@dataclass(frozen=True)
class Painting:
    """A reference: its drawing, the label of every pixel (S, S) below MAX_LABELS, display RGB float32 (S, S, 3)."""

    drawing: Drawing
    label: Labels
    color: Floats


@dataclass(frozen=True)
class Sample:
    """A target with its references under one palette; color: float32 (MAX_LABELS, 3), display RGB of each label."""

    target: Painting
    references: tuple[Painting, ...]
    color: Floats


@dataclass(frozen=True)
class Pair:
    """One target and one reference: drawings, the label that supervises every pixel, and a colour for each label.

    label_*: int64 (S, S) below MAX_LABELS; color: float32 (labels, 3) display RGB, without painted scenery.
    """

    reference: Drawing
    target: Drawing
    label_reference: Labels
    label_target: Labels
    color: Floats


@dataclass(frozen=True)
class ReferenceBatch:
    """One reference for each of B targets: line (B, 2, S, S), color (B, 3, S, S), label (B, S, S) int64."""

    line: Tensor
    color: Tensor
    label: Tensor

    def to(self, device: torch.device | str) -> ReferenceBatch:
        """Return the same on a device."""
        return ReferenceBatch(*(getattr(self, entry.name).to(device) for entry in fields(self)))


@dataclass(frozen=True)
class Batch:
    """B targets with equally many references each: lines (B, 2, S, S), flats (B, 3, S, S), labels (B, S, S) int64."""

    line_target: Tensor
    color_target: Tensor
    label_target: Tensor
    references: tuple[ReferenceBatch, ...]

    def to(self, device: torch.device | str) -> Batch:
        """Return the same on a device."""
        line, color, label = (t.to(device) for t in (self.line_target, self.color_target, self.label_target))
        return Batch(line, color, label, tuple(reference.to(device) for reference in self.references))


def random_colors(rng: Rng, count: int) -> Floats:
    """Draw `count` display colours (count, 3), mostly far apart; the first is paper, often white."""
    pool = rng.uniform(0, 1, (4 * count + 8, 3)).astype(np.float32)
    chosen = np.ones((count, 3), np.float32)
    if rng.random() >= 0.6:
        chosen[0] = pool[0]
    for number in range(1, count):
        tries = pool[rng.integers(len(pool), size=6)]
        far = np.abs(tries[:, None] - chosen[:number]).sum(-1).min(1)
        chosen[number] = tries[far.argmax()]
    return chosen


class PairSource:
    """Draws training material from one seed; `batch` depends on the seed and the step alone."""

    def __init__(self, mixture: Mixture, *, seed: int, split: Split = "train") -> None:
        """Raise SettingsError for the validation's seed, InputError when there is no character or no drawn art.

        Characters are not looked for where the mixture draws none.
        """
        if seed == VALIDATION_SEED:
            raise SettingsError("seed", seed, "any other number: validation is drawn from this one")
        self.mixture = mixture
        self.seed = seed
        self.characters = CharacterSet(mixture.characters, split) if mixture.has_characters else None
        self.drawn = DrawnSource(mixture.drawn, split)

    def pair(self, rng: Rng, size: int) -> Pair:
        """Draw one target with one reference at `size` pixels."""
        sample = self.sample(rng, size, 1)
        reference, target = sample.references[0], sample.target
        return Pair(reference.drawing, target.drawing, reference.label, target.label, sample.color)

    def batch(self, step: int, sizes: dict[int, int]) -> Batch:
        """Return the batch of a step, the same in every process and after every restart.

        sizes maps a picture size (a multiple of 16 px) to the batch size used with it.
        """
        rng = np.random.default_rng([self.seed, step])
        size = int(rng.choice(sorted(sizes)))
        n_references = int(rng.integers(2, 4)) if rng.random() < self.mixture.several else 1
        return collate([self.sample(rng, size, n_references) for _ in range(sizes[size])])

    def sample(self, rng: Rng, size: int, n_references: int) -> Sample:
        """Draw one target with its references."""
        views = [int(rng.integers(2, 5)) if rng.random() < self.mixture.sheets else 1 for _ in range(n_references)]
        drawings, group = self._draw(rng, size, views)
        target, pages = drawings[0], lay_pages(rng, drawings[1:], views, size)
        target, pages = self._rescale(rng, target, pages)
        target, pages = self._trace(rng, target, pages, group)
        target = self._worsen(rng, target)
        colors = random_colors(rng, int(group.max()) + 1)
        label, color = label_table(group, colors)
        references = [self._reference(rng, self._worsen(rng, page), group) for page in pages]
        return Sample(
            paint(target, None, label, color),
            tuple(paint(page, scenery, label, color) for page, scenery in references),
            color,
        )

    def _draw(self, rng: Rng, size: int, views: list[int]) -> tuple[list[Drawing], NDArray[np.uint16]]:
        """Draw the target and all views of all references, and give the colour group of each part."""
        gaps: list[int | None] = []
        for count in views:
            gaps += [int(rng.choice(self.mixture.gaps))] if count == 1 else [None] * count
        return self._draw_apart(rng, size, gaps)

    def _draw_apart(
        self, rng: Rng, size: int, gaps: list[int | None]
    ) -> tuple[list[Drawing], NDArray[np.uint16]]:
        """Draw a figure of a family by its share: a drawing, then one for each gap, None being a view for a sheet."""
        if self.mixture.drawn.total and rng.random() < self.mixture.drawn.total:
            return self.drawn.drawings_apart(rng, size=size, gaps=gaps)
        if rng.random() < self.mixture.puppets:
            return puppets_apart(rng, size=size, gaps=gaps, style=STYLES[rng.integers(len(STYLES))])
        assert self.characters is not None
        character = self.characters.random_character(rng)
        if self.mixture.remixed and rng.random() < self.mixture.remixed:
            character = remixed(rng, character)
        clip = self.characters.drawings_apart(rng, size=size, gaps=gaps, character=character)
        return list(clip.drawings), clip.group

    def _rescale(self, rng: Rng, target: Drawing, pages: list[Drawing]) -> tuple[Drawing, list[Drawing]]:
        if rng.random() >= self.mixture.rescaled:
            return target, pages
        ratio, share = 2.0 ** rng.uniform(-1.0, 1.0), rng.random()
        scaled = augment.rescale(rng, target, ratio**share)
        return scaled, [augment.rescale(rng, page, ratio ** (share - 1.0)) for page in pages]

    def _trace(
        self, rng: Rng, target: Drawing, pages: list[Drawing], group: NDArray[np.uint16]
    ) -> tuple[Drawing, list[Drawing]]:
        if rng.random() >= self.mixture.trace_lines:
            return target, pages
        width = int(rng.integers(1, 3))
        who = rng.random()
        if who < 0.2:  # references that are flats without ink, whose borders are all the lines there are
            return target, [augment.only_borders(page, group) for page in pages]
        if who < 0.8:
            pages = [augment.add_trace_lines(page, group, width=width) for page in pages]
        if who >= 0.4:
            target = augment.add_trace_lines(target, group, width=width)
        return target, pages

    def _worsen(self, rng: Rng, drawing: Drawing) -> Drawing:
        if rng.random() >= self.mixture.degraded:
            return drawing
        return degrade(rng, drawing, float(rng.uniform(0.1, 0.6)))

    def _reference(self, rng: Rng, page: Drawing, group: NDArray[np.uint16]) -> tuple[Drawing, Floats | None]:
        """Do to one page what only references suffer: the drawing, and painted scenery (S, S, 3) if there is any."""
        if rng.random() < self.mixture.hidden:
            page = augment.hide(rng, page, group)
        if rng.random() < self.mixture.patch_shuffle:
            page = augment.shuffle_patches(rng, page, int(rng.integers(2, 5)))
        if rng.random() < self.mixture.painted_background:
            return augment.paint_background(rng, page)
        return page, None


def lay_pages(rng: Rng, drawings: list[Drawing], views: list[int], size: int) -> list[Drawing]:
    """Return one page for each reference, of as many of the drawings as it has views."""
    pages, start = [], 0
    for count in views:
        mine = drawings[start : start + count]
        pages.append(mine[0] if count == 1 else compose(rng, mine, size))
        start += count
    return pages


def label_table(group: NDArray[np.integer], colors: Floats) -> tuple[Labels, Floats]:
    """Return the label (65536,) of every part id, and the colour (MAX_LABELS, 3) of every label.

    Labels are the parts, or their colour groups when there are too many. group: (n_parts,); colors: (groups, 3).
    """
    parts = np.minimum(group, MAX_PARTS - 1) if group.size > MAX_PARTS else np.arange(group.size)
    label = np.zeros(65536, np.int64)
    label[: group.size] = parts
    label[[augment.UNPAINTED, augment.SCENERY]] = VOID
    color = np.zeros((MAX_LABELS, 3), np.float32)
    color[parts] = colors[group]
    color[VOID] = colors[0]
    return label, color


def paint(drawing: Drawing, scenery: Floats | None, label: Labels, color: Floats) -> Painting:
    """Return a drawing with its labels and colours by the tables of `label_table`; scenery: RGB (S, S, 3) or None."""
    labels = np.take(label, drawing.part)
    rgb = np.take(color, labels, axis=0)
    if scenery is not None:
        rgb = np.where((drawing.part == augment.SCENERY)[..., None], scenery, rgb)
    return Painting(drawing, labels, rgb)


def collate(samples: list[Sample]) -> Batch:
    """Stack samples of one size and number of references into tensors."""
    line, color, label = _stack([sample.target for sample in samples])
    references = zip(*(sample.references for sample in samples), strict=True)
    return Batch(line, color, label, tuple(ReferenceBatch(*_stack(list(paintings))) for paintings in references))


def _stack(paintings: list[Painting]) -> tuple[Tensor, Tensor, Tensor]:
    """Return lines (B, 2, S, S), colours (B, 3, S, S) and labels (B, S, S)."""
    lines = [line_channels(1.0 - p.drawing.line.astype(np.float32) / 255.0) for p in paintings]
    colors = np.stack([p.color.transpose(2, 0, 1) for p in paintings])
    return (
        torch.from_numpy(np.stack(lines)),
        torch.from_numpy(np.ascontiguousarray(colors)),
        torch.from_numpy(np.stack([p.label for p in paintings])),
    )


def use_one_thread() -> None:
    """Keep OpenCV from spinning beside torch's own threads."""
    cv2.setNumThreads(1)
