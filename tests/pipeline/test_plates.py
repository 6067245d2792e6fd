"""What a run makes of other plates: linear light, frames before zero, alpha, metadata."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.plate import convert, read_plate, to_display, write_plate
from cmft_engine.image.sequence import PlateSequence
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.protocol.events import FrameDone, Message
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot
from tests.image.test_icc import GAMMA, P3_XYZ, SRGB_CURVE, WIDE_XYZ, icc

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
A, B, C = figure(), figure(4, 1), figure(-3, 2)
BARE = A.labels > 0


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o" / "c.####.png"


def test_exr_in_linear_light(tmp_path):
    """A half EXR painting in scene-linear light gives EXRs whose bare pixels and flats are its values, bit for bit."""
    paints = np.array([(1, 1, 1), (0.0213, 0.131, 3.5), (0.7, 0.33, 0.11), (0.5, 0.02, 0.018)], np.float16)
    paints = paints.astype(np.float32)
    write(A.lines(), tmp_path / "l.-0002.exr", bit_depth="half", space="lin_rec709_scene")
    write(A.painted(paints), tmp_path / "ref.exr", bit_depth="half", space="lin_rec709_scene")
    shot = Shot.open(tmp_path / "l.####.exr", reference=f"{tmp_path}/ref.exr@-2")
    colorize(shot, tmp_path / "o" / "c.####.exr", settings=SMALL)
    plate = read_plate(tmp_path / "o" / "c.-0002.exr")
    assert plate.bit_depth == "half"
    assert np.array_equal(plate.rgb()[BARE], paints[A.paint][BARE])
    flats = plate.pixels[..., [plate.channels.index(f"flats.{c}") for c in "RGB"]]
    assert np.array_equal(flats[BARE], paints[A.paint][BARE])
    assert {tuple(c) for c in flats.reshape(-1, 3)} == {tuple(p) for p in paints}


def test_negative_frames(tmp_path, out):
    """Frames before zero are read, coloured and written under their own numbers."""
    lines = write_shot(tmp_path, {-3: A, -2: B, 0: C}, reference=0)
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@0")
    seen = list(colorize_iter(shot, out, settings=SMALL))
    assert [event.frame for event in seen if isinstance(event, FrameDone)] == [-3, -2, 0]
    assert PlateSequence.parse(out).frames == (-3, -2, 0)


def test_alpha_drawings(tmp_path, out):
    """Lines on transparent paper with a painting on transparent paper give plates with its alpha."""
    for frame, drawing in ((1, A), (2, B)):
        ink = (drawing.labels == 0).astype(np.float32)
        write(np.dstack([np.zeros((64, 64, 3), np.float32), ink]), tmp_path / f"lines.{frame:04d}.png")
    painting = np.dstack([A.painted(), (A.labels != 1).astype(np.float32)])
    write(painting, tmp_path / "ref.png")
    shot = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@1", frames="1")
    colorize(shot, out, settings=SMALL)
    alpha = read_plate(out.parent / "c.0001.png").alpha()
    assert np.array_equal(alpha, painting[..., 3])


def test_metadata_and_windows_are_the_lines(tmp_path, out):
    """Pixel aspect, metadata and a data window smaller than the picture come from the line plate."""
    lines = write_shot(tmp_path, {1: A}, reference=1)
    plate = read_plate(tmp_path / "lines.0001.png")
    write(plate.pixels, tmp_path / "lines.0001.png", pixel_aspect=2.0, metadata={"Artist": "me"})
    colorize(Shot.open(lines, reference=f"{tmp_path}/ref.png@1"), tmp_path / "o" / "c.####.exr", settings=SMALL)
    back = read_plate(tmp_path / "o" / "c.0001.exr")
    assert back.pixel_aspect == 2.0 and back.metadata["Artist"] == "me"


def test_exr_of_a_display_painting_is_scene_linear(tmp_path):
    """What opens an EXR takes it for scene-linear: an 8-bit painting is converted, and comes back to its numbers."""
    lines = write_shot(tmp_path, {1: A}, reference=1)
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    told = [event for event in colorize_iter(shot, tmp_path / "o" / "c.####.exr", settings=SMALL)
            if isinstance(event, Message)]
    plate, painting = read_plate(tmp_path / "o" / "c.0001.exr"), read_plate(tmp_path / "ref.png")
    assert plate.space == "lin_rec709" and plate.bit_depth == "float" and not told
    assert np.array_equal(plate.rgb()[BARE], convert(painting.rgb(), "sRGB", "lin_rec709")[BARE])
    seen = to_display(plate.rgb(), plate.space)
    assert np.array_equal(np.rint(seen * 255)[BARE], np.rint(painting.rgb() * 255)[BARE])


def test_exr_that_is_not_scene_linear_is_told_at_the_end(tmp_path):
    """With --output-space sRGB the EXR holds display values, and the last message before the end says so."""
    lines = write_shot(tmp_path, {1: A}, reference=1)
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    seen = list(colorize_iter(shot, tmp_path / "o" / "c.####.exr", settings=SMALL.replace(output_space="sRGB")))
    assert "this EXR holds sRGB, which is not scene-linear" in seen[-2].text
    plate = read_plate(tmp_path / "o" / "c.0001.exr")
    assert plate.space == "sRGB" and np.array_equal(plate.rgb()[BARE], read_plate(tmp_path / "ref.png").rgb()[BARE])


def test_profile_of_the_painting(tmp_path):
    """PNG plates carry the painting's unknown ICC profile and its numbers; for an EXR the run says it is left out."""
    lines = write_shot(tmp_path, {1: A}, reference=1)
    painting = read_plate(tmp_path / "ref.png")
    write_plate(replace(painting, profile=icc(WIDE_XYZ, GAMMA)), tmp_path / "ref.png")
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    notes = {}
    for suffix in (".png", ".exr"):
        seen = list(colorize_iter(shot, tmp_path / "o" / f"c.####{suffix}", settings=SMALL))
        notes[suffix] = [event.text for event in seen if isinstance(event, Message)]
    plate = read_plate(tmp_path / "o" / "c.0001.png")
    assert plate.profile == icc(WIDE_XYZ, GAMMA) and np.array_equal(plate.rgb()[BARE], painting.rgb()[BARE])
    assert not notes[".png"] and 'ref.png: the colours of its ICC profile, "My space", are left out' in notes[".exr"][0]


def test_known_profile_is_converted_for_an_exr(tmp_path):
    """A painting in Display P3 gives a PNG with its numbers and profile, and an EXR of the colours that they are."""
    lines = write_shot(tmp_path, {1: A}, reference=1)
    painting = read_plate(tmp_path / "ref.png")
    write_plate(replace(painting, profile=icc(P3_XYZ, SRGB_CURVE)), tmp_path / "ref.png")
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@1")
    for suffix in (".png", ".exr"):
        colorize(shot, tmp_path / "o" / f"c.####{suffix}", settings=SMALL)
    png, exr = (read_plate(tmp_path / "o" / f"c.0001{suffix}") for suffix in (".png", ".exr"))
    assert png.profile and np.array_equal(png.rgb()[BARE], painting.rgb()[BARE])
    assert np.allclose(exr.rgb()[BARE], convert(painting.rgb(), "srgb_p3d65_scene", "lin_rec709")[BARE], atol=1e-6)


def test_metadata_of_the_line_plate_that_is_untrue_of_the_coloured_one(tmp_path):
    """Primaries, the container flag and Cryptomatte entries without channels stay with the line plate."""
    write_shot(tmp_path, {1: A}, reference=1)
    write(A.lines(), tmp_path / "l.0001.exr", bit_depth="half", space="ACES2065-1",
          metadata={"cryptomatte/3ae39a5/name": "CryptoObject", "Artist": "me"})
    shot = Shot.open(tmp_path / "l.####.exr", reference=f"{tmp_path}/ref.png@1")
    colorize(shot, tmp_path / "o" / "c.####.exr", settings=SMALL)
    back = read_plate(tmp_path / "o" / "c.0001.exr")
    assert back.space == "lin_rec709" and back.metadata["Artist"] == "me"
    assert {name for name in back.metadata if name.startswith("crypto")} == {
        f"cryptomatte/4756939/{part}" for part in ("name", "hash", "conversion", "manifest")}
