"""What differs between a target and its references changes lines, parts and paint together."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_engine.lineart.lineart import line_art_from_painting
from cmft_training.data import augment, sheets
from cmft_training.data.augment import SCENERY, UNPAINTED
from cmft_training.synthetic.drawing import Drawing
from tests.training.data.boxes import OUTLINES, SIZE, borders_have_ink, boxes, seeded

GROUP = np.array([0, 1, 2, 1], np.uint16)


@pytest.fixture
def drawing() -> Drawing:
    return boxes()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("scale", [0.5, 0.7, 1.0, 1.4, 2.0])
def test_rescaled_drawings_keep_ink_on_borders(drawing, scale, seed):
    """At any scale parts are as much larger as asked for, and their inked borders are still inked."""
    scaled = augment.rescale(seeded(seed), drawing, scale)
    assert scaled.line.shape == scaled.part.shape == (SIZE, SIZE)
    assert borders_have_ink(scaled, OUTLINES, reach=1 + int(scale))
    if scale <= 1:
        for part in (1, 2, 3):
            there = np.count_nonzero(drawing.part == part) * scale**2
            assert np.count_nonzero(scaled.part == part) == pytest.approx(there, rel=0.08)
    else:
        assert 0 < augment.shown_px(scaled) <= augment.shown_px(drawing) * scale**2 * 1.05


def test_a_smaller_drawing_keeps_its_layout(drawing):
    """Each pixel of a half-size drawing has the part that lies at twice its place from the corner."""
    half = augment.resize(drawing, SIZE // 2, SIZE // 2)
    apart = drawing.part[::2, ::2] != half.part
    inner = (drawing.part[::2, ::2] == drawing.part[1::2, 1::2]) & (drawing.part[::2, ::2] == drawing.part[1::2, ::2])
    assert not (apart & inner & (drawing.part[::2, ::2] == drawing.part[::2, 1::2])).any()


@pytest.mark.parametrize("width", [1, 2])
def test_trace_lines_divide_paint_that_no_line_divided(drawing, width):
    """The border within the box gets ink, paper and parts stay as they were, other ink stays."""
    assert not borders_have_ink(drawing, {(1, 2)})
    traced = augment.add_trace_lines(drawing, GROUP, width=width)
    assert borders_have_ink(traced, OUTLINES | {(1, 2)})
    assert (traced.line <= drawing.line).all()
    np.testing.assert_array_equal(traced.part, drawing.part)
    added = (traced.line < 128) & (drawing.line >= 128)
    assert np.flatnonzero(added[:, 18:48].any(1)).tolist() == [44, 45][:width]


def test_parts_of_one_paint_get_no_trace_line():
    """A trace line divides paints, not parts."""
    part = np.repeat([[1, 3]], 8, 0).repeat(4, 1).astype(np.uint16)
    traced = augment.add_trace_lines(Drawing(np.full((8, 8), 255, np.uint8), part), GROUP, width=2)
    assert (traced.line == 255).all()


def test_only_borders_are_the_lines_of_flats(drawing):
    """Without ink the lines are those that the engine finds in the painting itself."""
    flats = np.array([(1, 1, 1), (1, 0, 0), (0, 0, 1)], np.float32)[GROUP[drawing.part]]
    found = line_art_from_painting(flats)
    assert found.trace.any()
    np.testing.assert_array_equal(augment.only_borders(drawing, GROUP).line == 0, found.ink)


@pytest.mark.parametrize("seed", range(6))
def test_unpainted_parts_keep_their_lines(drawing, seed):
    """Whole paints vanish from the parts, nothing else changes, and every line stays."""
    bare = augment.unpaint(seeded(seed), drawing, GROUP)
    gone = np.unique(drawing.part[bare.part == UNPAINTED])
    assert gone.size and 0 not in gone
    assert not np.isin(bare.part, gone).any() and not set(GROUP[gone]) & set(GROUP[np.setdiff1d([1, 2, 3], gone)])
    rest = bare.part != UNPAINTED
    np.testing.assert_array_equal(bare.part[rest], drawing.part[rest])
    np.testing.assert_array_equal(bare.line, drawing.line)


@pytest.mark.parametrize("seed", range(6))
def test_blanked_places_are_paper(drawing, seed):
    """Where a part vanished its lines did too; the rest is as before."""
    bare = augment.blank(seeded(seed), drawing)
    gone = bare.part != drawing.part
    assert gone.any() and (bare.part[gone] == 0).all() and (bare.line[gone] == 255).all()
    kept = (bare.line != 255) | (bare.part > 0)
    np.testing.assert_array_equal(bare.line[kept], drawing.line[kept])


@pytest.mark.parametrize("seed", range(6))
def test_pushed_off_drawings_lose_one_side(drawing, seed):
    """The drawing moved as one, and part of it is beyond the page."""
    moved = augment.push_off(seeded(seed), drawing)
    assert 0 < augment.shown_px(moved) < augment.shown_px(drawing)
    shifts = [(dy, dx) for d in range(-SIZE, SIZE) for dy, dx in ((d, 0), (0, d))]
    places = [augment.place(drawing, SIZE, (dx, dy)) for dy, dx in shifts]
    assert any(np.array_equal(p.part, moved.part) and np.array_equal(p.line, moved.line) for p in places)


@pytest.mark.parametrize("seed", range(30))
def test_hiding_leaves_enough(drawing, seed):
    """A quarter of what the reference showed is always left."""
    assert augment.shown_px(augment.hide(seeded(seed), drawing, GROUP)) >= 0.25 * augment.shown_px(drawing)


def test_hiding_hides(drawing):
    """Most tries hide something."""
    shown = [augment.shown_px(augment.hide(seeded(seed), drawing, GROUP)) for seed in range(30)]
    assert np.mean(np.array(shown) < augment.shown_px(drawing)) > 0.7


def test_shuffled_patches_are_the_same_patches(drawing):
    """Patches change places with their lines and parts, none is lost."""
    shuffled = augment.shuffle_patches(seeded(1), drawing, 3)

    def patches(page: Drawing) -> list[bytes]:
        both = np.dstack([page.line, page.part])
        return [both[y : y + 32, x : x + 32].tobytes() for y in (0, 32, 64) for x in (0, 32, 64)]

    assert sorted(patches(shuffled)) == sorted(patches(drawing)) and patches(shuffled) != patches(drawing)


@pytest.mark.parametrize("seed", range(8))
def test_scenery_stays_behind(drawing, seed):
    """Only paper is painted over, in more than one colour, and no new ink crosses a part."""
    page, paint = augment.paint_background(seeded(seed), drawing)
    behind = page.part == SCENERY
    np.testing.assert_array_equal(behind, drawing.part == 0)
    assert paint.shape == (SIZE, SIZE, 3) and paint.dtype == np.float32 and paint.min() >= 0 and paint.max() <= 1
    assert len(np.unique(paint[behind], axis=0)) > 1
    np.testing.assert_array_equal(page.line[~behind], drawing.line[~behind])
    assert (page.line <= drawing.line).all()


def test_some_scenery_is_inked(drawing):
    """Both kinds appear."""
    inked = [(augment.paint_background(seeded(seed), drawing)[0].line != drawing.line).any() for seed in range(12)]
    assert any(inked) and not all(inked)


def test_nothing_changes_its_input(drawing):
    """Every function leaves the drawing that it was given as it was."""
    line, part = drawing.line.copy(), drawing.part.copy()
    for seed in range(4):
        augment.rescale(seeded(seed), drawing, 1.3)
        augment.hide(seeded(seed), drawing, GROUP)
        augment.shuffle_patches(seeded(seed), drawing, 4)
        augment.paint_background(seeded(seed), drawing)
        augment.add_trace_lines(drawing, GROUP, width=2)
        sheets.compose(seeded(seed), [drawing, drawing], SIZE)
    np.testing.assert_array_equal(drawing.line, line)
    np.testing.assert_array_equal(drawing.part, part)


@pytest.mark.parametrize("change", [augment.blank, augment.push_off])
def test_an_empty_page_stays_empty(change):
    """Nothing fails where there is nothing."""
    page = Drawing(np.full((32, 32), 255, np.uint8), np.zeros((32, 32), np.uint16))
    unpainted, larger = augment.unpaint(seeded(), page, GROUP), augment.rescale(seeded(), page, 1.7)
    for changed in (change(seeded(), page), unpainted, larger):
        assert (changed.line == 255).all() and (changed.part == 0).all()
    assert (sheets.compose(seeded(), [page, page], 32).line == 255).all()
