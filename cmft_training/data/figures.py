"""Several drawings of one figure, segmented and framed together, so that any two of them are a pair.

What depends on no weights is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cmft_engine.matching.framing import work_scale
from cmft_engine.protocol.errors import InputError
from cmft_training.data import augment
from cmft_training.data.dataset import Floats, Mixture, PairSource, label_table, lay_pages, random_colors
from cmft_training.data.region_pairs import INK_BELOW, MAX_TRAINED_REGIONS, WorkDrawing, segment_framed
from cmft_training.data.region_samples import MAX_TRIES
from cmft_training.synthetic.drawing import Drawing

Rng = np.random.Generator

N_DRAWINGS = 6
NEAR_GAPS = (1, 2)  # of the second and the third drawing from the first: all three lie within three of each other
FIGURES = 3  # second word of the seeds, so that these are not the samples of a run


@dataclass(frozen=True)
class FigureDrawing:
    """A drawing of a figure.

    is_near: whether it is one of the neighbouring ones. is_reference_only: whether it shows what no target does, as
    a sheet, scenery or something unpainted.
    """

    work: WorkDrawing
    is_near: bool
    is_reference_only: bool


@dataclass(frozen=True)
class Figure:
    """Drawings of one figure, and the colour of each label: (MAX_LABELS, 3) display RGB."""

    drawings: tuple[FigureDrawing, ...]
    color: Floats

    def pairs(self) -> list[tuple[int, int]]:
        """Return all pairs (target, reference) of drawings, those of one target behind each other."""
        count = range(len(self.drawings))
        return [(i, j) for i in count for j in count if i != j and not self.drawings[i].is_reference_only]

    def are_neighbors(self, target: int, reference: int) -> bool:
        """Whether both are among the neighbouring drawings."""
        return self.drawings[target].is_near and self.drawings[reference].is_near


class FigureSource(PairSource):
    """Draws figures; each depends on the seed and its number alone."""

    def __init__(self, mixture: Mixture, *, seed: int, sizes: dict[int, float]) -> None:
        """sizes: work size in px -> how often. Raises as `PairSource` does.

        Only half of the drawings suffer what references suffer, twice as often, so that as many pairs show it.
        """
        doubled = {
            name: min(1.0, 2 * getattr(mixture, name))
            for name in ("sheets", "hidden", "patch_shuffle", "painted_background")
        }
        super().__init__(replace(mixture, **doubled), seed=seed)
        self._sizes = sorted(sizes)
        frequency = np.array([sizes[size] for size in self._sizes])
        self._frequency = frequency / frequency.sum()

    def figure(self, number: int) -> Figure:
        """Return the figure of a number, with two drawings or more and a target among them.

        Raises InputError when the families give no drawings with regions to match.
        """
        rng = np.random.default_rng([self.seed, FIGURES, number])
        size = int(rng.choice(self._sizes, p=self._frequency))
        for _ in range(MAX_TRIES):
            figure = self._figure(rng, size)
            if figure.pairs():
                return figure
        raise InputError(
            f"figure {number}: {MAX_TRIES} figures without regions to match; set joint.data or joint.sizes"
        )

    def _figure(self, rng: Rng, size: int) -> Figure:
        n_near = len(NEAR_GAPS) + 1
        late = [int(rng.integers(2, 5)) if rng.random() < self.mixture.sheets else 1
                for _ in range(N_DRAWINGS - n_near)]  # fmt: skip
        drawn, group = self._draw_apart(rng, size, self._gaps(rng, late))
        pages = [drawn[0], *lay_pages(rng, drawn[1:], [1] * len(NEAR_GAPS) + late, size)]
        pages = [self._worsen(rng, page) for page in self._trace_some(rng, self._rescale_one(rng, pages), group)]
        shown = [*pages[:n_near], *(self._reference(rng, page, group)[0] for page in pages[n_near:])]
        only = [False] * n_near + [
            count > 1 or page is not before
            for count, page, before in zip(late, shown[n_near:], pages[n_near:], strict=True)
        ]
        label, color = label_table(group, random_colors(rng, int(group.max()) + 1))
        scale = work_scale(shown[0].line <= INK_BELOW, size)
        drawings = (
            FigureDrawing(segment_framed(page, np.take(label, page.part), scale, size), at < n_near, only[at])
            for at, page in enumerate(shown)
        )
        usable = [drawing for drawing in drawings if 1 < drawing.work.side.count <= MAX_TRAINED_REGIONS]
        return Figure(tuple(usable), color)

    def _gaps(self, rng: Rng, late: list[int]) -> list[int | None]:
        """Return the gaps of all drawings but the first, none twice; late: views of each of those that are not near."""
        likely = [int(gap) for gap in rng.permutation(self.mixture.gaps)]
        distinct = iter([gap for gap in dict.fromkeys([*likely, *range(1, 2 * N_DRAWINGS)]) if gap not in NEAR_GAPS])
        gaps: list[int | None] = list(NEAR_GAPS)
        for count in late:
            gaps += [next(distinct)] if count == 1 else [None] * count
        return gaps

    def _rescale_one(self, rng: Rng, pages: list[Drawing]) -> list[Drawing]:
        """Return the pages, perhaps with one of them larger or smaller than the others."""
        at = int(rng.integers(len(pages)))
        one, others = self._rescale(rng, pages[at], pages[:at] + pages[at + 1 :])
        return [*others[:at], one, *others[at:]]

    def _trace_some(self, rng: Rng, pages: list[Drawing], group: NDArray[np.uint16]) -> list[Drawing]:
        """Return the pages, perhaps with trace lines in about half of them."""
        if rng.random() >= self.mixture.trace_lines:
            return pages
        width, chosen = int(rng.integers(1, 3)), rng.random(len(pages)) < 0.5
        return [
            augment.add_trace_lines(page, group, width=width) if is_chosen else page
            for page, is_chosen in zip(pages, chosen, strict=True)
        ]
