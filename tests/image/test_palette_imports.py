"""Palettes of other programs, in all the forms in which they save them, and colours of any name."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest

from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_edit import rename_colors
from cmft_engine.image.palette_files import load_palette, save_palette
from cmft_engine.image.palette_imports import IMPORTED
from cmft_engine.protocol.errors import PaletteError

RED = (float(np.float32(0.8)), float(np.float32(0.1)), float(np.float32(0.123456789)), 1.0)
BLUE = (0.0, 0.25, 0.75, 1.0)


def palette(*colors):
    """A palette of colors named a, b, …"""
    return Palette(tuple(PaletteColor(name, color) for name, color in zip("abc", colors, strict=False)))


@pytest.mark.parametrize(("text", "names", "second"), [
    ("GIMP Palette\nChannels: RGBA\n#\n236 84 60 255\tpot\n  0 128 255 51\t7 up\n", ("pot", "7 up"), 0.2),  # Aseprite
    ("GIMP Palette\r\nName: x\r\nColumns: 0\r\n#\r\n236 84 60\tpot\r\n0 128 255 7 up\r\n", ("pot", "7 up"), 1),
    ("\ufeffGIMP Palette \nName: x\nDescription: 3 of them\n 236\t84\t60\tpot\n0 128 255\n", ("pot", "unnamed"), 1),
    ("Gimp Palette\n236 84 60 Name: pot\n0 128 255 b", ("Name: pot", "b"), 1),
])
def test_gpl_of_other_programs(tmp_path, text, names, second):
    """Aseprite's alpha, Windows line ends, byte order marks, unknown fields; names may begin with digits."""
    for content in (text.encode(), text.lstrip("\ufeff").encode("utf-16")):
        (tmp_path / "p.gpl").write_bytes(content)
        found = load_palette(tmp_path / "p.gpl")
        assert found.names == names
        np.testing.assert_allclose(found.values * 255, [(236, 84, 60, 255), (0, 128, 255, 255 * second)], atol=1e-4)


def test_gpl_with_three_of_four_numbers(tmp_path):
    """A line without alpha in a palette with it is refused with the line."""
    (tmp_path / "p.gpl").write_text("GIMP Palette\nChannels: RGBA\n1 2 3 a\n", encoding="utf-8")
    with pytest.raises(PaletteError, match="line 3: a color is four whole numbers"):
        load_palette(tmp_path / "p.gpl")


def test_gpl_in_latin_1(tmp_path, caplog):
    """Names of an old GIMP are read as Latin-1, and the log says so."""
    (tmp_path / "p.gpl").write_bytes(b"GIMP Palette\n1 2 3 na\xefve\n")
    assert load_palette(tmp_path / "p.gpl").names == ("naïve",) and "Latin-1" in caplog.text


def ase(*colors):
    blocks = b""
    for name, model, numbers in colors:
        letters = (name + "\0").encode("utf-16-be")
        body = struct.pack(">H", len(letters) // 2) + letters + model + struct.pack(f">{len(numbers)}f", *numbers)
        blocks += struct.pack(">HI", 1, len(body) + 2) + body + b"\0\2"
    return b"ASEF\0\1\0\0" + struct.pack(">I", len(colors) + 1) + b"\xc0\1\0\0\0\4\0\1\0\0" + blocks


def aco(*colors, named):
    first = b"".join(struct.pack(">5H", model, *numbers) for _, model, numbers in colors)
    data = struct.pack(">HH", 1, len(colors)) + first
    if named:
        data += struct.pack(">HH", 2, len(colors))
        for name, model, numbers in colors:
            letters = (name + "\0").encode("utf-16-be")
            data += struct.pack(">5HI", model, *numbers, len(letters) // 2) + letters
    return data


def kpl(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("colorset.xml", "<ColorSet><Group>" + "".join(
            f'<ColorSetEntry name="{name}">{color}</ColorSetEntry>' for name, color in entries) + "</Group></ColorSet>")
    return out.getvalue()


RED_BYTES = (65535, 0, 13107, 0)


@pytest.mark.parametrize(("ending", "content", "names"), [
    (".hex", b"\xef\xbb\xbfff0033\r\n#7F7F7F\r\n", ("#ff0033", "#7f7f7f")),
    (".pal", b"JASC-PAL\r\n0100\r\n2\r\n255 0 51\r\n127 127 127 255\r\n", ("unnamed", "unnamed 2")),
    (".ase", ase(("紅", b"RGB ", (1, 0, 0.2)), ("mid", b"Gray", (127 / 255,))), ("紅", "mid")),
    (".aco", aco(("紅", 0, RED_BYTES), ("mid", 8, (5020, 0, 0, 0)), named=True), ("紅", "mid")),
    (".aco", aco(("紅", 0, RED_BYTES), ("mid", 8, (5020, 0, 0, 0)), named=False), ("unnamed", "unnamed 2")),
    (".aco", aco(("紅", 0, RED_BYTES), ("mid", 8, (5020, 0, 0, 0)), named=True)[24:], ("紅", "mid")),
    (".hex", "\ufeffff0033\n7f7f7f".encode("utf-16-le"), ("#ff0033", "#7f7f7f")),
    (".pal", "JASC-PAL\n0100\n2\n255 0 51\n127 127 127\n".encode("utf-16"), ("unnamed", "unnamed 2")),
    (".kpl", kpl(("a", '<sRGB r="1" g="0" b="0.2"/>'), ("b", f'<Gray g="{127 / 255}"/>')), ("a", "b")),
    (".kpl", kpl(("a", '<RGB r="1" g="0" b="0.2" space="sRGB-elle-V2-srgbtrc.icc"/>'),
                 ("b", f'<Gray g="{127 / 255}" space="Gray-D50-elle-V2-srgbtrc.icc"/>')), ("a", "b")),
])
def test_palettes_of_other_programs(tmp_path, ending, content, names):
    """Each is read by its ending, as opaque display colours."""
    (tmp_path / f"p{ending}").write_bytes(content)
    found = load_palette(tmp_path / f"p{ending}")
    assert found.names == names and found.space == "sRGB"
    np.testing.assert_allclose(found.values, [(1, 0, 0.2, 1), (0.498, 0.498, 0.498, 1)], atol=1e-3)


@pytest.mark.parametrize(("ending", "content", "message"), [
    (".hex", b"red\n", '"red" is no color'), (".pal", b"RIFF", 'does not begin with "JASC-PAL"'),
    (".pal", b"JASC-PAL\n0100\n1\n1 2 300\n", "three numbers from 0 to 255"), (".ase", b"ASEF", "no .ase palette"),
    (".ase", ase(("tin", b"CMYK", (0, 0, 0, 0))), '"tin" is in CMYK'), (".aco", b"\0\1", "no .aco palette"),
    (".aco", aco(("tin", 2, RED_BYTES), named=True), '"tin" is in color model 2'), (".kpl", b"PK", "no .kpl palette"),
    (".kpl", kpl(("tin", "<CMYK/>")), '"tin" is in colors that are not RGB'),
    (".kpl", kpl(("tin", '<RGB r="1" g="0" b="0" space="sRGB-elle-V2-g10.icc"/>')), 'in the space sRGB-elle-V2-g10'),
    (".kpl", kpl(("tin", '<RGB r="1" g="0" b="0" space="Rec2020-elle-V4-rec709.icc"/>')), "in the space Rec2020"),
    (".pal", b"JASC-PAL\n0100\n3\n1 2 3\n4 5 6\n", "cut off: it says that it has 3 colors"),
])
def test_bad_palettes_of_other_programs(tmp_path, ending, content, message):
    """The file and what is wrong with it."""
    (tmp_path / f"p{ending}").write_bytes(content)
    with pytest.raises(PaletteError, match=message) as caught:
        load_palette(tmp_path / f"p{ending}")
    assert str(tmp_path / f"p{ending}") in str(caught.value)


def test_a_palette_is_found_in_another_form_of_unicode(tmp_path):
    """A palette whose name is decomposed on disk is found by its composed name."""
    save_palette(palette(RED), tmp_path / "カ\u3099.json")
    assert load_palette(tmp_path / "ガ.json") == palette(RED)


def test_names_that_no_file_can_hold(tmp_path):
    """Control characters and halves of letters are refused by file and by command; any other name is a name."""
    for name in ("a\nb", "a\0", "\ud800"):
        (tmp_path / "p.json").write_text(json.dumps({"version": 1, "colors": [{"name": name, "rgba": RED}]}))
        with pytest.raises(PaletteError, match="control character or half a letter"):
            load_palette(tmp_path / "p.json")
        with pytest.raises(PaletteError, match="control character"):
            rename_colors(palette(RED), {"a": name})
    odd = rename_colors(palette(RED, BLUE), {"a": "#ink: {}\"'<b>", "b": "paper 紙 🎨"})
    for ending in ("json", "gpl"):
        save_palette(odd, tmp_path / f"q.{ending}")
        assert load_palette(tmp_path / f"q.{ending}") == odd


def test_the_refusal_names_what_is_read(tmp_path):
    """A palette of an unknown form is told which forms there are."""
    with pytest.raises(PaletteError) as caught:
        load_palette(tmp_path / "p.xyz")
    assert all(ending in str(caught.value) for ending in (".json", ".gpl", *IMPORTED))
