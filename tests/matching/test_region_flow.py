"""Where regions say that a part moved far, flow starts there."""

import numpy as np

from cmft_engine.image.look_up import look_up
from cmft_engine.matching.region_flow import refine_flow_from_matches
from cmft_engine.matching.region_inputs import find_motions, region_side
from tests.drawings import cut, figure

BOXES = ((60, 110, 20, 26, 1), (160, 110, 24, 20, 2))
SWAPPED = ((160, 110, 20, 26, 1), (60, 110, 24, 20, 2))


def side(boxes):
    drawing = cut(figure(boxes=boxes, side=220))
    return region_side(drawing.labels, drawing.labels_under_ink, drawing.ink.astype(np.float32), count=drawing.count)


def test_a_part_that_moved_far_is_found_again():
    """Flow takes either of two boxes that changed places for the other; from the regions' match it finds it again."""
    reference, target = side(BOXES), side(SWAPPED)
    before = find_motions(target, reference)
    after = refine_flow_from_matches(target, reference, np.eye(3, dtype=np.float32), before)
    for i, (here, there) in enumerate(((target, reference), (reference, target))):
        inside = here.labels == 2
        shares = []
        for motion in (before[i], after[i]):
            landed = look_up(there.labels_under_ink, np.dstack([motion.flow_x, motion.flow_y]))
            shares.append((landed[inside] == 2).mean())
        assert shares[0] < 0.4 and shares[1] > 0.7
        assert np.array_equal(after[i].still_x, before[i].still_x)


def test_unsure_matches_start_nothing():
    """Without a sure match the new flow starts, and here also ends, where the earlier one did."""
    reference, target = side(BOXES), side(BOXES)
    before = find_motions(target, reference)
    after = refine_flow_from_matches(target, reference, np.full((3, 3), 0.1, np.float32), before)
    assert np.abs(after[0].flow_x - before[0].flow_x).max() < 0.5


def test_a_reference_without_regions():
    """With nothing to match the motion stays as it is."""
    target = side(BOXES)
    before = find_motions(target, target)
    assert refine_flow_from_matches(target, target, np.zeros((3, 0), np.float32), before)[0] is before[0]
