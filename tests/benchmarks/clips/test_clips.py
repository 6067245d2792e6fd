from pathlib import Path

import numpy as np
import pytest

from benchmarks.clips.clips import draw_puppet_clip, letterbox, load_set, read_clips, read_rgb8
from cmft_engine.image.plate import Plate, write_plate
from cmft_engine.protocol.errors import PlateError, ShotError
from tests.benchmarks.small_drawings import draw_face


def write(picture: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_plate(Plate.from_pixels(picture.astype(np.float32) / 255), path)


@pytest.fixture
def folder(tmp_path):
    for number in (0, 1, 5):
        line, painting = draw_face(number, 0)
        write(line, tmp_path / "toon" / "face" / "line" / f"{number:04d}.png")
        write(painting, tmp_path / "toon" / "face" / "gt" / f"{number:04d}.png")
    return tmp_path


def test_stored_drawings_come_back_bit_by_bit(folder):
    """What a clip's files hold is what is scored, in pairs by gap; a gap without a drawing is left out."""
    (clip,) = load_set("toon", folder, size=96)
    pairs = clip.pairs((1, 5, 9))
    assert [pair.gap for pair in pairs] == [1, 5]
    assert np.array_equal(pairs[1].target_gt, draw_face(5, 0)[1])
    assert np.array_equal(pairs[1].reference_line, draw_face()[0])
    write(draw_face(3, 0)[0], folder / "toon" / "face" / "between" / "0003.png")
    (clip,) = load_set("toon", folder, size=96)
    assert list(clip.between) == [3] and np.array_equal(clip.between_by_gap()[3], draw_face(3, 0)[0])


def test_a_painting_without_its_line_is_named(folder):
    """The message names the clip and the drawing."""
    (folder / "toon" / "face" / "line" / "0005.png").unlink()
    with pytest.raises(PlateError, match="face: drawing 5 has a line or a painting, but not both"):
        list(read_clips(folder / "toon", size=96))


def test_an_empty_set_says_what_a_clip_is(tmp_path):
    """A wrong folder is no silent zero."""
    with pytest.raises(ShotError, match=r"no clip in it; a clip is a folder with line/NNNN\.png"):
        list(read_clips(tmp_path, size=96))


def test_transparent_paintings_lie_on_white(tmp_path):
    """Alpha 0 reads as white paper, whatever its colour."""
    pixels = np.zeros((2, 2, 4), np.float32)
    pixels[0] = (1, 0, 0, 1)
    write_plate(Plate.from_pixels(pixels), tmp_path / "a.png")
    picture = read_rgb8(tmp_path / "a.png")
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert picture[1, 1].tolist() == [255, 255, 255]


def test_letterboxing_keeps_the_shape_of_the_drawing():
    """A wide picture lies in the middle of a white square, scaled and not stretched."""
    square = letterbox(np.zeros((20, 40, 3), np.uint8), 80)
    assert square.shape == (80, 80, 3)
    assert (square[20:60] == 0).all()
    assert (square[:20] == 255).all()


def test_validation_puppets_are_the_same_every_time():
    """A seed gives one clip; line, painting and number of drawings are those that the table names."""
    one, again = (draw_puppet_clip(3, style="inked", size=48) for _ in range(2))
    assert sorted(one.lines) == [0, 1, 5, 9] and sorted(one.between) == [2, 3, 4, 6, 7, 8]
    assert all(np.array_equal(one.paintings[i], again.paintings[i]) for i in one.paintings)
    assert one.lines[9].shape == (48, 48, 3)
    assert not np.array_equal(one.lines[0], draw_puppet_clip(4, style="inked", size=48).lines[0])
