"""Training material: every family does what its name says, labels stay true, and a step's batch is always the same."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage

from cmft_engine.protocol.errors import InputError, SettingsError
from cmft_training.data import augment
from cmft_training.data.dataset import (
    MAX_LABELS,
    VALIDATION_SEED,
    VOID,
    Mixture,
    PairSource,
    Sample,
    label_table,
    random_colors,
)
from cmft_training.synthetic.characters import CharacterSet
from cmft_training.synthetic.drawing import Clip
from cmft_training.synthetic.extract_characters import quantize_positions

FAMILIES = [field.name for field in fields(Mixture)[1:] if field.name not in ("gaps", "puppets", "drawn")]
SIZE = 64
CUBE = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
FACES = np.array(
    [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4),
     (1, 5, 7), (1, 7, 3)], np.int32
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Mixture:
    """Two cubes of two colours as the one character, every family off, no puppets."""
    folder = tmp_path_factory.mktemp("characters")
    moved = np.tile(np.concatenate([CUBE, CUBE + np.array([2, 0, 0], np.float32)]), (3, 10, 1, 1))
    moved[:, :, 8:, 2] += np.linspace(0, 2, 10, dtype=np.float32)[None, :, None]
    packed, scale = quantize_positions(moved)
    color = np.array([(200, 30, 30), (30, 30, 200)], np.uint8)
    faces, material = np.concatenate([FACES, FACES + 8]), np.repeat([0, 1], 12).astype(np.uint8)
    np.savez(folder / "pack__Cubes.npz", V=packed, scale=scale, F=faces, M=material, colours=color)
    return Mixture(folder, puppets=0.0, gaps=(1,), **dict.fromkeys(FAMILIES, 0.0))


def _samples(mixture: Mixture, count: int = 8, n_references: int = 1) -> list[Sample]:
    source = PairSource(mixture, seed=5)
    return [source.sample(np.random.default_rng([5, i]), SIZE, n_references) for i in range(count)]


def _same(a: Sample, b: Sample) -> bool:
    paintings = zip((a.target, *a.references), (b.target, *b.references), strict=True)
    return all(
        np.array_equal(p.drawing.line, q.drawing.line)
        and np.array_equal(p.label, q.label)
        and np.array_equal(p.color, q.color)
        for p, q in paintings
    )


def _groups_shown(sample: Sample) -> tuple[set[int], set[int]]:
    target, reference = set(np.unique(sample.target.label)), set(np.unique(sample.references[0].label))
    return {int(n) for n in target} - {0}, {int(n) for n in reference} - {0, VOID}


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "several"])
def test_every_family_does_something(plain: Mixture, family: str) -> None:
    """Switched on, a family changes most samples; what it draws by chance is different from sample to sample."""
    for puppets in (0.0,) if family == "remixed" else (0.0, 1.0):
        off = _samples(replace(plain, puppets=puppets), 4)
        on = _samples(replace(plain, puppets=puppets, **{family: 1.0}), 4)
        changed = [not _same(a, b) for a, b in zip(off, on, strict=True)]
        assert np.mean(changed) >= 0.75, family


def test_several_draws_two_or_three_references(plain: Mixture) -> None:
    """All samples of a batch have equally many references; without the family one each."""
    source = PairSource(replace(plain, several=1.0), seed=1)
    counts = [len(source.batch(step, {SIZE: 2}).references) for step in range(12)]
    assert set(counts) == {2, 3}
    assert len(PairSource(plain, seed=1).batch(0, {SIZE: 2}).references) == 1


@pytest.mark.parametrize("puppets", [0.0, 1.0])
def test_labels_are_colours_of_one_palette(plain: Mixture, puppets: float) -> None:
    """Target and references wear the same colour for the same label, and each label is one of the table's."""
    mixture = replace(plain, puppets=puppets, sheets=0.5, rescaled=1.0, hidden=0.5, patch_shuffle=0.5, degraded=1.0)
    for sample in _samples(mixture, 6, n_references=3):
        for painting in (sample.target, *sample.references):
            assert painting.label.dtype == np.int64 and painting.label.min() >= 0
            assert painting.label.max() < MAX_LABELS
            np.testing.assert_array_equal(painting.color, sample.color[painting.label])
        assert VOID not in sample.target.label


def test_palette_is_new_each_time(plain: Mixture) -> None:
    """No colour can be learned by heart."""
    colors = [sample.color[1].tolist() for sample in _samples(plain)]
    assert len({tuple(color) for color in colors}) == len(colors)


@pytest.mark.parametrize("family", [None, "rescaled", "sheets", "trace_lines"])
def test_label_borders_are_inked(plain: Mixture, family: str | None) -> None:
    """Wherever paper meets a part of the cubes there is ink close by, in targets and references."""
    for sample in _samples(plain if family is None else replace(plain, **{family: 1.0})):
        for painting in (sample.target, *sample.references):
            shown = painting.label > 0
            border = np.zeros_like(shown)
            border[1:-1, 1:-1] = shown[1:-1, 1:-1] & ~(shown[2:, 1:-1] & shown[:-2, 1:-1])
            near = -np.inf * np.ones(shown.shape)
            for dy in (-2, -1, 0, 1, 2):
                for dx in (-2, -1, 0, 1, 2):
                    near = np.maximum(near, np.roll(255.0 - painting.drawing.line, (dy, dx), (0, 1)))
            assert (near[border] > 80).mean() > 0.98


def test_degraded_parts_follow_their_lines(plain: Mixture) -> None:
    """Wobble and jitter move lines, labels and colours alike: what is outlined is still what is labelled."""
    for sample in _samples(replace(plain, degraded=1.0), 12):
        for painting in (sample.target, *sample.references):
            ink = painting.drawing.line < 200
            shown = painting.label > 0
            far = np.zeros_like(shown)
            far[3:-3, 3:-3] = np.all(
                [np.roll(shown, shift, (0, 1))[3:-3, 3:-3] == shown[3:-3, 3:-3]
                 for shift in ((-3, 0), (3, 0), (0, -3), (0, 3))], axis=0
            )  # fmt: skip
            assert ink[shown & ~far].mean() > ink[far & ~shown].mean() + 0.15


def test_trace_lines_divide_every_paint(plain: Mixture) -> None:
    """In some samples the target, in some the reference, has full ink on all borders between colours."""
    divided = []
    for sample in _samples(replace(plain, puppets=1.0, trace_lines=1.0), 16):
        row = []
        for painting in (sample.target, sample.references[0]):
            color = painting.color
            border = (color[:, 1:] != color[:, :-1]).any(-1)
            row.append(bool((painting.drawing.line[:, :-1][border] == 0).all()))
        divided.append(tuple(row))
    assert {(True, True), (False, True), (True, False)} <= set(divided)


def test_rescaled_changes_the_ratio(plain: Mixture) -> None:
    """The target is larger or smaller than the reference by up to two, its parts are the same."""
    ratios = []
    for sample in _samples(replace(plain, rescaled=1.0), 24):
        target, reference = _groups_shown(sample)
        assert target & reference
        areas = [np.count_nonzero(p.label) for p in (sample.target, sample.references[0])]
        ratios.append((areas[0] / areas[1]) ** 0.5)
    assert min(ratios) < 0.75 and max(ratios) > 1.3
    still = [np.count_nonzero(s.target.label) / np.count_nonzero(s.references[0].label) for s in _samples(plain, 24)]
    assert min(still) > 0.75**2 and max(still) < 1.3**2


def test_hidden_parts_vanish_from_the_reference(plain: Mixture) -> None:
    """Some labels of the target are in no pixel of the reference, and unpainted ones are void in paper colour."""
    off, on = _samples(plain, 24), _samples(replace(plain, hidden=1.0), 24)
    lost = [_groups_shown(a)[1] - _groups_shown(b)[1] for a, b in zip(off, on, strict=True)]
    assert np.mean([bool(labels) for labels in lost]) >= 0.2
    void = [sample for sample in on if VOID in sample.references[0].label]
    assert void
    for sample in void:
        reference = sample.references[0]
        np.testing.assert_array_equal(reference.color[reference.label == VOID], sample.color[:1].repeat(
            np.count_nonzero(reference.label == VOID), 0))  # fmt: skip
        assert (sample.color[VOID] == sample.color[0]).all()


def test_painted_background_is_not_in_the_target(plain: Mixture) -> None:
    """The reference's paper is void and in several colours; the target's is paper."""
    for sample in _samples(replace(plain, painted_background=1.0)):
        reference = sample.references[0]
        assert 0 not in reference.label and (reference.label == VOID).any()
        assert len(np.unique(reference.color[reference.label == VOID], axis=0)) > 1
        assert (sample.target.color[sample.target.label == 0] == sample.color[0]).all()


def test_a_sheet_has_two_views_or_more(plain: Mixture) -> None:
    """A part that one drawing shows once stands on the page in several places."""
    counts = []
    for sample in _samples(replace(plain, sheets=1.0), 16):
        shown = ndimage.binary_dilation(sample.references[0].label > 0, iterations=1)
        pieces = ndimage.label(shown)[0]
        sizes = np.bincount(pieces.ravel())[1:]
        counts.append(int((sizes > 12).sum()))
    assert min(counts) >= 2 and max(counts) > 2


def test_views_of_a_sheet_belong_to_no_clip(plain: Mixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to four views are asked for without a gap, a frame with one of the mixture's gaps."""
    asked: list[list[int | None]] = []

    def draw(characters: CharacterSet, rng: np.random.Generator, *, gaps: list[int | None], **others: Any) -> Clip:
        asked.append(gaps)
        return drawings_apart(characters, rng, gaps=gaps, **others)

    drawings_apart = CharacterSet.drawings_apart
    monkeypatch.setattr(CharacterSet, "drawings_apart", draw)
    _samples(replace(plain, sheets=1.0), 24)
    assert {len(gaps) for gaps in asked} == {2, 3, 4} and not any(any(gaps) for gaps in asked)
    asked.clear()
    _samples(replace(plain, gaps=(4, 24)), 8, n_references=3)
    assert {gap for gaps in asked for gap in gaps} == {4, 24} and {len(gaps) for gaps in asked} == {3}


def test_long_gaps_show_another_run(plain: Mixture) -> None:
    """Beyond a run the camera is another; inside it both drawings share it."""
    far = [np.mean(s.target.label != s.references[0].label) for s in _samples(replace(plain, gaps=(48,)), 16)]
    near = [np.mean(s.target.label != s.references[0].label) for s in _samples(plain, 16)]
    assert np.mean(far) > 2 * np.mean(near)


def test_many_parts_are_told_apart_by_colour() -> None:
    """With more parts than labels, parts of one colour group share a label, and none takes the void's."""
    group = np.concatenate([[0], np.arange(200) % 120 + 1]).astype(np.uint16)
    label, color = label_table(group, random_colors(np.random.default_rng(0), 121))
    assert label[:201].max() == VOID - 1 and label[3] == label[123] != label[4]
    assert (label[[augment.UNPAINTED, augment.SCENERY]] == VOID).all()
    assert color.shape == (MAX_LABELS, 3)


def _tensors(source: PairSource, step: int) -> list[torch.Tensor]:
    batch = source.batch(step, {SIZE: 2, 48: 3})
    rest = [tensor for reference in batch.references for tensor in vars(reference).values()]
    return [batch.line_target, batch.color_target, batch.label_target, *rest]


def test_a_step_has_one_batch(plain: Mixture) -> None:
    """The batch of a step is the same after other steps, in a pickled copy, and in a new source; others differ."""
    mixture = replace(plain, puppets=0.5, **dict.fromkeys(FAMILIES, 0.5))
    source = PairSource(mixture, seed=3)
    wanted = _tensors(source, 7)
    source.batch(1, {SIZE: 1})
    source.pair(np.random.default_rng(3), SIZE)
    for again in (source, pickle.loads(pickle.dumps(source)), PairSource(mixture, seed=3)):
        assert all(torch.equal(a, b) for a, b in zip(wanted, _tensors(again, 7), strict=True))
    for other in (_tensors(source, 8), _tensors(PairSource(mixture, seed=4), 7)):
        assert len(other) != len(wanted) or not torch.equal(other[1], wanted[1])


def test_batches_fit_the_network(plain: Mixture) -> None:
    """Shapes, types and ranges are those that the losses take."""
    batch = PairSource(replace(plain, several=1.0), seed=3).batch(0, {SIZE: 2})
    for line, color, label in [
        (batch.line_target, batch.color_target, batch.label_target),
        *((r.line, r.color, r.label) for r in batch.references),
    ]:
        assert line.shape == (2, 2, SIZE, SIZE) and color.shape == (2, 3, SIZE, SIZE)
        assert label.shape == (2, SIZE, SIZE) and label.dtype == torch.int64
        assert line.dtype == color.dtype == torch.float32
        assert float(color.min()) >= 0 and float(color.max()) <= 1 and float(line.min()) >= 0
    moved = batch.to("cpu")
    assert torch.equal(moved.references[1].label, batch.references[1].label)


def test_a_pickled_source_is_small(plain: Mixture) -> None:
    """Characters in memory are not sent to the workers."""
    source = PairSource(plain, seed=3)
    before = len(pickle.dumps(source))
    source.batch(0, {SIZE: 1})
    assert len(pickle.dumps(source)) <= before + 200


def test_pair_has_one_reference(plain: Mixture) -> None:
    """What the region network learns from: drawings, labels and the colour of each label."""
    pair = PairSource(replace(plain, several=1.0), seed=3).pair(np.random.default_rng(3), SIZE)
    assert pair.reference.line.shape == pair.target.line.shape == (SIZE, SIZE)
    assert pair.label_reference.max() < len(pair.color) and pair.label_target.dtype == np.int64


@pytest.mark.parametrize(
    ("field", "value"),
    [("puppets", 1.5), ("hidden", -0.1), ("gaps", ()), ("gaps", (0,)), ("gaps", (49,)), ("sheets", float("nan"))],
)
def test_values_out_of_range_are_refused(plain: Mixture, field: str, value: object) -> None:
    """The error names the field."""
    with pytest.raises(SettingsError, match=field):
        replace(plain, **{field: value})


def test_gaps_may_be_a_list() -> None:
    """A settings file has lists."""
    assert Mixture(Path("anywhere"), gaps=[1, 48]).gaps == (1, 48)  # type: ignore[arg-type]


def test_characters_are_read_where_they_are_drawn(plain: Mixture, tmp_path: Path) -> None:
    """Puppets alone need no folder of characters; any share of characters does."""
    alone = replace(plain, characters=tmp_path / "nowhere", puppets=1.0)
    assert not alone.has_characters and plain.has_characters
    assert PairSource(alone, seed=1).sample(np.random.default_rng(0), SIZE, 1).references
    with pytest.raises(InputError, match="there is no such folder"):
        PairSource(replace(alone, puppets=0.9), seed=1)


def test_validation_is_never_trained_on(plain: Mixture) -> None:
    """The validation's seed is refused."""
    with pytest.raises(SettingsError, match="validation"):
        PairSource(plain, seed=VALIDATION_SEED)
