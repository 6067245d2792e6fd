from benchmarks.quality import causes
from benchmarks.quality.failures import FAR, FIRST_SEEN, TINY, Failures
from tests.benchmarks.made_up import verdict


def test_causes_are_shares_of_the_wrong_ones():
    """Regions before pixels, each of its own total; what no method could know is told."""
    one = verdict([], [], failures=Failures({FIRST_SEEN: 2, TINY: 1}, {FIRST_SEEN: 30, TINY: 10}, 1, 20))
    two = verdict([], [], set_name="shaded", failures=Failures({FAR: 1}, {FAR: 60}, 0, 0))
    text = causes.render([one, two])
    assert "| first seen | 66.7 / 75.0 | 0.0 / 0.0 | 50.0 / 30.0 |" in text
    assert "| far or resized | 0.0 / 0.0 | 100.0 / 100.0 | 25.0 / 60.0 |" in text
    assert "| wrong regions / pixels | 3 / 40 | 1 / 60 | 4 / 100 |" in text
    assert "No method could know 1 of the 4 wrong regions, 20.0 % of the wrong pixels" in text
    assert "For 1 more regions" in text


def test_nothing_wrong_has_no_shares():
    """Zero of zero is a dash, not an error."""
    assert "| tiny | – / – | – / – |" in causes.render([verdict([], [])])
