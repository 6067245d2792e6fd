"""Presses are measured through the hosts' runner, with the real engine."""

import re

from benchmarks.speed import run, warm


def test_every_press_is_measured(tmp_path, monkeypatch):
    """Each kind of press has its seconds on the page, and how they compare with a process of its own."""
    monkeypatch.setattr(warm, "REST_S", 0.0)
    run.main(["--warm", "1", "--sizes", "128x128", "--out", str(tmp_path / "warm.md")])
    rows = re.findall(r"^\| ([a-z].*) \| (\d+\.\d\d) \| (\d+\.\d\d) \| (.*) \|$", (tmp_path / "warm.md").read_text(),
                      re.MULTILINE)
    assert [row[0] for row in rows] == [warm.OWN, f"{warm.WRONG}, {warm.OWN}", warm.FIRST, warm.AGAIN, warm.AHEAD,
                                        warm.AT_ONCE, warm.JUMP, warm.WRONG]
    assert rows[0][2] == "1.00" and all(row[1] == row[3] for row in rows)


def test_the_median_is_told():
    """Of several presses the one in the middle counts; the load of the machine stands beside it."""
    text = warm.render_warm({warm.OWN: [4.0, 2.0, 3.0], warm.AGAIN: [0.5, 9.0, 0.75]}, "8x8", "cpu", lambda: (1.25,))
    assert "--warm --sizes 8x8 --device cpu`, load 1.2 at its end" in text
    assert f"| {warm.AGAIN} | 0.75 | 0.25 | 0.50, 9.00, 0.75 |" in text
