"""What is told of a drawing is what its plate shows."""

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.decide import Decision
from cmft_engine.pipeline.colored_shot import ColoredShot
from cmft_engine.pipeline.colorize import colorize
from cmft_engine.pipeline.recording import as_shown
from cmft_engine.protocol.settings import Settings
from cmft_engine.shot.drawing import SegmentedDrawing
from cmft_engine.shot.references import find_lines, read_line_plate
from cmft_engine.shot.shot import Shot
from tests.drawings import figure, write_shot


def test_color_is_the_one_shown_most():
    """Where asked; the colour that was chosen becomes the second choice if that was the one shown."""
    labels = np.repeat([[1, 2, 3]], 6, axis=0).repeat(4, axis=1).astype(np.int32)
    index = np.where(labels == 2, 1, 2).astype(np.int32)
    index[:2] = 0
    decision = Decision(np.array([0, 3, 0]), np.array([2, 0, 1]), np.ones(3, np.float32), np.zeros(3, bool),
                        np.zeros((3, 1), np.float32), np.zeros(3, bool), PaintMap.pure(index))
    drawing = SegmentedDrawing(np.zeros(labels.shape, bool), labels, labels, 3)
    shown = as_shown(decision, drawing, np.array([True, True, False]))
    assert shown.color.tolist() == [2, 1, 0] and shown.runner_up.tolist() == [0, 0, 1]
    assert as_shown(decision, drawing, np.zeros(3, bool)).runner_up.tolist() == [2, 0, 1]


@pytest.mark.usefixtures("any_weights")
def test_lines_are_recorded(tmp_path):
    """As their plate has them, so that no correction need find them again and makes the same plate."""
    shot = Shot.open(write_shot(tmp_path, {1: figure(), 2: figure(1)}, reference=1), reference=f"{tmp_path}/ref.png@1")
    colorize(shot, tmp_path / "o" / "c.####.png", settings=Settings(work_size=128, device="cpu"))
    colored = ColoredShot(tmp_path / "o")
    plate = read_line_plate(colored.shot.line_plate(2), 2, canvas=colored.shot.canvas, settings=colored.shot.settings)
    lines = find_lines(plate, colored.shot.settings)
    assert all(map(np.array_equal, colored.record(2).lines, (lines.coverage, lines.color)))
    before = colored.frames[2].path.read_bytes()
    colored.rewrite(2, colored.wanted())
    assert colored.frames[2].path.read_bytes() == before
