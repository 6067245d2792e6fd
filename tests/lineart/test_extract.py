"""Lines of composited frames: dark ink and borders of paint are found, they hold still, texture and grain are none."""

import cv2
import numpy as np
import pytest
from scipy import ndimage

from cmft_engine.lineart.extract import LINE_PX, extract_lines
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.lineart.regions import label_regions

SIZE = (300, 400)
HEAD = ((200, 150), (60, 80))


def texture(rng, cells):
    """Smooth noise (H, W) of several cell sizes in px, each with its amplitude."""
    out = np.zeros(SIZE, np.float32)
    for cell, amplitude in cells:
        coarse = rng.standard_normal((SIZE[0] // cell + 2, SIZE[1] // cell + 2)).astype(np.float32)
        out += amplitude * cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return out


def scene():
    """A painted frame (H, W, 3): gradient sky, textured ground, a door, a flat head with an ink outline and shading.

    With the masks (H, W) of its ink and of the border pixels of its paints.
    """
    rng = np.random.default_rng(3)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    sky = np.array([0.35, 0.55, 0.85]) + (y / SIZE[0])[..., None] * np.array([0.4, 0.2, -0.1])
    picture = (sky + texture(rng, [(60, 0.03)])[..., None]).astype(np.float32)
    part = np.zeros(SIZE, np.uint8)
    part[y > 210 + 15 * np.sin(x / 50)] = 1
    part[(x > 300) & (x < 370) & (y > 100) & (y < 260)] = 2
    ground = np.array([0.3, 0.42, 0.25], np.float32) + texture(rng, [(30, 0.04), (7, 0.03), (3, 0.02)])[..., None]
    picture = np.where(part[..., None] == 1, ground, picture)
    picture[part == 2] = (0.75, 0.55, 0.4)
    head, shade = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    cv2.ellipse(head, *HEAD, 0, 0, 360, 1, -1)
    cv2.ellipse(shade, (235, 165), (60, 80), 0, 0, 360, 1, -1)
    part[head > 0] = 3 + (shade[head > 0] > 0)
    picture[part == 3], picture[part == 4] = (1.0, 0.86, 0.77), (0.85, 0.6, 0.5)
    ink = np.zeros(SIZE, np.uint8)
    cv2.ellipse(ink, *HEAD, 0, 0, 360, 255, 2, cv2.LINE_AA)
    cv2.line(ink, (170, 130), (185, 128), 255, 2, cv2.LINE_AA)
    soft = ink[..., None].astype(np.float32) / 255
    picture = np.clip(picture * (1 - soft) + 0.03 * soft, 0, 1).astype(np.float32)
    borders = ndimage.morphological_gradient(part, 3) > 0
    return picture, ink > 200, borders


def filmed(picture, seed):
    """The picture (H, W, 3) as a film's frame: grain of its own, and JPEG."""
    rng = np.random.default_rng(seed)
    grain = np.clip(np.rint(255 * picture + 2.5 * rng.standard_normal(picture.shape)), 0, 255).astype(np.uint8)
    _, code = cv2.imencode(".jpg", grain, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return cv2.imdecode(code, cv2.IMREAD_COLOR).astype(np.float32) / 255


def near(mask, px=1):
    """Pixels no farther than px, in rows and columns, from the mask."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8)) > 0


@pytest.fixture(scope="module")
def frames():
    """The coverage of the lines in two frames of the same picture."""
    return [extract_lines(filmed(scene()[0], seed)) for seed in (1, 2)]


def test_ink_and_borders_are_found_and_nothing_else(frames):
    """Nearly all ink and all borders are on lines; texture, gradient and grain have none."""
    _, ink, borders = scene()
    for coverage in frames:
        lines = coverage >= 0.3
        assert (lines[ink]).mean() > 0.98
        assert near(lines, 2)[borders].mean() > 0.97
        assert not (lines & ~near(ink | borders, 3)).any()


def test_lines_hold_still(frames):
    """Where nothing moved, a line of one frame is in the other, whatever the grain."""
    first, second = (coverage >= 0.5 for coverage in frames)
    assert near(second)[first].mean() > 0.99 and near(first)[second].mean() > 0.99


def test_lines_enclose_the_paints(frames):
    """The engine's own reading of such a plate tells light, shade, door, sky and ground from each other."""
    for coverage in frames:
        plate = np.repeat(1 - coverage[..., None], 3, axis=2)
        labels = label_regions(extract_line_art(plate)).labels
        spots = [labels[y, x] for y, x in ((150, 160), (160, 230), (180, 340), (60, 60), (280, 60))]
        assert 0 not in spots and len(set(spots)) == 5


def test_border_lines_are_thin_and_anti_aliased():
    """The border of two paints is a line of LINE_PX, soft at its sides, within half a pixel of the border."""
    for shift in (0.0, 0.3, 0.5, 0.8):
        picture = np.full((60, 60, 3), 0.8, np.float32)
        picture[:, 31:] = 0.4
        picture[:, 30] = 0.8 - 0.4 * shift
        coverage = extract_lines(picture)[10:50]
        assert np.allclose(coverage.sum(1), LINE_PX, atol=0.15)
        at = (coverage * np.arange(60)).sum(1) / coverage.sum(1)
        assert np.allclose(at, 30.5 - shift, atol=0.5)


def test_ink_keeps_its_width():
    """A line of four pixels of ink is covered whole, and its sides are not."""
    picture = np.full((60, 60, 3), 0.8, np.float32)
    picture[:, 28:32] = 0.05
    coverage = extract_lines(picture)[10:50]
    assert (coverage[:, 28:32] > 0.9).all() and not coverage[:, :26].any() and not coverage[:, 34:].any()


def test_detail_decides_on_faint_borders():
    """A border of little contrast is drawn at detail 1 alone, a strong one always."""
    picture = np.full((80, 120, 3), 0.6, np.float32)
    picture[:, 40:] = 0.7
    picture[:, 80:] = 0.1
    for detail, faint in ((0.0, False), (0.5, False), (1.0, True)):
        found = extract_lines(picture, detail=detail)[20:60] > 0.5
        assert found[:, 38:42].any() == faint and found[:, 78:82].any(1).all()


def test_small_parts_are_enclosed():
    """An eye of nine pixels has its line, and is a region of its own."""
    picture = np.full((60, 60, 3), (0.6, 0.35, 0.1), np.float32)
    picture[cv2.circle(np.zeros((60, 60), np.uint8), (30, 30), 4, 1, -1) > 0] = 1
    plate = np.repeat(1 - extract_lines(picture)[..., None], 3, axis=2)
    assert label_regions(extract_line_art(plate)).count == 2


def test_equal_pictures_give_equal_lines():
    """Nothing is left to chance."""
    picture = filmed(scene()[0], 1)
    assert np.array_equal(extract_lines(picture), extract_lines(picture.copy()))


def test_white_paint_on_nothing_has_a_border():
    """Alpha divides too, where its colours do not."""
    alpha = np.zeros((60, 60), np.float32)
    alpha[20:40, 20:40] = 1
    plate = np.repeat(1 - extract_lines(np.ones((60, 60, 3), np.float32), alpha)[..., None], 3, axis=2)
    assert label_regions(extract_line_art(plate)).count == 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 2), (3, 3), (40, 30)])
def test_nothing_painted_has_no_line(shape):
    """A blank picture of any size gives blank paper."""
    coverage = extract_lines(np.full((*shape, 3), 0.5, np.float32))
    assert coverage.shape == shape and coverage.dtype == np.float32 and not coverage.any()
