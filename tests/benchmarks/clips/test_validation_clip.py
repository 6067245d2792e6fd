from dataclasses import replace

import numpy as np

from tests.benchmarks.fake_engine import face_clip
from tests.benchmarks.small_drawings import draw_face


def test_gaps_are_counted_from_the_first_drawing():
    """A clip that begins at 2 has its drawing 7 at gap 5; what is not there is left out, gaps come ascending."""
    clip = face_clip(2, 3, 7)
    pairs = clip.pairs((9, 5, 1))
    assert [pair.gap for pair in pairs] == [1, 5]
    assert all(pair.reference_line is clip.lines[2] for pair in pairs)
    assert pairs[1].target_gt is clip.paintings[7] and pairs[1].target_part is None


def test_a_truth_may_be_another_than_what_a_reference_shows():
    """The reference shows its painting; the target is held against its truth, or its painting where it has none."""
    clip = replace(face_clip(0, 1, 5), truths={i: draw_face(i, 3)[1] for i in (0, 1)})
    near, far = clip.pairs()
    assert near.reference_gt is clip.paintings[0]
    assert near.target_gt is clip.truths[1] and far.target_gt is clip.paintings[5]


def test_flats_of_a_pair_hold_no_ink():
    """The reference's paint runs on under its lines."""
    (pair,) = face_clip(0, 1).pairs()
    flats = pair.reference_flats()
    assert (pair.reference_gt == 0).all(axis=2).sum() > 100
    assert not (flats == 0).all(axis=2).any()
    clean = (pair.reference_line >= 247).all(axis=2)
    assert np.array_equal(flats[clean], pair.reference_gt[clean])
