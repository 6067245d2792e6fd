"""Bad input ends in one sentence that names the file, the frame and the remedy; odd input is coloured."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from cmft_engine import cli
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.palette_files import save_palette
from cmft_engine.image.plate import read_plate
from tests.drawings import PAINTS, figure, write, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
A, B = figure(), figure(3, 1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Frames 1 to 3, painted at frame 1; the working directory."""
    write_shot(tmp_path, {1: A, 2: B, 3: figure(5, 1)}, reference=1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, capsys):
    """Run `cmft colorize` on the folder's shot; return exit code and what a person reads."""
    def run(*more, lines="lines.####.png", reference=("ref.png@1",), out="o/c.####.png"):
        references = [part for name in reference for part in ("--reference", name)]
        code = cli.run(["colorize", lines, *references, "--out", str(out), "--work-size", "128", "--device", "cpu",
                        *more])
        return code, capsys.readouterr().err
    return run


def refused(result, *parts):
    """Exit code 2 and one sentence that holds all parts, no traceback."""
    code, text = result
    assert code == 2, text
    assert "Traceback" not in text
    sentence = text.strip().splitlines()[-1]
    assert sentence.startswith("cmft: ") and all(part in sentence for part in parts), sentence


def test_good_input(run, folder):
    """The shot that the other tests spoil is coloured."""
    code, text = run()
    assert code == 0, text
    assert len(list((folder / "o").glob("c.*.png"))) == 3


@pytest.mark.parametrize("field", ["input_space", "output_space"])
def test_unknown_color_space(run, folder, field):
    """The setting is named before a frame is coloured, with spaces of like names."""
    refused(run(f"--{field.replace('_', '-')}", "sRBG"), f"{field}: 'sRBG'", "use one like sRGB - Display")
    assert not (folder / "o").exists()


def test_missing_frame_in_the_middle(run, folder):
    """Asked for 1-3 without a plate for 2, nothing is coloured."""
    (folder / "lines.0002.png").unlink()
    refused(run("--frames", "1-3"), "lines.####.png: no plate for frame 2 (there are 1, 3)", "render what is missing")
    assert not (folder / "o").exists()


def test_unreadable_file(run, folder):
    """A file that is no image is named with its frame."""
    (folder / "lines.0002.png").write_bytes(b"this is no picture")
    refused(run(), "lines.0002.png (frame 2) cannot be read as an image", "check that it is a whole EXR, PNG")


def test_cut_off_file(run, folder):
    """A plate whose end is missing is named with its frame; the frames before it are finished and stay."""
    whole = (folder / "lines.0003.png").read_bytes()
    (folder / "lines.0003.png").write_bytes(whole[: len(whole) // 2])
    refused(run(), "lines.0003.png (frame 3) is cut off or damaged", "render or copy it again")


@pytest.mark.parametrize("name", ["lines.0002.png", "ref.png"])
def test_zero_byte_file(run, folder, name):
    """An empty file, line plate or painting, is named."""
    (folder / name).write_bytes(b"")
    refused(run(), name, "is empty (0 bytes); render or copy it again")


def test_size_differs_from_the_reference(run, folder):
    """A painting of another size is refused with both sizes and the way to give it as a sheet."""
    write(figure(side=80).painted(), folder / "ref.png")
    code, told = run()
    told, line = told.strip().splitlines()[-2:]
    refused((code, told), "ref.png (reference at frame 1) is 80x80, but the line plates are 64x64", "ref.png@sheet")
    assert line == "cmft register ref.png --lines lines.0001.png --out registered/ref.png"


def test_line_plates_of_two_sizes(run, folder):
    """A line plate of another size than the first is refused with both sizes."""
    write(figure(side=80).lines(), folder / "lines.0002.png")
    refused(run(), "lines.0002.png (frame 2) is 80x80, but frame 1 is 64x64")


def test_no_reference(run):
    """Without a reference the message says how to give one."""
    refused(run(reference=()), "The shot has no reference; give a painted drawing as FILE@FRAME")


def test_missing_reference(run):
    """A reference that is not there is named with its frame."""
    refused(run(reference=("none.png@1",)), "none.png (reference at frame 1) does not exist")


def test_two_references_at_one_frame(run, folder):
    """Two paintings for one frame are both named."""
    shutil.copy(folder / "ref.png", folder / "other.png")
    refused(run(reference=("ref.png@1", "other.png@1")), "Two references stand at frame 1", "ref.png", "other.png")


def test_all_white_drawing(run, folder):
    """A drawing without ink is one region: it gets one colour of the palette, and no error."""
    write(np.ones((64, 64, 3), np.float32), folder / "lines.0002.png")
    code, text = run()
    assert code == 0, text
    found = np.unique(read_plate(folder / "o" / "c.0002.png").rgb().reshape(-1, 3), axis=0)
    allowed = np.float32(np.rint(np.array(PAINTS) * 255) / np.float32(255))
    assert len(found) == 1 and (allowed == found).all(1).any()


def test_all_black_drawing(run, folder):
    """A drawing of nothing but ink is coloured and stays black under its ink."""
    write(np.zeros((64, 64, 3), np.float32), folder / "lines.0002.png")
    code, text = run()
    assert code == 0, text
    assert (folder / "o" / "c.0002.png").is_file()


def test_single_pixel_drawing(run, folder):
    """A shot of 1x1 pixels is coloured with its reference's one colour."""
    write(np.ones((1, 1, 3), np.float32), folder / "dot.1.png")
    write(np.array([[PAINTS[3]]], np.float32), folder / "dot_ref.png")
    code, text = run(lines="dot.#.png", reference=("dot_ref.png@1",), out="o/d.#.png")
    assert code == 0, text
    assert read_plate(folder / "o" / "d.1.png").rgb()[0, 0] == pytest.approx(PAINTS[3], abs=0.003)


def test_blank_reference(run, folder):
    """A painting that is all paper gives plates that are all paper."""
    write(np.ones((64, 64, 3), np.float32), folder / "ref.png")
    code, text = run("--ink", "none")
    assert code == 0, text
    assert (read_plate(folder / "o" / "c.0002.png").rgb() == 1).all()


def write_raw(path, pixels):
    """Write a float EXR with OpenImageIO alone, broken numbers and all."""
    height, width, channels = pixels.shape
    target = oiio.ImageOutput.create(str(path))
    assert target.open(str(path), oiio.ImageSpec(width, height, channels, "float"))
    assert target.write_image(np.ascontiguousarray(pixels, np.float32)) and target.close()


def test_nan_and_negative_pixels(run, folder, caplog):
    """NaN, infinite and negative pixels of an EXR are warned of by file and do not reach the plates."""
    broken = A.lines()
    broken[3, 3], broken[4, 4], broken[5, 5] = np.nan, np.inf, -0.5
    write_raw(folder / "l.1.exr", broken)
    write_raw(folder / "ref.exr", A.painted())
    code, text = run("--ink", "none", lines="l.#.exr", reference=("ref.exr@1",), out="o/c.#.exr")
    assert code == 0, text
    assert "l.1.exr (frame 1): 2 pixels are NaN or infinite; NaN is read as 0" in caplog.text
    plate = read_plate(folder / "o" / "c.1.exr")
    bare = A.labels > 1
    assert np.isfinite(plate.rgb()).all()
    assert np.array_equal(plate.rgb()[bare], A.painted()[bare])


def test_nan_in_the_reference(run, folder, caplog):
    """A broken pixel in the painting is warned of; NaN never becomes a palette colour."""
    painting = A.painted()
    painting[3, 3], painting[40, 32] = np.nan, -2
    write_raw(folder / "l.1.exr", A.lines())
    write_raw(folder / "ref.exr", painting)
    code, text = run("--ink", "none", lines="l.#.exr", reference=("ref.exr@1",), out="o/c.#.exr")
    assert code == 0, text
    assert "ref.exr (frame 1): 1 pixels are NaN" in caplog.text
    found = read_plate(folder / "o" / "c.1.exr").rgb()
    assert {tuple(c) for c in found.reshape(-1, 3)} == {tuple(p) for p in np.float32(PAINTS)}


def test_palette_of_one_color(run, folder):
    """With one colour in the palette every pixel has it, and the report needs no second choice."""
    save_palette(Palette((PaletteColor("red", (1, 0, 0, 1)),)), folder / "one.json")
    code, text = run("--palette", "one.json", "--ink", "none", "--confidence-below", "1")
    assert code == 0, text
    for frame in (1, 2, 3):
        assert (read_plate(folder / "o" / f"c.{frame:04d}.png").rgb() == (1, 0, 0)).all()


def test_missing_palette(run):
    """A palette file that is not there is named before anything is written."""
    refused(run("--palette", "none.json"), "none.json")


@pytest.mark.parametrize("text", ["", "{", '{"version": 1, "space": "sRGB", "colors": []}'])
def test_broken_palette(run, folder, text):
    """A palette file that is empty, cut off or holds no colour is named."""
    (folder / "p.json").write_text(text)
    refused(run("--palette", "p.json"), "p.json")


def test_output_folder_below_a_file(run, folder):
    """A folder that cannot be made is an input error that names the plate, and no input is harmed."""
    (folder / "o").write_text("a file")
    refused(run(), "o/c.0001.png (frame 1) cannot be written", "choose another output folder")
    assert (folder / "o").read_text() == "a file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_output_folder_without_permission(run, folder):
    """A folder that may not be written to is named."""
    (folder / "o").mkdir(mode=0o500)
    refused(run(), "c.0001.png (frame 1) cannot be written", "allow writing there")


def test_output_of_no_format(run, folder):
    """A suffix that is no plate format is refused with those that are."""
    refused(run(out="o/c.####.gif"), ".gif is no format for plates", "name it .exr, .png, .tif or .jpg")


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 100 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=100k", "tmpfs", place],
                                       capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", place], check=True)


def test_disk_full(run, folder, full_disk):
    """When the disk fills up the plate is named, no half plate stays, and after making room --resume goes on."""
    (full_disk / "ballast").write_bytes(bytes(90_000))
    noisy = np.random.default_rng(0).uniform(0.3, 1, (64, 64, 3)).astype(np.float32)
    write(np.where(A.labels[..., None] > 1, noisy, A.painted()), folder / "ref.png")
    options = ("--mode", "paint")
    refused(run(*options, out=full_disk / "c.####.exr"), "c.000", "cannot be written", "disk space")
    assert not list(full_disk.glob(".*.tmp*"))
    left = [read_plate(path).frame for path in full_disk.glob("c.*.exr")]  # those that are there are whole
    (full_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=4m", full_disk], check=True)
    code, text = run(*options, "--resume", out=full_disk / "c.####.exr")
    assert code == 0, text
    assert len(list(full_disk.glob("c.*.exr"))) == 3 > len(left)


def test_existing_output_is_refused(run, folder):
    """Without --overwrite or --resume a plate that is there stays as it is, to the byte."""
    (folder / "o").mkdir()
    (folder / "o" / "c.0002.png").write_bytes(b"mine")
    refused(run(), "c.0002.png (frame 2) is there already", "--resume", "--overwrite")
    assert (folder / "o" / "c.0002.png").read_bytes() == b"mine"
    assert [path.name for path in (folder / "o").iterdir()] == ["c.0002.png"]


def test_overwrite(run, folder):
    """--overwrite replaces what is there."""
    (folder / "o").mkdir()
    (folder / "o" / "c.0002.png").write_bytes(b"mine")
    assert run("--overwrite")[0] == 0
    assert read_plate(folder / "o" / "c.0002.png").rgb().shape == (64, 64, 3)


@pytest.mark.parametrize("more", [(), ("--overwrite",), ("--resume",)])
def test_inputs_are_never_overwritten(run, folder, more):
    """An output that is an input is refused whatever is asked for, and the inputs stay to the byte."""
    before = {path.name: path.read_bytes() for path in Path(folder).glob("*.png")}
    refused(run(*more, out="lines.####.png"), "is an input of this shot; choose another --out")
    refused(run(*more, "--frames", "2", out="ref.png"), "ref.png (frame 2) is an input of this shot")
    assert {path.name: path.read_bytes() for path in Path(folder).glob("*.png")} == before


def test_a_link_in_a_circle_and_a_folder_among_the_plates(run, folder):
    """Both are named for what they are, and the other frame is coloured."""
    write(figure().lines(), folder / "lines.0003.png")
    for name in ("lines.0002.png", "lines.0003.png"):
        (folder / name).unlink()
    (folder / "lines.0002.png").symlink_to("lines.0002.png")
    (folder / "lines.0003.png").mkdir()
    refused(run(), "2 of 3 frames cannot be coloured", "lines.0002.png (frame 2) is a link that leads nowhere",
            "lines.0003.png (frame 3) is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize(("name", "words"), [
    ("lines.0002.png", "lines.0002.png (frame 2) is no plain file"),
    ("ref.png", "ref.png (reference at frame 1) is no plain file")])
def test_a_pipe_in_the_place_of_a_picture(run, folder, name, words):
    """A pipe that nobody writes to is named, and nobody waits for it."""
    (folder / name).unlink()
    os.mkfifo(folder / name)
    refused(run(), words)
