import numpy as np

from benchmarks.methods.method import Painted, UncoloredShot, by_pairs
from tests.benchmarks.fake_engine import face_clip

CLIP = face_clip(0, 1, 5, 9)


def test_a_clip_s_pairs_are_one_shot():
    """The reference stands at 0 and every target at its gap, with the truth beside it."""
    shot = UncoloredShot.of_pairs(CLIP.pairs(), {3: CLIP.lines[1]})
    assert list(shot.references) == [0] and shot.references[0].painting is CLIP.paintings[0]
    assert list(shot.targets) == list(shot.truth) == [1, 5, 9] and list(shot.between) == [3]
    assert all(shot.targets[n] is CLIP.lines[n] and shot.truth[n] is CLIP.paintings[n] for n in shot.targets)


def test_a_pair_method_takes_the_nearest_reference():
    """Of two references each target gets the nearer one, of two as near the earlier one."""
    ends = {number: Painted(CLIP.lines[number], CLIP.paintings[number]) for number in (1, 9)}
    targets = {number: CLIP.lines[0] for number in (2, 5, 6)}
    colored = by_pairs(lambda line, painting, target: painting)(UncoloredShot(ends, targets))
    assert {n: one.picture is CLIP.paintings[1] for n, one in colored.items()} == {2: True, 5: True, 6: False}
    assert colored[6].picture is CLIP.paintings[9] and colored[6].confidence is None
    assert np.array_equal(colored[2].picture, CLIP.paintings[1])
