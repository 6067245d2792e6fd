"""A finished plate takes on another palette: exactly where its flats are known, honestly where they are not."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.color_space import from_display, to_display
from cmft_engine.image.cryptomatte import cryptomatte_layers
from cmft_engine.image.paint_map import PaintMap
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.image.recolor import FLATS, partners, relay_ink, swap_colors, swap_plate
from cmft_engine.protocol.errors import PaletteError

DAY = Palette((PaletteColor("skin", (0.75, 0.5, 0.25, 1.0)), PaletteColor("hair", (0.25, 0.0, 0.0, 1.0)),
               PaletteColor("paper", (0.0, 0.0, 0.0, 0.0))))
NIGHT = Palette((PaletteColor("hair", (0.0, 0.0, 0.125, 1.0)), PaletteColor("skin", (0.25, 0.25, 0.5, 1.0)),
                 PaletteColor("paper", (0.0, 0.0, 0.0, 0.0))))

DAY_LINEAR, NIGHT_LINEAR = (Palette(palette.colors, "lin_rec709") for palette in (DAY, NIGHT))


def flats_of(palette, index):
    """Return flats (H, W, 4) painted by an index map."""
    return palette.values[index]


def inked(flats, ink, color=(0.1, 0.0, 0.2)):
    """Return flats with ink of one color laid over them, straight alpha."""
    cover = ink[..., None]
    premultiplied = np.dstack([flats[..., :3] * flats[..., 3:], flats[..., 3]]) * (1 - cover)
    premultiplied += np.array([*color, 1.0], np.float32) * cover
    alpha = premultiplied[..., 3:]
    return np.dstack([np.divide(premultiplied[..., :3], alpha, out=np.zeros_like(flats[..., :3]), where=alpha > 0),
                      alpha]).astype(np.float32)


INDEX = np.array([[0, 0, 1], [1, 2, 2]])
INK = np.array([[0, 0.5, 1], [0.25, 0.5, 0]], np.float32)


def engine_plate(palette, *, space="sRGB", bit_depth="float"):
    """Return a plate as the engine writes it: inked picture, flats and Cryptomatte."""
    flats = flats_of(palette, INDEX)
    shown = inked(np.dstack([to_display(flats[..., :3], space), flats[..., 3]]), INK)
    picture = np.dstack([from_display(shown[..., :3], space), shown[..., 3]])
    picture[INK == 0] = flats[INK == 0]
    crypto = cryptomatte_layers(PaintMap.pure(INDEX.astype(np.int32)), palette.names, ink=INK).channels
    layers = {**dict(zip("RGBA", np.moveaxis(picture, 2, 0), strict=True)),
              **dict(zip(FLATS, np.moveaxis(flats, 2, 0), strict=True)), **crypto}
    return Plate.from_pixels(np.dstack(list(layers.values())), channels=tuple(layers), space=space,
                             bit_depth=bit_depth, float_channels=tuple(crypto))


@pytest.mark.parametrize("space", ["sRGB", "lin_rec709"])
def test_engine_plates_recolor_exactly(space):
    """A plate with flats and ink coverage becomes the plate that the engine would have written, soft ink and all."""
    day, night = (Palette(palette.colors, space) for palette in (DAY, NIGHT))
    plate, left = swap_plate(engine_plate(day, space=space), day, night)
    wanted = engine_plate(Palette(tuple(night.colors[i] for i in (1, 0, 2)), space), space=space)
    assert left == 0
    np.testing.assert_allclose(plate.pixels, wanted.pixels, atol=1e-5)
    np.testing.assert_array_equal(plate.pixels[..., 4:], wanted.pixels[..., 4:])


def test_engine_plates_recolor_through_a_file(tmp_path):
    """Half-float EXR from disk: flats are found by the file's steps, Cryptomatte ids survive."""
    write_plate(engine_plate(DAY, space="lin_rec709", bit_depth="half"), tmp_path / "a.exr")
    plate, left = swap_plate(read_plate(tmp_path / "a.exr", space="lin_rec709"), DAY_LINEAR, NIGHT_LINEAR)
    assert left == 0
    bare, of = INK == 0, [plate.channels.index(name) for name in "RGBA"]
    np.testing.assert_array_equal(plate.pixels[bare][:, of], NIGHT.values[[1, 0, 2]][INDEX][bare])


def test_plates_without_flats_change_where_they_match():
    """A PNG's bare colors change, its soft pixels stay and are counted; gray plates are refused with their channels."""
    plate, left = swap_plate(Plate.from_pixels(inked(flats_of(DAY, INDEX), INK)), DAY, NIGHT)
    assert left == 4 and plate.pixels[0, 0].tolist() == list(NIGHT.colors[1].values)
    with pytest.raises(PaletteError, match="channels Y but no R, G, B"):
        swap_plate(Plate.from_pixels(np.zeros((2, 2, 1))), DAY, NIGHT)


def test_colors_swap_by_name_and_back():
    """Each color takes its namesake's values exactly, and swapping back restores the plate bit for bit."""
    day = flats_of(DAY, INDEX)
    night = swap_colors(day, DAY, NIGHT)
    np.testing.assert_array_equal(night.pixels, flats_of(NIGHT, np.array([1, 0, 2])[INDEX]))
    np.testing.assert_array_equal(swap_colors(night.pixels, NIGHT, DAY).pixels, day)
    assert night.left_px == 0 and day is not night.pixels


def test_mixtures_stay_and_are_counted():
    """Without flats, soft ink keeps its old mixture and the number of such pixels is told."""
    plate = inked(flats_of(DAY, INDEX), INK)
    swapped, left = swap_colors(plate, DAY, NIGHT)
    assert left == 4
    np.testing.assert_array_equal(swapped[0, 0], NIGHT.values[1])
    np.testing.assert_array_equal(swapped[0, 1], plate[0, 1])


def test_ink_is_laid_again_exactly():
    """With flats and coverage the plate equals one inked over the new flats; bare pixels are bit-identical."""
    old, new = flats_of(DAY, INDEX), flats_of(NIGHT, np.array([1, 0, 2])[INDEX])
    relaid = relay_ink(inked(old, INK), old, new, INK)
    np.testing.assert_allclose(relaid, inked(new, INK), atol=1e-6)
    np.testing.assert_array_equal(relaid[INK == 0], new[INK == 0])
    assert relaid.dtype == np.float32


def test_pixels_of_kept_colors_keep_every_bit():
    """Where the flats do not change the plate does not either, not even by rounding."""
    old, plate = flats_of(DAY, INDEX), inked(flats_of(DAY, INDEX), INK)
    np.testing.assert_array_equal(relay_ink(plate, old, old, INK), plate)


def test_one_color_palette_works():
    """A palette of one color swaps that color alone."""
    one = Palette((PaletteColor("hair", (1.0, 1.0, 0.0, 1.0)),))
    swapped, left = swap_colors(flats_of(DAY, INDEX), DAY, one)
    assert left == 0 and (swapped[INDEX == 1] == one.values[0]).all() and (swapped[INDEX == 0] == DAY.values[0]).all()
    assert swap_colors(flats_of(DAY, INDEX), Palette(DAY.colors[:1]), Palette(NIGHT.colors[1:2])).left_px == 4


def test_opaque_plates_and_further_channels():
    """RGB plates count as opaque; channels beyond A pass through."""
    rgb = flats_of(DAY, INDEX)[..., :3]
    assert swap_colors(rgb, DAY, NIGHT).pixels.shape == (2, 3, 3)
    np.testing.assert_array_equal(swap_colors(rgb, DAY, NIGHT).pixels[0, 0], NIGHT.values[1, :3])
    deep = np.dstack([flats_of(DAY, INDEX), INK])
    np.testing.assert_array_equal(swap_colors(deep, DAY, NIGHT).pixels[..., 4], INK)


def test_8_bit_plates_match_by_steps():
    """A float palette recolors the 8-bit plate that was written from it."""
    stored = (np.rint(flats_of(DAY, INDEX) * 255) / 255).astype(np.float32)
    assert swap_colors(stored, DAY, NIGHT).left_px > 0
    assert swap_colors(stored, DAY, NIGHT, bit_depth="uint8").left_px == 0


def test_new_palette_in_another_space_is_converted():
    """A display palette recolors a linear plate with what looks the same there."""
    linear = Palette((PaletteColor("hair", (0.25, 0.0, 0.0, 1.0)),), "lin_rec709")
    gray = Palette((PaletteColor("hair", (0.5, 0.5, 0.5, 1.0)),), "sRGB")
    np.testing.assert_allclose(partners(linear, gray)[0], [0.214, 0.214, 0.214, 1], atol=1e-3)


def test_bad_swaps_say_what_to_do():
    """Unknown names, unequal numbers, an unknown pairing, gray pictures and colors that merged are refused."""
    with pytest.raises(PaletteError, match=r'"sky".*skin, hair, paper'):
        partners(DAY, Palette((PaletteColor("sky", (0.0, 0.0, 1.0, 1.0)),)))
    with pytest.raises(PaletteError, match="3 and 1"):
        partners(DAY, Palette(NIGHT.colors[:1]), by="order")
    with pytest.raises(PaletteError, match="name or order"):
        partners(DAY, NIGHT, by="hue")
    with pytest.raises(PaletteError, match="no R, G, B"):
        swap_colors(np.zeros((2, 2, 1), np.float32), DAY, NIGHT)
    close = Palette((PaletteColor("a", (0.5, 0.5, 0.5, 1.0)), PaletteColor("b", (0.5001, 0.5, 0.5, 1.0))))
    split = Palette((PaletteColor("b", (1.0, 0.0, 0.0, 1.0)),))
    with pytest.raises(PaletteError, match='"a" and "b" are the same color in a uint8 plate'):
        swap_colors(flats_of(DAY, INDEX), close, split, bit_depth="uint8")


def test_swap_by_order():
    """By order the first color becomes the first, whatever their names."""
    np.testing.assert_array_equal(partners(DAY, NIGHT, by="order"), NIGHT.values)


def test_soft_borders_are_recolored_exactly():
    """A pixel mixed of two paints becomes the same mixture of their partners; one that is the painter's own stays."""
    old = Palette((PaletteColor("a", (1, 0, 0, 1)), PaletteColor("b", (0, 0, 1, 1))), "sRGB")
    new = Palette((PaletteColor("a", (0, 1, 0, 1)), PaletteColor("b", (0, 0, 1, 1))), "sRGB")
    paints = PaintMap(np.array([[0, 0, 1]], np.int32), np.array([[0, 1, 0]], np.int32),
                      np.array([[0, 0.25, 0.5]], np.float32))
    share = paints.share[..., None]
    flats = old.values[paints.first] * (1 - share) + old.values[paints.second] * share
    flats[0, 2] = (0.5, 0.9, 0.5, 1)
    crypto = cryptomatte_layers(paints, old.names).channels
    names = ("R", "G", "B", "A", "flats.R", "flats.G", "flats.B", "flats.A", *crypto)
    pixels = np.dstack([flats, flats, *crypto.values()]).astype(np.float32)
    plate = replace(Plate.from_pixels(flats, space="sRGB"), pixels=pixels, channels=names, float_channels=names)
    swapped = swap_plate(plate, old, new)
    assert swapped.plate.pixels[0, 0, :3].tolist() == [0, 1, 0]
    assert swapped.plate.pixels[0, 1, :3].tolist() == [0, 0.75, 0.25]
    assert swapped.plate.pixels[0, 2, :3] == pytest.approx([0.5, 0.9, 0.5])
    assert swapped.left_px == 1


def test_soft_borders_in_linear_plates_are_mixed_as_they_were_painted():
    """An EXR in linear light of a painting in sRGB: mixtures are those of the display values, before and after."""
    old = Palette((PaletteColor("a", (1, 0, 0, 1)), PaletteColor("b", (0, 0, 1, 1))), "sRGB")
    new = Palette((PaletteColor("a", (0, 1, 0, 1)), PaletteColor("b", (0, 0, 1, 1))), "sRGB")
    paints = PaintMap(np.zeros((1, 1), np.int32), np.ones((1, 1), np.int32), np.full((1, 1), 0.25, np.float32))
    mixed = from_display(np.array([[[0.75, 0, 0.25]]], np.float32), "lin_rec709")
    flats = np.dstack([mixed, np.ones((1, 1))])
    crypto = cryptomatte_layers(paints, old.names).channels
    names = ("R", "G", "B", "A", *FLATS, *crypto)
    pixels = np.dstack([flats, flats, *crypto.values()]).astype(np.float32)
    plate = Plate.from_pixels(pixels, channels=names, space="lin_rec709", bit_depth="float", float_channels=names)
    swapped = swap_plate(plate, old, new)
    assert swapped.left_px == 0
    assert to_display(swapped.plate.pixels[..., 4:7], "lin_rec709")[0, 0] == pytest.approx([0, 0.75, 0.25], abs=1e-4)


@pytest.mark.parametrize("names", [("ink", "hair", "paper"), ("ink", "ink 2", "paper"), ("skin", "hair", "ink")])
def test_a_palette_colour_may_be_called_ink(names):
    """The line art's own matte has another name then, and the plate is recolored exactly."""
    day, night = (Palette(tuple(replace(color, name=names[DAY.index(color.name)]) for color in palette.colors))
                  for palette in (DAY, NIGHT))
    plate, left = swap_plate(engine_plate(day), day, night)
    expected = engine_plate(Palette(tuple(night.colors[night.index(name)] for name in day.names)))
    assert left == 0
    assert np.allclose(plate.pixels[..., :8], expected.pixels[..., :8], atol=2e-6)


@pytest.mark.parametrize("space", ["sRGB", "lin_rec709"])
def test_shades_and_noise_stay_over_the_new_colors(space):
    """Shades of a paint become those of the new one; pixels that are some levels off keep what they were off by.

    Those of kept colours keep every bit; what looks otherwise is the painter's own, and is counted; what full ink
    covers is not.
    """
    old = Palette((PaletteColor("a", (0.8, 0.2, 0.2, 1)), PaletteColor("b", (0.2, 0.2, 0.8, 1))), "sRGB")
    new = Palette((PaletteColor("a", (0.2, 0.8, 0.2, 1)), PaletteColor("b", (0.2, 0.2, 0.8, 1))), "sRGB")
    first, second = np.array([[0, 0, 0, 1, 0, 0]], np.int32), np.array([[0, 1, 0, 1, 0, 0]], np.int32)
    paints = PaintMap(first, second, np.array([[0, 0.5, 0, 0, 0, 0]], np.float32))
    display = np.array([[[0.8, 0.2, 0.22], [0.5, 0.22, 0.5], [0.2, 0.05, 0.05], [0.21, 0.2, 0.79], [0.1, 0.1, 0.5],
                         [0.1, 0.1, 0.1]]], np.float32)
    flats = np.dstack([from_display(display, space), np.ones((1, 6), np.float32)])
    crypto = cryptomatte_layers(paints, old.names, ink=np.array([[0, 0, 0, 0, 0, 1]], np.float32)).channels
    names = ("R", "G", "B", "A", *FLATS, *crypto)
    pixels = np.dstack([flats, flats, *crypto.values()]).astype(np.float32)
    plate = Plate.from_pixels(pixels, channels=names, space=space, bit_depth="float", float_channels=names)
    swapped = swap_plate(plate, old, new)
    seen = to_display(swapped.plate.pixels[..., 4:7], space)[0]
    assert seen[:3] == pytest.approx(np.array([[0.2, 0.8, 0.22], [0.2, 0.52, 0.5], [0.05, 0.2, 0.05]]), abs=0.01)
    np.testing.assert_array_equal(swapped.plate.pixels[0, 3:], plate.pixels[0, 3:])
    assert swapped.left_px == 1
