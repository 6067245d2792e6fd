"""A painting moved onto its line plate: to the pixel, in its own colours, by the command that the warning prints."""

import shlex
from pathlib import Path

import cv2
import numpy as np
import pytest

from cmft_engine import cli
from cmft_engine.image.plate import Plate, Window, read_plate, write_plate
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot import fit
from cmft_engine.shot.references import find_lines, read_references
from cmft_engine.shot.register import moved_plate, register_line
from cmft_engine.shot.shot import Shot

SHOT = Path(__file__).parents[2] / "examples" / "shot"
LINES, CANVAS = SHOT / "line.1001.png", Window(0, 0, 960, 540)


@pytest.fixture(scope="module")
def painting():
    """The example's painting, straight sRGB (H, W, 4)."""
    return read_plate(SHOT / "ref.1001.png").pixels


def colors(pixels):
    """Return the colours of a picture, each once."""
    return {tuple(color) for color in np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)}


def scaled(pixels, scale):
    """Scale a picture about its top left corner without a new colour."""
    matrix = np.array([[scale, 0, 0], [0, scale, 0]], np.float32)
    return cv2.warpAffine(pixels, matrix, pixels.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


def told_of(path):
    """Return what a run says of a painting as the reference of frame 1001."""
    shot = Shot.open(SHOT / "line.####.png", reference=f"{path}@1001", frames="1001")
    return read_references(shot, canvas=shot.canvas(), settings=Settings(), palette=None).notes


@pytest.mark.parametrize(("name", "fields"), [
    ("painted.png", {}), ("painted.png", {"bit_depth": "uint16"}), ("painted.tif", {"bit_depth": "float"}),
    ("painted.exr", {"bit_depth": "half", "space": "ACEScg"}), ("it's $(a) painting.png", {})])
def test_the_printed_command_undoes_a_shift(painting, tmp_path, capsys, monkeypatch, name, fields):
    """4 px are undone to the pixel, whatever the file's depth and space, and then nothing is told of it any more."""
    monkeypatch.chdir(tmp_path)
    write_plate(Plate.from_pixels(np.roll(painting, 4, axis=1), **fields), name)
    (told,) = told_of(name)
    assert "when it is moved by 4 px left" in told
    line = shlex.split(told.splitlines()[1])
    assert line == ["cmft", "register", name, "--lines", str(LINES), "--out", f"registered/{name}"]
    assert cli.run(line[1:]) == 0
    assert "moved by 4 px left: 7" in capsys.readouterr().out
    before, after = read_plate(name), read_plate(f"registered/{name}")
    assert np.array_equal(after.pixels, np.roll(before.pixels, -4, axis=1))
    assert (after.space, after.bit_depth, after.channels) == (before.space, before.bit_depth, before.channels)
    assert told_of(f"registered/{name}") == ()


@pytest.mark.parametrize("scale", [1.02, 1 / 1.02, 0.75])
def test_a_scale_is_undone_within_a_pixel(painting, tmp_path, scale):
    """Every corner lies within a pixel of where it should, and no colour is new."""
    picture = scaled(painting, scale)
    lines = fit.borders_of_lines(find_lines(read_plate(LINES), Settings()).coverage)
    move = fit.find_move(lines, fit.borders_of_painting(picture[..., :3] * picture[..., 3:] + 1 - picture[..., 3:]))
    for x, y in ((0, 0), (959, 0), (0, 539), (959, 539)):
        assert abs(move.scale * scale * x + move.x - x) < 1 and abs(move.scale * scale * y + move.y - y) < 1, move
    write_plate(Plate.from_pixels(picture), tmp_path / "p.png")
    arguments = ["register", str(tmp_path / "p.png"), "--lines", str(LINES), "--out", str(tmp_path / "o.png")]
    assert cli.run(arguments) == 0
    assert colors(read_plate(tmp_path / "o.png").pixels) <= colors(read_plate(tmp_path / "p.png").pixels)


def test_another_size(painting, tmp_path, capsys):
    """A painting of twice the size, which a run refuses, is written in the size of its line plate."""
    write_plate(Plate.from_pixels(painting.repeat(2, 0).repeat(2, 1)), tmp_path / "p.png")
    assert cli.run(["colorize", str(SHOT / "line.####.png"), "--reference", f"{tmp_path / 'p.png'}@1001", "--out",
                    str(tmp_path / "c.####.png")]) == 2
    said, line = capsys.readouterr().err.splitlines()
    assert "is 1920x1080, but the line plates are 960x540" in said and said.endswith("; cmft register scales it")
    line = shlex.split(line)
    assert cli.run(line[1:]) == 0
    assert np.array_equal(read_plate(tmp_path / "registered" / "p.png").pixels, painting)


def test_layers_and_windows():
    """All channels of an EXR move together; the windows are the line plate's, the outermost pixels repeated."""
    pixels = np.arange(4 * 3 * 5, dtype=np.float32).reshape(3, 4, 5)
    source = Plate.from_pixels(pixels, channels=("R", "G", "B", "A", "depth.Z"), data_window=Window(1, 0, 4, 3),
                               display_window=Window(1, 0, 4, 3))
    onto = Plate.from_pixels(np.ones((3, 6, 1), np.float32), pixel_aspect=2.0)
    moved = moved_plate(source, fit.Move(1.0, 1, -1), canvas=Window(0, 0, 6, 3), onto=onto)
    assert moved.data_window == moved.display_window == Window(0, 0, 6, 3) and moved.pixel_aspect == 2.0
    assert np.array_equal(moved.pixels, pixels[[1, 2, 2]][:, [0, 0, 0, 1, 2, 3]])


@pytest.mark.parametrize(("name", "settings", "words"), [
    ("a/ref.1001.jpg", {}, ["--out", "a/registered/ref.1001.png"]),
    ("a/ref.hdr", {}, ["--out", "a/registered/ref.exr"]),
    ("-a.png", {}, ["./-a.png", "--lines", "l.png", "--out", "registered/-a.png"]),
    ("a.png", {"ink_threshold": 0.4, "trace_lines": False, "input_space": "ACEScg"},
     ["--ink-threshold=0.4", "--no-trace-lines", "--input-space=ACEScg"])])
def test_the_command_line(name, settings, words):
    """A lossy or foreign format becomes one that keeps colours; what is set about lines and colours is passed on."""
    line = shlex.split(register_line(Path(name), Path("l.png"), Settings(**settings)))
    assert line[:2] == ["cmft", "register"] and line[-len(words):] == words


@pytest.mark.parametrize(("out", "sentence"), [
    ("p.png", "p.png is an input; choose another name"), ("there.png", "there.png exists; add --overwrite"),
    ("o.jpg", "cannot hold the uint16 colours of p.png as they are; name it .png or .tif"),
    ("o.exr", "name it .png or .tif"), ("o.psd", "name it .png or .tif"),
    ("o.png", "100% of the lines of line.png are found in it as it lies")])
def test_what_is_refused(painting, tmp_path, capsys, monkeypatch, out, sentence):
    """Inputs stay, files that are there too; other formats, and paintings that need no move, are told."""
    monkeypatch.chdir(tmp_path)
    write_plate(Plate.from_pixels(painting, bit_depth="uint16"), "p.png")
    write_plate(read_plate(LINES), "line.png")
    Path("there.png").write_text("mine")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert cli.run(["register", "p.png", "--lines", "line.png", "--out", out]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_another_drawing_is_not_moved(tmp_path, capsys):
    """A painting that no move lays on the lines is not written."""
    picture = np.ones((540, 960, 3), np.float32)
    picture[20:60, 700:900] = (0.8, 0.2, 0.2)
    write_plate(Plate.from_pixels(picture), tmp_path / "p.png")
    assert cli.run(["register", str(tmp_path / "p.png"), "--lines", str(LINES), "--out", str(tmp_path / "o.png")]) == 2
    assert "is it a painting of this drawing?" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "o.png").exists()


def test_one_pixel_is_undone(painting, tmp_path):
    """A shift too small to be warned of is undone all the same for who asks."""
    write_plate(Plate.from_pixels(np.roll(painting, 1, axis=0)), tmp_path / "p.png")
    arguments = ["register", str(tmp_path / "p.png"), "--lines", str(LINES), "--out", str(tmp_path / "o.png")]
    assert cli.run(arguments) == 0
    assert np.array_equal(read_plate(tmp_path / "o.png").pixels[:-1], painting[:-1])


def disc_and_line(folder, px, *, short, thick, shift=0):
    """Write a disc without ink that stops short of its line, moved to the right, and the line; return the files."""
    line = np.ones((px, px, 3), np.float32)
    fill = np.ones((px, px, 3), np.float32)
    for middle, radius, color in (((px // 2, px // 2), px // 3, (0.9, 0.5, 0.2)),
                                  ((px // 2, px // 3), px // 9, (0.2, 0.4, 0.8))):
        cv2.circle(line, middle, radius, (0, 0, 0), thick)
        cv2.circle(fill, middle, radius - thick // 2 - short, color, -1)
    files = folder / "p.png", folder / "l.png"
    for file, pixels in zip(files, (np.roll(fill, shift, axis=1), line), strict=True):
        write_plate(Plate.from_pixels(pixels), file)
    return files


@pytest.mark.parametrize(("px", "short", "thick"), [
    (480, 1, 11), (480, 2, 3), (480, 3, 5), (480, 5, 3), (480, 5, 11), (1080, 1, 3), (1080, 3, 3), (1080, 2, 11)])
def test_paint_that_keeps_off_its_line_is_left(tmp_path, capsys, px, short, thick):
    """Nothing is scaled up to the lines; the same painting shifted is laid back, in its own size."""
    painting, lines = disc_and_line(tmp_path, px, short=short, thick=thick)
    told = ["--lines", str(lines), "--out", str(tmp_path / "o.png")]
    assert cli.run(["register", str(painting), *told]) != 0
    assert "so nothing is written; it" in capsys.readouterr().err
    assert not (tmp_path / "o.png").exists()
    painting, _ = disc_and_line(tmp_path, px, short=short, thick=thick, shift=px // 30)
    assert cli.run(["register", str(painting), *told]) == 0
    placed = read_plate(tmp_path / "o.png").pixels.mean(2) < 0.9
    assert abs(np.nonzero(placed)[1].mean() - (px // 2)) < 2
