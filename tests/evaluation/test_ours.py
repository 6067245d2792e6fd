import shutil

import numpy as np
import pytest

import cmft_engine
from benchmarks.ours import ours
from benchmarks.sheet import TILE_PX, write_sheet
from cmft_engine.evaluation.clips import ValidationClip, read_rgb8
from cmft_engine.image.sequence import frame_path
from tests.evaluation.small_drawings import draw_face


@pytest.fixture
def pairs():
    drawings = {number: draw_face(number, 0) for number in (0, 1, 5)}
    clip = ValidationClip("face", {n: d[0] for n, d in drawings.items()}, {n: d[1] for n, d in drawings.items()})
    return clip.pairs()


@pytest.fixture
def calls(monkeypatch):
    """Replace the engine by one that copies line plates; return the shots that it was given."""
    shots = []

    def copy_lines(shot, out):
        shots.append(shot)
        for frame in shot.frames:
            target = frame_path(out, frame)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(shot.lines.path(frame), target)

    monkeypatch.setitem(vars(cmft_engine), "colorize", copy_lines)
    return shots


def test_the_engine_gets_a_clip_as_one_shot_of_files(pairs, calls):
    """One call a clip: the targets are its frames, the reference's own line plate lies at frame 0."""
    pictures = ours(pairs)
    (shot,) = calls
    assert shot.frames == (1, 5)
    assert shot.references[0].frame == 0
    assert [np.array_equal(p, pair.target_line) for p, pair in zip(pictures, pairs, strict=True)] == [True, True]


def test_the_contact_sheet_has_a_row_a_pair(pairs, calls, tmp_path):
    """Six tiles a row: reference, line, ours, rules and flow, truth, errors in red."""
    write_sheet(pairs, tmp_path / "sheet.png")
    sheet = read_rgb8(tmp_path / "sheet.png")
    assert sheet.shape[1] == 6 * TILE_PX
    assert sheet.shape[0] > 2 * TILE_PX
    assert (sheet[:, -TILE_PX:] == (220, 30, 30)).all(axis=2).any()
