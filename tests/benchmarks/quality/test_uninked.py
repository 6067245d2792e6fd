from benchmarks.methods.registry import OURS
from benchmarks.quality import uninked
from tests.benchmarks.made_up import result


def test_uninked_sets_say_above_or_below():
    """Each rival has its own verdict; as good is not above; other sets are left out."""
    rows = [result(OURS, 0.9), result("flow", 0.8), result("oracle", 0.95)]
    assert uninked.render(rows) == ""
    shaded = [result(r.method, r.score.foreground, set_name="shaded") for r in rows]
    assert "| shaded | 1 | 90.0 | 80.0: ours above | 95.0: ours below |" in uninked.render(shaded)
    (bar,) = uninked.bars(shaded)
    assert (bar.met, bar.reached) == (False, "not above oracle at gap 1")
    even = [result(method, 0.9, set_name="shaded") for method in (OURS, "flow", "oracle")]
    assert uninked.bars(even)[0].met is False
    first = [result(OURS, 0.9, set_name="shaded"), *(result(m, 0.8, set_name="shaded") for m in ("flow", "oracle"))]
    assert uninked.bars(first)[0].met is True
