import numpy as np
import pytest

from benchmarks.clips.rgb8 import read_rgb8
from benchmarks.methods.registry import OURS
from benchmarks.quality import sheet
from benchmarks.quality.gallery import Gallery
from benchmarks.quality.sheet import (
    CAPTION_PX,
    ERROR_COLOR,
    HEADINGS,
    MARGIN_PX,
    TILE_PX,
    WorstFrame,
    draw_sheet,
    write_sheet,
)
from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.made_up import result
from tests.benchmarks.small_drawings import SIDE


def frame(foreground: float, name: str = "toon") -> WorstFrame:
    (pair,) = face_clip(0, 1).pairs()
    return WorstFrame(name, pair, foreground, 0.5, pair.target_line)


def test_a_clip_sends_its_worst_gap(engine):
    """The gap with the fewest right pixels, with its own picture; gaps without a figure and rivals have no say."""
    gallery = Gallery(face_clip(0, 1, 5, 9).pairs())
    results = [result(OURS, 0.9), result(OURS, 0.7, gap=5), result(OURS, float("nan"), gap=9), result("flow", 0.1)]
    worst = sheet.worst_frame(gallery, results)
    assert worst is not None
    assert (worst.pair.gap, worst.foreground) == (5, 0.7)
    assert worst.picture is gallery.pictures(OURS)[1]
    assert sheet.worst_frame(gallery, results[2:]) is None


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 1), (3, 2), (20, 10)])
def test_frames_fill_rows_of_two(count, rows):
    """Width and height follow from the tiles; no sheet is wider than 2000 px."""
    side = TILE_PX[0]
    drawn = draw_sheet([frame(0.5)] * count, side)
    block = side * len(HEADINGS)
    assert drawn.shape[1] == (block if count == 1 else 2 * block + MARGIN_PX) <= 2000
    assert drawn.shape[0] == CAPTION_PX + rows * (CAPTION_PX + side)


def test_the_twenty_worst_come_worst_first(tmp_path, monkeypatch):
    """Of thirty frames the best ten are left out."""
    drawn = []
    monkeypatch.setattr(sheet, "draw_sheet", lambda frames, side: drawn.append(frames) or np.zeros((9, 9, 3), np.uint8))
    write_sheet([frame(i / 30) for i in reversed(range(30))], tmp_path / "sheet.png")
    assert [f.foreground for f in drawn[0]] == [i / 30 for i in range(20)]


def test_errors_are_red_and_only_there(tmp_path):
    """The last tile marks what is wrong; the tiles before show reference, line, truth and ours as they are."""
    write_sheet([frame(0.5)], tmp_path / "sheet.png")
    tiles = np.split(read_rgb8(tmp_path / "sheet.png")[2 * CAPTION_PX :], len(HEADINGS), axis=1)
    red = [(tile == ERROR_COLOR).all(axis=2).any() for tile in tiles]
    assert red == [False, False, False, False, True]


def test_tiles_shrink_until_the_file_is_small_enough(tmp_path, monkeypatch):
    """The first size that fits is kept; without one the smallest is."""
    monkeypatch.setattr(sheet, "TILE_PX", (TILE_PX[0], SIDE))
    write_sheet([frame(0.5)], tmp_path / "large.png")
    large = (tmp_path / "large.png").stat().st_size
    monkeypatch.setattr(sheet, "MAX_BYTES", large - 1)
    write_sheet([frame(0.5)], tmp_path / "small.png")
    assert (tmp_path / "small.png").stat().st_size < large
    assert read_rgb8(tmp_path / "small.png").shape[1] == SIDE * len(HEADINGS)
    monkeypatch.setattr(sheet, "MAX_BYTES", 0)
    write_sheet([frame(0.5)], tmp_path / "least.png")
    assert read_rgb8(tmp_path / "least.png").shape[1] == SIDE * len(HEADINGS)
