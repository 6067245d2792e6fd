"""What is drawn of gap lines in which frame, and what is told of them."""

from cmft_engine.protocol.corrections import Correction, Placed, Unplaced, made
from cmft_engine.window.gap_lines import GapLines

HERE, THERE = ((1.0, 2.0), (3.0, 4.0)), ((2.0, 2.0), (4.0, 4.0))


def test_lines_of_a_frame(colored):
    """A line of one frame stands there alone, one along its track in all where it was placed; one that is off nowhere.
    """
    along = made(Correction("line", 1, HERE, last=6, at=2, along=True, placed=(Placed(2, HERE), Placed(5, THERE)),
                            unplaced=(Unplaced(6, "it leaves the picture"),)))
    single = made(Correction("line", 5, HERE, closes=False))
    lines = GapLines(colored)
    assert lines.at(5) == () and lines.placed == {}
    lines.look_at((single, along))
    assert lines.at(5) == (HERE, THERE) and lines.at(2) == (HERE,) and lines.at(6) == ()
    assert lines.placed == {along.id: "drawn in frames 2 5; not in frame 6: it leaves the picture"}
    lines.look_at((single, along._replace(on=False)))
    assert lines.at(5) == (HERE,) and lines.placed == {}
