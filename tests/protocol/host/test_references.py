"""A still that is no painting of its frame is told before the engine looks."""

import pytest

from cmft_engine.protocol.host import references


@pytest.mark.parametrize(("frames", "part"), [
    ((1001,), ""), ((1010,), "its name says 1001"), ((1001, 1010), "2 frames take it"), ((), ""),
])
def test_stills(frames, part):
    """It is odd at a frame that its name denies, and at several."""
    found = references.still_warnings("/p/painted.1001.png", frames, range(1001, 1025))
    assert part in found[0] if part else found == ()


def test_a_number_that_is_no_frame_says_nothing():
    """A version in the name is not taken for a frame of the shot."""
    assert references.still_warnings("/p/hero_v002.png", (1010,), range(1001, 1025)) == ()
