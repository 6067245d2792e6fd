"""Training clips are coloured as the engine colours, and what the whole shot says of them is judged."""

import numpy as np
import pytest

from cmft_training.release.settled import color_clip, judged
from cmft_training.synthetic.drawing import Clip, Drawing

pytestmark = pytest.mark.usefixtures("any_weights")


def boxes(shift):
    """Two boxes with outlines on paper, moved to the right."""
    part = np.zeros((96, 96), np.uint16)
    part[20:50, 20 + shift:60 + shift], part[50:80, 20 + shift:60 + shift] = 1, 2
    border = np.zeros(part.shape, bool)
    border[:-1] |= part[:-1] != part[1:]
    border[:, :-1] |= part[:, :-1] != part[:, 1:]
    wide = border | np.roll(border, 1, 0) | np.roll(border, 1, 1)
    return Drawing(np.where(wide, 0, 255).astype(np.uint8), part)


def test_regions_of_one_colour_are_judged(tmp_path):
    """Of each drawing behind the first the paper and both boxes; right is what has its part's colour."""
    colors = np.array([(255, 255, 255), (200, 30, 30), (30, 30, 200)], np.uint8)
    clip = Clip(tuple(boxes(shift) for shift in (0, 3, 6)), np.array([0, 1, 2], np.uint16), colors, "boxes")
    colored = color_clip(clip, tmp_path)
    features, right = judged(clip, colored)
    assert features.shape == (6, 4) and right.shape == (6,) and np.isfinite(features).all()
    truth = []
    for number in (1, 2):
        record = colored.record(colored.decided_at[number])
        color = colored.graph.solve().color[colored.graph.of(colored.decided_at[number])]
        shown = np.rint(colored.palette.display * 255).astype(int)[color]
        for region in range(record.graph.count):
            part = np.bincount(clip.drawings[number].part[record.labels == region + 1]).argmax()
            truth.append((shown[region] == colors[part]).all())
    assert right.tolist() == truth
