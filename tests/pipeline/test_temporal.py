"""Neighbouring frames vote on a drawing's colours, whatever part of the shot is coloured, and cost no second look.

Runs with random networks: nothing here depends on what they find.
"""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.image.plate import read_plate
from cmft_engine.matching.calibration import CUES, UNCALIBRATED, UNFITTED, Fitted
from cmft_engine.pipeline import colorize as pipeline
from cmft_engine.pipeline import frames, reference_matcher
from cmft_engine.pipeline.colorize import colorize, colorize_iter
from cmft_engine.protocol.events import Skipped
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.references import read_drawing
from cmft_engine.shot.shot import Shot
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


def test_a_redrawn_plate_makes_its_neighbors_stale(shot, out, tmp_path):
    """What has a say in a drawing's colours is part of what its plate was made from; farther ones stay."""
    drawings = {frame: figure(frame, 1) for frame in range(1, 7)}
    colorize(shot(drawings, frames="1-6"), out, settings=SMALL.replace(temporal_radius=1))
    write(PAINTED.lines(), tmp_path / "lines.0005.png")
    again = Shot.open(tmp_path / "lines.####.png", reference=f"{tmp_path}/ref.png@9", frames="1-6")
    seen = list(colorize_iter(again, out, settings=SMALL.replace(temporal_radius=1), resume=True))
    assert [event.frame for event in seen if isinstance(event, Skipped)] == [1, 2, 3]


@pytest.mark.parametrize("radius", [0, 1, 2])
def test_every_drawing_is_read_and_matched_once(shot, out, monkeypatch, radius):
    """Whether or not others ask for it, in the whole shot and where a part of it begins."""
    read, matched = [], []
    monkeypatch.setattr(frames, "read_drawing", lambda path, frame, **named: (read.append(frame),
                                                                                read_drawing(path, frame, **named))[1])
    match = pipeline.match_drawing
    monkeypatch.setattr(pipeline, "match_drawing", lambda run, matcher, frame, drawing: (matched.append(frame),
                                                                          match(run, matcher, frame, drawing))[1])
    whole = shot({frame: figure(frame, 1) for frame in range(1, 8)}, frames="1-7")
    settings = SMALL.replace(temporal_radius=radius)
    colorize(whole, out, settings=settings)
    assert sorted(read) == sorted(matched) == [1, 2, 3, 4, 5, 6, 7]
    read.clear(), matched.clear()
    colorize(whole.only([4, 5]), out.parent / "p.####.png", settings=settings)
    assert sorted(read) == sorted(matched) == list(range(4 - radius, 6 + radius))


def test_drawings_beside_a_painted_one_are_matched_once(tmp_path, monkeypatch):
    """A painting in the middle asks nobody, and those before and after it still ask each other."""
    lines = write_shot(tmp_path, {frame: figure(frame, 1) for frame in range(1, 10)}, reference=5)
    matched, match = [], pipeline.match_drawing
    monkeypatch.setattr(pipeline, "match_drawing", lambda run, matcher, frame, drawing: (matched.append(frame),
                                                                          match(run, matcher, frame, drawing))[1])
    shot = Shot.open(lines, reference=f"{tmp_path}/ref.png@5")
    colorize(shot, tmp_path / "c.####.png", settings=SMALL.replace(temporal_radius=2))
    assert sorted(matched) == list(range(1, 10))


def test_parts_get_the_votes_of_the_whole(shot, tmp_path, monkeypatch):
    """Neighbours of a part vote though they are not coloured, and a vote makes a difference.

    The whole shot does not settle here, for that would change what its parts find.
    """
    monkeypatch.setattr("cmft_engine.pipeline.run.Run.settle", lambda run: iter(()))
    load, neighbors_alone = reference_matcher.load_checkpoint, np.eye(len(CUES), dtype=np.float32)[-1] * 9
    calibration = replace(UNCALIBRATED, temporal=Fitted(UNFITTED.confidence, neighbors_alone))
    monkeypatch.setattr(reference_matcher, "load_checkpoint", lambda: replace(load(), calibration=calibration))
    whole = shot({frame: figure(frame, frame % 3) for frame in range(1, 7)}, frames="1-6")
    for name, part, radius in (("w", whole, 2), ("p", whole.only([3]), 2), ("a", whole.only([3]), 0)):
        colorize(part, tmp_path / name / "c.####.exr", settings=SMALL.replace(temporal_radius=radius))
    one, part, alone = (read_plate(tmp_path / name / "c.0003.exr") for name in "wpa")
    assert np.array_equal(part.pixels, one.pixels) and not np.array_equal(alone.pixels, one.pixels)
