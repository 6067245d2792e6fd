"""Read and Write of the stand-in host on real files: frames, channels, boxes, colour, errors."""

import numpy as np
import OpenImageIO as oiio
import pytest

from tests.nuke.host import Host, RenderError
from tests.nuke.host.plates import constant, first, store

RGBA = ("R", "G", "B", "A")


@pytest.fixture
def host():
    """A host with a GUI and a small format; at the end any broken rule fails the test."""
    with Host() as host:
        host.nuke.root()["format"].setValue("6 4 0 0 6 4 1 small")
        yield host


def test_read_names_channels_as_nuke(host, tmp_path):
    """R is rgba.red, layer.R is layer.red, Z is depth.Z and a bare name lands in `other`."""
    path = store(tmp_path / "a.exr", {"R": 1, "G": 2, "B": 3, "A": 4, "Z": 5, "confidence.Y": 6,
                                      "Crypto00.R": 7, "ink": 8})
    read = host.nuke.nodes.Read(file=path, raw=True)
    assert first(host, read) == {"rgba.red": 1, "rgba.green": 2, "rgba.blue": 3, "rgba.alpha": 4, "depth.Z": 5,
                                 "confidence.Y": 6, "Crypto00.red": 7, "other.ink": 8}
    assert read.channels() == sorted(first(host, read)) and "confidence" in host.nuke.layers()


def test_a_layer_of_digits_is_an_error(host, tmp_path):
    """Nuke cannot hold a layer whose name is a number."""
    read = host.nuke.nodes.Read(file=store(tmp_path / "a.exr", {"R": 1, "12.Y": 2}))
    with pytest.raises(RenderError, match="not a number"):
        host.render(read, 1)


def test_rows_boxes_and_formats(host, tmp_path):
    """Row 0 is on top; a data window smaller or larger than the format keeps its place; outside it is 0."""
    rows = np.arange(2, dtype=np.float32)[:, None] + 1
    path = store(tmp_path / "a.exr", {"R": rows * np.ones((1, 8), np.float32)}, data=(-1, 1, 8, 2))
    read = host.nuke.nodes.Read(file=path, raw=True)
    image = host.render(read, 1)["rgba.red"]
    assert image.tolist() == [[0] * 6, [1] * 6, [2] * 6, [0] * 6]
    assert host.image(read, 1).box == (-1, 1, 7, 3)
    box = read.bbox()
    assert (box.x(), box.y(), box.w(), box.h()) == (-1, 1, 8, 2)
    assert (read.width(), read.height()) == (6, 4)


@pytest.mark.parametrize(("name", "dtype", "settings", "expected"), [
    ("a.exr", "float", {}, 0.5), ("a.exr", "float", {"colorspace": "sRGB"}, 0.21404114),
    ("a.exr", "float", {"colorspace": "sRGB", "raw": True}, 0.5), ("a.png", "uint8", {}, 0.21586050),
    ("a.png", "uint8", {"raw": True}, 128 / 255), ("a.png", "uint8", {"colorspace": "linear"}, 128 / 255),
    ("a.png", "uint16", {}, 0.21404114),
])
def test_read_colour_spaces(host, tmp_path, name, dtype, settings, expected):
    """Floats are linear and integers sRGB by default; raw changes nothing; alpha is never converted."""
    path = store(tmp_path / name, dict.fromkeys(RGBA, 0.5), dtype=dtype)
    values = first(host, host.nuke.nodes.Read(file=path, **settings))
    assert values["rgba.green"] == pytest.approx(expected, abs=2e-5)
    assert values["rgba.alpha"] == pytest.approx(128 / 255 if dtype == "uint8" else 0.5, abs=2e-5)


def test_unknown_colour_spaces_are_errors(host, tmp_path):
    """A LUT that this host does not compute is refused, not passed."""
    read = host.nuke.nodes.Read(file=store(tmp_path / "a.exr", {"R": 0.5}), colorspace="Cineon")
    with pytest.raises(RenderError, match="Read1: colour space 'Cineon' is not known"):
        host.render(read, 1)


def test_premultiplied_divides_around_the_conversion(host, tmp_path):
    """With `premultiplied` the colour is divided by alpha, converted and multiplied again; alpha 0 gives 0."""
    path = store(tmp_path / "a.exr", {"R": 0.25, "G": 0, "B": 0, "A": 0.5})
    read = host.nuke.nodes.Read(file=path, colorspace="sRGB")
    read["premultiplied"].setValue(True)
    assert first(host, read)["rgba.red"] == pytest.approx(0.21404114 / 2, abs=1e-5)


@pytest.mark.parametrize(("frame", "before", "after", "shown"), [
    (2, "hold", "hold", 2), (-3, "hold", "hold", 1), (9, "hold", "hold", 3), (4, "hold", "loop", 1),
    (0, "loop", "hold", 3), (4, "hold", "bounce", 2), (0, "black", "hold", None), (4, "hold", "black", None),
])
def test_frames_outside_the_range(host, tmp_path, frame, before, after, shown):
    """hold, loop, bounce and black on both sides."""
    for number in (1, 2, 3):
        store(tmp_path / f"a.{number:04d}.exr", {"R": number})
    read = host.nuke.nodes.Read(file=(tmp_path / "a.####.exr").as_posix(), last=3, raw=True)
    read["before"].setValue(before)
    read["after"].setValue(after)
    assert first(host, read, frame).get("rgba.red") == shown


@pytest.mark.parametrize(("mode", "text", "shown"), [
    ("offset", "1", 3), ("start at", "2", 1), ("expression", "frame-1", 1), ("expression", "", 2),
])
def test_moved_frames(host, tmp_path, mode, text, shown):
    """frame_mode offset, start at and expression, seen at frame 2."""
    for number in (1, 2, 3):
        store(tmp_path / f"a.{number:04d}.exr", {"R": number})
    read = host.nuke.nodes.Read(file=(tmp_path / "a.%04d.exr").as_posix(), last=3, raw=True, frame=text)
    read["frame_mode"].setValue(mode)
    assert first(host, read, 2)["rgba.red"] == shown


def test_missing_files(host, tmp_path):
    """error names node and file, black is empty, nearest frame takes the nearest, checkerboard is not computed."""
    store(tmp_path / "a.0003.exr", {"R": 3})
    read = host.nuke.nodes.Read(file=(tmp_path / "a.%04d.exr").as_posix(), last=9, raw=True)
    with pytest.raises(RenderError, match=r"^Read1: .*a\.0005\.exr: No such file"):
        host.render(read, 5)
    assert read.hasError() and host.nuke.nodes.Dot(inputs=[read]).treeHasError()
    read["on_error"].setValue("black")
    assert host.render(read, 5) == {} and not read.hasError()
    read["on_error"].setValue("nearest frame")
    assert first(host, read, 5) == {"rgba.red": 3}
    read["on_error"].setValue("checkerboard")
    with pytest.raises(RenderError, match="not computed"):
        host.render(read, 5)


def test_relative_files_start_at_the_project_directory(host, tmp_path):
    """A relative name is below project_directory, Tcl in it included."""
    store(tmp_path / "a.-001.exr", {"R": 1})
    host.root["name"].setValue((tmp_path / "comp.nk").as_posix())
    host.root["project_directory"].setValue("[python {nuke.script_directory()}]")
    read = host.nuke.nodes.Read(file="a.####.exr", first=-1, last=-1, raw=True)
    assert first(host, read, -1) == {"rgba.red": 1}
    assert host.nuke.filename(read) == (tmp_path / "a.%04d.exr").as_posix()


def test_write_is_read_back_bit_for_bit(host, tmp_path):
    """A 32-bit EXR keeps every value, channel, the format and the box; the file has the names of an EXR."""
    rng = np.random.default_rng(1)
    plane = rng.normal(size=(5, 9)).astype(np.float32)
    path = store(tmp_path / "in.exr", {**dict.fromkeys(RGBA, plane), "confidence.Y": plane}, data=(-2, -1, 9, 5))
    read = host.nuke.nodes.Read(file=path, raw=True)
    target = (tmp_path / "new" / "out.####.exr").as_posix()
    write = host.nuke.nodes.Write(file=target, channels="all", raw=True, inputs=[read])
    write["datatype"].setValue("32 bit float")
    with pytest.raises(RenderError, match="folder does not exist"):
        host.nuke.execute(write, 7, 7)
    write["create_directories"].setValue(True)
    host.nuke.execute(write, 7, 7)
    out = host.nuke.nodes.Read(file=(tmp_path / "new" / "out.0007.exr").as_posix(), raw=True)
    before, after = host.image(read, 7), host.image(out, 7)
    assert after.box == before.box == (-2, 0, 7, 5) and after.size == (6, 4)
    assert {name: plane.tobytes() for name, plane in after.channels.items()} == {
        name: plane.tobytes() for name, plane in before.channels.items()}
    assert set(oiio.ImageInput.open(out["file"].value()).spec().channelnames) == {*RGBA, "confidence.Y"}


def test_write_defaults(host, tmp_path):
    """By default a Write stores rgb as half; a PNG is sRGB."""
    source = constant(host, 0.1, 0.21404114, 0.5, 1)
    for name in ("a.exr", "a.png"):
        write = host.nuke.nodes.Write(file=(tmp_path / name).as_posix(), inputs=[source])
        write["datatype"].setValue("16 bit half" if name == "a.exr" else "8 bit")
        host.nuke.execute(write, 1, 1)
    exr, png = (oiio.ImageBuf((tmp_path / name).as_posix()) for name in ("a.exr", "a.png"))
    assert exr.spec().channelnames == ("R", "G", "B") and str(exr.spec().format) == "half"
    assert exr.getpixel(0, 0)[0] == float(np.float16(0.1)) and round(png.getpixel(0, 0)[1] * 255) in (127, 128)


def test_proxy_mode_makes_smaller_files(host, tmp_path):
    """With root.proxy on, pictures and what a Write stores are of the proxy size."""
    write = host.nuke.nodes.Write(file=(tmp_path / "a.exr").as_posix(), inputs=[constant(host, 1)])
    host.root.setProxy(True)
    host.nuke.execute(write, 1, 1)
    spec = oiio.ImageInput.open((tmp_path / "a.exr").as_posix()).spec()
    assert (spec.full_width, spec.full_height) == (3, 2) and host.render(write, 1)["rgba.red"].shape == (2, 3)


@pytest.mark.parametrize("notices", [True, False])
def test_overwritten_files(tmp_path, notices):
    """An overwritten file is seen at once, or after a press of reload, as the host was told; the hash agrees."""
    with Host(notices_files=notices) as host:
        read = host.nuke.nodes.Read(file=store(tmp_path / "a.exr", {"R": 1}), raw=True)
        before = (first(host, read), read.opHashes())
        store(tmp_path / "a.exr", {"R": 2, "G": 2})
        assert (first(host, read)["rgba.red"] == 2) == (read.opHashes() != before[1]) == notices
        read["reload"].execute()
        assert first(host, read) == {"rgba.red": 2, "rgba.green": 2} and read.opHashes() != before[1]


def test_writes_that_cannot_be_rendered(host, tmp_path):
    """A disabled Write, no input, no channel, a node that is no Write."""
    source = constant(host, 1, channels="rgb")
    write = host.nuke.nodes.Write(file=(tmp_path / "a.exr").as_posix(), inputs=[source], disable=True)
    with pytest.raises(RuntimeError, match="disabled"):
        host.nuke.execute(write, 1, 1)
    write["disable"].setValue(False)
    write["channels"].setValue("alpha")
    with pytest.raises(RenderError, match="none of the channels"):
        host.nuke.execute(write, 1, 1)
    with pytest.raises(RenderError, match="nothing is connected"):
        host.nuke.execute(host.nuke.nodes.Write(file="b.exr"), 1, 1)
    with pytest.raises(RuntimeError, match="not executable"):
        host.nuke.execute(source, 1, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_farm_renders_every_enabled_write(host, tmp_path):
    """`nuke -x` renders enabled Writes, by render_order, and no disabled one."""
    source = constant(host, 1)
    for number, name in enumerate("cab"):
        write = host.nuke.nodes.Write(file=(tmp_path / f"{name}.%04d.exr").as_posix(), inputs=[source], name=name)
        write["render_order"].setValue("abc".index(name))
        write["disable"].setValue(number == 0)
    assert host.render_script(1, 2) == ["a", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.0001.exr", "a.0002.exr", "b.0001.exr", "b.0002.exr"]
