import numpy as np

from benchmarks.clips.puppets import draw_puppet_clip


def test_validation_puppets_are_the_same_every_time():
    """A seed gives one clip; line, painting and number of drawings are those that the table names."""
    one, again = (draw_puppet_clip(3, style="inked", size=48) for _ in range(2))
    assert sorted(one.lines) == [0, 1, 5, 9] and sorted(one.between) == [2, 3, 4, 6, 7, 8]
    assert all(np.array_equal(one.paintings[i], again.paintings[i]) for i in one.paintings)
    assert one.lines[9].shape == (48, 48, 3)
    assert not np.array_equal(one.lines[0], draw_puppet_clip(4, style="inked", size=48).lines[0])
