"""Coloured plates hold the palette's exact values, and the folder knows which of them are up to date."""

import json

import numpy as np
import pytest

from cmft_engine.image.cryptomatte import matte
from cmft_engine.image.palette import Palette, PaletteColor
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.pipeline import compose as outputs
from cmft_engine.pipeline.compose import Colored, State, compose
from cmft_engine.protocol.errors import InputError, ShotError
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import PAINTS, figure, write_shot

LINES = extract_line_art(figure().lines())
BARE = LINES.coverage == 0


def palette(*values, space="sRGB"):
    values = values or [(*paint, 1.0) for paint in PAINTS]
    return Palette(tuple(PaletteColor(f"color{i}", value) for i, value in enumerate(values)), space)


def composed(path, *, colors=None, depth="uint8", ink="over", rgb=None, **settings):
    """The plate of the figure in its own paints."""
    colors = colors or palette()
    colored = Colored(figure().paint, np.full((64, 64), 0.75, np.float32), rgb)
    painting = Plate.from_pixels(figure().painted(), bit_depth=depth)
    return compose(colored, line_plate=Plate.from_pixels(figure().lines(), frame=3), lines=LINES, palette=colors,
                   settings=Settings(ink=ink, **settings), painting=painting, path=path)


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
    paint = np.broadcast_to(np.array([1, 0.5, 0, 1], np.float32), (64, 64, 4))
    inked = outputs.lay_ink(paint, lines, "sRGB")
    at = lines.coverage > 0
    cover = float(lines.coverage[at][0])
    assert inked[at][0, :2] == pytest.approx(np.array([1, 0.5]) * (1 - cover) + lines.color[at][0, :2], abs=1e-3)
    clear = outputs.lay_ink(paint * [1, 1, 1, 0], lines, "sRGB")
    assert clear[at][0, 3] == pytest.approx(cover) and (clear[~at][:, 3] == 0).all()


def test_paint_mode_shows_the_decoders_picture(tmp_path):
    """With an RGB of its own the picture is that; the flats beside it stay the palette's."""
    picture = np.full((64, 64, 3), 0.25, np.float32)
    plate = composed(tmp_path / "a.exr", rgb=picture, depth="float")
    assert (plate.rgb()[BARE] == 0.25).all()
    assert np.array_equal(plate.pixels[..., plate.channels.index("flats.R")], palette().values[figure().paint][..., 0])


def test_channels_of_an_exr(tmp_path):
    """The EXR carries R, G, B, A, flats, confidence and the palette's Cryptomatte, ids as 32 bit floats."""
    path = tmp_path / "a.exr"
    write_plate(composed(path, depth="half"), path)
    plate = read_plate(path)
    assert set(plate.channels) == {*"RGBA", *(f"flats.{c}" for c in "RGBA"), "confidence.Y",
                                   *(f"CryptoPalette00.{c}" for c in "RGBA")}
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
    seen = outputs.display_picture(Plate.from_pixels(rgba))
    assert seen.tolist() == [[[1, 1, 1], [1, 0, 0], [0.5, 0.5, 0.5]]]


@pytest.fixture
def shot(tmp_path):
    lines = write_shot(tmp_path, {1: figure(), 2: figure(3)}, reference=1)
    return Shot.open(lines, reference=f"{tmp_path}/ref.png@1")


def test_planned_paths(shot):
    """Every frame has a path of its own; several frames need a place for their number."""
    assert [p.name for p in outputs.plan_outputs(shot, "o/c.###.png").values()] == ["c.001.png", "c.002.png"]
    with pytest.raises(ShotError, match=r"o/c\.png: 2 frames need a name with #### or %04d"):
        outputs.plan_outputs(shot, "o/c.png")


@pytest.mark.parametrize("name", ["lines.%04d.png", "../{}/lines.####.png", "ref.png"])
def test_inputs_are_never_outputs(shot, tmp_path, name):
    """Line plates and references are refused as outputs, however their path is spelled."""
    one = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1", frames="2")
    with pytest.raises(ShotError, match=r"\(frame [12]\) is an input of this shot; choose another --out"):
        outputs.plan_outputs(one if name == "ref.png" else shot, str(tmp_path / name.format(tmp_path.name)))


def test_existing_plates_are_counted(shot, tmp_path):
    """The first plate in the way is named with its frame, the others are counted."""
    paths = outputs.plan_outputs(shot, str(tmp_path / "c.####.png"))
    outputs.check_free(paths)
    for path in paths.values():
        path.touch()
    with pytest.raises(ShotError, match=r"c\.0001\.png \(frame 1\) is there already, and 1 more; use --resume"):
        outputs.check_free(paths)


def test_fingerprint(tmp_path):
    """It changes with any text, any file's content and their division, and with nothing else."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    first = outputs.fingerprint("ab", "c", path)
    assert outputs.fingerprint("ab", "c", path) == first
    path.write_bytes(b"y")
    assert len({first, outputs.fingerprint("ab", "c", path), outputs.fingerprint("a", "bc", path)}) == 3


def test_state_remembers_finished_frames(tmp_path):
    """Another run finds the notes of a frame, unless its inputs, its plate's size or its name differ."""
    out, plate = str(tmp_path / "c.####.png"), tmp_path / "c.0001.png"
    plate.write_bytes(b"pixels")
    State(tmp_path, out).note(1, "inputs", plate, {"regions": 5})
    later = State(tmp_path, out)
    assert later.finished(1, "inputs", plate) == {"regions": 5}
    assert later.finished(1, "others", plate) is None and later.finished(2, "inputs", plate) is None
    assert State(tmp_path, str(tmp_path / "d.####.png")).finished(1, "inputs", plate) is None
    plate.write_bytes(b"pix")
    assert later.finished(1, "inputs", plate) is None
    assert [p.name for p in tmp_path.glob(".*")] == [outputs.STATE]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99, "digest": "inputs"}', '{"version": 1}'])
def test_unreadable_state_costs_only_time(tmp_path, text):
    """A note that is damaged or of another version counts as none, and is written anew."""
    note = tmp_path / outputs.STATE / "c.png" / "1.json"
    note.parent.mkdir(parents=True)
    note.write_text(text)
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    state = State(tmp_path, "c.png")
    assert state.finished(1, "inputs", plate) is None
    state.note(1, "inputs", plate, {})
    assert json.loads(note.read_text())["digest"] == "inputs"


def test_runs_may_share_a_folder(tmp_path):
    """Two runs that began before either had finished a frame both find both frames afterwards."""
    plates = [tmp_path / f"c.{frame}.png" for frame in (1, 2)]
    runs = [State(tmp_path, "c.#.png") for _ in plates]
    for frame, (plate, run) in enumerate(zip(plates, runs, strict=True), 1):
        plate.write_bytes(b"pixels")
        run.note(frame, "inputs", plate, {"frame": frame})
    assert [runs[0].finished(frame, "inputs", plates[frame - 1]) for frame in (1, 2)] == [{"frame": 1}, {"frame": 2}]


def test_state_that_cannot_be_written(tmp_path):
    """A full disk at this point names the folder and the way on."""
    plate = tmp_path / "c.png"
    plate.write_bytes(b"pixels")
    (tmp_path / outputs.STATE).write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written \(.*free some space or choose another --out, then --res"):
        State(tmp_path, "c.png").note(1, "inputs", plate, {})
