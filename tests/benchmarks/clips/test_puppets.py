import numpy as np

from benchmarks.clips.puppets import draw_puppet_clip


def test_validation_puppets_are_the_same_every_time():
    """A seed gives one clip; line, painting and number of drawings are those that the table names."""
    one, again = (draw_puppet_clip(3, style="inked", size=48) for _ in range(2))
    assert sorted(one.lines) == [0, 1, 5, 9] and sorted(one.between) == [2, 3, 4, 6, 7, 8]
    assert all(np.array_equal(one.paintings[i], again.paintings[i]) for i in one.paintings)
    assert one.lines[9].shape == (48, 48, 3)
    assert not np.array_equal(one.lines[0], draw_puppet_clip(4, style="inked", size=48).lines[0])


def test_a_long_clip_shows_the_same_scene_for_longer():
    """All drawings are painted; its tenth to nineteenth are in the middle of the scene's time, as ten drawings are."""
    ten, long = draw_puppet_clip(3, style="shaded", size=48), draw_puppet_clip(3, style="shaded", size=48,
                                                                               kept=range(28))
    assert sorted(long.lines) == sorted(long.paintings) == list(range(28)) and not long.between
    assert all(np.array_equal(ten.lines[i], long.lines[9 + i]) for i in ten.lines)
    assert all(np.array_equal(ten.paintings[i], long.paintings[9 + i]) for i in ten.paintings)
