"""What is told of a drawing is what its plate shows."""

import numpy as np

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.decide import Decision
from cmft_engine.pipeline.recording import as_shown
from cmft_engine.shot.drawing import SegmentedDrawing


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
