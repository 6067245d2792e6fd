"""Figures have drawings that go together, depend on seed and number alone, and say which of them may be targets."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.protocol.errors import InputError
from cmft_training.data import figures
from cmft_training.data.figures import N_DRAWINGS, NEAR_GAPS, Figure, FigureSource
from cmft_training.data.region_pairs import truth_of
from tests.training.runs import STORED, puppets_alone


def _lines(figure: Figure) -> list[bytes]:
    return [drawing.work.side.ink.tobytes() for drawing in figure.drawings]


def test_a_number_has_one_figure(figure_source: FigureSource) -> None:
    """The figure of a number is the same after others and in a new source; another number or seed gives another."""
    first = _lines(figure_source.figure(2))
    figure_source.figure(0)
    again = FigureSource(puppets_alone(), seed=5, sizes={STORED: 1.0})
    assert _lines(figure_source.figure(2)) == _lines(again.figure(2)) == first
    other = FigureSource(puppets_alone(), seed=6, sizes={STORED: 1.0})
    assert first not in (_lines(figure_source.figure(3)), _lines(other.figure(2)))


def test_six_drawings_are_thirty_pairs(figure_source: FigureSource) -> None:
    """Every ordered pair once, those of a target in a row; six of them are of neighbours, and parts are found again."""
    figure = next(f for f in map(figure_source.figure, range(20)) if len(f.drawings) == N_DRAWINGS)
    pairs = figure.pairs()
    assert len(pairs) == len(set(pairs)) == 30 and [i for i, _ in pairs] == sorted(i for i, _ in pairs)
    near = [pair for pair in pairs if figure.are_neighbors(*pair)]
    assert near == [(i, j) for i in range(3) for j in range(3) if i != j]
    works = [figure.drawings[at].work for at in near[0]]
    assert truth_of(works[0], works[1], figure.color).same.any(1).mean() > 0.5


def test_what_references_suffer_is_no_target() -> None:
    """Hidden parts and sheets are shown by late drawings alone, which are references alone."""
    for fault in ("hidden", "sheets", "painted_background"):
        faulty = replace(puppets_alone(), **{fault: 1.0})  # type: ignore[arg-type]
        drawings = [d for number in range(3) for d in FigureSource(
            faulty, seed=1, sizes={STORED: 1.0}).figure(number).drawings]  # fmt: skip
        only = [drawing for drawing in drawings if drawing.is_reference_only]
        assert only and not any(drawing.is_near for drawing in only), fault
    figure = Figure(tuple(only[:1] + drawings[:1]), np.zeros((96, 3), np.float32))
    assert figure.pairs() == [(1, 0)]


def test_faults_come_as_often_among_references() -> None:
    """The half of the drawings that may suffer from them does so twice as often, and always at most."""
    source = FigureSource(replace(puppets_alone(), hidden=0.1, sheets=0.8), seed=1, sizes={STORED: 1.0})
    assert (source.mixture.hidden, source.mixture.sheets) == (0.2, 1.0)


def test_every_fault_is_drawn_at_once() -> None:
    """Trace lines, scale and worse lines change drawings without breaking their pairs."""
    faulty = replace(puppets_alone(), trace_lines=1.0, rescaled=1.0, degraded=1.0, patch_shuffle=0.5)
    figure = FigureSource(faulty, seed=2, sizes={STORED: 1.0}).figure(0)
    assert len({drawing.work.side.ink.shape for drawing in figure.drawings}) > 1
    assert all(drawing.work.side.labels.shape == drawing.work.label.shape for drawing in figure.drawings)


def test_no_moment_is_drawn_twice() -> None:
    """Gaps are distinct even where the mixture has few; views of a sheet have none."""
    for own in ((1,), (9, 9, 24), (1, 2, 3, 4, 5, 6)):
        source = FigureSource(replace(puppets_alone(), gaps=own), seed=1, sizes={STORED: 1.0})
        gaps = source._gaps(np.random.default_rng(0), [1, 3, 1, 1])
        assert gaps[:2] == list(NEAR_GAPS) and gaps[3:6] == [None] * 3
        known = [gap for gap in gaps if gap is not None]
        assert len(known) == len(set(known)) == 5


def test_material_without_regions_ends_the_drawing(
    figure_source: FigureSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures that give nothing to match do not draw on for ever."""
    monkeypatch.setattr(figures, "MAX_TRIES", 2)
    monkeypatch.setattr(figures, "MAX_TRAINED_REGIONS", 1)
    with pytest.raises(InputError, match="2 figures without regions to match"):
        figure_source.figure(0)
