"""What a file says besides its pixels is read right, or said to be left out; refusals blame the right thing."""

import logging
import os
import struct
import zlib

import numpy as np
import OpenImageIO as oiio
import pytest

from benchmarks.clips.png_chunk import png_chunk
from cmft_engine.image.file_tags import has_unspecified_extra, is_animated_png, png_chunks, png_primaries
from cmft_engine.image.metadata import TypedValue
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.image.source import open_source
from cmft_engine.protocol.errors import PlateError
from tests.image.test_icc import ADOBE_XYZ, GAMMA, P3_XYZ, SRGB_CURVE, SRGB_XYZ, WIDE_XYZ, icc

ORANGE = (200, 100, 50)
PICTURE = np.full((6, 8, 4), (200, 100, 50, 0), np.uint8)
PICTURE[2:4, 2:4, :3] = 10


def png(path, *chunks):
    """Write an orange PNG with chunks of its own before the pixels."""
    rows = zlib.compress(b"".join(b"\0" + bytes(ORANGE) * 8 for _ in range(6)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 6, 8, 2, 0, 0, 0))
                     + b"".join(chunks) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b""))
    return path


def gamma(value):
    return png_chunk(b"gAMA", struct.pack(">I", round(value * 100000)))


def primaries(*values):
    return png_chunk(b"cHRM", struct.pack(">8I", *(round(value * 100000) for value in values)))


def code_points(*numbers, span=1):
    return png_chunk(b"cICP", bytes([*numbers, 0, span]))


def profile(data):
    return png_chunk(b"iCCP", b"name\0\0" + zlib.compress(data))


def save(path, pixels, depth="uint8", *, pictures=1, **attributes):
    """Write a file with OpenImageIO alone, as another program would."""
    specs = []
    for _ in range(pictures):
        spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], depth)
        for name, value in attributes.items():
            spec.attribute(name, *(value if isinstance(value, tuple) else (value,)))
        specs.append(spec)
    target = oiio.ImageOutput.create(str(path))
    assert target.open(str(path), tuple(specs)) if pictures > 1 else target.open(str(path), specs[0])
    for number in range(pictures):
        if number and path.suffix != ".gif":
            assert target.open(str(path), specs[number], "AppendSubimage")
        assert target.write_image(pixels)
    assert target.close()
    return path


# Colour tags

REC709_FIRST_WHITE = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE_FIRST_WHITE = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)


@pytest.mark.parametrize(("chunks", "space", "left_out"), [
    ([gamma(0.45455)], "sRGB", ""),
    ([gamma(0.45455), primaries(*REC709_FIRST_WHITE)], "sRGB", ""),
    ([gamma(0.45455), primaries(*ADOBE_FIRST_WHITE)], "g22_adobergb_scene", ""),
    ([gamma(0.45455), primaries(0.3127, 0.329, 0.7, 0.29, 0.2, 0.7, 0.1, 0.05)], "sRGB", "primaries"),
    ([gamma(0.55556)], "g18_rec709_scene", ""),
    ([gamma(0.38462)], "sRGB", "gamma, 2.60"),
    ([gamma(1.0)], "lin_rec709", ""),
    ([profile(icc(SRGB_XYZ, SRGB_CURVE))], "sRGB", ""),
    ([profile(icc(P3_XYZ, SRGB_CURVE))], "srgb_p3d65_scene", ""),
    ([profile(icc(ADOBE_XYZ, GAMMA))], "g22_adobergb_scene", ""),
    ([profile(icc(WIDE_XYZ, GAMMA))], "sRGB", 'ICC profile, "My space"'),
    ([primaries(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)], "sRGB", "primaries"),
    ([png_chunk(b"sRGB", b"\0"), primaries(0.3127, 0.329, 0.7, 0.29, 0.2, 0.7, 0.1, 0.05)], "sRGB", ""),
    ([code_points(1, 13)], "sRGB", ""),
    ([code_points(12, 13), gamma(0.45455)], "srgb_p3d65_scene", ""),
    ([code_points(12, 13), profile(icc(SRGB_XYZ, SRGB_CURVE))], "srgb_p3d65_scene", ""),
    ([code_points(2, 2), profile(icc(P3_XYZ, SRGB_CURVE))], "srgb_p3d65_scene", ""),
    ([code_points(9, 18)], "sRGB", "cICP chunk, (9, 18, 0, 1)"),
    ([code_points(9, 1)], "sRGB", "cICP chunk, (9, 1, 0, 1)"),
    ([code_points(1, 13, span=0)], "sRGB", "cICP chunk, (1, 13, 0, 0)"),
])
def test_color_tags_of_a_png(tmp_path, chunks, space, left_out):
    """Gamma 1/2.2 is sRGB as every viewer shows it; other tags name a space that is known, or what is left out.

    Code points win over all others, an sRGB chunk over primaries.
    """
    plate = read_plate(png(tmp_path / "a.png", *chunks))
    assert plate.space == space and left_out in plate.left_out and bool(plate.left_out) == bool(left_out)
    assert read_plate(tmp_path / "a.png", space="ACEScg").left_out == ""


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_icc_profile_of_another_space_is_carried(tmp_path, suffix):
    """The profile is in the file that is written, with the numbers as they are and no other colour tag."""
    data = icc(WIDE_XYZ, GAMMA)
    plate = read_plate(png(tmp_path / "a.png", profile(data)))
    assert plate.profile == data
    write_plate(plate, tmp_path / f"b{suffix}")
    again = read_plate(tmp_path / f"b{suffix}")
    assert again.profile == data and np.abs(again.rgb()[0, 0] * 255 - ORANGE).max() <= (1 if suffix == ".jpg" else 0)
    assert suffix != ".png" or not {b"sRGB", b"gAMA", b"cHRM"} & {name for name, _ in png_chunks(tmp_path / "b.png")}


def test_plain_srgb_profile_is_no_news(tmp_path):
    """A profile that is sRGB is not carried: sRGB is what the plate says anyway."""
    assert read_plate(png(tmp_path / "a.png", profile(icc(SRGB_XYZ, SRGB_CURVE)))).profile == b""


@pytest.mark.parametrize(("space", "values"), [
    ("lin_ap1_scene", (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)),
    ("lin_rec709", (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)),
    ("lin_rec2020_scene", (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290)),
])
def test_primaries_of_an_exr(tmp_path, space, values):
    """Chromaticities name the linear space, and are written with every plate that is not in Rec. 709."""
    path = save(tmp_path / "a.exr", np.ones((2, 2, 3), np.float32), "half",
                chromaticities=(oiio.TypeDesc("float[8]"), values))
    plate = read_plate(path)
    assert plate.space == space and plate.left_out == ""
    write_plate(plate, tmp_path / "b.exr")
    written = oiio.ImageInput.open(str(tmp_path / "b.exr")).spec().getattribute("chromaticities")
    assert written is None if space == "lin_rec709" else np.allclose(written, values, atol=1e-4)


def test_unknown_primaries_of_an_exr_are_told(tmp_path):
    """Primaries of no known space are left out, and the plate says so."""
    path = save(tmp_path / "a.exr", np.ones((2, 2, 3), np.float32), "half",
                chromaticities=(oiio.TypeDesc("float[8]"), (0.7, 0.3, 0.2, 0.75, 0.1, 0.02, 0.31, 0.33)))
    assert read_plate(path).space == "lin_rec709" and "primaries" in read_plate(path).left_out


@pytest.mark.parametrize(("name", "other", "space"), [
    ("a.exr", "b.png", "lin_rec709"), ("a.exr", "b.tif", "lin_rec709"), ("a.tif", "b.exr", "sRGB"),
    ("a.jpg", "b.hdr", "sRGB"),
])
def test_a_wrong_ending_changes_no_colour(tmp_path, name, other, space):
    """An EXR that is called PNG is linear, a TIFF that is called EXR is not: what counts is what the file is."""
    path = save(tmp_path / name, np.full((4, 4, 3), 0.25, np.float32), "half" if name.endswith(".exr") else "uint8")
    os.replace(path, tmp_path / other)
    assert read_plate(tmp_path / other).space == space


def test_a_space_that_the_configuration_lacks_is_told(tmp_path):
    """A name that nothing knows is left out, and the plate says so."""
    path = save(tmp_path / "a.exr", np.ones((2, 2, 3), np.float32), "half", colorInteropID="show_camera_scene")
    assert read_plate(path).space == "lin_rec709" and '"show_camera_scene"' in read_plate(path).left_out


# Metadata


def test_what_is_true_of_one_file_alone_is_not_carried(tmp_path):
    """The ACES container flag, primaries, and Cryptomatte entries whose channels are not written stay behind."""
    metadata = {"acesImageContainerFlag": 1, "Artist": "Ai", "chromaticities": TypedValue("float[8]", (0.1,) * 8),
                "cryptomatte/3ae39a5/name": "CryptoObject", "cryptomatte/3ae39a5/manifest": "{}"}
    write_plate(Plate.from_pixels(np.ones((2, 2, 4)), metadata=metadata), tmp_path / "b.exr")
    names = {item.name for item in oiio.ImageInput.open(str(tmp_path / "b.exr")).spec().extra_attribs}
    assert "Artist" in names and not {name for name in names if name.startswith(("crypto", "aces", "chroma"))}


def test_cryptomatte_of_channels_that_are_written_stays(tmp_path):
    """Entries go with their channels."""
    plate = Plate.from_pixels(np.ones((2, 2, 4)), channels=("R", "G", "B", "CryptoObject00.R"), bit_depth="half",
                              metadata={"cryptomatte/3ae39a5/name": "CryptoObject"})
    write_plate(plate, tmp_path / "b.exr")
    assert read_plate(tmp_path / "b.exr").metadata["cryptomatte/3ae39a5/name"] == "CryptoObject"


def test_text_of_a_png_is_latin_1(tmp_path, caplog):
    """Bytes that are no UTF-8 are read as the PNG's own letters, and written again as UTF-8."""
    plate = read_plate(png(tmp_path / "a.png", png_chunk(b"tEXt", b"Author\0J\xe9r\xf4me")))
    assert plate.metadata["Artist"] == "Jérôme"
    write_plate(plate, tmp_path / "b.exr")
    assert read_plate(tmp_path / "b.exr").metadata["Artist"] == "Jérôme" and not caplog.text


def test_metadata_that_is_not_utf8_is_told(tmp_path, caplog):
    """An EXR with a text in Shift-JIS is read without it, and says so; the plate can be written."""
    path = save(tmp_path / "a.exr", np.ones((2, 2, 3), np.float32), "half", Artist="ABCDEF")
    path.write_bytes(path.read_bytes().replace(b"ABCDEF", b"\x8c\xb4\x89\xe6AB"))
    plate = read_plate(path)
    assert "Artist" not in plate.metadata and "metadata 'Artist' is left out" in caplog.text
    write_plate(plate, tmp_path / "b.exr")


# Alpha


@pytest.mark.parametrize("suffix", [".tga", ".bmp", ".png", ".tif", ".exr"])
def test_alpha_that_is_zero_everywhere_says_nothing(tmp_path, suffix, caplog):
    """A picture under an empty alpha is opaque; a colour alone, as erased layers have it, stays transparent."""
    depth = "half" if suffix == ".exr" else "uint8"
    path = save(tmp_path / f"a{suffix}", PICTURE, depth, **{"oiio:UnassociatedAlpha": 1})
    plate = read_plate(path)
    assert plate.alpha().min() == 1 and np.abs(plate.rgb()[0, 0] * 255 - ORANGE).max() < 0.1
    assert ("read as opaque" in caplog.text) == (suffix not in (".tga", ".bmp"))
    empty = PICTURE.copy()
    empty[..., :3] = 255
    assert read_plate(save(tmp_path / f"b{suffix}", empty, depth, **{"oiio:UnassociatedAlpha": 1})).alpha().max() == 0


def tiff(path, kinds, *, order="<", big=False):
    """Write a TIFF header whose first directory has ExtraSamples of some kinds, None for no such tag."""
    tags = [(256, 3, 1, 8)] + ([] if kinds is None else [(338, 3, len(kinds), kinds)])
    size, letters = ("Q", "HHQ") if big else ("I", "HHI")
    at = 16 if big else 8
    body = struct.pack(order + ("Q" if big else "H"), len(tags))
    for tag, kind, count, value in tags:
        numbers = value if isinstance(value, tuple) else (value,)
        data = struct.pack(f"{order}{len(numbers)}H", *numbers)
        body += struct.pack(order + letters, tag, kind, count) + data.ljust(8 if big else 4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HHQ", 8, 0, at) if big else struct.pack(order + size, at)
    path.write_bytes(head + body)
    return path


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_extra_samples_of_a_tiff(tmp_path, order, big):
    """A further channel is unspecified where the tag says 0 or is missing; 1 and 2 are alpha."""
    for kinds, expected in ((None, True), ((0,), True), ((1,), False), ((2,), False), ((2, 0), False)):
        assert has_unspecified_extra(tiff(tmp_path / "a.tif", kinds, order=order, big=big)) == expected
    data = (tmp_path / "a.tif").read_bytes()
    for length in range(len(data)):
        (tmp_path / "cut.tif").write_bytes(data[:length])
        has_unspecified_extra(tmp_path / "cut.tif")
    assert not has_unspecified_extra(png(tmp_path / "a.png"))


def test_colours_beside_an_unspecified_channel_are_not_divided(tmp_path):
    """OpenCV writes RGBA as TIFF without saying that the fourth channel is alpha: its numbers are straight."""
    cv2 = pytest.importorskip("cv2")
    pixels = PICTURE.copy()
    pixels[..., 3] = 128
    cv2.imwrite(str(tmp_path / "a.tif"), pixels[..., [2, 1, 0, 3]])
    assert np.abs(read_plate(tmp_path / "a.tif").rgb()[0, 0] * 255 - ORANGE).max() < 0.01


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float"])
def test_white_may_be_zero(tmp_path, depth):
    """A grey TIFF of any depth in which 0 is white is read as it is meant, and its alpha as it is."""
    most = {"uint8": 255, "uint16": 65535, "float": 1.0}[depth]
    grey = np.dstack([np.full((4, 4), 1.0), np.full((4, 4), 0.2)])
    values = (grey * most).astype(np.float32 if depth == "float" else depth)
    path = save(tmp_path / "a.tif", values, depth, **{"oiio:UnassociatedAlpha": 1})
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    black, white = (struct.pack(order + "HHIH", 262, 3, 1, kind) for kind in (1, 0))
    assert data.count(black) == 1
    path.write_bytes(data.replace(black, white))
    plate = read_plate(path)
    assert plate.pixels[..., 0].max() == 0 and np.abs(plate.pixels[..., 1] - 0.2).max() < 0.01


def test_lab_is_refused(tmp_path):
    """A TIFF in CIE Lab has no red, green and blue."""
    path = save(tmp_path / "a.tif", np.ascontiguousarray(PICTURE[..., :3]))
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    rgb, lab = (struct.pack(order + "HHIH", 262, 3, 1, kind) for kind in (2, 8))
    assert data.count(rgb) == 1
    path.write_bytes(data.replace(rgb, lab))
    with pytest.raises(PlateError, match=r"a\.tif \(frame 3\) is in CIE L.*; convert it to RGB"):
        read_plate(path, frame=3)


# Several pictures


def test_several_pictures_are_told(tmp_path, caplog):
    """Pages of a TIFF and frames of a GIF and of an animated PNG; one picture is no news."""
    rgb = np.ascontiguousarray(PICTURE[..., :3])
    for path in (save(tmp_path / "pages.tif", rgb, pictures=3),
                 png(tmp_path / "anim.png", png_chunk(b"acTL", struct.pack(">II", 3, 0)))):
        caplog.clear()
        read_plate(path)
        assert f"{path}: it holds" in caplog.text and "only the first is read" in caplog.text
    caplog.clear()
    read_plate(save(tmp_path / "one.tif", rgb))
    read_plate(png(tmp_path / "one.png", png_chunk(b"acTL", struct.pack(">II", 1, 0))))
    assert not caplog.text


def test_tags_of_what_is_no_png(tmp_path):
    """A file that is missing, empty or another format says nothing."""
    (tmp_path / "a.png").write_bytes(b"")
    for path in (tmp_path / "a.png", tmp_path / "none.png", tiff(tmp_path / "a.tif", (1,))):
        assert png_primaries(path) is None and not is_animated_png(path)
    large = png(tmp_path / "b.png", png_chunk(b"iTXt", bytes(1 << 21)), primaries(*ADOBE_FIRST_WHITE))
    assert png_primaries(large) == pytest.approx(ADOBE_FIRST_WHITE[2:] + ADOBE_FIRST_WHITE[:2])


# Names and remedies


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_names_that_are_not_utf8_are_refused(tmp_path):
    """Reading and writing name the file and what is wrong with its name."""
    name = os.fsdecode(b"\x8c\xb4.png")
    png(tmp_path / name)
    for act in (read_plate, lambda path: write_plate(Plate.from_pixels(np.zeros((2, 2, 3))), path)):
        with pytest.raises(PlateError, match=r"\\x8c\\xb4\.png.* not UTF-8.*; rename the file or folder") as caught:
            act(tmp_path / name)
        str(caught.value).encode("utf-8")


def test_long_names_are_written(tmp_path):
    """A name of 255 bytes, in letters of three bytes, is no trouble; one byte more blames the name."""
    path = tmp_path / ("線" * 83 + "aa.png")
    write_plate(Plate.from_pixels(np.zeros((2, 2, 3))), path)
    assert os.listdir(tmp_path) == [path.name] and len(os.fsencode(path.name)) == 255
    with pytest.raises(PlateError, match=r"File name too long.*; give it a shorter name"):
        write_plate(Plate.from_pixels(np.zeros((2, 2, 3))), tmp_path / ("x" * 252 + ".png"))


def test_a_file_where_a_folder_should_be(tmp_path):
    """The remedy is another folder, not free disk space."""
    (tmp_path / "file").touch()
    with pytest.raises(PlateError, match="choose another output folder"):
        write_plate(Plate.from_pixels(np.zeros((2, 2, 3))), tmp_path / "file" / "a.png")


def test_unsupported_compression_is_not_damage(tmp_path):
    """A TIFF whose compression nobody knows is to be saved again, not copied again."""
    path = save(tmp_path / "a.tif", np.ascontiguousarray(PICTURE[..., :3]), compression="none")
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    none, other = (struct.pack(order + "HHIH", 259, 3, 1, kind) for kind in (1, 34892))
    assert none in data
    path.write_bytes(data.replace(none, other))
    with pytest.raises(PlateError, match=r"save it again as PNG, TIFF with LZW, or EXR with ZIP") as caught:
        read_plate(path)
    assert "damaged" not in str(caught.value)


def test_opening_says_nothing_of_good_files(tmp_path, caplog):
    """No message, no warning."""
    caplog.set_level(logging.DEBUG)
    open_source(png(tmp_path / "a.png"), None).close()
    assert not caplog.text
