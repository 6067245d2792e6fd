from itertools import count

import pytest

from benchmarks.speed.profile import REST, STEPS, page, profile


@pytest.mark.usefixtures("few_targets")
def test_the_profile_adds_up(tmp_path, monkeypatch):
    """Every step is found under its name and none counts another's time, so the rest is small; a call is a tick."""
    ticks = count()
    monkeypatch.setattr("benchmarks.speed.profile.time.thread_time", lambda: float(next(ticks)))
    steps = profile("96x64", tmp_path)
    assert list(steps) == [*STEPS, REST]
    assert all(seconds > 0 for name, seconds in steps.items() if name != "second look where the flow is lost")
    assert steps[REST] < sum(steps.values()) / 2
    text = page({"96x64": dict.fromkeys(steps, 0.25)})
    assert f"| {REST} | 0.250 |" in text and f"| all | {len(steps) / 4:.3f} |" in text
