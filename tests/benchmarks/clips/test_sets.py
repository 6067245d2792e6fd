from pathlib import Path

import numpy as np
import pytest

from benchmarks.clips.sets import load_set
from cmft_engine.image.plate import Plate, write_plate
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
