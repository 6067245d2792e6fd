"""The palette holds the exact colors of the painted areas and nothing that anti-aliasing made."""

import json

import cv2
import numpy as np
import pytest

from cmft_engine.image.palette import MAX_COLORS, Painting, Palette, PaletteColor, extract_palette, find_alike
from cmft_engine.image.palette_edit import merge_colors, rename_colors
from cmft_engine.image.palette_files import load_palette, save_palette
from cmft_engine.image.palette_names import color_name, unique_names
from cmft_engine.protocol.errors import PaletteError

RED = (float(np.float32(0.8)), float(np.float32(0.1)), float(np.float32(0.123456789)), 1.0)
BLUE = (0.0, 0.25, 0.75, 1.0)
GLASS = (0.5, 0.75, 1.0, 0.25)
PAPER = (0.0, 0.0, 0.0, 0.0)
WHITE = (1.0, 1.0, 1.0, 1.0)


def painted(*circles, paper=WHITE, size=96):
    """Return a painting with soft inked circles, each (center, radius, RGBA)."""
    pixels = np.empty((size, size, 4), np.float32)
    pixels[:] = paper
    ink = np.zeros((size, size), np.uint8)
    for center, radius, color in circles:
        disk = cv2.circle(np.zeros_like(ink), center, radius, 1, -1) > 0
        pixels[disk] = color
        cv2.circle(ink, center, radius, 255, 2, cv2.LINE_AA)
    cover = cv2.GaussianBlur(ink.astype(np.float32) / 255, (3, 3), 0)[..., None]
    pixels = pixels * (1 - cover) + np.array([0, 0, 0, 1], np.float32) * cover
    labels = cv2.connectedComponents((cover[..., 0] < 0.3).astype(np.uint8), connectivity=4)[1]
    return Painting(pixels.astype(np.float32), labels, "ref.0001.exr")


def palette(*values, space="sRGB"):
    """Return a palette of these RGBA values, named a, b, c …"""
    return Palette(tuple(PaletteColor("abcdefgh"[i], value, 10 - i) for i, value in enumerate(values)), space)


def test_only_painted_colors_are_admitted():
    """Mixtures under soft ink stay out; the colors keep every bit of their floats, largest area first."""
    found = extract_palette([painted(((30, 30), 20, RED), ((70, 70), 12, BLUE))])
    assert [color.values for color in found.colors] == [WHITE, RED, BLUE]
    areas = [color.area for color in found.colors]
    assert areas == sorted(areas, reverse=True)


def test_shading_without_a_line_is_admitted():
    """A second color inside one inked region is found though it is not the region's majority."""
    picture = painted(((48, 48), 30, RED))
    picture.pixels[50:54, 40:50] = BLUE
    assert BLUE in {color.values for color in extract_palette([picture]).colors}


def test_uninked_antialiased_border_is_not_admitted():
    """The mixtures along a soft slanted border between two shades are no colors."""
    shade = cv2.fillPoly(np.zeros((96, 96), np.uint8), [np.array([[0, 10], [95, 41], [95, 95], [0, 95]])], 255,
                         cv2.LINE_AA).astype(np.float32)[..., None] / 255
    pixels = np.array(RED, np.float32) * shade + np.array(BLUE, np.float32) * (1 - shade)
    found = extract_palette([Painting(pixels.astype(np.float32), np.ones((96, 96), np.int32))])
    assert {color.values for color in found.colors} == {RED, BLUE}


def test_transparent_pixels_are_one_paper():
    """Whatever RGB hides under alpha 0, it is one entry, named paper."""
    picture = painted(((48, 48), 20, RED), paper=PAPER)
    hidden = picture.pixels.copy()
    hidden[hidden[..., 3] == 0, :3] = np.random.default_rng(1).random((int((hidden[..., 3] == 0).sum()), 3))
    found = extract_palette([Painting(hidden, picture.labels)])
    assert found.colors[0].name == "paper" and found.colors[0].values == PAPER
    assert {color.values for color in found.colors} == {PAPER, RED}


def test_names_are_readable_and_unique():
    """Colors are named as they look; the rim's color is the paper; a second of a name is numbered."""
    reds = ((0.8, 0.1, 0.1, 1.0), (0.85, 0.05, 0.05, 1.0))
    found = extract_palette([painted(((25, 25), 18, reds[0]), ((70, 70), 14, reds[1]))])
    assert found.names == ("paper", "red", "red 2")
    assert [color_name(rgb) for rgb in ((0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), (0.98, 0.83, 0.7), (0.3, 0, 0))] == [
        "black", "white", "gray", "skin", "dark red"]
    assert unique_names(["red", "red", "red 2", "red"]) == ("red", "red 3", "red 2", "red 4")


def test_scene_linear_colors_are_named_by_their_look():
    """A linear EXR's mid gray 0.21 looks like display 0.5 and is not called dark."""
    found = extract_palette([painted(((48, 48), 20, (0.21, 0.21, 0.21, 1.0)))], space="lin_rec709")
    assert found.names == ("paper", "gray") and found.space == "lin_rec709"


@pytest.mark.parametrize("labels", [np.zeros((1, 1), np.int32), np.ones((1, 1), np.int32)])
def test_one_pixel_drawing_has_one_color(labels):
    """A 1x1 painting, ink or not, gives a palette of one color that finds itself."""
    found = extract_palette([Painting(np.full((1, 1, 4), 0.5, np.float32), labels)])
    assert len(found) == 1 and found.index_of(np.full((1, 1, 4), 0.5, np.float32)).tolist() == [[0]]


def test_too_many_colors_advise_paint_mode():
    """A smooth gradient is refused with the number of files and the remedy."""
    shades = np.repeat(np.repeat(np.arange(400, dtype=np.float32).reshape(20, 20), 6, 0), 6, 1) / 400
    picture = Painting(np.dstack([shades, shades, shades, np.ones_like(shades)]), np.ones(shades.shape, np.int32), "a")
    with pytest.raises(PaletteError, match=rf"2 references \(a, a\).*400 colors.*{MAX_COLORS}.*--mode paint"):
        extract_palette([picture, picture])


def test_no_reference_is_refused():
    """Without a painting the message says how to give one, and sizes that differ are told."""
    with pytest.raises(PaletteError, match="--reference"):
        extract_palette([])
    with pytest.raises(PaletteError, match=r"x\.png.*do not belong together"):
        Painting(np.zeros((2, 3, 4), np.float32), np.zeros((3, 2), np.int32), "x.png")


def test_several_references_are_united():
    """Colors of two references are listed once, with their areas added."""
    one, two = painted(((48, 48), 20, RED)), painted(((48, 48), 20, RED), ((20, 20), 8, BLUE))
    both, alone = extract_palette([one, two]), extract_palette([one])
    assert {color.values for color in both.colors} == {WHITE, RED, BLUE}
    assert both.colors[0].area == alone.colors[0].area + extract_palette([two]).colors[0].area


def test_index_is_exact():
    """One float step beside a color is not that color; -0.0 and hidden RGB are no difference."""
    colors = palette(PAPER, BLUE, RED)
    beside = (np.nextafter(np.float32(RED[0]), np.float32(1)), *RED[1:])
    pixels = np.array([[RED, beside, BLUE], [PAPER, (9, 9, 9, 0), (-0.0, 0.25, 0.75, 1)]], np.float32)
    assert colors.index_of(pixels).tolist() == [[2, -1, 1], [0, 0, 1]]
    assert colors.index_of(pixels).dtype == np.int32
    assert palette(RED).index_of(np.zeros((0, 4, 4), np.float32)).shape == (0, 4)


@pytest.mark.parametrize("depth", ["half", "uint8", "uint16"])
def test_index_survives_a_shallower_file(depth):
    """A color that was written with fewer steps than the palette holds is found again."""
    scale = {"uint8": 255, "uint16": 65535}.get(depth)
    values = np.array([RED, BLUE], np.float32)
    stored = values.astype(np.float16).astype(np.float32) if scale is None else np.rint(values * scale) / scale
    assert palette(RED, BLUE).index_of(stored.astype(np.float32), bit_depth=depth).tolist() == [0, 1]
    assert palette(RED, BLUE).index_of(stored.astype(np.float32)).tolist()[0] == -1


def test_nearest_sees_the_display():
    """Display RGB goes to the entry that looks closest; transparent paper looks white."""
    colors = palette(PAPER, (0.2, 0.0, 0.0, 1.0), (0.0, 0.0, 0.2, 1.0), space="lin_rec709")
    seen = np.array([[[0.95, 0.95, 1.0], [0.5, 0.0, 0.1], [0.1, 0.0, 0.5]]], np.float32)
    assert colors.nearest(seen).tolist() == [[0, 1, 2]]
    with pytest.raises(PaletteError, match="no colors"):
        Palette(()).nearest(seen)


def test_unknown_name_lists_the_known():
    """Asking for a name that is not there says which are."""
    with pytest.raises(PaletteError, match=r'"skin".*a, b'):
        palette(RED, BLUE).index("skin")


@pytest.mark.parametrize("ending", ["json", "gpl"])
@pytest.mark.parametrize("space", ["sRGB", "lin_rec709"])
def test_files_round_trip_every_bit(tmp_path, ending, space):
    """A palette read back equals the one that was saved: names, order, areas, floats, space."""
    bright = (17.5, float(np.float32(1e-7)), float(np.float32(1 / 3)), 1.0)
    saved = palette(PAPER, RED, BLUE, GLASS, bright, space=space)
    save_palette(saved, tmp_path / "new" / f"p.{ending}")
    assert load_palette(tmp_path / "new" / f"p.{ending}") == saved
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == [f"p.{ending}"]


@pytest.mark.parametrize("ending", ["json", "gpl"])
def test_merged_colors_survive_their_file(tmp_path, ending):
    """A color takes in others, with their areas and what they had taken in, and both forms keep every bit of it."""
    one = merge_colors(merge_colors(palette(RED, BLUE, GLASS, WHITE), ["c"], into="b"), ["b", "d"], into="a")
    assert one.names == ("a",) and one.colors[0].area == 10 + 9 + 8 + 7
    assert one.colors[0].values == RED and one.colors[0].merged == (BLUE, GLASS, WHITE)
    save_palette(one, tmp_path / f"p.{ending}")
    assert load_palette(tmp_path / f"p.{ending}") == one


def test_merged_colors_follow_into_another_space():
    """Converted palettes convert what was merged as well."""
    one = merge_colors(palette(RED, WHITE, GLASS), ["c"], into="a").in_space("lin_rec709_scene")
    assert one.colors[0].merged == (palette(GLASS).in_space("lin_rec709_scene").colors[0].values,)


def test_renaming():
    """Names may be exchanged; the colors and their order stay."""
    swapped = rename_colors(palette(RED, BLUE), {"a": "b", "b": "a"})
    assert swapped.names == ("b", "a") and swapped.colors[0].values == RED


@pytest.mark.parametrize(("edit", "message"), [
    (lambda one: rename_colors(one, {"z": "y"}), 'no color named "z" in the palette; it has: a, b'),
    (lambda one: rename_colors(one, {"a": "b"}), 'two colors would be named "b"'),
    (lambda one: rename_colors(one, {"a": " "}), 'the new name of "a" is empty'),
    (lambda one: merge_colors(one, ["z"], into="a"), 'no color named "z"'),
    (lambda one: merge_colors(one, ["a"], into="z"), 'no color named "z"'),
    (lambda one: merge_colors(one, ["a", "b"], into="a"), '"a" cannot be merged into itself'),
])
def test_bad_edits(edit, message):
    """What cannot be edited is refused with the name."""
    with pytest.raises(PaletteError, match=message):
        edit(palette(RED, BLUE))


def test_foreign_gpl_loads(tmp_path):
    """A palette from GIMP, with comments, columns and unnamed entries, loads as opaque display colors."""
    file = tmp_path / "their.gpl"
    file.write_text("GIMP Palette\nName: Theirs\nColumns: 3\n#\n255   0   0\tHot red\n  0 128 255\tUntitled\n"
                    "# note\n1 2 3\tUntitled\n 4 5 6\n", encoding="utf-8")
    found = load_palette(file)
    assert found.names == ("Hot red", "Untitled", "Untitled 2", "unnamed") and found.space == "sRGB"
    np.testing.assert_array_equal(found.values[1], np.array([0, 128 / 255, 1, 1], np.float32))


def test_gpl_line_changed_by_hand_wins(tmp_path):
    """Changing the 8-bit numbers of one line changes that color, and only that one, in the palette's space."""
    file = tmp_path / "p.gpl"
    save_palette(palette(RED, BLUE, space="lin_rec709"), file)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[-1] = "255 255 255\tb"
    file.write_text("\n".join(lines), encoding="utf-8")
    changed = load_palette(file)
    assert changed.colors[0].values == RED
    np.testing.assert_allclose(changed.values[1], 1.0, atol=1e-4)  # OCIO's curve ends at 1.000024


@pytest.mark.parametrize(("name", "text", "message"), [
    ("p.json", '{"version": 1,\n"colors": [}', "line 2.*JSON"),
    ("p.json", "[]", "not a palette"),
    ("p.json", '{"version": 9, "colors": []}', "version 9"),
    ("p.json", '{"version": 1, "colors": []}', "holds no colors"),
    ("p.json", '{"version": 1, "colors": [\n{"name": "a", "rgba": [1, 2]}]}', 'line 2.*"a" must be four numbers'),
    ("p.json", '{"version": 1, "colors": [{"name": "a", "rgba": [1, 2, NaN, 1]}]}', "four numbers"),
    ("p.json", '{"version": 1, "colors": [{"name": " ", "rgba": [1, 0, 0, 1]}]}', "name"),
    ("p.json", '{"version": 1, "colors": [{"name": "a", "rgba": [1,0,0,1], "area": -1}]}', "area"),
    ("p.json", '{"version": 1, "space": 3, "colors": [{"name": "a", "rgba": [1,0,0,1]}]}', "space"),
    ("p.json", '{"version": 1, "colors": [{"name": "a", "rgba": [1,0,0,1]}, {"name": "a", "rgba": [0,0,0,1]}]}',
     'two colors are named "a"'),
    ("p.json", '{"version": 1, "colors": [{"name": "a", "rgba": [1,0,0,1]}, {"name": "b", "rgba": [1,0,0,1]}]}',
     '"a" and "b" are the same color'),
    ("p.gpl", "JASC-PAL\n", "line 1.*GIMP Palette"),
    ("p.gpl", "GIMP Palette\n#\n1 2 300 a\n", "line 3.*0 to 255"),
    ("p.gpl", "GIMP Palette\n# cmft exact: 1 2\n1 2 3 a\n", "line 2.*four numbers"),
    ("p.json", '{"version": 1, "colors": [{"name": "a", "rgba": [1,0,0,1], "merged": [1,0,0,1]}]}', "list of colors"),
    ("p.gpl", "GIMP Palette\n# cmft merged: 1 2\n1 2 3 a\n", "line 2.*four numbers"),
    ("p.gpl", "GIMP Palette\n1 2 3 a\n1 2 3 b\n", '"a" and "b" are the same color'),
    ("p.txt", "", "ends in .json or .gpl"),
])
def test_bad_files_say_where_and_what_to_do(tmp_path, name, text, message):
    """Each kind of broken palette file is refused with its path, its line and a remedy."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PaletteError, match=message) as caught:
        load_palette(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_unreadable_and_unwritable_files(tmp_path):
    """A missing file, a binary file and a folder that is a file are told apart by their messages."""
    with pytest.raises(PaletteError, match=r"none\.json: cannot read"):
        load_palette(tmp_path / "none.json")
    (tmp_path / "b.gpl").write_bytes(b"\x00\x81\xff\xfe")
    with pytest.raises(PaletteError, match="not a text file"):
        load_palette(tmp_path / "b.gpl")
    with pytest.raises(PaletteError, match="cannot write"):
        save_palette(palette(RED), tmp_path / "b.gpl" / "p.json")


def test_json_reads_well(tmp_path):
    """One line a color, with the fewest digits that keep the float."""
    save_palette(palette(RED), tmp_path / "p.json")
    text = (tmp_path / "p.json").read_text(encoding="utf-8")
    assert '    {"name": "a", "rgba": [0.8, 0.1, 0.12345679, 1.0], "area": 10}\n' in text
    assert json.loads(text)["version"] == 1


def test_alike_entries_are_found_by_depth():
    """Two colors less than an 8-bit step apart are one color in an 8-bit file."""
    close = palette(BLUE, (0.0, 0.2501, 0.75, 1.0))
    assert find_alike(close) is None and find_alike(close, bit_depth="uint8") == ("a", "b")


def test_large_painting():
    """A 4320x2160 painting gives the palette that its tiles have, no more."""
    spots = (((x, y), 45, (x / 1080, y / 1080, 0.5, 1.0)) for x in range(100, 1000, 200) for y in range(100, 1000, 200))
    picture = painted(*spots, size=1080)
    pixels, labels = np.tile(picture.pixels, (2, 4, 1)), np.tile(picture.labels, (2, 4))
    assert len(extract_palette([Painting(pixels, labels)])) == 26
