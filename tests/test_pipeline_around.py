"""Drawings around one have a say in its colours, whatever part of the shot is coloured, and cost no second look.

Runs with random networks: nothing here depends on what they find.
"""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine import engine, pipeline
from cmft_engine.image.plate import read_plate
from cmft_engine.image.snap import UNCALIBRATED, UNFITTED, VOICES, Fitted
from cmft_engine.pipeline import colorize, colorize_iter
from cmft_engine.protocol.events import Skipped
from cmft_engine.protocol.settings import Settings
from cmft_engine.references import read_drawing
from cmft_engine.shot import Shot
from tests.drawings import figure, write, write_shot

pytestmark = pytest.mark.usefixtures("any_weights")
SMALL = Settings(work_size=128, device="cpu")
PAINTED = figure(-3, 2)


@pytest.fixture
def shot(tmp_path):
    """Draw a shot that is painted at frame 9, which is none of its own."""
    def shot(drawings, frames):
        lines = write_shot(tmp_path, {**drawings, 9: PAINTED}, reference=9)
        return Shot.open(lines, reference=f"{tmp_path}/ref.png@9", frames=frames)
    return shot


@pytest.fixture
def out(tmp_path):
    return tmp_path / "o" / "c.####.png"


def test_a_redrawn_plate_makes_those_around_it_stale(shot, out, tmp_path):
    """What has a say in a drawing's colours is part of what its plate was made from; farther ones stay."""
    drawings = {frame: figure(frame, 1) for frame in range(1, 7)}
    colorize(shot(drawings, frames="1-6"), out, settings=SMALL.replace(temporal_radius=1))
    write(PAINTED.lines(), tmp_path / "lines.0005.png")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@9", frames="1-6")
    seen = list(colorize_iter(again, out, settings=SMALL.replace(temporal_radius=1), resume=True))
    assert [event.frame for event in seen if isinstance(event, Skipped)] == [1, 2, 3]


@pytest.mark.parametrize("around", [0, 1, 2])
def test_every_drawing_is_read_and_matched_once(shot, out, monkeypatch, around):
    """Whether or not others ask for it, in the whole shot and where a part of it begins."""
    read, studied = [], []
    monkeypatch.setattr(pipeline, "read_drawing", lambda path, frame, **named: (read.append(frame),
                                                                                read_drawing(path, frame, **named))[1])
    study = engine.Engine.study
    monkeypatch.setattr(engine.Engine, "study", lambda self, frame, cut: (studied.append(frame),
                                                                          study(self, frame, cut))[1])
    whole = shot({frame: figure(frame, 1) for frame in range(1, 8)}, frames="1-7")
    settings = SMALL.replace(temporal_radius=around)
    colorize(whole, out, settings=settings)
    assert sorted(read) == sorted(studied) == [1, 2, 3, 4, 5, 6, 7]
    read.clear(), studied.clear()
    colorize(whole.only([4, 5]), out.parent / "p.####.png", settings=settings)
    assert sorted(read) == sorted(studied) == list(range(4 - around, 6 + around))


def test_drawings_beside_a_painted_one_are_matched_once(tmp_path, monkeypatch):
    """A painting in the middle asks nobody, and those before and after it still ask each other."""
    lines = write_shot(tmp_path, {frame: figure(frame, 1) for frame in range(1, 10)}, reference=5)
    studied, study = [], engine.Engine.study
    monkeypatch.setattr(engine.Engine, "study", lambda self, frame, cut: (studied.append(frame),
                                                                          study(self, frame, cut))[1])
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@5")
    colorize(shot, tmp_path / "c.####.png", settings=SMALL.replace(temporal_radius=2))
    assert sorted(studied) == list(range(1, 10))


def test_parts_hear_what_the_whole_hears(shot, tmp_path, monkeypatch):
    """Drawings around a part have their say though they are not coloured, and a say makes a difference."""
    load, heard = pipeline.load_checkpoint, Fitted(UNFITTED.confidence, np.eye(len(VOICES), dtype=np.float32)[-1] * 9)
    calibration = replace(UNCALIBRATED, around=heard)
    monkeypatch.setattr(pipeline, "load_checkpoint", lambda: replace(load(), calibration=calibration))
    whole = shot({frame: figure(frame, frame % 3) for frame in range(1, 7)}, frames="1-6")
    for name, part, around in (("w", whole, 2), ("p", whole.only([3]), 2), ("a", whole.only([3]), 0)):
        colorize(part, tmp_path / name / "c.####.exr", settings=SMALL.replace(temporal_radius=around))
    one, part, alone = (read_plate(tmp_path / name / "c.0003.exr") for name in "wpa")
    assert np.array_equal(part.pixels, one.pixels) and not np.array_equal(alone.pixels, one.pixels)
