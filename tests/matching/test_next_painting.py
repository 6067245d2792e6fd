"""The drawing whose painting would settle most is named."""

import numpy as np

from cmft_engine.matching.next_painting import to_paint_next, tried_paintings
from cmft_engine.matching.shot_graph import ShotGraph
from tests.matching.test_shot_graph import drawing


def test_the_drawing_to_paint_next():
    """The one whose chains reach most of what is in doubt; a painting settles its own, and what is sure asks none."""
    first = {"painted": True}
    drawings = [drawing(0, [0, 1], 0.9, **first), drawing(1, [0, 1], 0.5, before=0, linked=[(0, 0, 0.9)]),
                drawing(2, [0, 1], 0.5, before=1, linked=[(0, 0, 0.9), (1, 1, 0.9)]),
                drawing(3, [0, 1], 0.5, before=2, linked=[(0, 0, 0.9), (1, 1, 0.9)])]
    graph = ShotGraph(drawings)
    frame, share = to_paint_next(graph)
    assert frame == 2 and 0.8 < share < 1
    sure = np.ones(8, np.float32)
    assert list(tried_paintings(graph, sure)) == []
    sure[6:] = 0.5  # with corrections, the last drawing alone is left in doubt
    found = list(tried_paintings(graph, sure))
    assert len(found) == 4 and found[-1] == (3, 1.0)
    assert to_paint_next(ShotGraph([drawing(0, [0, 1], 0.9, painted=True)])) is None
    assert to_paint_next(ShotGraph([])) is None
