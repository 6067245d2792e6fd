"""A plate comes back from its file as it was, and a file that cannot be read or written says so."""

import struct
import zlib

import numpy as np
import OpenImageIO as oiio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from benchmarks.clips.png_chunk import png_chunk
from cmft_engine.image.plate import Plate, Window, read_header, read_plate, read_without_pixels, write_plate
from cmft_engine.protocol.errors import PlateError, SettingsError

RGBA = ("R", "G", "B", "A")
CLOSE_TO_BITS = np.array([0x3F812345, 0x00812345, 0xFF012345], np.uint32).view(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("plates")


def save(path, pixels, depth="half", channels=None, **attributes):
    """Write a file with OpenImageIO alone, as another program would."""
    height, width, count = pixels.shape
    spec = oiio.ImageSpec(width, height, count, depth)
    if channels:
        spec.channelnames = channels
        spec.alpha_channel = channels.index("A") if "A" in channels else -1
    for name, value in attributes.items():
        spec.attribute(name.replace("__", ":"), value)
    target = oiio.ImageOutput.create(str(path))
    assert target.open(str(path), spec) and target.write_image(pixels) and target.close()


def stored(path, kind):
    """Return the numbers in a file as OpenImageIO alone reads them."""
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), hints)
    try:
        return source.read_image(0, 0, 0, source.spec().nchannels, kind)
    finally:
        source.close()


def png(path, rows, *, bits, color_type, palette=b""):
    """Write a PNG of packed `rows` by hand: OpenImageIO writes no 1-bit and no palette PNG."""
    width = len(rows[0]) * 8 // bits
    header = struct.pack(">IIBBBBB", width, len(rows), bits, color_type, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", header), png_chunk(b"PLTE", palette) if palette else b"",
              png_chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))), png_chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def gradient(height=5, width=7, count=4):
    values = np.linspace(0, 1, height * width * count, dtype=np.float32)
    return values.reshape(height, width, count)


# Bit-identical round trips


@settings(max_examples=25, deadline=None)
@given(values=arrays.arrays(np.uint16, (3, 4, 4)), depth=st.sampled_from(["uint8", "uint16"]),
       suffix=st.sampled_from([".png", ".tif"]), count=st.integers(1, 4))
def test_integers_round_trip(folder, values, depth, suffix, count):
    """Every 8- and 16-bit value, alpha or not, is in the file again after reading and writing it."""
    kind = {"uint8": oiio.UINT8, "uint16": oiio.UINT16}[depth]
    values = np.ascontiguousarray((values >> (0 if depth == "uint16" else 8)).astype(depth)[..., :count])
    first, second = folder / f"first{suffix}", folder / f"second{suffix}"
    channels = {1: ("Y",), 2: ("Y", "A"), 3: RGBA[:3], 4: RGBA}[count]
    if count in (2, 4):
        values[0, 0, -1] = 1  # where all are 0, alpha says nothing
    save(first, values, depth, channels, oiio__UnassociatedAlpha=1)
    plate = read_plate(first)
    write_plate(plate, second)
    assert plate.bit_depth == depth and plate.channels == channels
    np.testing.assert_array_equal(stored(second, kind), values)


@settings(max_examples=25, deadline=None)
@given(bits=arrays.arrays(np.uint16, (3, 4, 3)),
       alpha=arrays.arrays(np.uint16, (3, 4, 1), elements=st.integers(0, 0x3C00)))
def test_half_round_trips(folder, bits, alpha):
    """Every finite half under every alpha from 0 to 1 is in the EXR again, though it was straight in between."""
    alpha[0, 0] = 0x3C00  # where all are 0, alpha says nothing
    pixels = np.concatenate([bits, alpha], axis=2).view(np.float16).astype(np.float32)
    pixels[~np.isfinite(pixels)] = 0.25
    save(folder / "first.exr", pixels)
    write_plate(read_plate(folder / "first.exr"), folder / "second.exr")
    np.testing.assert_array_equal(stored(folder / "second.exr", oiio.FLOAT), pixels)


def test_float_keeps_every_bit(folder):
    """A float EXR or TIFF of opaque and of empty pixels returns the very same values."""
    pixels = np.random.default_rng(1).normal(0, 3, (6, 5, 4)).astype(np.float32)
    pixels[..., 3] = np.random.default_rng(2).integers(0, 2, (6, 5))
    for name in ("float.exr", "float.tif"):
        write_plate(Plate.from_pixels(pixels, bit_depth="float"), folder / name)
        np.testing.assert_array_equal(read_plate(folder / name).pixels, pixels)


def test_integers_round_to_nearest_and_clip(folder):
    """0.5/255 above a step rounds up, just under it down; what is outside [0, 1] or NaN is clipped."""
    row = np.array([-1, 0.499 / 255, 0.501 / 255, 254.499 / 255, 7, np.nan], np.float32)
    write_plate(Plate.from_pixels(row[None, :, None]), folder / "clip.png")
    assert stored(folder / "clip.png", oiio.UINT8).ravel().tolist() == [0, 0, 1, 254, 255, 0]


def test_half_clips_to_its_largest(folder):
    """A value beyond half becomes 65504, not infinity."""
    write_plate(Plate.from_pixels(np.full((1, 1, 3), 1e9, np.float32), bit_depth="half"), folder / "bright.exr")
    assert read_plate(folder / "bright.exr").pixels.max() == 65504


# Alpha


def test_straight_in_memory(folder):
    """An EXR's colour is divided by alpha inside (0, 1) only: glow without alpha and values over 1 stay."""
    pixels = np.array([[[0.25, 0.5, 0, 0.5], [0.25, 0.5, 0, 0], [3, 0.5, 0, 1]]], np.float32)
    save(folder / "glow.exr", pixels)
    read = read_plate(folder / "glow.exr").pixels
    assert read.tolist() == [[[0.5, 1, 0, 0.5], [0.25, 0.5, 0, 0], [3, 0.5, 0, 1]]]


def test_each_layer_has_its_own_alpha(folder):
    """flats.R is multiplied by flats.A, not by A, in the file."""
    pixels = np.array([[[1, 1, 1, 0.5, 1, 1, 1, 0.25]]], np.float32)
    plate = Plate.from_pixels(pixels, channels=(*RGBA, "flats.R", "flats.G", "flats.B", "flats.A"), bit_depth="half")
    write_plate(plate, folder / "layers.exr")
    names, numbers = read_header(folder / "layers.exr").channels, stored(folder / "layers.exr", oiio.FLOAT)[0, 0]
    values = dict(zip(names, numbers, strict=True))
    assert values["R"] == 0.5 and values["flats.R"] == 0.25


def test_alpha_too_faint_for_half_adds_no_light(folder):
    """A pixel whose alpha rounds to 0 does not turn into a glow of full strength."""
    pixels = np.array([[[1, 1, 1, 1e-9]]], np.float32)
    write_plate(Plate.from_pixels(pixels, bit_depth="half"), folder / "faint.exr")
    assert stored(folder / "faint.exr", oiio.FLOAT).max() == 0


def test_jpeg_lies_on_white(folder):
    """What is transparent becomes white paper in a format without alpha."""
    write_plate(Plate.from_pixels(np.zeros((8, 8, 4), np.float32)), folder / "paper.jpg")
    assert read_plate(folder / "paper.jpg").pixels.min() == 1


# Channels, parts and kinds of files


def test_channels_are_found_by_name(folder):
    """The order of channels in the file does not matter, nor do further layers."""
    pixels = gradient(count=6)
    pixels[..., 3] = 1
    save(folder / "order.exr", pixels, "float", ("B", "id.X", "R", "A", "G", "Z"))
    plate = read_plate(folder / "order.exr")
    np.testing.assert_array_equal(plate.rgb(), pixels[..., [2, 4, 0]])
    np.testing.assert_array_equal(plate.alpha(), pixels[..., 3])


@pytest.mark.parametrize(("channels", "rgb", "alpha"), [
    (("Y",), [0, 0, 0], None),
    (("Y", "A"), [0, 0, 0], 1),
    (("A",), None, 0),
    (("R", "G"), [0, 0, 0], None),
    (("depth",), [0, 0, 0], None),
    (("main.R", "main.G", "main.B"), [0, 1, 2], None),
    (("View.Combined.R", "View.Combined.G", "View.Combined.B", "View.Combined.A"), [0, 1, 2], 3),
    (("matte.R", "matte.G", "matte.B", "beauty.red", "beauty.green", "beauty.blue"), [3, 4, 5], None),
    (("N.X", "N.Y", "N.Z", "rgba.r", "rgba.g", "rgba.b", "rgba.a"), [3, 4, 5], 6),
])
def test_what_counts_as_color(channels, rgb, alpha):
    """Grey, alpha alone, and layers of the usual names are understood."""
    plate = Plate.from_pixels(gradient(count=len(channels)), channels=channels)
    expected = np.zeros((5, 7, 3)) if rgb is None else plate.pixels[..., rgb]
    np.testing.assert_array_equal(plate.rgb(), expected)
    assert (plate.alpha() is None) == (alpha is None)
    if alpha is not None:
        np.testing.assert_array_equal(plate.alpha(), plate.pixels[..., alpha])


def test_no_color_names_the_channels():
    """A plate of depth and motion alone says which channels it has."""
    with pytest.raises(PlateError, match=r"no colour among its channels Z, motion.u; render R, G, B or Y"):
        Plate.from_pixels(gradient(count=2), channels=("Z", "motion.u")).rgb()


def test_a_plate_of_no_rows_has_colors():
    assert Plate.from_pixels(np.zeros((0, 5, 4))).rgb().shape == (0, 5, 3)


def test_parts_are_merged_under_their_name(folder):
    """A multi-part EXR is one plate: the first part as it is, the others as layers."""
    beauty, line = oiio.ImageSpec(4, 3, 4, "half"), oiio.ImageSpec(4, 3, 1, "float")
    line.channelnames = ("Y",)
    beauty.attribute("oiio:subimagename", "beauty")
    line.attribute("oiio:subimagename", "line")
    path = str(folder / "parts.exr")
    target = oiio.ImageOutput.create(path)
    assert target.open(path, (beauty, line)) and target.write_image(np.ones((3, 4, 4), np.float32))
    assert target.open(path, line, "AppendSubimage") and target.write_image(np.full((3, 4, 1), 0.1, np.float32))
    assert target.close()
    plate = read_plate(path)
    assert plate.channels == (*RGBA, "line.Y") and plate.float_channels == ("line.Y",)
    assert plate.pixels[0, 0, 4] == np.float32(0.1) and plate.bit_depth == "half"


def test_cryptomatte_keeps_bit_patterns_beside_half(folder):
    """Ids keep all 32 bits and are not multiplied by a channel called A, whatever the plate's depth."""
    channels = (*RGBA, "CryptoPalette00.R", "CryptoPalette00.G", "CryptoPalette00.A")
    pixels = np.full((1, 1, 7), 0.5, np.float32)
    pixels[0, 0, 4:] = CLOSE_TO_BITS
    metadata = {"cryptomatte/abc1234/name": "CryptoPalette", "cryptomatte/abc1234/manifest": '{"hair":"3f812345"}'}
    plate = Plate.from_pixels(pixels, channels=channels, bit_depth="half", metadata=metadata)
    write_plate(plate, folder / "crypto.exr")
    back = read_plate(folder / "crypto.exr")
    found = [back.pixels[0, 0, back.channels.index(name)].view(np.uint32) for name in channels[4:]]
    assert found == CLOSE_TO_BITS.view(np.uint32).tolist()
    assert back.bit_depth == "half" and set(back.float_channels) == set(channels[4:])
    assert metadata.items() <= back.metadata.items()


def test_ids_of_whole_numbers_keep_their_value(folder):
    """An integer channel beside half ones is read as its number and written as float."""
    spec = oiio.ImageSpec(1, 1, 4, "half")
    spec.channelnames, spec.channelformats = ("R", "G", "B", "id"), ("half", "half", "half", "uint")
    target = oiio.ImageOutput.create(str(folder / "id.exr"))
    assert target.open(str(folder / "id.exr"), spec)
    assert target.write_image(np.array([[[1, 1, 1, 4096 / 0xFFFFFFFF]]], np.float32)) and target.close()
    plate = read_plate(folder / "id.exr")
    assert round(float(plate.pixels[0, 0, 3])) == 4096 and plate.float_channels == ("id",)


def test_one_bit_and_palette_png(folder):
    """A 1-bit PNG is 0 and 1; a palette PNG has its palette's exact colours."""
    png(folder / "bit.png", [[0b10100000]], bits=1, color_type=0)
    assert read_plate(folder / "bit.png").rgb()[0, :4, 0].tolist() == [1, 0, 1, 0]
    png(folder / "palette.png", [[1, 0]], bits=8, color_type=3, palette=bytes([1, 2, 3, 200, 100, 50]))
    read = read_plate(folder / "palette.png")
    np.testing.assert_array_equal(read.rgb() * 255, np.array([[[200, 100, 50], [1, 2, 3]]], np.float32))


def test_exif_orientation_is_applied(folder):
    """A photograph of a drawing stands upright: row 0 is its top."""
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0, 0] = 255
    save(folder / "turned.tif", pixels, "uint8", Orientation=6)
    plate, header = read_plate(folder / "turned.tif"), read_header(folder / "turned.tif")
    assert plate.rgb()[0, 1].tolist() == [1, 1, 1] and plate.rgb().sum() == 3
    assert header.data_window == plate.data_window == Window(0, 0, 2, 4)


# Windows and metadata


def test_windows_aspect_and_metadata_come_back(folder):
    """Overscan, pixel aspect, timecode and texts survive; tags of the old file do not."""
    spec_windows = {"data_window": Window(-3, 2, 7, 5), "display_window": Window(0, 0, 10, 8)}
    source = folder / "source.exr"
    save(source, gradient(), "half", Software="ink 3", openexr__dwaCompressionLevel=5.0)
    spec = oiio.ImageSpec(4, 4, 3, "half")
    spec.attribute("smpte:TimeCode", oiio.TypeDesc("timecode"), (0x01020304, 0))
    spec.attribute("FramesPerSecond", oiio.TypeDesc("rational"), (24000, 1001))
    target = oiio.ImageOutput.create(str(folder / "time.exr"))
    assert target.open(str(folder / "time.exr"), spec)
    assert target.write_image(np.ones((4, 4, 3), np.float32)) and target.close()
    metadata = {**read_plate(source).metadata, **read_plate(folder / "time.exr").metadata, "Software": "ink 3"}
    plate = Plate.from_pixels(gradient(), **spec_windows, pixel_aspect=2.0, metadata=metadata, bit_depth="half")
    write_plate(plate, folder / "kept.exr")
    back = read_plate(folder / "kept.exr")
    assert (back.data_window, back.display_window, back.pixel_aspect) == (*spec_windows.values(), 2.0)
    assert back.metadata["Software"] == "ink 3" and "compression" not in back.metadata
    assert back.metadata["smpte:TimeCode"] == ("timecode", (0x01020304, 0))
    assert back.metadata["FramesPerSecond"] == ("rational", (24000, 1001))
    header = read_header(folder / "kept.exr")
    assert (header.data_window, header.display_window) == (back.data_window, back.display_window)
    assert set(header.channels) == set(RGBA) and header.bit_depth == "half"


def test_what_a_file_says_of_itself_without_its_pixels(folder):
    """All but the pixels is as when they are read: windows, metadata, channels, depth and space."""
    window = Window(-3, 2, 7, 5)
    write_plate(Plate.from_pixels(gradient(), data_window=window, display_window=Window(0, 0, 10, 8), bit_depth="half",
                                  metadata={"Software": "ink 3"}), folder / "over.exr")
    save(folder / "turned.tif", np.zeros((2, 4, 3), np.uint8), "uint8", Orientation=6)
    for name, space in (("over.exr", ""), ("turned.tif", "lin_rec709_scene")):
        read, told = (way(folder / name, frame=3, space=space) for way in (read_plate, read_without_pixels))
        assert not told.pixels.any() and told.pixels.strides == (0, 0, 0)  # takes no memory
        assert {**vars(told), "pixels": None} == {**vars(read), "pixels": None}
    with pytest.raises(PlateError, match="frame 3"):
        read_without_pixels(folder / "none.exr", frame=3)


def test_flat_formats_show_the_display_window(folder):
    """A PNG holds the display window: overscan is cut, what is missing is transparent."""
    windows = {"data_window": Window(-2, 0, 4, 4), "display_window": Window(0, 0, 4, 4)}
    plate = Plate.from_pixels(np.ones((4, 4, 3), np.float32), **windows)
    write_plate(plate, folder / "window.png")
    back = read_plate(folder / "window.png")
    assert back.channels == RGBA and back.alpha()[0].tolist() == [1, 1, 0, 0]
    assert back.data_window == back.display_window == Window(0, 0, 4, 4)


@pytest.mark.parametrize("window", [Window(0, 0, 2, 2), Window(-1, -2, 9, 9), Window(20, 20, 3, 3),
                                    Window(1, -1, 9, 3)])
def test_on_canvas_moves_no_pixel(window):
    """Each pixel keeps its place in the plane; outside the plate everything is 0."""
    plate = Plate.from_pixels(gradient() + 1)
    placed = plate.on_canvas(window)
    assert placed.data_window == window and placed.display_window == plate.display_window
    for y in range(window.height):
        for x in range(window.width):
            at_y, at_x = y + window.y, x + window.x
            inside = 0 <= at_y < 5 and 0 <= at_x < 7
            assert placed.pixels[y, x].tolist() == (plate.pixels[at_y, at_x].tolist() if inside else [0] * 4)


def test_union_holds_both():
    """The union of two windows is the smallest that holds them."""
    assert Window(-2, 1, 4, 4).union(Window(0, 0, 10, 3)) == Window(-2, 0, 12, 5)


# Colour spaces of files


def test_default_spaces(folder):
    """EXR is linear, PNG is sRGB, a declared known space wins, an unknown one does not."""
    save(folder / "plain.exr", gradient())
    save(folder / "aces.exr", gradient(), oiio__ColorSpace="ACEScg")
    save(folder / "odd.exr", gradient(), colorInteropID="my own space")
    save(folder / "plain.png", gradient(), "uint8")
    spaces = [read_plate(folder / name).space for name in ("plain.exr", "aces.exr", "odd.exr", "plain.png")]
    assert spaces == ["lin_rec709", "lin_ap1_scene", "lin_rec709", "sRGB"]


def test_space_can_be_given(folder):
    """A given space overrides the file's; an unknown one names near ones."""
    save(folder / "given.png", gradient(), "uint8")
    assert read_plate(folder / "given.png", space="Raw").space == "Raw"
    with pytest.raises(SettingsError, match="ACEScg"):
        read_plate(folder / "given.png", space="ACESgc")


def test_written_space_is_declared(folder):
    """The next program learns the space from the file."""
    write_plate(Plate.from_pixels(gradient(), space="ACEScg", bit_depth="half"), folder / "space.exr")
    assert read_plate(folder / "space.exr").space == "lin_ap1_scene"


# Bad input


def test_nan_is_read_as_zero_with_a_warning(folder, caplog):
    """NaN and infinity do not reach the engine; negative values are legal and stay."""
    save(folder / "nan.exr", np.array([[[np.nan, np.inf, -0.5], [0.5, 0.5, 0.5]]], np.float32))
    assert read_plate(folder / "nan.exr", frame=4).pixels[0, 0].tolist() == [0, 65504, -0.5]
    assert "nan.exr (frame 4): 1 pixels are NaN or infinite" in caplog.text


@pytest.mark.parametrize(("name", "content", "message"), [
    ("empty.png", b"", r"empty.png \(frame 12\) is empty \(0 bytes\); render or copy it again"),
    ("empty.exr", b"", r"empty.exr \(frame 12\) is empty"),
    ("text.png", b"hello", r"text.png \(frame 12\) cannot be read as an image .*; check that"),
    ("text.exr", b"hello, this is no image at all", r"text.exr \(frame 12\) cannot be read as an image"),
    ("missing.png", None, r"missing.png \(frame 12\) does not exist; give an image file"),
])
def test_bad_files_name_file_frame_and_remedy(tmp_path, name, content, message):
    """An empty, absent or foreign file is refused by name."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for read in (read_plate, read_header):
        with pytest.raises(PlateError, match=message) as caught:
            read(tmp_path / name, frame=12)
        assert caught.value.frame == 12 and caught.value.path == str(tmp_path / name)


@pytest.mark.parametrize("suffix", [".exr", ".png", ".tif", ".jpg"])
@pytest.mark.parametrize("ratio", [0.5, 0.95])
def test_cut_files_are_refused(tmp_path, suffix, ratio):
    """A file whose copying broke off is an error, not a plate with grey at the bottom."""
    path = tmp_path / f"cut{suffix}"
    noise = np.random.default_rng(3).random((64, 64, 3), dtype=np.float32)
    write_plate(Plate.from_pixels(noise), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * ratio)])
    with pytest.raises(PlateError, match=r"is cut off or damaged|cannot be read"):
        read_plate(path)


def test_a_folder_is_no_plate(tmp_path):
    """A folder is refused as such."""
    with pytest.raises(PlateError, match="is a folder"):
        read_plate(tmp_path)
