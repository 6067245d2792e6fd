"""No painting is refused: its paints are found, exactly where they are exact, and each pixel is one or two of them."""

import cv2
import numpy as np
import pytest

from cmft_engine.image.paints import map_paints, read_paints
from cmft_engine.image.palette import Painting, Palette, PaletteColor
from cmft_engine.image.palette_edit import merge_colors

RED, BLUE, WHITE = (0.8, 0.2, 0.2, 1.0), (0.2, 0.4, 0.8, 1.0), (1.0, 1.0, 1.0, 1.0)
SIDE = 96


def halves(left=RED, right=BLUE):
    """A painting (H, W, 4) of two paints that meet at x = 48.5, so that the column between is a mixture; one region."""
    pixels = np.empty((SIDE, SIDE, 4), np.float32)
    pixels[:, :48], pixels[:, 49:] = left, right
    pixels[:, 48] = (np.float32(left) + np.float32(right)) / 2
    return pixels


def painting(pixels, labels=None):
    labels = np.ones(pixels.shape[:2], np.int32) if labels is None else labels
    return Painting(pixels.astype(np.float32), labels, "p.png")


def shown(paints, palette):
    """What a map shows: RGBA (H, W, 4)."""
    share = paints.share[..., None]
    out = palette.values[paints.first] * (1 - share) + palette.values[paints.second] * share
    if paints.own is not None:
        out[paints.own] = paints.pixels[paints.own]
    return out


def read(pixels, labels=None):
    one = painting(pixels, labels)
    found = read_paints([one], space="sRGB")
    return found, map_paints(one, one.labels > 0, found.palette, noise=found.noise[0])


def test_exact_paints_stay_exact():
    """A clean painting with a soft border has its paints bit for bit; the border is half of each."""
    found, paints = read(halves())
    assert found.near == 0 and not found.told
    assert {tuple(row) for row in found.palette.values} == {tuple(np.float32(paint)) for paint in (RED, BLUE)}
    assert np.array_equal(np.flatnonzero(paints.share[10] > 0), [48])
    assert paints.share[10, 48] == pytest.approx(0.5, abs=1e-5) and paints.own is None
    assert np.abs(shown(paints, found.palette) - halves()).max() < 1e-5


def test_what_half_floats_round_is_one_paint():
    """A soft border leaves flat paint some steps of a half float off: it is no paint of its own, nor a mixture."""
    pixels = halves((0.5332, 0.0887, 0.0423, 1), (0.3, 0.3, 0.3, 1)).astype(np.float16)
    off = pixels.copy()
    off[20:30, 10:40, 2] = np.nextafter(off[20:30, 10:40, 2], np.float16(1))
    one = painting(off)
    found = read_paints([one], space="lin_rec709")
    assert found.near == 0 and np.array_equal(found.palette.values, [pixels[0, 0], pixels[0, 90]])
    assert found.palette.colors[0].area == SIDE * 48 and found.palette.names == ("orange", "gray")
    (merged,) = found.palette.colors[0].merged
    assert merged == tuple(off[25, 25])
    paints = map_paints(one, one.labels > 0, found.palette, noise=found.noise[0])
    assert (paints.first[:, :48] == 0).all() and not paints.share[:, :48].any() and paints.own is None
    given = Palette(tuple(PaletteColor(color.name, color.values) for color in found.palette.colors), "lin_rec709")
    paints = map_paints(one, one.labels > 0, given, noise=found.noise[0], read=found.palette)
    assert (paints.first[:, :48] == 0).all() and not paints.share[:, :48].any()


@pytest.mark.parametrize(("first", "second", "space"), [
    ((0.5, 0.2, 0.2, 1), (0.5, 0.2, 0.2 + 1 / 255, 1), "sRGB"), ((2.0, 0, 0, 1), (4.0, 0, 0, 1), "lin_rec709"),
    ((0.2, 0.2, 0.2, 1), (0.2, 0.2, 0.2, 0.99), "sRGB")])
def test_paints_that_no_rounding_parts_stay_two(first, second, space):
    """A step of 8 bits, light beyond white, and another alpha are paints of their own."""
    one = painting(halves(first, second))
    assert len(read_paints([one], space=space).palette) == 2


@pytest.mark.parametrize("quality", [90, 60])
def test_a_lossy_file_has_the_paints_that_were_painted(quality):
    """JPEG noise makes thousands of colours of two paints; these two come back, within what JPEG leaves."""
    eight_bit = np.rint(halves()[..., :3] * 255).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 3, eight_bit.shape)
    noisy = np.clip(eight_bit + noise, 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    pixels = np.dstack([cv2.imdecode(coded, 1).astype(np.float32) / 255, np.ones((SIDE, SIDE))])
    found, paints = read(pixels)
    assert found.near > 0 and "colours are read as" in found.told
    two = found.palette.values[:2, :3]
    assert sorted(np.abs(two - np.float32(paint[:3])).max(1).min() < 0.02 for paint in (RED, BLUE)) == [True, True]
    assert (paints.first == paints.first[10, 10])[:, :44].mean() > 0.9
    assert (paints.first == paints.first[10, 80])[:, 53:].mean() > 0.9


def test_a_gradient_is_kept_as_painted():
    """A region whose colour runs from one to the other is no paint: every pixel is shown as it is."""
    ramp = np.linspace(0, 1, SIDE, dtype=np.float32)[:, None, None]
    pixels = np.broadcast_to(np.float32(RED) * (1 - ramp) + np.float32(BLUE) * ramp, (SIDE, SIDE, 4))
    found, paints = read(pixels)
    assert len(found.palette) <= 256 and paints.own is not None and paints.own.mean() > 0.95
    assert np.abs(shown(paints, found.palette) - pixels).max() < 0.03


def test_a_thin_stroke_survives():
    """A stroke one pixel wide, too thin to be a paint, is kept in its own colour; a lone pixel is dirt."""
    pixels = np.empty((SIDE, SIDE, 4), np.float32)
    pixels[:] = WHITE
    pixels[20:60, 40], pixels[80, 80] = (0.9, 0.5, 0.6, 1), (0.1, 0.9, 0.1, 1)
    found, paints = read(pixels)
    picture = shown(paints, found.palette)
    assert np.abs(picture[20:60, 40] - pixels[20:60, 40]).max() < 1e-5
    assert picture[80, 80].tolist() == list(WHITE)


def test_small_regions_have_their_paint():
    """An eye of nine pixels, too small to be solid in a noisy painting, still has a paint of its own."""
    rng = np.random.default_rng(1)
    pixels = np.empty((SIDE, SIDE, 4), np.float32)
    pixels[:], labels = WHITE, np.ones((SIDE, SIDE), np.int32)
    labels[39:44, 39:44], labels[40:43, 40:43] = 0, 2
    pixels[40:43, 40:43] = BLUE
    pixels[..., :3] += rng.normal(0, 0.012, (SIDE, SIDE, 3)).astype(np.float32)
    found, paints = read(np.clip(pixels, 0, 1), labels)
    assert found.near > 0
    assert np.abs(found.palette.values[paints.first[41, 41]] - np.float32(BLUE)).max() < 0.05


def test_many_paints_become_as_many_as_a_palette_holds():
    """A thousand patches of different colours are read as at most 256 paints, and shown as they are."""
    rng = np.random.default_rng(2)
    patches = rng.uniform(0, 1, (32, 32, 4)).astype(np.float32)
    patches[..., 3] = 1
    pixels = patches.repeat(8, 0).repeat(8, 1)
    found, paints = read(pixels)
    assert 100 < len(found.palette) <= 256
    assert np.abs(shown(paints, found.palette) - pixels)[4::8, 4::8].mean() < 0.02


ALIKE = (0.7, 0.3, 0.2, 1.0)


def thirds():
    """A clean painting (H, W, 4) of three paints side by side, red, one much like it, and blue; one region."""
    pixels = np.empty((SIDE, SIDE, 4), np.float32)
    pixels[:, :32], pixels[:, 32:64], pixels[:, 64:] = RED, ALIKE, BLUE
    return pixels


def noisy(pixels, grain=0.012):
    """The painting with grain in its colours."""
    grain = np.random.default_rng(0).normal(0, grain, (*pixels.shape[:2], 3)).astype(np.float32)
    return np.clip(np.dstack([pixels[..., :3] + grain, pixels[..., 3]]), 0, 1)


def by_hand(pixels, given):
    """What the pixels show in a palette that a person gives."""
    one = painting(pixels)
    found = read_paints([one], space="sRGB")
    return map_paints(one, one.labels > 0, given(found.palette), noise=found.noise[0], read=found.palette)


def named(palette, color):
    """The name of the palette's nearest entry."""
    return palette.names[int(np.abs(palette.values - np.float32(color)).sum(1).argmin())]


@pytest.mark.parametrize("spoil", [lambda pixels: pixels, noisy], ids=["clean", "noisy"])
@pytest.mark.parametrize("into", [RED, BLUE], ids=["near", "far"])
def test_a_merged_paint_goes_where_the_person_put_it(spoil, into):
    """Its pixels show the entry that it was merged into, the nearest or not, and none stays as painted."""
    kept = []

    def merged(palette):
        kept.append(merge_colors(palette, [named(palette, ALIKE)], into=named(palette, into)))
        return kept[0]

    paints = by_hand(spoil(thirds()), merged)
    target = kept[0].index(named(kept[0], into))
    assert (paints.first[:, 35:61] == target).mean() > 0.97
    assert paints.own is None or not paints.own[:, 35:61].any()


@pytest.mark.parametrize("spoil", [lambda pixels: pixels, noisy], ids=["clean", "noisy"])
def test_a_paint_that_a_person_deleted_goes_to_the_nearest(spoil):
    """Without an entry for it, a paint that was read shows the nearest entry, and none stays as painted."""
    paints = by_hand(spoil(thirds()), lambda _: Palette((PaletteColor("b", BLUE), PaletteColor("r", RED))))
    assert (paints.first[:, 35:61] == 1).mean() > 0.97 and (paints.first[:, 68:] == 0).mean() > 0.97
    assert paints.own is None or not paints.own[:, 35:61].any()


def test_a_paint_that_a_person_added_is_used():
    """A small area that was read as one with a paint much like it shows the colour that a person added for it."""
    blush = (0.8, 0.23, 0.23, 1.0)
    pixels = noisy(halves(), grain=0.005)
    pixels[40:48, 10:22, :3] += np.float32(blush[:3]) - np.float32(RED[:3])
    added = by_hand(pixels, lambda palette: Palette((*palette.colors, PaletteColor("blush", blush))))
    place = len(read_paints([painting(pixels)], space="sRGB").palette)
    assert (added.first[42:46, 12:20] == place).mean() > 0.9
    assert (added.first == place)[:, 49:].sum() == 0 and (added.first == place).sum() < 200


def test_an_unchanged_palette_changes_nothing():
    """The palette that was read, given back, gives the same paints to every pixel."""
    for pixels in (thirds(), halves(), noisy(thirds())):
        one = painting(pixels)
        found = read_paints([one], space="sRGB")
        alone, given = (map_paints(one, one.labels > 0, found.palette, noise=found.noise[0], read=read)
                        for read in (None, found.palette))
        assert np.array_equal(alone.first, given.first) and np.array_equal(alone.share, given.share)
