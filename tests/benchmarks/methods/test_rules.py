import numpy as np

from benchmarks.baselines import region_match_with_flow
from benchmarks.methods.method import UncoloredShot
from benchmarks.methods.rules import color_in_chain
from tests.benchmarks.fake_engine import face_clip


def test_the_rules_may_go_from_drawing_to_drawing():
    """Chained, they colour what lies between and start each drawing from the one before it."""
    clip = face_clip(0, 1, 5)
    colored = color_in_chain(UncoloredShot.of_pairs(clip.pairs(), {3: face_clip(3).lines[3]}))
    assert list(colored) == [1, 5]
    first = region_match_with_flow(clip.lines[0], clip.paintings[0], clip.lines[1])
    assert np.array_equal(colored[1].picture, first)
    second = region_match_with_flow(clip.lines[1], first, face_clip(3).lines[3])
    assert np.array_equal(colored[5].picture, region_match_with_flow(face_clip(3).lines[3], second, clip.lines[5]))
