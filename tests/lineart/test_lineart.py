"""Line art: ink, trace lines and coverage on every kind of paper."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cmft_engine.lineart.lineart import THRESHOLD_LIMITS, LineArt, extract_line_art, line_art_from_painting
from cmft_engine.lineart.regions import label_regions

WHITE = (1.0, 1.0, 1.0)
BLACK = (0.0, 0.0, 0.0)
RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 0.8, 0.0), (0.1, 0.2, 1.0)
BROWN = (0.4, 0.22, 0.1)


def ring(size=48, width=2):
    """Coverage of an anti-aliased circle, (size, size)."""
    coverage = np.zeros((size, size), np.uint8)
    cv2.circle(coverage, (size // 2, size // 2), size // 3, 255, width, cv2.LINE_AA)
    return coverage.astype(np.float32) / 255


def bar(size=48):
    """Coverage of a horizontal line, 2 px wide with soft edges, through the middle."""
    coverage = np.zeros((size, size), np.float32)
    coverage[size // 2 - 2 : size // 2 + 2] = np.array([[0.3], [1.0], [1.0], [0.3]])
    return coverage


def draw(coverage, ink=BLACK, paper=WHITE):
    """Ink over one-coloured paper or over a picture (H, W, 3)."""
    paper = np.broadcast_to(np.asarray(paper, np.float32), (*coverage.shape, 3))
    return (paper * (1 - coverage[..., None]) + np.asarray(ink, np.float32) * coverage[..., None]).astype(np.float32)


def picture(line_art: LineArt, flats):
    """Lay the lines over flats as the engine does."""
    return flats * (1 - line_art.coverage[..., None]) + line_art.color


def check(line_art, shape):
    """What holds for every line art."""
    assert line_art.ink.shape == line_art.trace.shape == line_art.coverage.shape == shape
    assert line_art.color.shape == (*shape, 3)
    assert line_art.coverage.dtype == line_art.color.dtype == np.float32
    assert not (line_art.trace & ~line_art.ink).any()
    assert not line_art.coverage[line_art.trace].any()
    for values in (line_art.coverage, line_art.color):
        assert values.size == 0 or 0 <= values.min() <= values.max() <= 1


@pytest.mark.parametrize(
    ("ink", "paper"),
    [(BLACK, WHITE), (BLACK, (0.95, 0.92, 0.85)), ((0.3, 0.3, 0.3), WHITE), (BROWN, WHITE), ((0.1, 0.1, 0.4), WHITE),
     (WHITE, BLACK), ((0.9, 0.9, 0.8), (0.1, 0.1, 0.2))],
)  # fmt: skip
def test_over_its_own_paper_the_line_art_is_the_drawing(ink, paper):
    """Composing over flats of the paper's color gives the drawing back, and the ring divides the plate in two."""
    rgb = draw(ring(), ink, paper)
    found = extract_line_art(rgb)
    check(found, (48, 48))
    assert not found.trace.any()
    flats = np.broadcast_to(np.asarray(paper, np.float32), rgb.shape)
    assert np.abs(picture(found, flats) - rgb).max() < 0.025
    assert label_regions(found, gap_px=0).count == 2


def test_binary_black_lines_are_found_exactly():
    """Hard black pixels are ink of coverage 1 without a color, all others are paper."""
    lines = np.zeros((12, 12), np.float32)
    lines[4], lines[:, 7] = 1, 1
    found = extract_line_art(draw(lines))
    assert np.array_equal(found.ink, lines > 0)
    assert np.array_equal(found.coverage, lines)
    assert not found.color.any()


def test_transparent_paper_takes_coverage_from_alpha():
    """Alpha is the coverage, whatever color lies under the transparent paper."""
    alpha = ring()
    found = extract_line_art(np.zeros((48, 48, 3), np.float32), alpha)
    assert np.abs(found.coverage - alpha).max() <= 0.02
    assert label_regions(found, gap_px=0).count == 2
    light = extract_line_art(np.ones((48, 48, 3), np.float32), alpha)
    assert np.array_equal(light.ink, found.ink)


def test_white_paint_under_the_lines_of_a_transparent_plate_is_paper():
    """A drawing cut out with its white inside has a paintable inside."""
    inside = np.zeros((48, 48), np.uint8)
    cv2.circle(inside, (24, 24), 16, 1, -1)
    alpha = np.maximum(ring(), inside.astype(np.float32))
    found = extract_line_art(draw(ring()), alpha)
    assert label_regions(found).count == 2
    assert not found.ink[24, 24]


def test_opaque_alpha_changes_nothing():
    """A plate with an alpha of 1 everywhere is read by its colors."""
    rgb = draw(ring())
    assert np.array_equal(extract_line_art(rgb, np.ones((48, 48), np.float32)).ink, extract_line_art(rgb).ink)


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 0.75])
def test_soft_thin_lines_stay_closed(shift):
    """Lines of coverage 0.4 at most, wherever they fall between pixels, enclose their region."""
    fine = np.zeros((480, 480), np.uint8)
    cv2.circle(fine, (int(240 + 10 * shift),) * 2, 150, 255, 4)
    coverage = cv2.resize(fine, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    assert coverage.max() < 0.75
    assert label_regions(extract_line_art(draw(coverage)), gap_px=0, min_region_px=1).count == 2


def test_grey_pencil_is_ink_at_its_own_strength():
    """A pencil of half darkness is ink with half coverage."""
    found = extract_line_art(draw(0.5 * (ring() > 0.5).astype(np.float32)))
    assert np.array_equal(found.ink, ring() > 0.5)
    assert found.coverage[found.ink] == pytest.approx(0.5, abs=0.01)


def test_shaded_noisy_scan_is_clean():
    """On scanned paper that darkens to one side, only the lines are ink."""
    rng = np.random.default_rng(0)
    light = np.linspace(0.95, 0.7, 96, dtype=np.float32)[None, :, None] * np.array([1, 0.97, 0.9], np.float32)
    rgb = draw(ring(96, 3) * 0.8, (0.1, 0.1, 0.1), np.broadcast_to(light, (96, 96, 3)))
    rgb = np.clip(rgb + rng.normal(0, 0.01, rgb.shape), 0, 1).astype(np.float32)
    found = extract_line_art(rgb)
    assert not found.trace.any()
    assert not found.ink[ring(96, 9) == 0].any()
    assert label_regions(found, gap_px=0, min_region_px=8).count == 2


def test_a_blank_scan_has_no_ink():
    """Grain alone is no drawing."""
    rng = np.random.default_rng(1)
    rgb = np.clip(0.93 + rng.normal(0, 0.012, (64, 64, 3)), 0, 1).astype(np.float32)
    assert not extract_line_art(rgb).ink.any()


def test_much_solid_black_is_not_dark_paper():
    """A night scene of broad white shapes on black has black ink."""
    rgb = np.zeros((60, 60, 3), np.float32)
    rgb[15:40, 10:30], rgb[20:50, 40:55] = 1, 1
    found = extract_line_art(rgb)
    assert np.array_equal(found.ink, rgb[..., 0] == 0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (8, 8)])
@pytest.mark.parametrize(("level", "is_ink"), [(1.0, False), (0.9, False), (0.0, True)])
def test_even_plates(shape, level, is_ink):
    """A white or off-white plate has no ink, a black one is nothing but ink and stays black."""
    rgb = np.full((*shape, 3), level, np.float32)
    found = extract_line_art(rgb)
    check(found, shape)
    assert (found.ink == is_ink).all()
    assert np.array_equal(picture(found, rgb), rgb)


def test_empty_transparent_plate_is_blank():
    """Nothing drawn on transparent paper: no ink."""
    found = extract_line_art(np.zeros((5, 5, 3), np.float32), np.zeros((5, 5), np.float32))
    assert not found.ink.any()
    assert not found.coverage.any()


@pytest.mark.parametrize("color", [RED, GREEN, BLUE, (1.0, 0.4, 0.4), (0.4, 0.65, 1.0)])
def test_trace_lines_divide_and_vanish(color):
    """A soft red, green or blue line beside black lines divides regions and leaves no color behind."""
    rgb = draw(ring(), BLACK, draw(bar(), color))
    found = extract_line_art(rgb)
    check(found, (48, 48))
    away = ring(48, 9) == 0
    assert found.trace[23:25][:, away[23]].all()
    assert not found.coverage[away].any()
    assert not found.color[away].any()
    assert label_regions(found).count == 4


def test_a_main_line_wins_where_it_crosses_a_trace_line():
    """On the crossing the black line is whole: neither notch nor colored speck."""
    black = bar().T
    found = extract_line_art(draw(black, BLACK, draw(bar(), RED)))
    assert not found.trace[:, 23:25].any()
    assert found.coverage[:, 23:25].min() == 1
    assert found.color.max() < 0.02
    assert found.coverage[23, 22] == pytest.approx(0.3, abs=0.01)


def test_trace_lines_on_transparent_and_dark_paper():
    """The ink's own color decides, whatever the paper."""
    coverage = np.maximum(ring(), bar())
    color = np.where((ring() > 0)[..., None], np.zeros(3), np.array(RED)).astype(np.float32)
    assert extract_line_art(color, coverage).trace[23, 24]
    dark = extract_line_art(draw(ring(), WHITE, draw(bar(), RED, BLACK)))
    assert dark.trace[23, 24]
    assert dark.coverage[8, 24] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("color", [BROWN, BLUE, RED])
def test_a_drawing_in_one_colored_ink_has_no_trace_lines(color):
    """When nearly all ink is coloured, it is the main line and keeps its color."""
    found = extract_line_art(draw(ring(), color))
    assert not found.trace.any()
    assert found.coverage.max() > 0.7


def test_brown_lines_beside_black_ones_are_main_lines():
    """Brown is no trace color even when there is black ink."""
    assert not extract_line_art(draw(ring(), BLACK, draw(bar(), BROWN))).trace.any()


def test_trace_lines_can_be_switched_off():
    """Without trace lines, a red line is ink that stays red."""
    rgb = draw(ring(), BLACK, draw(bar(), RED))
    found = extract_line_art(rgb, trace_lines=False)
    assert not found.trace.any()
    assert np.abs(picture(found, np.ones_like(rgb)) - rgb).max() < 0.025


def test_the_threshold_can_be_given():
    """A given threshold is used as it is: more ink below, less above."""
    lines = np.zeros((4, 80), np.float32)
    lines[:, :21] = np.linspace(0, 1, 21)
    for threshold in (0.12, 0.52, 0.97):
        assert np.array_equal(extract_line_art(draw(lines), threshold=threshold).ink, lines >= threshold)


@settings(max_examples=25, deadline=None)
@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7).map(lambda s: (*s, 4))),
    st.booleans(),
)
def test_any_plate_gives_sound_line_art(pixels, has_alpha):
    """Whatever the pixels, masks and coverage are consistent and a higher threshold never adds ink."""
    values = pixels.astype(np.float32) / 255
    alpha = values[..., 3] if has_alpha else None
    low, high = (extract_line_art(values[..., :3], alpha, threshold=t) for t in (0.2, 0.6))
    lowest, found = (extract_line_art(values[..., :3], alpha, threshold=t) for t in (THRESHOLD_LIMITS[0], 0.0))
    for line_art in (low, high, lowest, found):
        check(line_art, pixels.shape[:2])
    assert not (high.ink & ~low.ink).any()
    assert not (found.ink & ~lowest.ink).any()


def painted(line_color=None):
    """Two coloured halves on white, a line around and between them or none."""
    paint = np.ones((80, 80, 3), np.float32)
    paint[20:60, 15:40], paint[20:60, 40:65] = (0.9, 0.6, 0.5), (0.3, 0.5, 0.8)
    if line_color is not None:
        lines = np.zeros((80, 80), np.uint8)
        cv2.rectangle(lines, (15, 20), (40, 60), 1, 2)
        cv2.rectangle(lines, (40, 20), (65, 60), 1, 2)
        paint[lines > 0] = line_color
    return paint


@pytest.mark.parametrize("color", [BLACK, (0.25, 0.1, 0.05), (0.0, 0.1, 0.3)])
def test_thin_dark_lines_of_a_painting_are_its_ink(color):
    """Ink of any dark color between the paints is found, and regions are what it encloses."""
    picture_in = painted(color)
    found = line_art_from_painting(picture_in)
    check(found, (80, 80))
    assert np.array_equal(found.ink, (picture_in == np.asarray(color, np.float32)).all(axis=2))
    assert label_regions(found).count == 3


def test_a_painting_without_ink_is_divided_by_its_colors():
    """Each flat area becomes a region, its border one unseen pixel wide."""
    found = line_art_from_painting(painted())
    check(found, (80, 80))
    assert np.array_equal(found.ink, found.trace)
    assert label_regions(found).count == 3
    assert found.ink.sum() < 4 * 80 + 40


def test_paintings_without_a_border_are_one_region():
    """An even painting, black or not, has no lines in it."""
    for level in (0.0, 0.5, 1.0):
        assert not line_art_from_painting(np.full((3, 4, 3), level, np.float32)).ink.any()


def test_alpha_divides_a_painting_too():
    """A white figure on transparent paper is a region of its own."""
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 5:15] = 1
    assert label_regions(line_art_from_painting(np.ones((20, 20, 3), np.float32), alpha)).count == 2


def test_ink_of_a_painting_is_whole_where_lines_meet():
    """Two lines that run into one, wider than a line there, are ink; a black area of paint is not."""
    ink = np.zeros((120, 160), np.uint8)
    cv2.line(ink, (10, 20), (150, 60), 255, 2, cv2.LINE_AA)
    cv2.line(ink, (10, 40), (150, 60), 255, 2, cv2.LINE_AA)
    cv2.circle(ink, (50, 90), 14, 255, -1)
    found = line_art_from_painting(draw(ink.astype(np.float32) / 255, paper=(0.9, 0.7, 0.5)))
    lines = ink > 200
    lines[70:] = False
    assert found.ink[lines].mean() > 0.98 and found.coverage[lines].mean() > 0.9
    assert not found.ink[85:95, 45:55].any()


# Paper that is a fill, and wide lines


def boxes_on(fill, *, outside, width=2):
    """Two boxes of a fill (8-bit RGB) in black lines, on the outside color, RGB; and where they lie, bool (H, W)."""
    picture = np.full((160, 240, 3), outside, np.uint8)
    inside = np.zeros((160, 240), np.uint8)
    for x in (20, 130):
        cv2.rectangle(picture, (x, 30), (x + 90, 130), fill, -1)
        cv2.rectangle(picture, (x, 30), (x + 90, 130), (0, 0, 0), width)
        cv2.line(picture, (x, 80), (x + 90, 80), (0, 0, 0), width)
        cv2.rectangle(inside, (x - width, 30 - width), (x + 90 + width, 130 + width), 1, -1)
    return picture.astype(np.float32) / 255, inside > 0


@pytest.mark.parametrize("width", [1, 3, 9])
@pytest.mark.parametrize("fill", [(255, 255, 255), (199, 199, 199), (255, 230, 204), (120, 90, 70), (150, 200, 250)])
@pytest.mark.parametrize("is_transparent", [True, False])
def test_any_fill_under_lines_is_paper(fill, width, is_transparent):
    """White, grey, skin, brown or pale blue below black lines: five regions, and the ink is black alone."""
    picture, inside = boxes_on(fill, outside=(255, 255, 255), width=width)
    alpha = inside.astype(np.float32) if is_transparent else None
    lines = extract_line_art(picture, alpha)
    assert label_regions(lines).count == 5
    assert np.array_equal(lines.ink, picture.max(axis=2) == 0) and not lines.color[lines.ink].any()


def test_two_fills_are_both_paper():
    """A character in skin and one in grey, on transparency."""
    picture, inside = boxes_on((255, 230, 204), outside=(255, 255, 255))
    picture[:, 120:][np.abs(picture[:, 120:] - np.float32([1, 230 / 255, 0.8])).max(2) < 0.01] = 0.75
    lines = extract_line_art(picture, inside.astype(np.float32))
    assert np.array_equal(lines.ink, picture.max(axis=2) == 0) and label_regions(lines).count == 5


def test_solid_ink_is_no_fill():
    """Black hair among lines on transparency or white stays ink."""
    picture, inside = boxes_on((255, 255, 255), outside=(255, 255, 255))
    picture[35:75, 25:105] = 0
    for alpha in (None, inside.astype(np.float32)):
        assert extract_line_art(picture, alpha).ink[36:74, 26:104].all()


@pytest.mark.parametrize("width", [1, 3, 8, 12])
def test_any_line_width_on_dark_paper(width):
    """White lines on black are ink, thin or wide."""
    picture, _ = boxes_on((0, 0, 0), outside=(0, 0, 0), width=1)
    for x in (20, 130):
        cv2.rectangle(picture, (x, 30), (x + 90, 130), (1, 1, 1), width)
    lines = extract_line_art(picture)
    assert np.array_equal(lines.ink, picture.min(axis=2) == 1) and label_regions(lines).count == 3


def test_a_figure_cut_out_on_black_is_no_dark_paper():
    """White shapes with black lines on black: the lines are black, however narrow some shapes are."""
    picture = np.zeros((200, 200, 3), np.float32)
    for x, width in ((20, 6), (30, 6), (40, 60), (104, 6), (114, 40)):
        picture[40:160, x : x + width] = 1
    assert not extract_line_art(picture).ink[60:140, 42:98].any()
