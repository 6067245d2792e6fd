"""What a run makes of other plates: linear light, frames before zero, alpha, metadata."""

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.image.sequence import PlateSequence
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.protocol.events import FrameDone
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write, write_shot

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
