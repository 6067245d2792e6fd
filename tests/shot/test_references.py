"""References become regions, a palette and an index for every pixel, whatever their files are like."""

import logging

import numpy as np
import pytest

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_edit import merge_colors
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import Window
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import read_drawing, read_references
from cmft_engine.shot.shot import Shot
from tests.drawings import BOXES, PAINTS, figure, write, write_shot

CANVAS = Window(0, 0, 64, 64)
LINEAR = "lin_rec709_scene"


@pytest.fixture
def folder(tmp_path):
    write_shot(tmp_path, {1: figure(), 2: figure(3)}, reference=1)
    return tmp_path


def read(folder, *references, palette=None, **settings):
    shot = Shot.open(folder / "lines.####.png", reference=[f"{folder}/{name}" for name in references])
    return read_references(shot, canvas=CANVAS, settings=Settings(**settings), palette=palette)


def as_bytes(values):
    return {tuple(int(v) for v in row) for row in np.rint(np.asarray(values)[:, :3] * 255)}


def test_a_drawing_is_cut_into_regions(folder):
    """Four regions, no zeros under the ink, and the matcher's arrays are the same ones."""
    drawing = read_drawing(folder / "lines.0002.png", 2, canvas=CANVAS, settings=Settings())
    assert drawing.segmented.count == 4
    assert drawing.segmented.labels_under_ink.min() == 1
    assert np.array_equal(drawing.segmented.ink, figure(3).labels == 0)
    assert drawing.plate.frame == 2


def test_palette_and_index(folder):
    """The palette holds the four paints, the largest first; each pixel has its own, also under the ink."""
    found = read(folder, "ref.png@1")
    assert as_bytes(found.palette.values) == as_bytes(PAINTS)
    (reference,) = found.painted
    bare = figure().labels > 0
    assert np.array_equal(found.palette.values[reference.index][bare][:, :3],
                          np.float32(np.rint(figure().painted() * 255) / np.float32(255))[bare])
    assert reference.index.min() == 0 and reference.index.dtype == np.int32


def test_the_network_sees_stand_ins_in_flats_mode(folder):
    """Where paints are exact the real colours are hidden; paint mode shows them."""
    hidden, shown = read(folder, "ref.png@1").painted[0], read(folder, "ref.png@1", mode="paint").painted[0]
    bare = figure().labels > 0
    assert not np.allclose(hidden.rgb[bare], figure().painted()[bare], atol=0.01)
    assert np.allclose(shown.rgb[bare], figure().painted()[bare], atol=0.01)


def test_a_sheet_has_its_own_size(folder):
    """A sheet is not laid on the shot's canvas, and its lines are taken from the painting."""
    write(figure(side=96).painted(), folder / "sheet.png")
    found = read(folder, "sheet.png@sheet")
    assert found.painted[0].index.shape == (96, 96)
    assert found.painted[0].drawing.count == 4
    assert as_bytes(found.palette.values) == as_bytes(PAINTS)


def test_lines_come_from_the_shot(folder):
    """At a frame of the shot the reference is cut by the line plate, though its painting shows no ink."""
    write(np.array(PAINTS, np.float32)[figure().paint], folder / "ref.png")
    found = read(folder, "ref.png@1")
    assert np.array_equal(found.painted[0].drawing.ink, figure().labels == 0)


def test_two_references_share_a_palette(folder):
    """A colour that only the second reference shows is in the palette of both."""
    green = (0.2, 0.6, 0.4)
    write(figure(3).painted((*PAINTS[:3], green)), folder / "second.png")
    found = read(folder, "ref.png@1", "second.png@2")
    assert as_bytes(found.palette.values) == as_bytes([*PAINTS, green])
    assert len(found.painted) == 2


def test_order_of_references_changes_nothing(folder):
    """Given in another order, references, palette and pictures are the same."""
    write(figure(3).painted(PAINTS[::-1]), folder / "second.png")
    first, second = read(folder, "ref.png@1", "second.png@2"), read(folder, "second.png@2", "ref.png@1")
    assert first.palette == second.palette
    for a, b in zip(first.painted, second.painted, strict=True):
        assert np.array_equal(a.index, b.index) and np.array_equal(a.rgb, b.rgb)


def test_references_in_two_spaces(folder):
    """An EXR in linear light and a PNG with the same paint make one palette in the first one's space."""
    write(np.array(PAINTS, np.float32)[figure(3).paint] ** 0, folder / "white.exr", space=LINEAR, bit_depth="half")
    found = read(folder, "ref.png@1", "white.exr@2")
    assert found.palette.space == "sRGB"
    assert as_bytes(found.palette.values) == as_bytes(PAINTS)


def test_a_given_palette_is_kept(folder):
    """--palette sets entries, names and order; the reference's pixels point into it."""
    colors = [PaletteColor(f"c{i}", (*map(float, np.float32(np.rint(np.array(p) * 255) / np.float32(255))), 1.0))
              for i, p in enumerate(PAINTS[::-1])]
    save_palette(Palette(tuple(colors)), folder / "p.json")
    found = read(folder, "ref.png@1", palette=folder / "p.json")
    assert found.palette.names == ("c0", "c1", "c2", "c3")
    bare = figure().labels > 0
    assert np.array_equal(found.painted[0].index[bare], 3 - figure().paint[bare])


def test_a_palette_without_the_references_colors(folder, caplog):
    """When no colour is in the palette the nearest entries are taken, and a warning names the file."""
    save_palette(Palette((PaletteColor("light", (0.9, 0.9, 0.9, 1)), PaletteColor("dark", (0.1, 0.1, 0.4, 1)))),
                 folder / "p.json")
    with caplog.at_level(logging.WARNING):
        found = read(folder, "ref.png@1", palette=folder / "p.json")
    assert "ref.png: none of its colours is in the palette; the nearest are taken" in caplog.text
    assert found.palette.names[found.painted[0].index[0, 0]] == "light"


def test_a_given_palette_in_another_space(folder, caplog):
    """A palette that was converted still has the reference's colours: nothing is told, no pixel stays as painted."""
    palette = read(folder, "ref.png@1").palette
    save_palette(palette.in_space(LINEAR), folder / "p.json")
    with caplog.at_level(logging.WARNING):
        found = read(folder, "ref.png@1", palette=folder / "p.json")
    assert not caplog.text and found.painted[0].paints is None
    assert np.array_equal(found.painted[0].index, read(folder, "ref.png@1").painted[0].index)


def test_a_palette_merged_by_hand(folder):
    """Pixels of a merged paint point at the entry that it was merged into, a far one too; no own pixels are left."""
    palette = read(folder, "ref.png@1").palette
    paper, coat, face, hat = (int(palette.index_of(np.float32([[*np.rint(np.array(paint) * 255) / 255, 1.0]]))[0])
                              for paint in PAINTS)
    save_palette(merge_colors(palette, [palette.names[hat]], into=palette.names[coat]), folder / "p.json")
    found = read(folder, "ref.png@1", palette=folder / "p.json")
    (reference,) = found.painted
    bare = figure().labels > 0
    kept = found.palette.index(palette.names[coat])
    assert len(found.palette) == 3 and reference.paints is None
    assert (reference.index[bare & (figure().paint == 3)] == kept).all()
    assert (reference.index[bare & (figure().paint == 2)] == found.palette.index(palette.names[face])).all()
    assert (reference.index[bare & (figure().paint == 0)] == found.palette.index(palette.names[paper])).all()


@pytest.mark.parametrize(("mode", "most"), [("auto", 0.02), ("paint", 0.002), ("flats", 0.2)])
def test_painterly_references(folder, mode, most):
    """A painting of thousands of colours is read as at most 256 paints.

    What they do not show is kept as painted, in paint mode all of it, in flats mode nothing.
    """
    noise = np.random.default_rng(1).uniform(0.3, 1, (22, 22, 3)).astype(np.float32).repeat(3, 0).repeat(3, 1)
    write(figure(boxes=BOXES[:1]).lines(), folder / "lines.0001.png")
    write(noise[:64, :64], folder / "ref.png")
    found = read(folder, "ref.png@1", mode=mode)
    (painted,) = found.painted
    assert 2 <= len(found.palette) <= 256
    assert painted.index.min() >= 0
    bare = figure(boxes=BOXES[:1]).labels > 0
    values = found.palette.values
    share = painted.paints.share[..., None]
    shown = values[painted.paints.first] * (1 - share) + values[painted.paints.second] * share
    own = painted.paints.own
    assert (own is None) == (mode == "flats")
    if own is not None:
        shown[own] = painted.paints.pixels[own]
    assert np.abs(shown[..., :3] - noise[:64, :64])[bare].mean() <= most


def soft_folder(folder):
    """A shot whose painting was drawn at four times the size and reduced: the borders of its paints are soft."""
    large = figure(side=256, boxes=[(x * 4 + 1, y * 4 + 1, w * 4, h * 4, place) for x, y, w, h, place in BOXES])
    paint = np.array(PAINTS, np.float32)[large.paint].reshape(64, 4, 64, 4, 3).mean((1, 3))
    write(np.ones((64, 64, 3), np.float32), folder / "lines.0001.png")
    write(paint, folder / "ref.png")
    return paint


def test_soft_borders_are_mixtures_of_the_paints_that_meet(folder):
    """The palette has the four paints alone, exactly; each pixel on a border is mixed of the two beside it."""
    paint = soft_folder(folder)
    found = read(folder, "ref.png@1")
    assert as_bytes(found.palette.values) == as_bytes(PAINTS)
    paints = found.painted[0].paints
    values, share = found.palette.values[:, :3], paints.share[..., None]
    shown = values[paints.first] * (1 - share) + values[paints.second] * share
    mixed = paints.share > 0
    assert mixed.any() and (paints.share <= 0.5).all()
    assert (paints.first[mixed] != paints.second[mixed]).all()
    corners = np.abs(shown - paint).max(2) > 0.02  # where three paints meet, a pixel is no mixture of two
    assert corners.sum() <= 8
