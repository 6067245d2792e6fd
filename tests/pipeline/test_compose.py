"""Coloured plates hold the palette's exact values."""

import numpy as np
import pytest

from cmft_engine.image.cryptomatte import matte
from cmft_engine.image.paint_map import PaintMap
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.pipeline.compose import Colored, compose, display_picture, lay_ink
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import LineDrawing, References
from tests.drawings import PAINTS, cut, figure

LINES = extract_line_art(figure().lines())
BARE = LINES.coverage == 0


def palette(*values, space="sRGB"):
    values = values or [(*paint, 1.0) for paint in PAINTS]
    return Palette(tuple(PaletteColor(f"color{i}", value) for i, value in enumerate(values)), space)


def composed(path, *, colors=None, depth="uint8", ink="over", paints=None, **settings):
    """The plate of the figure in its own paints, or others."""
    colors = colors or palette()
    drawing = cut(figure())
    unknown = np.arange(drawing.count) == 0
    colored = Colored(paints or PaintMap.pure(figure().paint), np.full(drawing.count, 0.75, np.float32),
                      np.ones(drawing.count, np.intp), unknown)
    painting = Plate.from_pixels(figure().painted(), bit_depth=depth)
    line_drawing = LineDrawing(Plate.from_pixels(figure().lines(), frame=3), LINES, drawing)
    plate = compose(colored, drawing=line_drawing, references=References((), colors, painting),
                    settings=Settings(ink=ink, **settings), path=path)
    return plate.rows(slice(None))


def test_bare_paint_is_the_palettes_own(tmp_path):
    """Where no ink lies a pixel holds the palette's values bit for bit; under full ink it is the ink's black."""
    plate = composed(tmp_path / "a.png")
    assert np.array_equal(plate.rgb()[BARE], palette().values[figure().paint][BARE][:, :3])
    assert plate.rgb()[LINES.coverage == 1].max() == 0


def test_no_ink(tmp_path):
    """--ink none fills the colours under the lines."""
    plate = composed(tmp_path / "a.png", ink="none")
    assert np.array_equal(plate.rgb(), palette().values[figure().paint][..., :3])


def test_half_covering_ink_is_mixed_as_seen():
    """A pixel half covered by black is half as bright in display values, and lies opaque over transparent paint."""
    lines = extract_line_art(figure().lines() * 0.5 + 0.5)
    inked, clear = (np.tile(np.array([1, 0.5, 0, alpha], np.float32), (64, 64, 1)) for alpha in (1, 0))
    lay_ink(inked, lines, "sRGB")
    at = lines.coverage > 0
    cover = float(lines.coverage[at][0])
    assert inked[at][0, :2] == pytest.approx(np.array([1, 0.5]) * (1 - cover) + lines.color[at][0, :2], abs=1e-3)
    lay_ink(clear, lines, "sRGB")
    assert clear[at][0, 3] == pytest.approx(cover) and (clear[~at][:, 3] == 0).all()


def test_own_pixels_are_written_as_they_are(tmp_path):
    """Where the painter's own pixels are shown, picture and flats hold them; elsewhere the palette's values."""
    index, own = figure().paint, np.zeros((64, 64), bool)
    own[:, :32] = True
    pixels = np.full((64, 64, 4), (0.25, 0.5, 0.125, 1), np.float32)
    paints = PaintMap(index, index, np.zeros((64, 64), np.float32), own, pixels)
    plate = composed(tmp_path / "a.exr", paints=paints, depth="float", output_space="sRGB")
    assert (plate.rgb()[BARE & own] == [0.25, 0.5, 0.125]).all()
    assert np.array_equal(plate.rgb()[BARE & ~own], palette().values[index][BARE & ~own][:, :3])
    red = plate.pixels[..., plate.channels.index("flats.R")]
    assert (red[own] == 0.25).all() and np.array_equal(red[~own], palette().values[index][~own][:, 0])


def test_channels_of_an_exr(tmp_path):
    """The EXR carries R, G, B, A, flats, confidence and the palette's Cryptomatte, ids as 32 bit floats."""
    path = tmp_path / "a.exr"
    write_plate(composed(path, depth="half"), path)
    plate = read_plate(path)
    assert set(plate.channels) == {*"RGBA", *(f"flats.{c}" for c in "RGBA"), "confidence.Y", "kind.Y",
                                   "unknown.Y", *(f"CryptoPalette00.{c}" for c in "RGBA")}
    channels = dict(zip(plate.channels, plate.pixels.transpose(2, 0, 1), strict=True))
    assert (channels["confidence.Y"] == 0.75).all() and plate.bit_depth == "half"
    for i, name in enumerate(palette().names):
        assert np.array_equal(matte(channels, name) > 0.5, (figure().paint == i) & BARE), name
    assert np.array_equal(matte(channels, "ink"), LINES.coverage)


@pytest.mark.parametrize(("depth", "suffix", "steps"), [
    ("uint8", ".png", 255), ("uint16", ".png", 65535), ("half", ".exr", None), ("float", ".exr", None)])
def test_colors_survive_the_file(tmp_path, depth, suffix, steps):
    """A colour of the reference's depth is bit-identical after writing and reading, in PNG and EXR."""
    raw = np.random.default_rng(4).uniform(0, 1, (4, 3)).astype(np.float32)
    raw = (np.rint(raw * steps) / np.float32(steps) if steps else raw.astype(np.float16)).astype(np.float32)
    colors = palette(*((*map(float, row), 1.0) for row in raw), space="sRGB" if steps else "lin_rec709_scene")
    path = tmp_path / f"a{suffix}"
    write_plate(composed(path, colors=colors, depth=depth), path)
    back = read_plate(path)
    assert back.bit_depth == depth
    assert np.array_equal(back.rgb()[BARE], raw[figure().paint][BARE])


@pytest.mark.parametrize(("depth", "suffix", "stored"), [
    ("half", ".exr", "half"), ("uint8", ".exr", "float"), ("float", ".png", "uint16"), ("half", ".png", "uint16"),
    ("uint8", ".tif", "uint8")])
def test_depth_keeps_the_reference(tmp_path, depth, suffix, stored):
    """The file's depth is the least that holds the reference's values."""
    assert composed(tmp_path / f"a{suffix}", depth=depth).bit_depth == stored


def test_alpha_only_where_it_says_something(tmp_path):
    """A palette of opaque colours makes a PNG without alpha; a transparent paper keeps it."""
    assert composed(tmp_path / "a.png").channels == ("R", "G", "B")
    clear = palette((0, 0, 0, 0), *((*paint, 1.0) for paint in PAINTS[1:]))
    plate = composed(tmp_path / "a.png", colors=clear)
    assert plate.channels == ("R", "G", "B", "A")
    assert plate.alpha()[0, 0] == 0 and plate.alpha()[figure().paint > 0].min() == 1


def test_output_space(tmp_path):
    """Another output space is declared and holds converted colours."""
    plate = composed(tmp_path / "a.exr", depth="float", output_space="lin_rec709_scene")
    assert plate.space == "lin_rec709_scene"
    blue = plate.rgb()[figure().labels == 2][0]
    assert blue == pytest.approx([0.0331, 0.1329, 0.6038], abs=1e-3)


def test_display_picture():
    """A person sees transparent paint as white paper, half covering paint as half of it."""
    rgba = np.array([[[1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0.5]]], np.float32)
    seen = display_picture(Plate.from_pixels(rgba))
    assert seen.tolist() == [[[1, 1, 1], [1, 0, 0], [0.5, 0.5, 0.5]]]
