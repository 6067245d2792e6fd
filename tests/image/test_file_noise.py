"""What a lossy file leaves in a painting: told from a soft brush, and its blurred hue from paints."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy import ndimage

from cmft_engine.image.file_noise import (
    away,
    beside_lines,
    blurred_entries,
    is_clean,
    is_noisy,
    minor_entries,
    seen_distance,
    was_jpeg,
    with_quiet_hue,
)
from cmft_engine.image.paints import map_paints, read_paints
from cmft_engine.image.palette import Painting
from cmft_engine.image.plate import read_plate
from cmft_engine.lineart.regions import label_regions
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import find_lines

SIDE = 160
BROWN, SKY = (0.36, 0.22, 0.16), (0.55, 0.72, 0.9)


def flats():
    """Two rooms, one within the other, with black walls of 2 px: display RGB (H, W, 3), and the labels."""
    rgb, labels = np.empty((SIDE, SIDE, 3), np.float32), np.ones((SIDE, SIDE), np.int32)
    rgb[:] = SKY
    rgb[40:120, 30:130] = 0
    labels[40:120, 30:130] = 0
    rgb[42:118, 32:128], labels[42:118, 32:128] = BROWN, 2
    return rgb, labels


def painting(rgb, labels):
    rgba = np.dstack([rgb, np.ones(rgb.shape[:2], np.float32)]).astype(np.float32)
    return Painting(rgba, labels, "p.png")


def through_jpeg(rgb, quality=90):
    """What a JPEG file of the picture shows."""
    coded = cv2.imencode(".jpg", np.rint(rgb[..., ::-1] * 255).astype(np.uint8),
                         [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32) / 255


def brushed():
    """The rooms with a soft light from the left, in 8 bit."""
    rgb, labels = flats()
    light = np.linspace(0.7, 1, SIDE, dtype=np.float32)[None, :, None] + 0.05 * np.sin(
        np.arange(SIDE, dtype=np.float32) / 9)[:, None, None]
    return np.rint(rgb * light * 255) / 255, labels


@pytest.mark.parametrize("quality", [75, 90, 95])
@pytest.mark.parametrize("cut", [0, 3])
def test_a_jpeg_is_known_by_its_blocks(quality, cut):
    """In whatever file it is now, and cut as well."""
    rgb, labels = flats()
    assert was_jpeg(painting(through_jpeg(rgb, quality)[cut:, cut:], labels[cut:, cut:]), "sRGB")


def test_what_is_no_jpeg():
    """Clean flats, a soft brush, grain and a picture narrower than a block are none; grain is noise all the same."""
    rgb, labels = flats()
    grain = rgb + np.rint(np.random.default_rng(1).normal(0, 2, rgb.shape)) / 255
    for one in (rgb, brushed()[0], grain.clip(0, 1)):
        assert not was_jpeg(painting(one, labels), "sRGB")
    assert not was_jpeg(painting(rgb[:, :4], labels[:, :4]), "sRGB")
    assert is_noisy(painting(grain.clip(0, 1), labels), "sRGB") and not is_noisy(painting(rgb, labels), "sRGB")


def test_blurred_entries():
    """As light as a larger one and greyer, and seen beside lines alone; not one that is lighter, nor one with a field.
    """
    entries = np.array([[50, 30, 20, 100], [50, 25, 16, 100], [55, 27, 18, 100], [50, 26, 17, 100]], np.float32)
    area, far = np.array([1000, 200, 200, 300]), np.array([800, 0, 0, 250])
    assert blurred_entries(entries, area, far, 10.0).tolist() == [False, True, False, False]
    assert not blurred_entries(entries, area, far, 1.0).any()


def test_minor_entries():
    """As light as another one, near in hue, and minor where that is the main one; not what fills a room of its own."""
    entries = np.array([[50, 30, 20, 100], [50, 26, 16, 100], [55, 27, 18, 100], [51, 33, 24, 100]], np.float32)
    table = np.array([[900, 200, 100, 150], [300, 50, 0, 0], [0, 20, 0, 100], [0, 0, 0, 0]])
    assert minor_entries(entries, table, 10.0).tolist() == [False, True, False, False]
    assert not minor_entries(entries, table, 1.0).any()
    assert minor_entries(entries, table[[0, 1, 3]], 10.0).tolist() == [False, True, False, True]


@pytest.mark.parametrize("quality", [95, 85, 75])
def test_a_jpeg_of_the_example_has_about_its_paints(quality):
    """33 paints, of which a few more are read where small parts lie beside lines: 60 were, before hue was looked at."""
    shot = Path(__file__).parents[2] / "examples" / "shot"
    pixels = read_plate(shot / "ref.1001.png").pixels
    rgb = pixels[..., :3] * pixels[..., 3:] + 1 - pixels[..., 3:]
    labels = label_regions(find_lines(read_plate(shot / "line.1001.png"), Settings()), gap_px=6, min_region_px=3).labels
    assert 30 <= len(read_paints([painting(through_jpeg(rgb, quality), labels)], space="sRGB").palette) <= 40


def test_hue_counts_less_beside_lines():
    """A third of a difference in hue there, all of one in lightness, and all of what is too far to be blurred."""
    apart = np.array([[[0, 6, 0, 0], [6, 0, 0, 0], [0, 12, 0, 0], [0, 6, 0, 0]]], np.float32)
    beside = np.array([[True, True, True, False]])
    assert seen_distance(apart, beside, 10.0)[0] == pytest.approx([2, 6, 12, 6])
    off = np.array([[[0.1, 0.1, 0.1, 0.2], [0.1, 0, 0, 0]]], np.float32)
    found = with_quiet_hue(off, np.array([[True, True]]))
    assert found[0, 0] == pytest.approx([0.1, 0.1, 0.1, 0.2]) and found[0, 1, 0] == pytest.approx(0.0299 + 0.0701 / 3)
    assert with_quiet_hue(off, np.array([[False, False]])) == pytest.approx(off)


def test_beside_and_away_from_lines():
    labels = np.ones((1, 30), np.int32)
    labels[0, 0] = 0
    assert beside_lines(labels)[0].tolist() == [True] * 9 + [False] * 21
    assert away(labels)[0].tolist() == [False, False] + [True] * 28


@pytest.mark.parametrize(("step", "quality"), [(10, 90), (14, 90), (20, 75), (20, 80)])
def test_a_jpeg_of_flats_is_read_as_flats(step, quality):
    """Between walls all pixels are beside lines: they show one paint all the same, and none has to be carried."""
    rgb, _ = flats()
    for top in range(42 + step, 118, step):
        rgb[top:top + 2, 30:130] = 0
    labels = ndimage.label(rgb.any(2))[0].astype(np.int32)
    one = painting(through_jpeg(rgb, quality), labels)
    read = read_paints([one], space="sRGB")
    assert "the file is or was a JPEG; flat colours" in read.told
    found = map_paints(one, labels > 0, read.palette, noise=read.noise[0])
    rooms = labels > 1
    (entry,) = np.unique(found.first[rooms])
    assert len(read.palette) == 2 and not found.own[rooms].any()
    assert np.abs(read.palette.values[entry][:3] - BROWN).max() < 0.02


def test_a_soft_brush_is_carried():
    soft = painting(*brushed())
    read = read_paints([soft], space="sRGB")
    bare = soft.labels > 0
    assert map_paints(soft, bare, read.palette, noise=read.noise[0]).own[bare].mean() > 0.9
    assert "the painting is soft or noisy; flat colours without a soft brush" in read.told


@pytest.mark.parametrize("levels", [255, 65535, None])
def test_a_slow_gradient_is_read_alike_at_any_depth(levels):
    """Where each pixel has a colour of its own, as 16 bits and floats have it, as where levels are steps of several."""
    rgb, labels = flats()
    fade = np.linspace(1, 0.8, SIDE, dtype=np.float32)[None, :, None]
    soft = np.where((labels == 2)[..., None], rgb, rgb * fade)
    stored = soft if levels is None else np.rint(soft * levels).astype(np.float32) / np.float32(levels)
    one = painting(stored, labels)
    exact = read_paints([painting(rgb, labels)], space="sRGB")
    found = read_paints([one], space="sRGB")
    assert exact.near == 0 and is_clean(painting(rgb, labels), exact.palette) and not is_clean(one, exact.palette)
    assert 2 <= len(found.palette) <= 6 and "colours are read as" in found.told
